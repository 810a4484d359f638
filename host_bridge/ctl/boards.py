"""`wallboardctl boards`: one look at the site: is the bridge there, which boards are alive, what do they show."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from paho.mqtt import client as mqtt

from config.broker_client import BrokerLogin, new_client, reason, refusal
from config.reconnect import CONNECT_TIMEOUT_S
from config.yaml_file import ConfigError
from firmware.core import wire
from host_bridge import settings

DESCRIPTION = """\
Reads what the bridge and the boards of a site last said of themselves and prints it, a line a board. It listens for
up to 3 seconds whether the bridge is alive; a board is offline once the broker has lost it.

The broker and the site are those of bridge.yaml. A board that was taken down for good stays listed as offline until
its retained message is cleared:  mosquitto_pub -r -n -t wallboard/SITE/board/BOARD/state
"""
HEARTBEAT_S = 3.0  # a bridge that is alive speaks every 2 s (DESIGN 5)
QUIET_S = 0.3  # retained messages come right after the subscription: this long without one, and there are no more


class Look(NamedTuple):
    """What a site says of itself. `bridge` None: no bridge ever connected. `live`: it spoke while we listened."""

    bridge: dict[str, Any] | None
    boards: dict[str, dict[str, Any]]
    live: bool = False


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `boards`."""
    parser = subparsers.add_parser(
        "boards",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit codes: 0 looked, 1 the broker cannot be reached, 2 wrong configuration.",
    )
    parser.add_argument("--config", metavar="FILE", type=Path, default=Path("bridge.yaml"), help="%(default)s")
    parser.add_argument("--json", action="store_true", help="print {bridge, boards} as on the wire, and live")


def run(args: argparse.Namespace) -> int:
    """0 when the broker told, 1 when it cannot be reached, 2 when the configuration is wrong."""
    try:
        read = settings.load(args.config)
    except ConfigError as error:
        print("\n".join(error.errors), file=sys.stderr)
        return 2
    try:
        look = look_at(read)
    except OSError as error:
        print(f"wallboardctl boards: broker {read.mqtt.host}:{read.mqtt.port}: {error}", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(look._asdict(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines(read.site, look)))
    return 0


def look_at(read: settings.BridgeSettings) -> Look:
    """Ask the broker once. Raises OSError when it cannot be reached or refuses us."""
    login = replace(read.mqtt, client_id="")  # an id of its own: the bridge's would cut the bridge off
    ears = _Ears(read.site, login)
    client = new_client(login)
    client.on_connect = ears.on_connect
    client.on_subscribe = ears.on_subscribe
    client.on_message = ears.on_message
    try:
        client.connect(read.mqtt.host, read.mqtt.port)
    except OSError as error:
        raise ConnectionError(reason(error)) from None
    client.loop_start()
    try:
        return ears.wait()
    finally:
        client.disconnect()
        client.loop_stop()


class _Ears:
    """What arrives in paho's thread, and the wait for it in ours."""

    def __init__(self, site: str, login: BrokerLogin) -> None:
        self._site = site
        self._login = login
        self._changed = threading.Condition()
        self._refusal: str | None = None
        self._subscribed = False
        self._count = 0
        self._bridge: dict[str, Any] | None = None
        self._live = False
        self._boards: dict[str, dict[str, Any]] = {}

    def wait(self) -> Look:
        """Return once the retained messages are through."""
        deadline = time.monotonic() + CONNECT_TIMEOUT_S
        with self._changed:
            while not self._subscribed and self._refusal is None:
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"no answer within {CONNECT_TIMEOUT_S:.0f} s")
            if self._refusal is not None:
                raise ConnectionError(self._refusal)
            count = -1
            while count != self._count and time.monotonic() < deadline:
                count = self._count
                self._changed.wait(QUIET_S)
            # What is retained proves nothing: a broker with a memory has it after a power cut, without any bridge.
            heard_by = min(time.monotonic() + HEARTBEAT_S, deadline)
            while not self._live and self._bridge is not None and self._bridge["online"]:
                if not self._changed.wait(heard_by - time.monotonic()):
                    break
            return Look(self._bridge, dict(sorted(self._boards.items())), self._live)

    def on_connect(self, client: mqtt.Client, data: Any, flags: Any, code: Any, properties: Any) -> None:
        if code.is_failure:
            with self._changed:
                self._refusal = refusal(self._login, code)[0]
                self._changed.notify_all()
            return
        client.subscribe(
            [(wire.topic(self._site, *parts), 1) for parts in (("bridge", "state"), ("board", "+", "state"))]
        )

    def on_subscribe(self, *_: Any) -> None:
        with self._changed:
            self._subscribed = True
            self._changed.notify_all()

    def on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        with self._changed:
            self._count += 1
            self._take(message.topic, bytes(message.payload), message.retain)
            self._changed.notify_all()

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        parts = wire.parts_of(self._site, topic)
        if not payload:
            return
        try:
            if parts[0] == "bridge":
                self._bridge = _known(wire.read(wire.BRIDGE, payload))
                self._live = self._bridge["online"] and not retained
            else:
                self._boards[parts[1]] = _known(wire.read(wire.BOARD, payload))
        except wire.WireError as error:
            if parts[0] == "board":
                self._boards[parts[1]] = {"error": str(error)}


def _known(message: dict[str, Any]) -> dict[str, Any]:
    """What is not known is absent, as on the wire."""
    return {key: value for key, value in message.items() if value is not None}


def lines(site: str, look: Look) -> list[str]:
    """The look as people read it."""
    bridge = look.bridge
    if bridge is None:
        first = f"site {site}: no bridge has ever reported to this broker"
    elif not bridge["online"]:
        first = f"site {site}: the bridge is offline"
    else:
        problem = f" ({bridge['problem']})" if bridge.get("problem") else ""
        pbx = f"PBX {bridge.get('pbx', 'unknown')}{problem}"
        said = f"is online, {pbx}" if look.live else f"says nothing: its last word, {pbx}, may be old"
        first = f"site {site}: the bridge {said}"
    if not look.boards:
        return [first, "no board has ever reported to this broker"]
    table = [("BOARD", "STATE", "FAULT", "UP", "VERSION", "ALARMS")]
    table += [_row(name, state) for name, state in look.boards.items()]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return [
        first,
        *("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table),
    ]


def _row(name: str, state: dict[str, Any]) -> tuple[str, str, str, str, str, str]:
    if "error" in state:
        return name, "?", "", "", "", state["error"]
    if not state["online"]:
        return name, "offline", "", "", "", ""
    alarms = ", ".join(
        f"{alarm['queue']}: {alarm['rule']} {alarm['severity']}{' (acknowledged)' if alarm['acked'] else ''}"
        for alarm in state.get("alarms", ())
    )
    up = _span(state["uptime_ms"]) if "uptime_ms" in state else ""
    return name, "online", state.get("fault", "-"), up, state.get("version", ""), alarms or "-"


def _span(ms: int) -> str:
    minutes = ms // 60_000
    if minutes < 60:
        return f"{minutes}m"
    hours = minutes // 60
    return f"{hours}h{minutes % 60:02d}m" if hours < 48 else f"{hours // 24}d{hours % 24:02d}h"
