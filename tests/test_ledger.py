"""Every record once: kept, revised, pruned, and found again by its call."""

from __future__ import annotations

import pytest

from host_bridge.truth import ledger as ledger_module
from host_bridge.truth.ledger import RECENT, Ledger
from host_bridge.truth.outcomes import End, Estimate, JourneyEnd, Outcome, Record, Talk


class Told:
    """What a sink was told."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, Record]] = []
        self.revisions: list[tuple[int, Record, Record]] = []

    def added(self, row: int, record: Record) -> None:
        self.rows.append((row, record))

    def revised(self, row: int, old: Record, new: Record) -> None:
        self.revisions.append((row, old, new))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def ledger(told: Told) -> Ledger:
    return Ledger(told)


def end(call: str, at_ms: int, outcome: Outcome = Outcome.ANSWERED, queue: str = "q1") -> End:
    return End(queue, outcome, 5_000, 5, at_ms, call, call, at_ms - 5_000)


def test_rows_are_numbered_and_told(ledger: Ledger, told: Told) -> None:
    records: list[Record] = [
        end("a", 1),
        Talk("q1", 30, False, 2, "a"),
        JourneyEnd("q1", "a", 5_000, True, 3),
        Estimate("q1", 1, 0, 4),
    ]
    assert [ledger.add(record) for record in records] == [1, 2, 3, 4]
    assert told.rows == list(enumerate(records, 1))
    assert len(ledger) == 4
    assert list(ledger.all_journeys()) == [records[2]]
    assert list(ledger.all_talks()) == [(2, records[1])]


def test_what_is_restored_is_told_to_nobody_and_new_rows_follow(ledger: Ledger, told: Told) -> None:
    ledger.restore([(7, end("a", 1)), (5, end("b", 2))])
    assert told.rows == []
    assert ledger.add(end("c", 3)) == 8
    other = Ledger(told)
    other.restore([], next_row=40)  # rows of days that are not kept here
    assert other.add(end("c", 3)) == 40


def test_ends_are_of_one_call_in_one_queue(ledger: Ledger) -> None:
    first, second, elsewhere = end("a", 1), end("a", 9_000), end("a", 2, queue="q2")
    for each in (first, elsewhere, second, end("b", 3)):
        ledger.add(each)
    assert ledger.ends("q1", "a") == [(1, first), (3, second)]
    assert ledger.ends("q2", "a") == [(2, elsewhere)]
    assert ledger.ends("q1", "nobody") == []


def test_a_call_that_enters_for_ever_is_found_by_its_recent_ends(ledger: Ledger) -> None:
    for at_ms in range(RECENT + 10):
        ledger.add(end("a", at_ms))
    assert [each.at_ms for _, each in ledger.ends("q1", "a")] == list(range(10, RECENT + 10))
    assert len(ledger) == RECENT + 10


def test_a_talk_is_the_same_when_call_queue_and_length_are_and_the_time_is_near(ledger: Ledger) -> None:
    talk = Talk("q1", 30, False, 10_000, "a", 5)
    ledger.add(talk)
    assert ledger.has_talk(talk._replace(at_ms=13_000, transferred=True), 3_000)
    assert ledger.has_talk(talk._replace(at_ms=7_000), 3_000)
    assert ledger.has_talk(talk._replace(talk_s=31), 3_000)  # the PBX's clock has moved on between event and log
    for other in (
        talk._replace(at_ms=13_001),
        talk._replace(talk_s=32),
        talk._replace(queue="q2"),
        talk._replace(call="b"),
    ):
        assert not ledger.has_talk(other, 3_000)
    unknown = talk._replace(call="")
    ledger.add(unknown)
    assert not ledger.has_talk(unknown, 3_000)  # two agents may end such talks at once


def test_a_revision_takes_the_place(ledger: Ledger, told: Told) -> None:
    ghost = end("a", 1, Outcome.UNRESOLVED)
    row = ledger.add(ghost)
    assert ledger.unresolved == {row}
    assert list(ledger.unresolved_ends()) == [(row, ghost)]
    known = ghost._replace(outcome=Outcome.ABANDONED)
    ledger.revise(row, known)
    assert told.revisions == [(row, ghost, known)]
    assert (ledger.unresolved, ledger.ends("q1", "a"), len(ledger)) == (set(), [(row, known)], 1)
    with pytest.raises(KeyError):
        ledger.revise(99, known)


def test_records_of_some_queues_come_by_time(ledger: Ledger) -> None:
    late, early, elsewhere = end("a", 9), Talk("q2", 1, False, 3), end("c", 1, queue="q3")
    for each in (late, early, elsewhere):
        ledger.add(each)
    assert list(ledger.records({"q1", "q2"})) == [early, late]


def test_prune_forgets_what_ended_before(ledger: Ledger) -> None:
    ghost = end("a", 4, Outcome.UNRESOLVED)
    for each in (ghost, end("a", 5), end("b", 6)):
        ledger.add(each)
    ledger.prune(5)
    assert [each.at_ms for each in ledger.records({"q1"})] == [5, 6]
    assert [row for row, _ in ledger.ends("q1", "a")] == [2]
    assert ledger.unresolved == set()
    assert ledger.since_ms == 5
    ledger.prune(3)
    assert ledger.since_ms == 5
    assert ledger.add(end("c", 7)) == 4


def test_memory_is_bounded_and_what_is_dropped_is_counted(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "MAX_RECORDS", 100)
    for at_ms in range(1_000):
        ledger.add(end(f"c{at_ms}", at_ms))
    assert len(ledger) <= 100
    assert ledger.dropped + len(ledger) == 1_000
    assert ledger.ends("q1", "c999") != []
    assert ledger.ends("q1", "c0") == []
    assert ledger.since_ms == ledger.dropped
    assert len(ledger._of_call) == len(ledger)
