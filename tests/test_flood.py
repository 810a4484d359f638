"""A PBX that floods, stalls, says too much or hangs up every second, against the real bridge and a real broker.

Through all of it the heartbeat comes on time, the memory stays bounded, no line of the log is a traceback, and what is
counted afterwards is what happened.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.brokers import Broker, broker
from tests.fuzz_ami import memory_kib
from tests.waiting import wait_until

__all__ = ["broker"]

FLOOD_S, FLOOD_RATE = 10, 20_000
HEARTBEAT_S = 2.5  # one every 2 s
MEMORY_KIB = 200_000
BRIDGE = """\
site: test
pbx: {{host: 127.0.0.1, port: {pbx}, username: wallboard, password_file: secret}}
mqtt: {{url: 'mqtt://127.0.0.1:{broker}'}}
thresholds: thresholds.yaml
journal: test.journal
"""
EXACT = ("answered", "abandoned", "overflowed", "exited", "removed", "unresolved", "rejected", "waiting")


class Pbx:
    """tests.flood_pbx as a process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.flood_pbx"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self._answer())

    def do(self, command: str) -> Any:
        assert self._process.stdin is not None
        print(command, file=self._process.stdin, flush=True)
        return json.loads(self._answer())

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the PBX process ended"
        return line


class Board:
    """What a board hears, and when; beside it the memory of the bridge."""

    def __init__(self, broker: Broker) -> None:
        self.newest: dict[str, Any] = {}
        self.beats_s: list[float] = []
        self.said_pbx: list[str] = []
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = self._take
        self.client.connect(broker.host, broker.port)
        self.client.subscribe("wallboard/test/#", qos=1)
        self.client.loop_start()

    def _take(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        name = message.topic.removeprefix("wallboard/test/")
        self.newest[name] = json.loads(message.payload) if message.payload else None
        if name == "bridge/state" and not message.retain:
            self.beats_s.append(time.monotonic())
            self.said_pbx.append(self.newest[name].get("pbx", ""))

    def is_up(self) -> bool:
        return bool(self.newest.get("bridge/state", {}).get("pbx") == "up")

    def longest_pause_s(self) -> float:
        beats = [*self.beats_s, time.monotonic()]
        return max(later - earlier for earlier, later in itertools.pairwise(beats))

    def figures(self, true: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
        """Of each queue the figures that must be exact."""
        return {queue: {name: self.newest[f"queue/{queue}"].get(name, 0) for name in EXACT} for queue in true}


class Bridge:
    """`wallboard-bridge` as a process: its log and its memory."""

    def __init__(self, folder: Path, pbx: Pbx, broker: Broker) -> None:
        (folder / "secret").write_text("secret")
        (folder / "thresholds.yaml").write_text("timezone: Asia/Jerusalem\nqueues: {sales: {label: מכירות}}\n", "utf-8")
        (folder / "bridge.yaml").write_text(BRIDGE.format(pbx=pbx.port, broker=broker.port))
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "host_bridge", "--config", folder / "bridge.yaml"], stderr=log
            )
        self.highest_kib = 0
        threading.Thread(target=self._weigh, daemon=True).start()

    def lines(self) -> list[str]:
        return self._log.read_text().splitlines()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()

    def _weigh(self) -> None:
        while self.process.poll() is None:
            try:
                self.highest_kib = max(self.highest_kib, memory_kib(self.process.pid))
            except (OSError, IndexError):  # gone, or going
                return
            time.sleep(0.1)


class Site(NamedTuple):
    """Everything of one test."""

    pbx: Pbx
    bridge: Bridge
    board: Board

    def settles(self) -> None:
        """Until the figures are those of the PBX; a difference is shown."""
        true = {queue: {name: told.get(name, 0) for name in EXACT} for queue, told in self.pbx.do("true").items()}
        wait_until(
            lambda: self.board.is_up() and self.board.figures(true) == true,
            20,
            "the figures are not those of the PBX",
            lambda: f"true {true}\ntold {self.board.figures(true)}\nlog {self.bridge.lines()}",
        )

    def lives(self) -> None:
        """Nobody noticed, but for what the log says."""
        assert self.bridge.process.poll() is None
        assert self.board.longest_pause_s() <= HEARTBEAT_S
        assert self.bridge.highest_kib <= MEMORY_KIB
        assert not [line for line in self.bridge.lines() if "Traceback" in line]


@pytest.fixture
def site(tmp_path: Path, broker: Broker) -> Iterator[Site]:
    pbx = Pbx()
    board = Board(broker)
    bridge = Bridge(tmp_path, pbx, broker)
    try:
        wait_until(board.is_up, 20, "the bridge does not come up", lambda: str(bridge.lines()))
        board.beats_s.clear()
        board.said_pbx.clear()
        yield Site(pbx, bridge, board)
    finally:
        bridge.close()
        pbx.close()
        board.client.loop_stop()


def test_a_flood_of_20000_events_a_second(site: Site) -> None:
    site.pbx.do("join 9")
    sent = site.pbx.do(f"flood {FLOOD_S} {FLOOD_RATE}")
    assert sent["events"] >= 0.95 * FLOOD_S * FLOOD_RATE  # the sender is a process too
    assert sent["longest_s"] < 1  # else a real PBX, whose writetimeout may be less than ours, would cut the line
    site.settles()
    site.lives()
    assert set(site.board.said_pbx) == {"up"}


def test_a_stall_in_the_middle_of_a_frame(site: Site) -> None:
    site.pbx.do("join 4")
    site.pbx.do("stall")
    wait_until(lambda: site.board.newest["bridge/state"]["pbx"] == "down", 8, "a dead PBX is not told")
    site.settles()
    site.lives()


def test_a_line_of_10_megabytes(site: Site) -> None:
    site.pbx.do("join 4")
    site.pbx.do("line 10000000")
    site.settles()
    site.lives()
    assert len([line for line in site.bridge.lines() if "a frame of more than" in line]) == 1


def test_a_line_that_is_dropped_every_second(site: Site) -> None:
    site.pbx.do("join 4")
    site.pbx.do("cuts 5")
    site.settles()
    site.lives()
    assert len(site.bridge.lines()) <= 2 + 2 * 5  # an outage and a recovery are one line each
