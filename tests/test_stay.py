"""The last verdict, and the wait."""

from __future__ import annotations

import pytest

from host_bridge.truth.stay import Stage, Stay


@pytest.fixture
def stay() -> Stay:
    return Stay("q1", "a", 10_000, 10_000, announced=True)


@pytest.mark.parametrize(
    ("stage", "marks", "verdict"),
    [
        (Stage.LEFT, "", "exited"),
        (Stage.LEFT, "gap", "unresolved"),
        (Stage.GONE, "", "unresolved"),
        (Stage.WAITING, "", "unresolved"),
        (Stage.LEFT, "gave_up", "removed"),
        (Stage.LEFT, "gave_up gap", "unresolved"),
        (Stage.LEFT, "gave_up gap hung", "unresolved"),
        (Stage.LEFT, "gave_up asked", "abandoned"),
        (Stage.LEFT, "gave_up asked gap", "abandoned"),
        (Stage.LEFT, "gave_up hung", "abandoned"),
        (Stage.GONE, "gave_up hung", "abandoned"),
        (Stage.GONE, "hung", "unresolved"),
    ],
)
def test_verdict(stay: Stay, stage: Stage, marks: str, verdict: str) -> None:
    stay.stage = stage
    for mark in marks.split():
        setattr(stay, mark, True)
    assert stay.verdict() == verdict


def test_a_redirect_is_known_by_the_move_before_it(stay: Stay) -> None:
    stay.stage, stay.gave_up, stay.hung, stay.moved_ms = Stage.LEFT, True, True, 5_000
    assert stay.verdict() == "removed"
    stay.asked = True
    assert stay.verdict() == "abandoned"


def test_a_move_counts_for_half_a_second(stay: Stay) -> None:
    assert not stay.moved_by(20_000)
    stay.moved_ms = 20_000
    assert stay.moved_by(20_500)
    assert not stay.moved_by(20_501)
    assert not stay.moved_by(20_500)


@pytest.mark.parametrize(
    ("until_ms", "hold_s", "wait_ms"),
    [
        (None, None, 5_000),  # now is 15 s
        (12_345, None, 2_345),
        (12_345, 2, 2_345),
        (12_345, 4, 3_001),  # 4 s on the PBX's clock are more than 3 and less than 5
        (12_000, 4, 3_001),  # 2 s apart: two clocks' whole seconds
        (12_409, 1, 1_999),
        (11_999, 4, 4_000),  # more: the PBX is right
        (9_000, None, 0),
    ],
)
def test_wait(stay: Stay, until_ms: int | None, hold_s: int | None, wait_ms: int) -> None:
    stay.until_ms, stay.hold_s = until_ms, hold_s
    assert stay.waited_ms(15_000) == wait_ms
