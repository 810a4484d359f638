"""`wallboard-bridge --config bridge.yaml`: reads the PBX, knows what is true, tells the boards over MQTT."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from config.log import set_up
from config.systemd import Systemd
from config.version import version
from config.yaml_file import ConfigError
from host_bridge import settings
from host_bridge.bridge import Bridge
from host_bridge.clock import Clock
from host_bridge.history import History, history_file
from host_bridge.journal import JournalError, open_journal
from host_bridge.mqtt.broker import BrokerError, EmbeddedBroker
from host_bridge.reload.rule_book import Begun, RuleBook, begin

FINE, FAILED, WRONG = 0, 1, 2
# How long Python lets one thread compute while another waits. Its own 5 ms stood in the way between a publish and
# paho's thread in some of a hundred events: 3 ms at p99, with this 0.6.
SWITCH_INTERVAL_S = 0.0005

DESCRIPTION = """\
Reads the call queues of one Asterisk, over AMI or out of its queue_log, and publishes their state over MQTT to any
number of wallboards.

It needs two files: bridge.yaml (where the PBX and the broker are) and the thresholds.yaml that it names. Both have a
commented example in the package's folder config, and `wallboardctl check FILE` checks them. thresholds.yaml is watched:
saving it is enough, a wrong one changes nothing, and `wallboardctl rules` goes back to what was in use before.
"""
EPILOG = """\
Exit codes: 0 stopped by SIGTERM or Ctrl-C, 1 failed, 2 wrong usage or wrong configuration.
An unreachable PBX or broker is no reason to exit, nor is a journal that cannot be written: the bridge says so in one
line and goes on trying.
"""


def main(argv: list[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        prog="wallboard-bridge",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="bridge.yaml")
    parser.add_argument("--version", action="version", version=version())
    path: Path = parser.parse_args(argv).config
    log = set_up("wallboard-bridge")
    try:
        read = settings.load(path)
        begun = begin(read.thresholds, history_file(read.journal) if read.journal is not None else None)
    except ConfigError as error:
        for line in error.errors:
            print(line, file=sys.stderr)
        return WRONG
    for mistake in read.loose:
        log.warning("%s", mistake)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        asyncio.run(_run(read, begun, log))
    except BrokerError as error:
        log.error("%s", error)
        return FAILED
    return FINE


async def _run(read: settings.BridgeSettings, begun: Begun, log: logging.Logger) -> None:
    journal = history = None
    problem = ""
    if read.journal is not None:
        try:
            journal = open_journal(read.journal, read.site, log)
            history = History.open(history_file(read.journal), read.site, log)
        except JournalError as error:  # a wall without memory is better than a dark one
            problem = f"{error}; until then today's counters are lost when the bridge stops"
            log.error("%s", problem)
    clock, systemd = Clock(), Systemd()
    book = RuleBook(read.thresholds, begun, history, clock, log)
    bridge = Bridge(
        read,
        begun.thresholds,
        version(),
        log,
        clock,
        journal=journal,
        history=history,
        book=book,
        beat=lambda: systemd.tell(clock.ms(), True, bridge.status),
        problem=problem,
    )

    def stop() -> None:
        systemd.stopping()
        bridge.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if read.embedded_port is None:
        await bridge.run()
        return
    broker = EmbeddedBroker(read.embedded_port, log)
    await broker.start()
    watch = asyncio.create_task(broker.watch())
    try:
        await bridge.run()
    finally:
        watch.cancel()
        await broker.close()
