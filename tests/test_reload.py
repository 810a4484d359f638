"""Thresholds that change while the bridge runs: what goes out, in which order, and what a real board makes of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.yaml_file import parse
from firmware.core import wire
from firmware.core.board import Board, Setup
from host_bridge import thresholds
from host_bridge.announce import changeover
from host_bridge.announce.handover import Told, rules_first
from host_bridge.pbx.events import Connected, Event, Joined, LinkUp, MemberChanged
from tests.bridge_rig import GROUPS, LIMITS, Story, answered, listed, tell
from tests.core.rig import AnyScreen

BOARD_MS = -900_000  # its clock minus the bridge's

FILES = {
    "plain": LIMITS,
    "labels": LIMITS.replace("מכירות", "Sales").replace("suport: {}", "support: {label: תמיכה}"),
    "order": LIMITS.replace("sales: {label: מכירות}, suport: {}", "support: {}, sales: {label: מכירות}"),
    "hours": LIMITS.replace("18:00", "09:30"),
    "night": LIMITS.replace("08:00-18:00", "22:00-10:30"),
    "day": LIMITS.replace("03:00", "09:45"),
    "later day": LIMITS.replace("03:00", "10:30"),
    "zone": LIMITS.replace("Asia/Jerusalem", "Pacific/Auckland"),
    "quiet": LIMITS + "quiet: {every: [09:00-11:00]}\n",
    "blink": LIMITS + "blink: {critical: 2hz}\nbuzzer: {critical: triple}\n",
    "limit": LIMITS + "wait_limit: {limit: 6m, offer_at: 3m}\n",
    "rolling": LIMITS.replace("min_calls: 1", "min_calls: 1, window: 5m"),
    "formula": LIMITS.replace("min_calls: 1", "min_calls: 1, formula: answered_of_answered, answer_within: 1s"),
    "rules": LIMITS.replace("defaults: {", "defaults: {rules: {waiting: {warn: 1, critical: 3}, sla: {warn: 90%}}, "),
    "group": LIMITS + "groups: {phones: {label: טלפונים, queues: [sales, support], rules: {waiting: {warn: 3}}}}\n",
    "other group": LIMITS + "groups: {phones: {queues: [support]}, all: {label: Everything}}\n",
    "short group": LIMITS
    + "groups: {phones: {queues: [sales, support], hours: {tue: 09:00-10:05},"
    + " service_level: {window: 1m}}}\n",
}
STEPS: tuple[tuple[int, tuple[Event, ...]], ...] = (
    (0, (listed("support", "sales", "other"), LinkUp(0))),
    (400_000, answered("1.1", 0)),
    (200_000, (Joined("sales", "2.1", "2.1", 1, 1, 0), MemberChanged("sales", "SIP/1", "N", 1, False, False, 0))),
    (55_000, (Joined("support", "3.1", "3.1", 1, 1, 0), *answered("1.2", 0))),
    (10_000, ()),
)


def read(text: str) -> thresholds.Thresholds:
    return thresholds.build(parse(text.encode(), "thresholds.yaml"))


def retained(it: Story) -> dict[str, dict[str, Any]]:
    """What a broker keeps of all that was published, but for when it was said."""
    kept: dict[str, dict[str, Any]] = {}
    for name, message in it.link.published:
        if message is None:
            kept.pop(name, None)
        else:
            kept[name] = {key: value for key, value in message.items() if key not in ("seq", "ts")}
            if "oldest_ms" in message:
                kept[name]["oldest_ms"] = message["ts"] - message["oldest_ms"]
            if message.get("next_breach_ms"):
                kept[name]["next_breach_ms"] += message["ts"]
    return kept


async def play(it: Story, until: int = len(STEPS), since: int = 0) -> None:
    for later_ms, events in STEPS[since:until]:
        await it.wait(later_ms)
        await it.events(*(event._replace(at_ms=it.at_ms) for event in events))


def pbx_is_up(it: Story) -> None:
    pbx = SimpleNamespace(pbx="up", problem="", shift_ms=None, heard_ms=0, ask_status=lambda queue: None)
    it.bridge.pbx = pbx  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine of the tests is."""
    monkeypatch.setattr(changeover, "SLICE_S", 60.0)


@given(st.lists(st.sampled_from(sorted(FILES)), min_size=2, max_size=3), st.integers(0, len(STEPS)), st.integers(0, 5))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["plain", "labels", "group"], 4, 0)
def test_what_is_retained_is_then_what_a_bridge_that_began_with_the_file_would_have_said(
    names: list[str], after: int, breaks: int
) -> None:
    """Whether it is told in one piece, or queue by queue while more happens."""

    async def changed(it: Story) -> None:
        await play(it, after)
        for name in names[1:]:
            it.bridge.change(read(FILES[name]))
            for _ in range(breaks):
                await asyncio.sleep(0)
        await play(it, since=after)
        await it.wait(1_000)
        await it.wait(0)
        found.append(retained(it))

    async def from_the_start(it: Story) -> None:
        await play(it)
        await it.wait(1_000)
        await it.wait(0)
        found.append(retained(it))

    found: list[dict[str, dict[str, Any]]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changeover, "SLICE_S", 0.0)
        tell(changed, "2026-09-08T09:50", FILES[names[0]])
    tell(from_the_start, "2026-09-08T09:50", FILES[names[-1]])
    assert found[0] == found[1]


def test_only_what_differs_is_said_and_it_is_said_at_once() -> None:
    async def story(it: Story) -> None:
        await play(it)
        it.link.published.clear()
        it.bridge.change(read(LIMITS))
        await it.settle()
        assert [name for name, _ in it.link.published] == ["bridge/state"]
        it.link.published.clear()
        it.bridge.change(read(LIMITS.replace("sales: {", "sales: {rules: {waiting: {warn: 3}}, ")))
        assert [name for name, _ in it.link.published] == ["rules/sales", "bridge/state"]
        it.link.published.clear()
        await it.events(Joined("sales", "9", "9", 2, 2, it.at_ms))
        it.bridge.change(read(FILES["labels"]))  # the rate limit holds nothing of it back
        said = [name for name, _ in it.link.published]
        assert said[-2:] == ["site", "bridge/state"]
        assert {"queue/sales", "rules/sales", "queue/support"} <= set(said)
        assert it.link.newest("queue/sales")["label"] == "Sales"
        await it.wait(1_000)
        assert [name for name, _ in it.link.published[len(said) :]] == ["bridge/state"]

    tell(story)


def test_a_group_comes_with_all_that_belongs_to_it_and_goes_without_a_trace() -> None:
    async def story(it: Story) -> None:
        await play(it)
        it.link.published.clear()
        it.bridge.change(read(FILES["group"]))
        assert [name for name, _ in it.link.published] == ["queue/@phones", "rules/@phones", "site", "bridge/state"]
        await it.wait(1_000)
        it.link.published.clear()
        it.bridge.change(read(LIMITS))
        site = ("site", it.link.newest("site"))
        assert it.link.published[:-1] == [site, ("queue/@phones", None), ("rules/@phones", None)]
        await it.settle()
        it.link.published.clear()
        it.bridge.boards.mqtt_up()
        await it.settle()
        assert not [name for name, _ in it.link.published if "@phones" in name]

    tell(story)


def test_what_the_pbx_tells_meanwhile_stands_behind_few_messages() -> None:
    async def story(it: Story) -> None:
        queues = [f"q{number}" for number in range(100)]
        await it.events(listed("sales", *queues))
        for _ in range(10):
            await it.settle()
        it.link.acknowledges = False
        it.link.published.clear()
        changed = LIMITS.replace("defaults: {", "defaults: {rules: {waiting: {warn: 3}}, ")
        it.bridge.change(read(changed + "groups: {phones: {queues: [sales]}}\n"))
        await it.settle()
        assert 20 < len(it.link.published) < 30
        told = len(it.link.published)
        await it.events(Joined("q99", "9", "9", 1, 1, it.at_ms))
        assert {name for name, _ in it.link.published[told:]} == {"queue/q99", "rules/q99", "queue/@all"}
        it.link.acknowledges = True
        for name, _ in tuple(it.link.published):
            it.bridge.boards.mqtt_acked(f"wallboard/test/{name}")
        for _ in range(100):
            await it.settle()
        assert len([name for name, _ in it.link.published if name.startswith("rules/")]) == 102
        assert it.link.newest("queue/@phones")["waiting"] == 0
        assert it.link.newest("site")["queues"][-1]["id"] == "@phones"
        assert it.bridge.boards._publisher.unacked == 0

    tell(story)


def test_a_broker_that_is_lost_while_thresholds_go_out_is_told_the_rest_when_it_is_back() -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales", *(f"q{number}" for number in range(100))))
        for _ in range(10):
            await it.settle()
        it.link.acknowledges = False
        it.bridge.change(read(FILES["labels"]))
        it.link.connected, it.link.acknowledges = False, True
        it.link.published.clear()
        it.link.connected = True
        it.bridge.boards.mqtt_up()
        for _ in range(100):
            await it.settle()
        assert ("queue/@phones", None) in it.link.published
        assert it.link.newest("queue/sales")["label"] == "Sales"
        assert [queue["id"] for queue in it.link.newest("site")["queues"]][:2] == ["sales", "q0"]
        assert not it.bridge.boards._teller.goes_on
        assert it.bridge.boards._publisher.unacked == 0

    tell(story, limits=LIMITS + GROUPS)


def test_thresholds_that_change_while_the_broker_is_away_are_told_when_it_is_back() -> None:
    async def story(it: Story) -> None:
        await play(it)
        it.link.connected = False
        it.link.published.clear()
        it.bridge.change(read(FILES["group"]))
        it.bridge.change(read(FILES["blink"]))
        assert it.link.published == []
        it.link.connected = True
        it.bridge.boards.mqtt_up()
        await it.settle()
        assert it.link.newest("site")["blink"]["critical"] == 2_000
        assert not [name for name, message in it.link.published if "@phones" in name and message]

    tell(story)


def test_what_was_acknowledged_of_rules_that_are_taken_out_is_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no other; without anybody who connects, or acknowledges anew."""
    kept = {f"ack/{name}": b'{"v":1,"at":1}' for name in ("sales/waiting", "support/waiting", "@phones/waiting")}

    async def story(it: Story) -> None:
        def deliver() -> None:
            for name, payload in kept.items():
                it.bridge.boards.mqtt_message(f"wallboard/test/{name}", payload, True)

        def subscribe(filters: Any) -> None:  # a broker sends what it retains with each, and does so by and by
            if "wallboard/test/ack/+/+" in filters:
                asyncio.get_running_loop().call_soon(deliver)

        def cleared() -> list[str]:
            return [name for name, message in it.link.published if name.startswith("ack/") and message is None]

        monkeypatch.setattr(it.link, "subscribe", subscribe)
        await play(it)
        it.bridge.boards.mqtt_up()
        await it.settle()
        await it.wait(2_000)
        assert cleared() == []
        rule = "sales: {rules: {waiting: {warn: 3}}, "
        it.bridge.change(read(LIMITS.replace("sales: {", rule)))
        await it.wait(2_000)
        assert cleared() == ["ack/support/waiting", "ack/@phones/waiting"]
        for name in cleared():
            del kept[name]
        it.bridge.change(read(LIMITS))
        await it.wait(2_000)
        assert cleared()[2:] == ["ack/sales/waiting"]

    with_rules = LIMITS.replace("min_calls: 1}", "min_calls: 1}, rules: {waiting: {warn: 3}}")
    tell(story, limits=with_rules + GROUPS)


def test_before_the_pbx_told_its_queues_nothing_is_said_of_any() -> None:
    async def story(it: Story) -> None:
        it.bridge.change(read(FILES["group"]))
        assert [name for name, _ in it.link.published] == ["bridge/state"]
        await play(it)
        assert it.link.newest("queue/@phones")["waiting"] == 2

    tell(story)


def test_queues_that_the_pbx_does_not_have_are_named_anew_when_they_are_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story(it: Story) -> None:
        await it.wait(0)
        it.bridge.change(read(LIMITS))  # before the PBX told its queues none is missing
        await play(it)
        it.bridge.change(read(FILES["blink"]))
        it.bridge.change(read(LIMITS.replace("suport", "slaes")))
        it.bridge.change(read(FILES["labels"]))
        it.bridge.change(read(LIMITS))

    caplog.set_level(logging.WARNING, "test.bridge")
    tell(story)
    lines = [line.split(": ", 1)[1] for line in caplog.messages if "does not have" in line]
    assert lines == ["suport (did you mean 'support'?)", "slaes", "suport (did you mean 'support'?)"]


def test_a_day_that_is_over_by_another_calendar_is_told_with_its_figures(caplog: pytest.LogCaptureFixture) -> None:
    async def story(it: Story) -> None:
        await play(it)
        assert it.link.newest("queue/sales")["answered"] == 2
        it.bridge.change(read(FILES["day"]))
        assert it.link.newest("queue/sales")["answered"] == 2
        await it.wait(1_000)

    caplog.set_level(logging.INFO, "test.bridge")
    tell(story, "2026-09-08T09:50", LIMITS.replace("03:00", "23:00"))
    lines = [line for line in caplog.messages if line.startswith("day ") and " of sales: " in line]
    assert len(lines) == 1
    assert lines[0].startswith("day 2026-09-07 of sales: ")
    assert " 2 answered" in lines[0]


def test_a_longer_window_reaches_back_to_yesterday_at_once() -> None:
    async def story(it: Story) -> None:
        await it.events(listed("sales"), *answered("1.1", it.at_ms))
        for _ in range(23):
            await it.wait(3_600_000)
        assert it.link.newest("queue/sales")["answered"] == 0
        it.bridge.change(read(LIMITS.replace("min_calls: 1", "min_calls: 1, window: 24h")))
        await it.wait(1_000)
        assert it.link.newest("queue/sales")["answered"] == 1

    tell(story)


class Watched:
    """A board that hears each message by itself, and is ticked and looked at after each: the worst that can be."""

    def __init__(self, it: Story) -> None:
        self.it = it
        self.severities: list[dict[str, int]] = []
        self.sounds: list[bool] = []
        self.board = Board(Setup("test", "wall", None, ("queues",), 100, (), ""), AnyScreen(6))  # type: ignore[no-untyped-call]
        self.board.link(True, it.at_ms + BOARD_MS)
        self._publish = it.link.publish
        it.link.publish = self.publish  # type: ignore[method-assign]

    def publish(self, topic: str, payload: bytes) -> None:
        self._publish(topic, payload)
        now_ms = self.it.at_ms + BOARD_MS
        self.board.receive(topic, payload, False, now_ms)
        self.board.tick(now_ms)
        tiles = self.board.view(now_ms).tiles or ()
        self.severities.append({tile.id: tile.severity for tile in tiles})
        self.sounds.append(self.board.buzzer(now_ms))

    def clear(self) -> None:
        """Look and listen anew."""
        self.severities.clear()
        self.sounds.clear()


def test_what_fires_on_a_board_goes_on_firing_without_a_new_sound() -> None:
    async def story(it: Story) -> None:
        board = Watched(it)
        pbx_is_up(it)
        await play(it, 3)
        await it.wait(2_000)
        board.clear()
        await it.events(Joined("sales", "2.2", "2.2", 2, 2, it.at_ms))
        await it.wait(2_000)
        assert board.severities[-1]["sales"] == 2
        assert any(board.sounds)
        await it.wait(2_000)
        for limits in (
            text.replace("critical: 2", "critical: 2, for: 1s"),
            text.replace("sales: {label: מכירות}", "sales: {label: Sales}"),
            text + "groups: {phones: {queues: [sales, support], rules: {waiting: off}}}\n",
            text + "wait_limit: {limit: 6m}\n",
            text,
        ):
            board.clear()
            it.bridge.change(read(limits))
            await it.wait(2_000)
            assert not any(board.sounds), limits
            assert {each["sales"] for each in board.severities} == {2}, limits
        board.clear()
        it.bridge.change(read(text.replace("critical: 2", "critical: 3")))
        await it.wait(6_000)
        assert [each["sales"] for each in board.severities][-1] == 1

    rules = "buzzer: {critical: double}\ndefaults: {rules: {waiting: {warn: 1, critical: 2, hold: 0s}}}\n"
    text = LIMITS.replace("defaults: {service_level: {min_calls: 1}}\n", rules)
    tell(story, limits=text)


SLA = LIMITS.replace(
    "defaults: {service_level: {min_calls: 1}}",
    "buzzer: {critical: double}\n"
    "defaults: {service_level: {min_calls: 1, answer_within: %s}, rules: {sla: {critical: %s, hold: 0s}}}",
)


@pytest.mark.parametrize(
    ("before", "after", "order"),
    [
        (("1s", "40%"), ("20s", "80%"), ["queue/sales", "rules/sales"]),
        (("20s", "80%"), ("1s", "40%"), ["rules/sales", "queue/sales"]),
    ],
    ids=["the figure gets better and the limit stricter", "the figure gets worse and the limit easier"],
)
def test_a_board_never_judges_new_figures_by_old_rules(
    before: tuple[str, str], after: tuple[str, str], order: list[str]
) -> None:
    async def story(it: Story) -> None:
        board = Watched(it)
        pbx_is_up(it)
        await it.events(listed("sales"), LinkUp(it.at_ms))
        quick = [event._replace(hold_s=0) if type(event) is Connected else event for event in answered("1", it.at_ms)]
        await it.events(*quick, *answered("2", it.at_ms))
        await it.wait(2_000)
        await it.wait(2_000)
        board.clear()
        it.link.published.clear()
        it.bridge.change(read(SLA % after))
        assert [name for name, _ in it.link.published if name.endswith("/sales")] == order
        assert {each["sales"] for each in board.severities} == {0}
        assert not any(board.sounds)

    tell(story, limits=SLA % before)


def told(sla: int, limit: int, *, is_open: bool = True) -> Told:
    rule: Mapping[str, Any] = {
        "id": "sla",
        "for_ms": 0,
        "hold_ms": 0,
        "sound": {"warn": "none", "critical": "none"},
        "levels": [{"severity": "warn", "all": [{"metric": "sla", "op": "<", "value": limit}]}],
    }
    return Told(wire.dumps({"v": 1, "started": 1, "rules": [rule]}), {"sla": sla}, is_open)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (told(900, 800), told(600, 500), True),
        (told(600, 500), told(900, 800), False),
        (told(600, 800), told(600, 500), False),  # it fires and lets go in either order
        (told(900, 800), told(600, 800), False),  # it begins to fire in either order
        (told(600, 800, is_open=False), told(600, 500), True),  # it opens with easier rules
        (told(600, 500), told(600, 800, is_open=False), False),  # it closes, with stricter rules for tomorrow
    ],
)
def test_the_order_that_raises_nothing(old: Told, new: Told, expected: bool) -> None:
    assert rules_first(old, new) is expected
