"""The PBX's own counters, and what they say of a gap."""

from __future__ import annotations

import pytest

from host_bridge.pbx.events import MemberChanged, QueueSnapshot
from host_bridge.truth.counters import Counters, Missed, less_what_is_told, listed, missed
from host_bridge.truth.live import PbxCounters
from host_bridge.truth.outcomes import End, Estimate, Outcome


def member(n: int, *, in_call: bool) -> MemberChanged:
    return MemberChanged("q1", f"SIP/{n}", "N", 2, False, in_call, 0)


def snapshot(completed: int, abandoned: int, *in_call: bool) -> QueueSnapshot:
    members = tuple(member(n, in_call=talks) for n, talks in enumerate(in_call))
    return QueueSnapshot("q1", 0, completed, abandoned, (), members)


def test_a_list_tells_who_talks() -> None:
    assert listed(snapshot(7, 3, True, False, True)) == PbxCounters("q1", 7, 3, 2)


def test_events_are_counted_between_lists() -> None:
    counters = Counters()
    counters.connected("q1")  # of a queue that no list has told yet: nothing to count from
    assert counters.now() == ()
    counters.take(snapshot(7, 3, True))
    counters.connected("q1")
    counters.gave_up("q1")
    counters.completed("q1")
    counters.completed("q1")
    counters.completed("q1")
    assert counters.now() == (PbxCounters("q1", 10, 4, 0),)
    counters.take(snapshot(9, 4))
    assert counters.now() == (PbxCounters("q1", 9, 4, 0),)
    counters.restarted()
    assert counters.now() == (PbxCounters("q1", 0, 0, 0),)
    counters.restore((PbxCounters("q1", 5, 5, 5),))
    assert counters.now() == (PbxCounters("q1", 5, 5, 5),)
    counters.drop("q1")
    counters.drop("q1")
    assert counters.now() == ()


@pytest.mark.parametrize(
    ("answered", "abandoned", "kept"),
    [(0, 0, (7, 3, 2)), (1, 1, (7, 2, 1)), (4, 3, (5, 0, 0)), (10, 9, (0, 0, 0))],
)
def test_what_rose_in_an_open_gap_is_found_again_after_a_kill(
    answered: int, abandoned: int, kept: tuple[int, int, int]
) -> None:
    counters = Counters()
    counters.take(snapshot(7, 3, True, True))
    counters.uncounted = {"q1": Missed(answered, abandoned), "q2": Missed(1, 1)}
    assert counters.heard() == (PbxCounters("q1", 7, 3, 2),)
    assert counters.now() == (PbxCounters("q1", *kept),)
    assert missed(counters.now()[0], counters.heard()[0]) == Missed(min(answered, 9), min(abandoned, 3))


@pytest.mark.parametrize(
    ("before", "after", "answered", "abandoned"),
    [
        ((5, 2, 0), (5, 2, 0), 0, 0),
        ((5, 2, 0), (8, 3, 0), 3, 1),
        ((5, 2, 1), (6, 2, 0), 0, 0),  # he talked before
        ((5, 2, 0), (5, 2, 2), 2, 0),  # answered, and not over yet
        ((5, 2, 3), (6, 2, 3), 1, 0),
        ((5, 2, 3), (5, 2, 0), 0, 0),  # counted too far ahead: never less than nothing
        ((55, 22, 3), (1, 1, 1), 2, 1),  # began anew
        ((55, 22, 3), (55, 0, 0), 55, 0),
        ((900, 200, 0), (899, 200, 0), 0, 0),  # a list was ahead of an event: not 1,099 calls
        ((900, 200, 0), (902, 190, 0), 2, 0),
    ],
)
def test_missed(before: tuple[int, int, int], after: tuple[int, int, int], answered: int, abandoned: int) -> None:
    assert missed(PbxCounters("q1", *before), PbxCounters("q1", *after)) == Missed(answered, abandoned)


def test_an_estimate_holds_no_call_that_queue_log_tells_later() -> None:
    def end(at_ms: int, outcome: Outcome, queue: str = "q1") -> End:
        return End(queue, outcome, 0, 0, at_ms, "a", "a", at_ms)

    first, second, other = Estimate("q1", 1, 1, 10_000), Estimate("q1", 2, 0, 90_000), Estimate("q2", 5, 5, 10_000)
    rows = [(7, first), (8, second), (9, other)]
    assert less_what_is_told(rows, ()) == []
    answers = [end(9_000, Outcome.ANSWERED)] * 2
    assert less_what_is_told(rows, answers) == [(7, first._replace(answered=0)), (8, second._replace(answered=1))]
    for outcome in (Outcome.ABANDONED, Outcome.OVERFLOWED, Outcome.REMOVED):
        assert less_what_is_told(rows, [end(9_000, outcome)] * 3) == [(7, first._replace(abandoned=0))]
    for outcome in (Outcome.EXITED, Outcome.UNRESOLVED):
        assert less_what_is_told(rows, [end(9_000, outcome)]) == []
    assert less_what_is_told(rows, [end(12_000, Outcome.ANSWERED)]) == [(7, first._replace(answered=0))]
    assert less_what_is_told(rows, [end(12_001, Outcome.ANSWERED)]) == [(8, second._replace(answered=1))]
    assert less_what_is_told(rows, [end(92_001, Outcome.ANSWERED)]) == [], "it ended after all of them"
