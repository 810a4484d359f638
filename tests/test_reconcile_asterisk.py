"""Asterisk's own shares of a day, and the calls that set them apart from ours."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from host_bridge.truth.outcomes import End, Outcome, Record, Talk
from host_bridge.truth.reconcile import Difference
from host_bridge.truth.reconcile_asterisk import asterisk_share, compare_with_asterisk
from host_bridge.truth.reconcile_pairs import Span, Why
from host_bridge.truth.service_level import FORMULAS, ServiceLevel

DAY = Span(100_000_000, 186_400_000)
LEVEL = ServiceLevel(answer_within_s=20, short_abandon_s=5, min_calls=1)


def stay(call: str, hold_s: int, outcome: Outcome = Outcome.ANSWERED, *, at_ms: int = DAY.from_ms + 50_000) -> End:
    return End("support", outcome, hold_s * 1000, hold_s, at_ms, call, call, at_ms - hold_s * 1000)


def answered(call: str, hold_s: int, *, at_ms: int = DAY.from_ms + 50_000, talk_s: int = 60) -> tuple[End, Talk]:
    return stay(call, hold_s, at_ms=at_ms), Talk("support", talk_s, False, at_ms + talk_s * 1000, call, hold_s)


def look(
    *records: Record, level: ServiceLevel = LEVEL, covered: Span = DAY
) -> tuple[dict[str, int | None], dict[str, Difference]]:
    found, differences = compare_with_asterisk(records, DAY, covered, level)
    return found, {each.side: each for each in differences}


def why(difference: Difference) -> dict[Why, Sequence[str]]:
    return {reason.why: reason.stays for reason in difference.reasons}


@pytest.mark.parametrize(
    ("good", "of", "share"),
    # printed by a C program: printf("%.1f", 100 * ((float) good / (float) of))
    [
        (0, 3, 0),
        (3, 3, 1000),
        (2, 3, 667),
        (1, 3, 333),
        (1, 16, 62),
        (3, 16, 188),
        (1, 400, 2),
        (3, 400, 8),
        (9, 400, 22),
        (47, 80, 587),
        (0, 0, None),
    ],
)
def test_shares_are_rounded_as_asterisk_prints_them(good: int, of: int, share: int | None) -> None:
    assert asterisk_share(good, of) == share


def test_no_calls_are_no_share_and_no_difference() -> None:
    assert look() == ({"perf": None, "perf2": None}, {})


def test_abandons_are_invisible_to_perf_and_quick_ones_a_success_to_perf2() -> None:
    found, differences = look(
        *answered("a", 10),
        *answered("b", 30),
        stay("quick", 2, Outcome.ABANDONED),
        stay("soon", 15, Outcome.ABANDONED),
        stay("late", 90, Outcome.ABANDONED),
    )
    assert found == {"perf": 500, "perf2": 600}
    assert differences["perf"].queue_log == 250  # 1 of (2 answered + 3 abandoned - 1 short)
    assert why(differences["perf"]) == {Why.ABANDONED_UNSEEN: ("soon", "late")}
    assert why(differences["perf2"]) == {Why.ABANDONED_GOOD: ("quick", "soon")}
    assert all(each.explained for each in differences.values())


def test_within_is_so_long_or_shorter() -> None:
    assert look(*answered("a", 20), *answered("b", 21), stay("c", 20, Outcome.ABANDONED))[0] == {
        "perf": 500,
        "perf2": 667,
    }


def test_a_call_that_was_answered_twice_has_its_talks_in_order() -> None:
    first, again = answered("a", 10), stay("a", 30, at_ms=DAY.from_ms + 150_000)
    found, differences = look(*first, again)
    assert found["perf"] == 1000
    assert why(differences["perf"]) == {Why.NEVER_ENDED: ("a",)}


def test_a_timeout_is_an_abandon_to_perf2_and_a_key_is_nothing() -> None:
    found, differences = look(
        *answered("a", 10),
        stay("timeout", 60, Outcome.OVERFLOWED),
        stay("withdrawn", 10, Outcome.REMOVED),
        stay("key", 10, Outcome.EXITED),
    )
    assert found == {"perf": 1000, "perf2": 667}
    assert "perf" not in differences
    assert why(differences["perf2"]) == {Why.NOT_ANSWERED: ("timeout", "withdrawn")}


def test_asterisk_counts_a_call_when_it_ends() -> None:
    found, differences = look(
        *answered("before", 90, at_ms=DAY.from_ms - 30_000),
        *answered("over", 10, at_ms=DAY.until_ms - 30_000),
        *answered("a", 10),
        stay("never", 10),
    )
    assert found == {"perf": 500, "perf2": 500}
    assert differences["perf"].queue_log == 1000
    assert why(differences["perf"]) == {
        Why.ENDED_TODAY: ("before",),
        Why.ENDED_LATER: ("over",),
        Why.NEVER_ENDED: ("never",),
    }
    assert all(each.explained for each in differences.values())


def test_a_conversation_whose_answer_is_not_there_is_explained_only_where_the_log_begins() -> None:
    lone = Talk("support", 60, False, DAY.from_ms + 70_000, "lone", 90)
    _, differences = look(lone, *answered("a", 10))
    assert why(differences["perf"]) == {Why.UNACCOUNTED: ("lone",)}
    assert not differences["perf"].explained
    _, differences = look(lone, *answered("a", 10), covered=Span(DAY.from_ms + 20_000, DAY.until_ms))
    assert why(differences["perf"]) == {Why.LOG_BEGINS: ("lone",)}
    assert differences["perf"].explained


def test_the_same_calls_differ_by_the_rounding_alone() -> None:
    _, differences = look(*answered("a", 10), *answered("b", 10), *answered("c", 30))
    assert (differences["perf"].queue_log, differences["perf"].other) == (666, 667)
    assert why(differences["perf"]) == {Why.ROUNDED: ()}
    assert differences["perf"].explained


def test_too_few_calls_for_a_share_of_ours_say_so() -> None:
    _, differences = look(*answered("a", 10), level=ServiceLevel(min_calls=10))
    assert (differences["perf"].queue_log, differences["perf"].other, differences["perf"].by) == (None, 1000, None)
    assert why(differences["perf"]) == {Why.TOO_FEW: ()}
    assert differences["perf"].explained


@pytest.mark.parametrize("formula", sorted(FORMULAS))
@pytest.mark.parametrize("failed", [False, True])
def test_every_formula_is_proved(formula: str, failed: bool) -> None:
    level = ServiceLevel(formula=formula, min_calls=1, count_overflow=failed, count_exits=failed)
    records: list[Record] = []
    for hold_s in range(0, 60, 3):
        at_ms = DAY.from_ms + hold_s * 100_000
        records += answered(f"a{hold_s}", hold_s, at_ms=at_ms)
        for outcome in (Outcome.ABANDONED, Outcome.OVERFLOWED, Outcome.EXITED, Outcome.UNRESOLVED):
            records.append(stay(f"{outcome}{hold_s}", hold_s // 2, outcome, at_ms=at_ms))
    _, differences = look(*records, level=level)
    assert all(each.explained for each in differences.values())
    assert (not failed and formula == "answered_of_answered") is ("perf" not in differences)
    assert (not failed and formula == "asterisk_perf2") is ("perf2" not in differences)
