"""What the bridge says over its link to the broker: notices, after an outage, in which order."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from host_bridge.announce import announcer
from host_bridge.pbx.events import Joined, LinkUp, SnapshotCaller
from tests.bridge_rig import Story, listed, tell


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
