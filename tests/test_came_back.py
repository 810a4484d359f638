"""A caller whom the queue gives up in a gap, and whom the dialplan sends into it again at once, under one id."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from host_bridge.truth import ServiceLevel, Truth
from host_bridge.truth.outcomes import End, Outcome, Record
from tests.test_log_fold import fold

CALL, QUEUE = "1795389394.732", "support"
JOINED_MS, LISTED_MS = 1_795_389_394_475, 1_795_389_399_100


class Journal:
    """A sink that keeps the rows, as the journal does."""

    def __init__(self) -> None:
        self.rows: dict[int, Record] = {}

    def added(self, row: int, record: Record) -> None:
        self.rows[row] = record

    def revised(self, row: int, old: Record, new: Record) -> None:
        self.rows[row] = new


def whole_second(ms: int) -> int:
    return ms // 1000 * 1000


def timed_out(joined_ms: int, wait_s: int) -> End:
    """What queue_log says of a wait."""
    joined_ms = whole_second(joined_ms)
    return End(QUEUE, Outcome.OVERFLOWED, wait_s * 1000, wait_s, joined_ms + wait_s * 1000, CALL, CALL, joined_ms)


def listed(truth: Truth, joined_ms: int, now_ms: int) -> None:
    line = (ev.SnapshotCaller(CALL, 1, joined_ms),)
    truth.apply(ev.LinkUp(now_ms), now_ms)
    truth.apply(ev.Snapshot((ev.QueueSnapshot(QUEUE, 1, 0, 1, line, ()),), now_ms, whole=True), now_ms)


def times_out(truth: Truth, wait_s: int, now_ms: int) -> None:
    truth.apply(ev.GaveUp(QUEUE, CALL, 1, wait_s, now_ms), now_ms)
    truth.apply(ev.Left(QUEUE, CALL, 1, 0, now_ms), now_ms)
    truth.apply(ev.QueueStatusSet(CALL, "TIMEOUT", now_ms), now_ms)


def started_anew(journal: Journal, before: Truth, now_ms: int) -> Truth:
    truth = Truth(lambda queue: ServiceLevel(min_calls=1), sink=journal)
    truth.restore(tuple(journal.rows.items()), before.live(), now_ms, len(journal.rows) + 1)
    return truth


@pytest.mark.parametrize("is_killed", [True, False], ids=["a killed bridge", "an outage of the line"])
@pytest.mark.parametrize("error_ms", [-900, 0, 900], ids=["listed early", "listed well", "listed late"])
@pytest.mark.parametrize("wait_s", [2, 3, 15])
def test_two_waits_are_two_stays(wait_s: int, error_ms: int, is_killed: bool) -> None:
    again_ms = JOINED_MS + wait_s * 1000 + 2
    listed_ms = again_ms + 600
    journal = Journal()
    truth = Truth(lambda queue: ServiceLevel(min_calls=1), sink=journal)
    truth.apply(ev.Joined(QUEUE, CALL, CALL, 1, 1, JOINED_MS), JOINED_MS)
    truth.apply(ev.LinkDown("gone", JOINED_MS + 1_000), JOINED_MS + 1_000)
    if is_killed:
        truth = started_anew(journal, truth, listed_ms - 500)
    listed(truth, again_ms + error_ms, listed_ms)
    waiting = [(QUEUE, CALL, whole_second(again_ms))]
    assert truth.fill([timed_out(JOINED_MS, wait_s)], [], listed_ms + 500, waiting).added == 1
    figures = truth.figures(QUEUE, listed_ms + 500)
    assert (figures["overflowed"], figures["waiting"]) == (1, 1)
    assert figures["oldest_ms"] <= 2_100, "the second wait, not both"
    times_out(truth, wait_s, again_ms + wait_s * 1000 + 1)

    both = [timed_out(JOINED_MS, wait_s), timed_out(again_ms, wait_s)]
    later_ms = again_ms + wait_s * 1000 + 5_000
    truth = started_anew(journal, truth, later_ms)
    truth.apply(ev.LinkUp(later_ms), later_ms)
    truth.apply(ev.Snapshot((ev.QueueSnapshot(QUEUE, 0, 0, 2, (), ()),), later_ms, whole=True), later_ms)
    assert truth.fill(both, [], later_ms + 500).added == 0
    figures = truth.figures(QUEUE, later_ms + 500)
    assert (figures["overflowed"], figures["offered"], figures["unresolved"]) == (2, 2, 0)
    assert figures["longest_ms"] <= wait_s * 1000 + 1_000


@pytest.mark.parametrize("error_ms", [-900, 0, 400])
def test_the_second_wait_may_end_before_the_log_is_read(error_ms: int) -> None:
    """By then the record is made, and its join must not be that of the wait before."""
    again_ms = JOINED_MS + 3_002
    listed_ms, ends_ms = again_ms + 2_800, again_ms + 3_001
    journal = Journal()
    truth = Truth(lambda queue: ServiceLevel(min_calls=1), sink=journal)
    truth.apply(ev.Joined(QUEUE, CALL, CALL, 1, 1, JOINED_MS), JOINED_MS)
    truth = started_anew(journal, truth, listed_ms - 100)
    listed(truth, again_ms - 500 + error_ms, listed_ms)
    times_out(truth, 3, ends_ms)
    for ends in ([timed_out(JOINED_MS, 3)], [timed_out(JOINED_MS, 3), timed_out(again_ms, 3)]):
        truth.fill(ends, [], ends_ms + 500)
        figures = truth.figures(QUEUE, ends_ms + 500)
        assert (figures["overflowed"], figures["offered"]) == (2, 2)


@pytest.mark.parametrize("error_ms", [-900, 0, 900])
def test_one_who_waits_on_is_the_same(error_ms: int) -> None:
    """His join by the list may be a second off, queue_log's is cut to the second: neither is a second stay."""
    journal = Journal()
    truth = Truth(lambda queue: ServiceLevel(min_calls=1), sink=journal)
    listed(truth, JOINED_MS + error_ms, JOINED_MS + 1_500)
    truth = started_anew(journal, truth, JOINED_MS + 5_000)
    listed(truth, JOINED_MS - error_ms, LISTED_MS)
    truth.fill([], [], LISTED_MS + 500, [(QUEUE, CALL, whole_second(JOINED_MS))])
    assert truth.live().stays[0].joined_ms == JOINED_MS + error_ms
    times_out(truth, 5, LISTED_MS + 1_000)
    assert truth.figures(QUEUE, LISTED_MS + 1_000)["offered"] == 1


def test_the_log_tells_who_waits_and_since_when() -> None:
    lines = ["100|a|q|NONE|ENTERQUEUE||1|1", "103|a|q|NONE|EXITWITHTIMEOUT|1|1|3", "103|a|q|NONE|ENTERQUEUE||1|1"]
    assert fold(*lines[:1]).waiting(0) == [("q", "a", 100_000)]
    assert fold(*lines[:2]).waiting(0) == []
    assert fold(*lines).waiting(-3_000) == [("q", "a", 100_000)]


def test_an_end_that_is_heard_late_keeps_its_join() -> None:
    """A wire held it back, and nobody came back: the stay is the one that queue_log has."""
    journal = Journal()
    truth = Truth(lambda queue: ServiceLevel(min_calls=1), sink=journal)
    truth.apply(ev.Joined(QUEUE, CALL, CALL, 1, 1, JOINED_MS), JOINED_MS)
    times_out(truth, 3, JOINED_MS + 20_000)
    (end,) = journal.rows.values()
    assert isinstance(end, End)
    assert (end.joined_ms, end.wait_ms) == (JOINED_MS, 3_000)
