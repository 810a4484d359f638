"""When open stays must be looked at again."""

from __future__ import annotations

from host_bridge.truth.deadlines import Deadlines
from host_bridge.truth.stay import Stay


def stay(call: str) -> Stay:
    return Stay("q1", call, 0, 0, announced=True)


def test_the_earliest_first() -> None:
    deadlines, one, other = Deadlines(), stay("a"), stay("b")
    assert deadlines.next_ms() is None
    assert not deadlines.is_due(10_000)
    deadlines.set(one, 500)
    deadlines.set(other, 300)
    assert (deadlines.next_ms(), len(deadlines)) == (300, 2)
    assert not deadlines.is_due(299)
    assert deadlines.is_due(300)
    assert deadlines.take_due(299) == []
    assert deadlines.take_due(500) == [other, one]
    assert (deadlines.next_ms(), len(deadlines)) == (None, 0)


def test_a_new_time_voids_the_old_one() -> None:
    deadlines, one = Deadlines(), stay("a")
    deadlines.set(one, 300)
    deadlines.set(one, 900)
    assert deadlines.get(one) == 900
    assert deadlines.next_ms() == 900
    assert deadlines.take_due(600) == []
    deadlines.set(one, 700)
    assert deadlines.take_due(800) == [one]
    assert deadlines.take_due(1_000) == []


def test_one_dropped_is_never_due() -> None:
    deadlines, one = Deadlines(), stay("a")
    deadlines.set(one, 300)
    deadlines.drop(one)
    deadlines.drop(one)
    assert deadlines.get(one) is None
    assert deadlines.next_ms() is None
    assert deadlines.take_due(400) == []


def test_the_same_time_again_is_kept_once() -> None:
    deadlines, one = Deadlines(), stay("a")
    for _ in range(3):
        deadlines.set(one, 300)
    assert deadlines.take_due(300) == [one]
