"""A live site in virtual time: a growing queue_log, the real bridge and a real board, and all alarms that it shows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paho.mqtt.client import topic_matches_sub

from config.yaml_file import parse
from firmware.core.board import PAGES, Board, Setup
from host_bridge import settings
from host_bridge.alarms import Change
from host_bridge.bridge import Bridge
from host_bridge.clock import Clock, Now
from host_bridge.mqtt.link import MqttLink
from host_bridge.pbx.queue_log_lines import parse_line
from host_bridge.thresholds import Thresholds
from tests.core.rig import AnyScreen
from tests.virtual_loop import VirtualLoop

SETTINGS = """\
site: test
pbx: {{type: queue_log, queue_log: {log}}}
mqtt: {{url: "mqtt://broker"}}
thresholds: t.yaml
"""
STEADY_MINUS_WALL_MS = -7_000  # of the bridge's steady clock: it began when the wall clock was wrong
BOARD_MINUS_WALL_MS = -900_000_000_000
BEFORE_S = 20  # the site is up before the first line
WRITTEN_MS = 100  # before its second is full: then the bridge looks at the file in the very ms that its lines tell
SEVERITIES = {"warn": 1, "critical": 2}


class _Clock(Clock):
    """The bridge's clocks, both of the loop."""

    def __init__(self, loop: VirtualLoop, wall_ms: int) -> None:
        self._loop = loop
        self._wall_ms = wall_ms  # when the loop's clock was 0

    def ms(self) -> int:
        return self.now().ms

    def now(self) -> Now:
        utc_ms = self._wall_ms + self._loop.ms
        return Now(utc_ms + STEADY_MINUS_WALL_MS, utc_ms)


class _Link(MqttLink):
    """A broker that hands everything to the board at once."""

    def __init__(self, chain: LiveChain) -> None:
        self._chain = chain

    @property
    def problem(self) -> str:
        return ""

    @property
    def up(self) -> bool:
        return True

    async def run(self) -> None:
        self._chain.bridge.boards.mqtt_up()
        await asyncio.get_running_loop().create_future()

    async def close(self, last_word: bytes) -> None:
        pass

    def publish(self, topic: str, payload: bytes) -> None:
        self._chain.published += 1
        if self._chain.is_heard(topic):
            self._chain.board.receive(topic, payload, False, self._chain.board_ms())
        asyncio.get_running_loop().call_soon(self._chain.bridge.boards.mqtt_acked, topic)

    def subscribe(self, filters: Any) -> None:
        pass

    def unsubscribe(self, filters: Any) -> None:
        pass


class LiveChain:
    """Runs once. `changes`: every severity that the board took on, at which ms of the wall clock."""

    def __init__(self, folder: Path, thresholds: Thresholds, lines: Sequence[str], more_s: int = 0) -> None:
        """`lines` of queue_log, in the order written; `more_s`: how long to look on after the last."""
        self.path = folder / "queue_log"
        self.path.touch()
        self.changes: list[Change] = []
        self.published = 0
        self._lines: list[tuple[int, str]] = []  # when each is written: what is no line, with the one before
        for line in lines:
            read = parse_line(line.encode())
            self._lines.append((self._lines[-1][0] if read is None else read.at_s, line))
        self._more_s = more_s
        self._thresholds = thresholds
        self._loop = VirtualLoop()
        begins_s = self._lines[0][0] - BEFORE_S
        self._wall_ms = (begins_s - begins_s % 2) * 1000  # heartbeats come at even seconds
        self._fires: dict[tuple[str, str], int] = {}
        self.board = Board(Setup("test", "wall", None, PAGES, 100, (), ""), AnyScreen(9))  # type: ignore[no-untyped-call]
        self.log = logging.getLogger("test.live_chain")

    def run(self) -> None:
        """All of it."""
        self._loop.on_idle = self._tick
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._loop.close()

    def board_ms(self) -> int:
        """The board's clock."""
        return self._wall_ms + self._loop.ms + BOARD_MINUS_WALL_MS

    def is_heard(self, topic: str) -> bool:
        """Whether the board has subscribed to it."""
        return any(topic_matches_sub(each, topic) for each, _ in self.board.subscriptions())

    async def _run(self) -> None:
        text = SETTINGS.format(log=self.path)
        clock = _Clock(self._loop, self._wall_ms)
        self.bridge = Bridge(
            settings.build(parse(text.encode(), "b.yaml"), Path(), secrets=False),
            self._thresholds,
            "1",
            self.log,
            clock,
        )
        self.bridge.boards.mqtt = _Link(self)
        self.board.link(True, self.board_ms())
        running = asyncio.create_task(self.bridge.run())
        await self._write()
        await asyncio.sleep(self._more_s)
        self.bridge.stop()
        await running
        assert not self.board.lines()

    async def _write(self) -> None:
        """Each line just before its second is full; one that is late at once, behind the newest."""
        now_s = 0
        with self.path.open("a", encoding="utf-8") as file:
            for at_s, line in self._lines:
                if at_s > now_s:
                    now_s = at_s
                    file.flush()
                    wait_ms = now_s * 1000 - WRITTEN_MS - self._wall_ms - self._loop.ms
                    await asyncio.sleep(wait_ms / 1000)
                file.write(line + "\n")
            file.flush()
        await asyncio.sleep(WRITTEN_MS / 1000)

    def _tick(self) -> int:
        """Nothing more comes at this ms: let the board judge. Gives the loop's ms at which it wants to be ticked."""
        now_ms = self.board_ms()
        if self.board.next_wake_ms(now_ms) <= now_ms:
            self.board.tick(now_ms)
            reports = self.board.state(now_ms)["alarms"]
            fires = {(each["queue"], each["rule"]): SEVERITIES[each["severity"]] for each in reports}
            if fires != self._fires:
                at_ms = now_ms - BOARD_MINUS_WALL_MS
                self.changes += [
                    Change(at_ms, *key, fires.get(key, 0))
                    for key in sorted({*self._fires, *fires})
                    if fires.get(key, 0) != self._fires.get(key, 0)
                ]
                self._fires = fires
        return self.board.next_wake_ms(now_ms) - now_ms + self._loop.ms
