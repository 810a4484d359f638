"""`wallboard --config board.yaml`: one LED board on a Raspberry Pi, or on a desktop with the emulator."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import time
from pathlib import Path

from config.log import set_up
from config.version import version
from config.yaml_file import ConfigError
from firmware.core import wire
from firmware.core.board import Board, Setup
from firmware.core.screen import Screen
from firmware.pi import settings
from firmware.pi.buzzer import open_buzzer
from firmware.pi.canvas_pillow import load_font
from firmware.pi.drivers import open_panel
from firmware.pi.inbox import Inbox, Waker
from firmware.pi.link import Link
from firmware.pi.panel import PanelError
from firmware.pi.store import Store
from firmware.pi.wallboard import Parts, Wallboard

FINE, FAILED, WRONG = 0, 1, 2
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
THERMOMETER = Path("/sys/class/thermal/thermal_zone0/temp")

DESCRIPTION = """\
Shows the call queues of one site on an LED panel and sounds a buzzer, from what a wallboard-bridge publishes over MQTT.

Everything about the board stands in board.yaml; config/board.yaml is a commented example, and
`wallboardctl check board.yaml` checks one. On a desktop, `driver: emulator` shows the panel in the browser.
"""
EPILOG = """\
Exit codes: 0 stopped by SIGTERM or Ctrl-C, 1 failed (the panel cannot be used), 2 wrong usage or wrong configuration.
An unreachable broker is no reason to exit: the panel names the fault, and the board goes on trying.
"""


def main(argv: list[str] | None = None) -> int:
    """The exit code."""
    start_ns = time.monotonic_ns()
    parser = argparse.ArgumentParser(
        prog="wallboard", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="board.yaml")
    parser.add_argument("--version", action="version", version=version())
    path: Path = parser.parse_args(argv).config
    log = set_up("wallboard")
    try:
        read = settings.load(path)
    except ConfigError as error:
        for line in error.errors:
            print(line, file=sys.stderr)
        return WRONG
    try:
        _run(read, start_ns, log)
    except PanelError as error:
        log.error("%s", error)
        return FAILED
    return FINE


def _run(read: settings.BoardSettings, start_ns: int, log: logging.Logger) -> None:
    """Until a signal says stop. Raises PanelError."""
    waker = Waker()
    stop: list[int] = []
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    for number in STOP_SIGNALS:
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue  # started with nohup
        signal.signal(number, lambda number, _frame: stop.append(number))
    screen = Screen(read.panel.width, read.panel.height, load_font)
    store = Store(read.state_file, read.site, read.board, log)
    setup = Setup(read.site, read.board, read.queues, read.pages, read.panel.brightness, read.night, version())
    board = Board(setup, screen, store.load())
    inbox = Inbox(waker)
    link = Link(read.mqtt, board.subscriptions(), (board.state_topic, wire.dumps(board.offline())), inbox, log)
    # The buzzer first: with driver rgbmatrix the process is no longer root once the panel is open.
    buzzer = open_buzzer(read.buzzer_gpio, log)
    try:
        panel = open_panel(read.panel, f"{read.board} · {read.site} · LED wallboard", log)
    except PanelError:
        buzzer.close()
        raise
    wallboard = Wallboard(Parts(board, screen, panel, buzzer, link, store), log, _temperature)
    link.start()
    try:
        while not stop:
            now_ms = (time.monotonic_ns() - start_ns) // 1_000_000
            wake_ms = wallboard.step(inbox.take(), now_ms)
            waker.wait(wake_ms - (time.monotonic_ns() - start_ns) // 1_000_000)
    finally:
        wallboard.close()
    log.info("stopped by %s", signal.Signals(stop[0]).name)


def _temperature() -> int | None:
    """Degrees Celsius of the processor; None where the machine does not tell."""
    try:
        return int(THERMOMETER.read_text("ascii")) // 1000
    except (OSError, ValueError):
        return None


if __name__ == "__main__":
    sys.exit(main())
