"""Rows of the history made into what people ask; and changes of severity made into rows."""

from __future__ import annotations

import itertools
import json
import time

from host_bridge.alarms import Change
from host_bridge.history import Ack, BoardEvent, Firing, Outage, Rows, Run, spans
from host_bridge.history.acks import MOST_EARLY, OFTEN, WITHIN_MS, Acks
from host_bridge.history.firings import MOST_STEPS, Firings
from host_bridge.history.history import MARK_MS
from host_bridge.history.outages import LEAST_MS, Outages

MINUTE_MS = 60_000
NOW_MS = 100 * MINUTE_MS
FIRST = Run(1, "1", 0, 50 * MINUTE_MS, None)  # killed
SECOND = Run(2, "1", 51 * MINUTE_MS, NOW_MS - MARK_MS, None)  # running
OPEN = Firing(1, 1, "sales", "wait", 1, 49 * MINUTE_MS, None, "", ((49 * MINUTE_MS, 1),))
LATER = Firing(2, 1, "sales", "wait", 2, 52 * MINUTE_MS, None, "", ((52 * MINUTE_MS, 2),))


def rows(**parts: object) -> Rows:
    return Rows((FIRST, SECOND), (), (), (), (), ())._replace(**parts)  # type: ignore[arg-type]


def event(at_ms: int, what: str, board: str = "hall-2") -> BoardEvent:
    return BoardEvent(at_ms, board, what, "pi-b", "10.0.0.9", "", "1", "")


def test_what_a_killed_run_left_open_ended_with_it_as_far_as_anybody_knows() -> None:
    (alarm,) = spans.alarms(rows(firings=(OPEN,)), NOW_MS)
    assert (alarm.until_ms, alarm.end) == (FIRST.seen_ms, "unknown")
    young = OPEN._replace(from_ms=FIRST.seen_ms + 5_000, steps=((FIRST.seen_ms + 9_000, 1),))
    (alarm,) = spans.alarms(rows(firings=(young,)), NOW_MS)
    assert alarm.until_ms == FIRST.seen_ms + 9_000, "it rose after the last mark"


def test_one_that_fires_again_when_the_bridge_is_back_is_the_same() -> None:
    (alarm,) = spans.alarms(rows(firings=(OPEN, LATER)), NOW_MS)
    assert (alarm.from_ms, alarm.until_ms, alarm.severity, alarm.end) == (OPEN.from_ms, None, 2, "")
    assert alarm.steps == OPEN.steps + LATER.steps


def test_one_that_fires_again_long_after_or_that_had_cleared_is_another() -> None:
    late = LATER._replace(from_ms=OPEN.from_ms + spans.RESUME_MS + 2 * MINUTE_MS)
    assert len(spans.alarms(rows(firings=(OPEN, late)), NOW_MS)) == 2
    cleared = OPEN._replace(until_ms=OPEN.from_ms + 1, end="cleared")
    assert len(spans.alarms(rows(firings=(cleared, LATER)), NOW_MS)) == 2
    assert len(spans.alarms(rows(firings=(OPEN, LATER._replace(rule="other"))), NOW_MS)) == 2


def test_who_acknowledged_is_told_of_the_firing_in_progress() -> None:
    at_ms = OPEN.from_ms + 12_000
    mine = Ack("sales", "wait", 1, at_ms, None, "hall-1")
    others = (mine._replace(rule="sla"), mine._replace(queue="x"), mine._replace(at_ms=OPEN.from_ms - 1))
    (alarm,) = spans.alarms(rows(firings=(OPEN,), acks=(*others, mine)), NOW_MS)
    assert alarm.acks == (mine,)


def test_boards_that_were_offline_during_an_alarm() -> None:
    events = (
        event(OPEN.from_ms - 10, "offline"),
        event(OPEN.from_ms - 5, "offline"),
        event(OPEN.from_ms + 5, "online"),
        event(OPEN.from_ms + 6, "offline", "lobby"),
        event(OPEN.from_ms + 7, "forgotten", "lobby"),
        event(NOW_MS - 5, "offline"),
    )
    found = spans.offline(rows(boards=events), NOW_MS)
    assert [(each.board, each.from_ms, each.until_ms, each.forgotten) for each in found] == [
        ("hall-2", OPEN.from_ms - 10, OPEN.from_ms + 5, False),
        ("lobby", OPEN.from_ms + 6, OPEN.from_ms + 7, True),
        ("hall-2", NOW_MS - 5, None, False),
    ]
    (alarm,) = spans.alarms(rows(firings=(OPEN,), boards=events), NOW_MS)
    assert alarm.offline == ("hall-2", "lobby")


def test_outages_end_with_the_run_that_saw_them() -> None:
    outage = Outage(1, 1, "pbx", "", 40 * MINUTE_MS, None)
    found = spans.outages(rows(outages=(outage, outage._replace(started=2, from_ms=60 * MINUTE_MS))), NOW_MS)
    assert [each.until_ms for each in found] == [FIRST.seen_ms, None]


def test_a_firing_is_one_row_from_rise_to_end_by_the_wall_clock_as_known_last() -> None:
    book = Firings(7)
    first = book.take([Change(1_000, "sales", "wait", 1)], 500)
    assert first == [Firing(7, 1, "sales", "wait", 1, 1_500, None, "", ((1_500, 1),))]
    book.take([Change(2_000, "sales", "wait", 2), Change(2_500, "sales", "wait", 1)], 500)
    (last,) = book.take([Change(3_000, "sales", "wait", 0)], 1_000_000)
    assert last[4:8] == (2, 1_001_000, 1_003_000, "cleared")
    assert [severity for _, severity in last.steps] == [1, 2, 1, 0]
    assert book.take([Change(4_000, "sales", "wait", 0)], 0) == []
    (again,) = book.take([Change(5_000, "sales", "wait", 1)], 0)
    assert again.number == 2
    (stopped,) = book.stop(6_000, 0)
    assert (stopped.until_ms, stopped.end) == (6_000, "unknown")
    assert book.stop(6_000, 0) == []


def test_of_a_firing_that_flutters_the_first_steps_are_kept_and_its_end() -> None:
    book = Firings(7)
    for number in range(2 * MOST_STEPS):
        book.take([Change(number, "sales", "wait", 1 + number % 2)], 0)
    (last,) = book.take([Change(9_999, "sales", "wait", 0)], 0, gone=True)
    assert len(last.steps) == MOST_STEPS + 1 and last.steps[-1] == (9_999, 0)
    assert (last.until_ms, last.end) == (9_999, "gone")


def test_a_moment_without_the_pbx_is_no_outage_and_a_longer_one_is_told_while_it_lasts() -> None:
    book = Outages(7)
    book.take("pbx", "cut", 0, 10)
    assert book.tick(LEAST_MS - 1, 10) == []
    assert book.take("pbx", None, LEAST_MS - 1, 10) == []
    book.take("pbx", "cut", 10_000, 10)
    book.take("pbx", "another word", 11_000, 10)
    assert book.tick(20_000, 10) == [Outage(7, 1, "pbx", "cut", 10_010, None)]
    assert book.tick(30_000, 10) == []
    assert book.take("pbx", None, 40_000, 10) == [Outage(7, 1, "pbx", "cut", 10_010, 40_010)]
    book.take("broker", "", 50_000, 10)
    assert [each.number for each in book.stop(60_000, 10)] == [2]


def an_ack(at: int, **more: object) -> bytes:
    return json.dumps({"v": 1, "at": at, "by": "hall-1"} | more).encode()


def test_an_acknowledgement_is_kept_once_however_often_it_is_delivered() -> None:
    acks = Acks()
    acks.rules("sales", frozenset(("wait",)), 0)
    assert acks.take("sales", "wait", an_ack(5, until=9), 100, 1_000) == Ack("sales", "wait", 5, 1_005, 1_009, "hall-1")
    assert acks.take("sales", "wait", an_ack(5), 200, 1_000) is None
    assert acks.take("sales", "wait", b"", 200, 1_000) is None
    ahead = acks.take("sales", "wait", an_ack(999_999), 300, 1_000)
    assert ahead is not None and ahead.at_ms == 1_300, "never of the future"
    assert acks.refused == 0


def test_nonsense_and_floods_are_counted_and_not_kept() -> None:
    acks = Acks()
    acks.rules("sales", frozenset(("wait",)), 0)
    for payload in (b"x", b"{}", b'{"v":1,"at":"x"}', b'{"v":9,"at":1}'):
        assert acks.take("sales", "wait", payload, 0, 0) is None
    assert acks.take("sales", "other", an_ack(1), 0, 0) is None
    assert acks.refused == 5
    kept = [acks.take("sales", "wait", an_ack(number), number, 0) for number in range(1, 2 * OFTEN)]
    assert len([each for each in kept if each]) == OFTEN
    assert acks.take("sales", "wait", an_ack(10**9), WITHIN_MS + OFTEN, 0) is not None


def test_what_comes_before_the_rules_are_known_waits_for_them() -> None:
    acks = Acks()
    assert acks.take("sales", "wait", an_ack(5), 10, 0) is None
    assert acks.take("later", "wait", an_ack(5), 10, 0) is None
    assert [each.queue for each in acks.rules("sales", frozenset(("wait",)), 0)] == ["sales"]
    assert [each.queue for each in acks.rules("later", frozenset(("wait",)), 0)] == ["later"]
    for number in range(MOST_EARLY + 10):
        acks.take("never", "wait", an_ack(number), 10, 0)
    assert acks.refused == 10


def test_an_acknowledgement_of_enormous_size_is_not_kept_for_a_queue_that_may_come() -> None:
    acks = Acks()
    payload = an_ack(5, by="x" * 100_000)
    assert acks.take("nix", "wait", payload, 10, 0) is None
    assert acks.refused == 1
    assert acks.rules("nix", frozenset(["wait"]), 0) == []


def test_ten_thousand_alarms_with_as_many_acknowledgements_and_outages_are_told_in_a_moment() -> None:
    step_ms, fires_ms = 60_000, 30_000
    firings = [
        Firing(0, number, f"q{number % 40}", "wait", 1, number * step_ms, number * step_ms + fires_ms, "cleared", ())
        for number in range(10_000)
    ]
    acks = [Ack(each.queue, "wait", each.from_ms, each.from_ms + 5_000, None, "hall-1") for each in firings[::2]]
    boards = [
        BoardEvent(number * step_ms + 10_000, f"b{number % 7}", what, "", "", "", "", "")
        for number, what in zip(range(10_000), itertools.cycle(["offline"] * 7 + ["online"] * 7), strict=False)
    ]
    rows = Rows((), (), tuple(firings), tuple(acks), tuple(boards), ())
    now_ms = 10_000 * step_ms
    began_s = time.process_time()
    alarms, absent = spans.alarms(rows, now_ms), spans.offline(rows, now_ms)
    during = spans.during(absent, alarms, now_ms)
    assert time.process_time() - began_s < 2.0
    assert [len(each.acks) for each in alarms[:4]] == [1, 0, 1, 0]
    assert sum(during) == sum(len(each.offline) for each in alarms), "counted from either side it is the same"
    assert alarms[8].offline == ("b1", "b2", "b3", "b4", "b5", "b6"), "and b1 is back while it fires"
