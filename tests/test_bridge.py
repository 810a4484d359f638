"""What the bridge says of queues, groups and the whole centre, and when."""

from __future__ import annotations

import asyncio
import logging

import pytest

from host_bridge.pbx.events import Joined
from tests.bridge_rig import GROUPS, LIMITS, Story, answered, listed, tell


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
