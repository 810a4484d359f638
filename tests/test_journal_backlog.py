"""What waits for the disk: merged, bounded, and what is given up is counted and noted as a gap."""

from __future__ import annotations

import pytest

from host_bridge.journal import Batch, backlog
from host_bridge.journal.backlog import Backlog
from host_bridge.truth.live import Live
from host_bridge.truth.outcomes import Outcome
from tests.journals import SHIFT_MS, a_batch, an_end, live


def test_batches_merge_into_the_state_of_the_last() -> None:
    queue = Backlog()
    queue.put(a_batch(1), 0)
    queue.put(Batch(2_000, 7, ((2, an_end(2)), (1, an_end(1, outcome=Outcome.EXITED))), live(2), True), 1_500)
    work = queue.take()
    assert work is not None
    assert work.rows == {1: (an_end(1, outcome=Outcome.EXITED), 7), 2: (an_end(2), 7)}
    assert work.open == (live(2), 2_000, 7, 2_007 - 1_500)
    assert work.seen_ms == 2_007
    assert queue.take() is None


def test_what_is_given_back_is_older_than_what_was_put_meanwhile() -> None:
    queue = Backlog()
    queue.put(a_batch(1), 0)
    queue.put_day("d", "q", {"offered": 1}, 1)
    work = queue.take()
    assert work is not None
    queue.put(Batch(2_000, SHIFT_MS, ((1, an_end(1, outcome=Outcome.EXITED)),), live(2), True), 0)
    queue.put_day("d", "q", {"offered": 2}, 2)
    queue.give_back(work)
    again = queue.take()
    assert again is not None
    assert again.rows[1][0] == an_end(1, outcome=Outcome.EXITED)
    assert again.open is not None
    assert again.open.live == live(2)
    assert (again.seen_ms, again.days, again.gaps) == (
        2_000 + SHIFT_MS,
        {("d", "q"): ({"offered": 2}, 2)},
        [(0, 1_000 + SHIFT_MS)],
    )


def test_given_back_alone_it_is_all_there() -> None:
    queue = Backlog()
    queue.put(a_batch(1), 0)
    work = queue.take()
    assert work is not None
    queue.give_back(work)
    assert queue.take() == work


def test_ready_until_put_and_again_when_the_writer_looked() -> None:
    queue = Backlog()
    assert queue.is_noticed
    queue.put(a_batch(1), 0)
    assert not queue.is_noticed
    queue.notice()
    assert queue.is_noticed


def test_beyond_the_limit_the_oldest_go_are_counted_and_leave_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MAX_ROWS", 10)
    queue = Backlog()
    queue.resume(500 + SHIFT_MS)
    for number in range(1, 26):
        queue.put(a_batch(number), 0)
    work = queue.take()
    assert work is not None
    assert list(work.rows) == list(range(16, 26))
    assert queue.dropped == 15
    assert work.gaps == [(500 + SHIFT_MS, 15_001 + SHIFT_MS)]


def test_lines_of_days_and_gaps_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MAX_DAYS", 3)
    monkeypatch.setattr(backlog, "MAX_GAPS", 3)
    queue = Backlog()
    for number in range(1, 10):
        queue.put_day(str(number), "q", {}, number)
        queue.put(a_batch(10 * number), 0)
        queue.put(a_batch(10 * number + 5, seen=False), 0)
    work = queue.take()
    assert work is not None
    assert [day for day, _ in work.days] == ["7", "8", "9"]
    assert queue.dropped == 6
    assert [gap[0] for gap in work.gaps] == [0, 10_000 + SHIFT_MS, 20_000 + SHIFT_MS]
    assert work.gaps[-1][1] == 90_000 + SHIFT_MS, "many gaps become one that covers them"


def test_a_clock_that_went_back_makes_no_gap() -> None:
    queue = Backlog()
    queue.resume(50_000)
    queue.put(Batch(1_000, 0, (), Live(), True), 0)
    work = queue.take()
    assert work is not None
    assert work.gaps == []
