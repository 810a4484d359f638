"""Lines and open stays, without any rule of outcomes."""

from __future__ import annotations

import pytest

from host_bridge.pbx.events import Left, SnapshotCaller
from host_bridge.truth.book import MOST_LEFT, Book
from host_bridge.truth.stay import Stage, Stay


class Shelf:
    """A book and the queues that it said have changed."""

    def __init__(self) -> None:
        self.changed: list[str] = []
        self.book = Book(self.changed.append)

    def join(self, call: str, position: int, *, queue: str = "q1", joined_ms: int = 0) -> Stay:
        stay = Stay(queue, call, joined_ms, joined_ms, announced=True)
        self.book.join(stay, position)
        return stay

    def line(self, queue: str = "q1") -> list[str]:
        return [stay.call for stay in self.book.lines[queue]]

    def take_line(self, *calls: str, queue: str = "q1", joined_ms: int = 0, after_gap: bool = False) -> list[Stay]:
        callers = tuple(SnapshotCaller(call, place, joined_ms) for place, call in enumerate(calls, 1))
        return self.book.take_line(queue, callers, 10_000, after_gap=after_gap)


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.join("a", 1)
    shelf.join("b", 2)
    shelf.changed.clear()
    return shelf


def test_callers_stand_where_the_pbx_puts_them(shelf: Shelf) -> None:
    shelf.join("vip", 1)
    shelf.join("c", 9)
    assert shelf.line() == ["vip", "a", "b", "c"]
    assert shelf.changed == ["q1", "q1"]


def test_find_is_of_one_queue(shelf: Shelf) -> None:
    stay = shelf.book.find("q1", "a")
    assert stay is not None
    assert shelf.book.find("q2", "a") is None
    shelf.book.take_out(stay, Stage.LEFT, 5_000, None)
    assert shelf.book.find("q1", "a") is stay
    assert shelf.book.find("q2", "a") is None


def test_out_of_line_and_closed(shelf: Shelf) -> None:
    stay = shelf.book.waiting["a"]
    shelf.book.take_out(stay, Stage.LEFT, 5_000, 5_500)
    assert (shelf.line(), shelf.changed, stay.until_ms) == (["b"], ["q1"], 5_000)
    assert shelf.book.deadlines.next_ms() == 5_500
    shelf.book.take_out(stay, Stage.GONE, 6_000, None)
    assert (stay.stage, stay.until_ms, len(shelf.book.deadlines)) == (Stage.GONE, 5_000, 0)
    shelf.book.close(stay)
    assert (list(shelf.book.waiting), shelf.book.open) == (["b"], {})


def test_closing_one_stay_leaves_another_of_the_same_call_open(shelf: Shelf) -> None:
    first, second = Stay("q1", "x", 0, 0, announced=True), Stay("q1", "x", 0, 0, announced=True)
    shelf.book.take_out(second, Stage.LEFT, 0, None)
    shelf.book.close(first)
    assert shelf.book.open == {"x": second}


@pytest.mark.parametrize(
    ("position", "count", "found"),
    [(1, 1, "a"), (2, 1, "b"), (3, 1, None), (0, 1, None), (1, 2, None), (1, 0, None)],
)
def test_an_unknown_id_is_found_by_position_when_the_line_is_one_too_long(
    shelf: Shelf, position: int, count: int, found: str | None
) -> None:
    meant = shelf.book.waiting.get(found or "")
    assert shelf.book.at_position(Left("q1", "x", position, count, 5_000), 5_000) is meant
    if meant is not None:
        assert shelf.book.waiting["x"] is meant
        assert found not in shelf.book.waiting


def test_a_fresh_stay_is_not_found_by_position() -> None:
    shelf = Shelf()
    shelf.join("a", 1, joined_ms=4_001)
    assert shelf.book.at_position(Left("q1", "x", 1, 0, 5_000), 4_000) is None
    assert shelf.book.at_position(Left("q1", "x", 1, 0, 5_000), 4_001) is not None


@pytest.mark.parametrize(("queue", "at_ms", "found"), [("q1", 8_000, False), ("q1", 8_001, True), ("q2", 5_000, True)])
def test_a_leave_told_twice_is_of_nobody_else(shelf: Shelf, queue: str, at_ms: int, found: bool) -> None:
    shelf.join("ghost", 1, queue="q2")
    gone = shelf.book.waiting["a"]
    shelf.book.take_out(gone, Stage.LEFT, 5_000, None)
    shelf.book.close(gone)  # answered; and b is a ghost, so that the line is one too long
    stay = shelf.book.at_position(Left(queue, "a", 1, 0, at_ms), 5_000)
    assert (stay is not None) is found


def test_memory_of_who_left_is_bounded(shelf: Shelf) -> None:
    for n in range(MOST_LEFT + 1):
        shelf.book.take_out(Stay("q1", f"x{n}", 0, 0, announced=True), Stage.LEFT, 5_000, None)
    assert len(shelf.book._left) == MOST_LEFT


def test_an_unknown_queue_has_nobody_at_any_position(shelf: Shelf) -> None:
    assert shelf.book.at_position(Left("q9", "x", 1, 0, 5_000), 5_000) is None


def test_the_same_list_again_changes_nothing(shelf: Shelf) -> None:
    assert shelf.take_line("a", "b") == []
    assert shelf.changed == []


def test_a_list_sets_order_and_names_who_is_missing(shelf: Shelf) -> None:
    missing = shelf.book.waiting["a"]
    assert shelf.take_line("c", "b") == [missing]
    assert (shelf.line(), shelf.changed) == (["c", "b"], ["q1"])
    assert set(shelf.book.waiting) == {"b", "c"}
    assert not shelf.book.waiting["c"].announced


def test_a_list_is_in_the_order_of_its_positions(shelf: Shelf) -> None:
    callers = (SnapshotCaller("b", 2, 0), SnapshotCaller("c", 3, 0), SnapshotCaller("a", 1, 0))
    shelf.book.take_line("q1", callers, 10_000, after_gap=False)
    assert shelf.line() == ["a", "b", "c"]


def test_one_who_was_gone_and_is_listed_waits_again(shelf: Shelf) -> None:
    stay = shelf.book.waiting["a"]
    shelf.book.take_out(stay, Stage.GONE, 5_000, 6_000)
    stay.hung = True
    assert shelf.take_line("a", "b") == []
    assert shelf.book.waiting["a"] is stay
    assert (stay.stage, stay.until_ms, stay.hung) == (Stage.WAITING, None, False)
    assert (shelf.book.open, len(shelf.book.deadlines)) == ({}, 0)


def test_one_who_left_and_is_listed_has_a_second_stay(shelf: Shelf) -> None:
    first = shelf.book.waiting["a"]
    shelf.book.take_out(first, Stage.LEFT, 5_000, None)
    assert shelf.take_line("b", "a") == []
    assert shelf.book.waiting["a"] is not first
    assert shelf.book.open == {"a": first}


def test_one_listed_in_another_queue_has_moved(shelf: Shelf) -> None:
    moved = shelf.book.waiting["a"]
    assert shelf.take_line("a", queue="q2") == [moved]
    assert (shelf.line("q1"), shelf.line("q2")) == (["b"], ["a"])
    assert shelf.book.waiting["a"].queue == "q2"
    assert sorted(shelf.changed) == ["q1", "q2"]


@pytest.mark.parametrize(
    ("joined_ms", "after_gap", "same"), [(3_000, True, True), (3_001, True, False), (9_000, False, True)]
)
def test_only_after_a_gap_a_younger_join_time_is_another_stay(
    shelf: Shelf, joined_ms: int, after_gap: bool, same: bool
) -> None:
    first = shelf.book.waiting["b"]
    missing = shelf.take_line("a", "b", joined_ms=joined_ms, after_gap=after_gap)
    assert (shelf.book.waiting["b"] is first) is same
    assert (first in missing) is not same


def test_one_who_was_gone_before_a_gap_and_came_back_in_it_has_a_second_stay(shelf: Shelf) -> None:
    first = shelf.book.waiting["b"]
    shelf.book.take_out(first, Stage.GONE, 1_000, 9_000)
    assert shelf.take_line("a", "b", joined_ms=3_001, after_gap=True)
    assert shelf.book.waiting["b"] is not first
    assert (first.stage, shelf.book.open["b"]) == (Stage.GONE, first)


def test_a_list_that_names_a_caller_twice_has_him_once(shelf: Shelf) -> None:
    shelf.take_line("a", "b", "a")
    assert sorted(shelf.line()) == ["a", "b"]
    shelf.take_line("b")
    assert (shelf.line(), set(shelf.book.waiting)) == (["b"], {"b"})


def test_a_leave_of_one_who_waits_elsewhere_renames_nobody(shelf: Shelf) -> None:
    shelf.join("c", 1, queue="q2")
    assert shelf.book.at_position(Left("q1", "c", 1, 1, 9_000), 8_000) is None
    assert (shelf.line(), shelf.line("q2"), set(shelf.book.waiting)) == (["a", "b"], ["c"], {"a", "b", "c"})
