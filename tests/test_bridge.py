"""The bridge's wiring, with both clocks in the test's hand: days, hours, silence, queues that come and go."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.yaml_file import parse
from firmware.core import wire
from host_bridge import settings, thresholds
from host_bridge.announce import announcer
from host_bridge.bridge import Bridge
from host_bridge.clock import Clock, Now
from host_bridge.mqtt.link import MqttLink
from host_bridge.pbx.events import (
    Completed,
    Connected,
    Event,
    Joined,
    Left,
    LinkUp,
    QueueSnapshot,
    Snapshot,
    SnapshotCaller,
)

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


def test_nothing_is_said_of_queues_before_the_pbx_told_of_them_and_then_everything() -> None:
    async def story(it: Story) -> None:
        await it.wait(0)
        assert [name for name, _ in it.link.published] == ["bridge/state"]
        it.link.published.clear()
        await it.events(listed("support", "sales"))
        told = [name for name, _ in it.link.published]
        assert told[:4] == ["rules/support", "rules/sales", "rules/@all", "site"]
        assert set(told[4:]) == {"queue/support", "queue/sales", "queue/@all"}
        assert [queue["id"] for queue in it.link.newest("site")["queues"]] == ["sales", "support"]

    tell(story)


def test_a_wait_that_grows_older_is_no_change() -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales"), Joined("sales", "1.1", "1.1", 1, 1, it.at_ms))
        await it.wait(1_000)
        it.link.published.clear()
        for _ in range(20):
            it.bridge.boards._teller.offer(it.bridge.boards._shown.all(), it.at_ms)
            await it.wait(1_000)
        assert {name for name, _ in it.link.published} == {"bridge/state"}

    tell(story)


def test_the_counters_of_today_begin_anew_at_day_start_to_the_millisecond() -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales"))
        it.at_ms += 59_999
        await it.events(*answered("1.1", it.at_ms))
        await it.wait(0)
        it.at_ms += 1  # 03:00: no heartbeat has come since, and yet this call is the new day's
        await it.events(*answered("1.2", it.at_ms))
        await it.wait(1_000)
        assert it.link.newest("queue/sales")["answered"] == 1
        await it.events(*answered("1.3", it.at_ms))
        await it.wait(1_000)
        assert it.link.newest("queue/sales")["answered"] == 2

    tell(story, "2026-09-08T02:59:00")


def test_the_counters_begin_anew_without_any_event_too() -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales"), *answered("1.1", it.at_ms))
        await it.wait(1_000)
        assert it.link.newest("queue/sales")["answered"] == 1
        await it.wait(60_000)
        assert it.link.newest("queue/sales")["answered"] == 0

    tell(story, "2026-09-08T02:59:30")


def test_open_is_said_when_it_changes() -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales"))
        assert it.link.newest("queue/sales")["open"] is False
        await it.wait(60_000)
        assert it.link.newest("queue/sales")["open"] is True

    tell(story, "2026-09-08T07:59:00")


@pytest.mark.parametrize(
    ("local", "name", "figure"),
    [("2026-09-08T07:59:58", "queue/sales", "open"), ("2026-09-08T12:29:58", "bridge/state", "quiet")],
)
def test_what_opens_is_told_at_that_very_moment_and_not_with_the_next_heartbeat(
    local: str, name: str, figure: str
) -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales"))
        await it.wait(950)
        timer = it.bridge.boards._change_timer
        assert timer is not None
        due_s = timer.when() - asyncio.get_running_loop().time()
        assert 0.9 < due_s <= 1.05
        it.at_ms += 1_049
        await it.events(Joined("sales", "a", "a", 1, 1, it.at_ms))  # the rate limit does not hold the opening back
        timer._run()  # a ms early, as timers may be
        assert it.link.newest(name)[figure] is False
        it.at_ms += 1
        timer._run()
        assert it.link.newest(name)[figure] is True
        if name == "queue/sales":
            assert it.link.newest(name)["ts"] == it.at_ms
        else:
            assert it.link.newest(name)["now"] == it.at_ms

    tell(story, local, LIMITS + "quiet: {every: [12:30-13:00]}\n")


def test_a_holiday_is_closed_and_the_day_before_it_ends_early() -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales"))
        assert it.link.newest("queue/sales")["open"] is True
        await it.wait(60_000)  # 13:00 on the day before Yom Kippur
        assert it.link.newest("queue/sales")["open"] is False
        for hours, is_open in ((21, False), (24, True)):  # 10:00 of Yom Kippur, and of the day after
            await it.wait(hours * 3_600_000)
            assert it.link.newest("queue/sales")["open"] is is_open

    limits = LIMITS.replace("18:00}", "18:00, holidays: IL, eves: 08:00-13:00}")
    tell(story, "2026-09-20T12:59:00", limits)


def test_a_queue_that_is_gone_is_cleared_and_one_that_returns_is_told() -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales", "support"))
        it.at_ms += 15_000
        it.link.published.clear()
        await it.events(listed("sales", at_ms=it.at_ms))
        assert ("queue/support", None) in it.link.published
        assert ("rules/support", None) in it.link.published
        assert [queue["id"] for queue in it.link.newest("site")["queues"]] == ["sales"]
        it.at_ms += 15_000
        await it.events(listed("sales", "support", at_ms=it.at_ms))
        assert it.link.newest("queue/support")["waiting"] == 0
        assert it.link.newest("rules/support")["rules"] == []

    tell(story)


def test_a_group_and_the_whole_centre_are_told_with_their_queues() -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales", "support", "other"), Joined("sales", "a", "a", 1, 1, it.at_ms))
        await it.wait(1_000)
        for name, waiting in (("@phones", 1), ("@all", 1), ("sales", 1), ("support", 0)):
            assert it.link.newest(f"queue/{name}")["waiting"] == waiting, name
        assert it.link.newest("queue/@phones")["label"] == "טלפונים"
        assert [queue["id"] for queue in it.link.newest("site")["queues"]] == ["sales", "support", "other", "@phones"]
        assert [rule["id"] for rule in it.link.newest("rules/@phones")["rules"]] == ["waiting"]
        it.link.published.clear()
        await it.events(Joined("other", "b", "b", 1, 1, it.at_ms))
        assert {name for name, _ in it.link.published} == {"queue/other", "queue/@all"}, "the group does not have it"
        it.bridge.boards.mqtt_message("wallboard/test/queue/@phones", b'{"v":1}', True)
        it.bridge.boards.mqtt_message("wallboard/test/queue/@old", b'{"v":1}', True)
        await it.settle()
        assert [name for name, message in it.link.published if message is None] == ["queue/@old"]

    tell(story, limits=LIMITS + GROUPS)


def test_what_an_earlier_run_left_is_cleared_once_the_pbx_told_its_queues() -> None:
    async def story(it: Story) -> None:
        for name in ("queue/old", "rules/old", "queue/sales"):
            it.bridge.boards.mqtt_message(f"wallboard/test/{name}", b'{"v":1}', True)
        it.bridge.boards.mqtt_message("wallboard/test/queue/live", b'{"v":1}', False)
        await it.settle()
        assert it.link.published == []
        await it.events(listed("sales"))
        cleared = {name for name, message in it.link.published if message is None}
        assert cleared == {"queue/old", "rules/old"}
        it.bridge.boards.mqtt_message("wallboard/test/queue/older", b'{"v":1}', True)
        await it.settle()
        assert ("queue/older", None) in it.link.published

    tell(story)


def test_a_notice_is_told_and_taken_back_by_the_heartbeat_after_its_end() -> None:
    async def story(it: Story) -> None:
        wish = b'{"v": 1, "text": "Lunch", "for_ms": 3000}'
        it.bridge.boards.mqtt_message("wallboard/test/notice/set", wish, False)
        assert [name for name, _ in it.link.published] == ["notice"], "at once, and whatever the PBX does"
        assert it.link.newest("notice")["until"] == it.at_ms + 3_000
        await it.wait(2_000)
        assert it.link.published[-1] != ("notice", None)
        await it.wait(1_000)
        assert ("notice", None) in it.link.published

    tell(story)


def test_a_notice_of_an_earlier_run_is_told_anew_and_not_cleared_like_a_queue_that_is_gone() -> None:
    async def story(it: Story) -> None:
        left = b'{"v": 1, "started": 1, "text": "Lunch", "until": 2000000}'
        it.bridge.boards.mqtt_message("wallboard/test/notice", left, True)
        await it.events(listed("sales"))
        assert [message and message["started"] for name, message in it.link.published if name == "notice"] == [it.at_ms]

    tell(story)


def test_notices_are_heard_for_as_long_as_the_connection_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(it: Story) -> None:
        it.bridge.boards.mqtt_up()
        always = {"notice/set", "board/+/state", "bridge/boards", "ack/+/+"}
        assert it.link.heard == {"queue/+", "rules/+", "notice", *always}
        await asyncio.sleep(0)
        await it.settle()
        assert it.link.heard == always

    monkeypatch.setattr(announcer, "LEFTOVERS_S", 0.0)
    tell(story)


def test_after_an_outage_of_the_broker_only_the_newest_is_sent_and_all_of_it() -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales"))
        it.link.acknowledges = False
        await it.wait(1_000)
        it.link.connected = False
        it.link.published.clear()
        for number in range(5):
            await it.events(Joined("sales", f"1.{number}", "x", number + 1, number + 1, it.at_ms))
            await it.wait(2_000)
        assert it.link.published == []
        it.link.connected = True
        it.bridge.boards.mqtt_up()
        await it.settle()
        names = [name for name, _ in it.link.published]
        assert sorted(names) == ["bridge/state", "queue/@all", "queue/sales", "rules/@all", "rules/sales", "site"]
        assert it.link.newest("queue/sales")["waiting"] == 5
        assert it.link.newest("bridge/state")["now"] == it.at_ms

    tell(story)


def test_no_figure_from_before_the_first_list_is_live_when_the_pbx_is_up() -> None:
    """The rate limit may hold a snapshot back, but not past the heartbeat that makes boards take it for live."""

    async def story(it: Story) -> None:
        pbx = SimpleNamespace(pbx="syncing", problem="", shift_ms=None, heard_ms=0, ask_status=lambda queue: None)
        it.bridge.pbx = pbx  # type: ignore[assignment]
        await it.events(listed("sales"))
        it.at_ms += 1_000
        await it.events(Joined("sales", "a", "a", 1, 1, it.at_ms))  # passed on before the list, and published
        it.at_ms += 20
        it.link.published.clear()
        pbx.pbx = "up"
        callers = (SnapshotCaller("a", 1, it.at_ms), SnapshotCaller("b", 2, it.at_ms))
        await it.events(listed("sales", callers=callers), LinkUp(it.at_ms))
        assert [(name, message and message.get("waiting")) for name, message in it.link.published] == [
            ("queue/sales", 2),
            ("queue/@all", 2),
            ("bridge/state", None),
        ]

    tell(story)


def test_a_figure_that_awaits_an_acknowledgement_is_not_overtaken_by_the_state_that_calls_it_live() -> None:
    async def story(it: Story) -> None:
        pbx = SimpleNamespace(pbx="syncing", problem="", shift_ms=None, heard_ms=0, ask_status=lambda queue: None)
        it.bridge.pbx = pbx  # type: ignore[assignment]
        it.link.acknowledges = False
        await it.events(listed("sales"))
        topics = dict.fromkeys(name for name, _ in it.link.published)
        it.bridge.boards.mqtt_acked("wallboard/test/bridge/state")
        pbx.pbx = "up"
        it.link.published.clear()
        await it.events(listed("sales", callers=(SnapshotCaller("a", 1, it.at_ms),)), LinkUp(it.at_ms))
        await it.wait(2_000)
        assert "bridge/state" not in [name for name, _ in it.link.published]
        for name in topics:
            it.bridge.boards.mqtt_acked(f"wallboard/test/{name}")
        assert it.link.newest("queue/sales")["waiting"] == 1
        assert [name for name, _ in it.link.published][-1] == "bridge/state"
        pbx.pbx = "down"
        await it.events(Joined("sales", "b", "b", 2, 2, it.at_ms))
        assert it.link.newest("bridge/state")["pbx"] == "down", "what is not live is said at once"

    tell(story)


def test_a_new_connection_says_that_the_pbx_is_up_behind_all_figures() -> None:
    async def story(it: Story) -> None:
        it.bridge.pbx = SimpleNamespace(  # type: ignore[assignment]
            pbx="up", problem="", shift_ms=None, heard_ms=0, ask_status=lambda queue: None
        )
        await it.wait(0)  # the first heartbeat, before the PBX told its queues
        await it.events(listed("sales"), LinkUp(it.at_ms))
        it.link.published.clear()
        it.at_ms += 1_000
        it.bridge.boards.mqtt_up()
        await it.settle()
        names = [name for name, _ in it.link.published]
        assert sorted(names) == ["bridge/state", "queue/@all", "queue/sales", "rules/@all", "rules/sales", "site"]
        assert names[-1] == "bridge/state"

    tell(story)


def test_misspelt_queues_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async def story(it: Story) -> None:
        for _ in range(3):
            await it.events(listed("sales", at_ms=it.at_ms))
            it.at_ms += 15_000

    caplog.set_level(logging.INFO, "test.bridge")
    tell(story)
    assert caplog.messages == ["thresholds name queues that the PBX does not have: suport"]


def test_the_right_spelling_of_a_misspelt_queue_is_told_with_it(caplog: pytest.LogCaptureFixture) -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales", "support", at_ms=it.at_ms))

    tell(story)
    assert "does not have: suport (did you mean 'support'?)" in caplog.text
