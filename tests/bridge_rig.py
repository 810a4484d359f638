"""A whole bridge whose PBX, broker and both clocks are in the test's hand."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.yaml_file import parse
from firmware.core import wire
from host_bridge import settings, thresholds
from host_bridge.bridge import Bridge
from host_bridge.clock import Clock, Now
from host_bridge.mqtt.link import MqttLink
from host_bridge.pbx.events import Completed, Connected, Event, Joined, Left, QueueSnapshot, Snapshot, SnapshotCaller

LIMITS = """\
timezone: Asia/Jerusalem
day_start: 03:00
queues: {sales: {label: מכירות}, suport: {}}
hours: {sun-thu: 08:00-18:00}
defaults: {service_level: {min_calls: 1}}
"""
GROUPS = "groups: {phones: {label: טלפונים, queues: [sales, support], rules: {waiting: {warn: 3}}}}\n"
SETTINGS = """\
site: test
pbx: {host: pbx, username: u, password_file: f}
mqtt: {url: "mqtt://broker"}
thresholds: t.yaml
"""


class Link(MqttLink):
    """A broker link that is up and acknowledges while the test says so, and keeps what was published."""

    def __init__(self, bridge: Bridge) -> None:
        self.connected = True
        self.acknowledges = True
        self.bridge = bridge
        self.published: list[tuple[str, dict[str, Any] | None]] = []
        self.heard: set[str] = set()

    @property
    def up(self) -> bool:
        return self.connected

    def publish(self, topic: str, payload: bytes) -> None:
        name = topic.removeprefix("wallboard/test/")
        self.published.append((name, wire.loads(payload) if payload else None))
        if self.acknowledges:
            asyncio.get_running_loop().call_soon(self.bridge.boards.mqtt_acked, topic)

    def subscribe(self, filters: Any) -> None:
        self.heard |= {each.removeprefix("wallboard/test/") for each in filters}

    def unsubscribe(self, filters: Any) -> None:
        self.heard -= {each.removeprefix("wallboard/test/") for each in filters}

    def newest(self, name: str) -> dict[str, Any]:
        found = [message for topic, message in self.published if topic == name]
        assert found and found[-1] is not None, f"{name} was not published"
        return found[-1]


class Story(Clock):
    """A bridge, and its clocks, which stand still until the test moves them."""

    def __init__(self, local: str, limits: str) -> None:
        self.at_ms = 1_000_000
        at = dt.datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Asia/Jerusalem"))
        self.offset_ms = int(at.timestamp() * 1000) - self.at_ms
        self.bridge = Bridge(
            settings.build(parse(SETTINGS.encode(), "b.yaml"), Path(), secrets=False),
            thresholds.build(parse(limits.encode(), "t.yaml")),
            "1",
            logging.getLogger("test.bridge"),
            self,
        )
        self.link = Link(self.bridge)
        self.bridge.boards.mqtt = self.link

    def ms(self) -> int:
        return self.at_ms

    def now(self) -> Now:
        return Now(self.at_ms, self.at_ms + self.offset_ms)

    async def events(self, *events: Event) -> None:
        for event in events:
            self.bridge.on_event(event, self.at_ms)
        await self.settle()

    async def wait(self, ms: int) -> None:
        """Time passes, and the heartbeat that is due comes."""
        self.at_ms += ms
        beats = asyncio.create_task(self.bridge._heartbeats())
        await self.settle()
        beats.cancel()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


def tell(story: Callable[[Story], Awaitable[None]], local: str = "2026-09-08T10:00", limits: str = LIMITS) -> None:
    async def run() -> None:
        await story(Story(local, limits))

    asyncio.run(run())


def listed(*queues: str, at_ms: int = 1_000_000, callers: tuple[SnapshotCaller, ...] = ()) -> Snapshot:
    return Snapshot(tuple(QueueSnapshot(queue, len(callers), 0, 0, callers, ()) for queue in queues), at_ms, True)


def answered(call: str, at_ms: int) -> tuple[Event, ...]:
    return (
        Joined("sales", call, call, 1, 1, at_ms),
        Left("sales", call, 1, 0, at_ms),
        Connected("sales", call, "SIP/1", 3, 2, at_ms),
        Completed("sales", call, "SIP/1", 3, 60, "caller", at_ms),
    )
