"""The six formulas of FIELD.md against numbers reckoned by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_bridge.truth.service_level import FORMULAS, Counts, ServiceLevel

# 100 answered, 70 of them in time; 20 abandoned: 12 within T, 8 of them short; 10 overflowed, 3 within T; 5 exits
DAY = Counts(
    answered=100,
    answered_in=70,
    abandoned=20,
    abandoned_in=12,
    abandoned_short=8,
    overflowed=10,
    overflowed_in=3,
    exited=5,
)


@pytest.mark.parametrize(
    ("formula", "sla", "calls"),
    [
        ("answered_of_offered", 625, 112),  # 70 ÷ (100 + 20 − 8)
        ("answered_of_answered", 700, 100),  # 70 ÷ 100
        ("asterisk_perf2", 653, 130),  # (70 + 12 + 3) ÷ (100 + 20 + 10) = 65.38 %
        ("abandoned_ignored", 648, 108),  # 70 ÷ (100 + 20 − 12) = 64.81 %
        ("abandoned_negative", 583, 120),  # 70 ÷ 120 = 58.33 %
        ("abandoned_positive", 683, 120),  # 82 ÷ 120 = 68.33 %
    ],
)
def test_formula(formula: str, sla: int, calls: int) -> None:
    assert ServiceLevel(formula=formula).of(DAY) == (sla, calls)


def test_default_is_the_standard_practice() -> None:
    assert ServiceLevel().formula == "answered_of_offered"


@pytest.mark.parametrize(
    ("formula", "sla", "calls"),
    [
        ("answered_of_offered", 551, 127),  # 70 ÷ (112 + 10 + 5)
        ("asterisk_perf2", 629, 135),  # overflowed are in already: 85 ÷ (130 + 5)
    ],
)
def test_switches_count_overflow_and_exits_as_failed(formula: str, sla: int, calls: int) -> None:
    level = ServiceLevel(formula=formula, count_overflow=True, count_exits=True)
    assert level.of(DAY) == (sla, calls)


def test_too_few_calls_give_no_figure() -> None:
    few = DAY._replace(answered=9, answered_in=9, abandoned=0, abandoned_in=0, abandoned_short=0)
    assert ServiceLevel().of(few) == (None, 9)
    assert ServiceLevel(min_calls=9).of(few) == (1000, 9)


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_calls_are_neither_0_nor_100_percent(formula: str) -> None:
    nothing = Counts(0, 0, 0, 0, 0, 0, 0, 0)
    assert ServiceLevel(formula=formula, min_calls=0).of(nothing) == (None, 0)


def test_rounding_down_never_hides_a_breach() -> None:
    counts = DAY._replace(answered=10_000, answered_in=7_999, abandoned=0, abandoned_short=0)
    assert ServiceLevel().of(counts) == (799, 10_000)


def test_unknown_formula_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'erlang' is not known, expected one of abandoned_ignored"):
        ServiceLevel(formula="erlang")


@given(st.sampled_from(sorted(FORMULAS)), st.tuples(*[st.integers(0, 50)] * 8))
def test_a_share_is_a_share(formula: str, numbers: tuple[int, ...]) -> None:
    answered, answered_in, abandoned, abandoned_in, short, overflowed, overflowed_in, exited = numbers
    counts = Counts(
        answered,
        min(answered, answered_in),
        abandoned,
        min(abandoned, abandoned_in),
        min(abandoned, short),
        overflowed,
        min(overflowed, overflowed_in),
        exited,
    )
    sla, _ = ServiceLevel(formula=formula, min_calls=1).of(counts)
    assert sla is None or 0 <= sla <= 1000
