"""Counters, means and windows of one queue."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from host_bridge.truth.figures import Tally
from host_bridge.truth.outcomes import End, Estimate, JourneyEnd, Outcome, Talk
from host_bridge.truth.service_level import ServiceLevel

LEVEL = ServiceLevel(min_calls=1)
MINUTE_MS = 60_000


def end(outcome: Outcome, wait_ms: int, at_ms: int = 0, hold_s: int | None = None) -> End:
    return End("q1", outcome, wait_ms, wait_ms // 1000 if hold_s is None else hold_s, at_ms)


def test_a_quiet_day_knows_little() -> None:
    assert Tally(None).figures(LEVEL) == {
        "sla_target": 800,
        "sla_of": 0,
        "offered": 0,
        "answered": 0,
        "abandoned": 0,
        "short_abandoned": 0,
        "overflowed": 0,
        "exited": 0,
        "removed": 0,
        "unresolved": 0,
        "rejected": 0,
        "transferred": 0,
    }


def test_a_day_by_hand() -> None:
    tally = Tally(None)
    for sample in (
        end(Outcome.ANSWERED, 10_500),
        end(Outcome.ANSWERED, 21_000),
        end(Outcome.ABANDONED, 4_999),
        end(Outcome.ABANDONED, 50_000),
        end(Outcome.OVERFLOWED, 90_000),
        end(Outcome.EXITED, 7_000),
        end(Outcome.REMOVED, 8_000),
        end(Outcome.UNRESOLVED, 999_000),
        end(Outcome.REJECTED, 0),
        Talk("q1", 30, False, 0),
        Talk("q1", 61, True, 0),
    ):
        tally.add(sample)
    assert tally.figures(LEVEL) == {
        "sla": 333,  # 1 in time of 2 answered and 1 abandoned late
        "sla_target": 800,
        "sla_of": 3,
        "offered": 8,
        "answered": 2,
        "abandoned": 2,
        "short_abandoned": 1,
        "overflowed": 1,
        "exited": 1,
        "removed": 1,
        "unresolved": 1,
        "rejected": 1,
        "transferred": 1,
        "avg_wait_ms": 15_750,
        "longest_ms": 90_000,
        "aht_ms": 45_500,
    }


def test_service_level_compares_whole_seconds() -> None:
    tally = Tally(None)
    tally.add(end(Outcome.ANSWERED, 20_900, hold_s=20))  # in time, as HoldTime says 20
    tally.add(end(Outcome.ANSWERED, 20_100, hold_s=21))
    tally.add(end(Outcome.ABANDONED, 5_200, hold_s=4))  # short
    tally.add(end(Outcome.ABANDONED, 4_800, hold_s=5))  # not short: not before 5 s
    counts = tally.counts(LEVEL)
    assert (counts.answered_in, counts.abandoned_in, counts.abandoned_short) == (1, 2, 1)


def test_limits_may_change_at_any_time() -> None:
    tally = Tally(None)
    for wait_s in range(100):
        tally.add(end(Outcome.ANSWERED, wait_s * 1000))
    assert tally.figures(LEVEL)["sla"] == 210
    assert tally.figures(ServiceLevel(answer_within_s=49))["sla"] == 500
    assert tally.figures(ServiceLevel(answer_within_s=3_600))["sla"] == 1000


def test_rolling_window_forgets() -> None:
    tally = Tally(30 * MINUTE_MS)
    tally.add(end(Outcome.ANSWERED, 30_000, at_ms=0))
    tally.add(end(Outcome.ABANDONED, 10_000, at_ms=MINUTE_MS))
    tally.add(Talk("q1", 99, True, 2 * MINUTE_MS))
    assert tally.expires_ms() == 30 * MINUTE_MS
    assert not tally.expire(30 * MINUTE_MS - 1)
    assert tally.figures(LEVEL)["longest_ms"] == 30_000
    assert tally.expire(30 * MINUTE_MS)
    figures = tally.figures(LEVEL)
    assert (figures["answered"], figures["offered"], figures["longest_ms"]) == (0, 1, 10_000)
    assert "avg_wait_ms" not in figures
    assert figures["aht_ms"] == 99_000
    assert tally.expire(32 * MINUTE_MS)
    assert tally.figures(LEVEL) == Tally(None).figures(LEVEL)
    assert tally.expires_ms() is None


def test_today_does_not_forget() -> None:
    tally = Tally(None)
    tally.add(end(Outcome.ANSWERED, 30_000, at_ms=0))
    assert tally.expires_ms() is None
    assert not tally.expire(10**12)
    assert tally.figures(LEVEL)["answered"] == 1


SAMPLES = st.lists(
    st.tuples(st.sampled_from(list(Outcome)), st.integers(0, 120_000), st.integers(0, 300_000)), max_size=60
)


@given(SAMPLES, st.integers(0, 700_000))
def test_a_rolling_window_equals_a_fresh_count_of_what_is_in_it(
    samples: list[tuple[Outcome, int, int]], now_ms: int
) -> None:
    ends = [end(outcome, wait_ms, at_ms) for outcome, wait_ms, at_ms in sorted(samples, key=lambda s: s[2])]
    rolling, fresh = Tally(5 * MINUTE_MS), Tally(None)
    for sample in ends:
        rolling.expire(sample.at_ms)
        rolling.add(sample)
        if sample.at_ms > now_ms - 5 * MINUTE_MS:
            fresh.add(sample)
    if not ends or now_ms >= ends[-1].at_ms:
        rolling.expire(now_ms)
        assert rolling.figures(LEVEL) == fresh.figures(LEVEL)


@given(SAMPLES, st.integers(0, 700_000))
def test_in_whichever_order_samples_come(samples: list[tuple[Outcome, int, int]], now_ms: int) -> None:
    rolling, fresh = Tally(5 * MINUTE_MS), Tally(None)
    for outcome, wait_ms, at_ms in samples:
        rolling.add(end(outcome, wait_ms, at_ms))
        if at_ms > now_ms - 5 * MINUTE_MS:
            fresh.add(end(outcome, wait_ms, at_ms))
    rolling.expire(now_ms)
    assert rolling.figures(LEVEL) == fresh.figures(LEVEL)


def test_a_late_one_does_not_hide_the_longest_of_what_is_left() -> None:
    tally = Tally(5 * MINUTE_MS)
    for at_s, wait_s in ((10, 9), (20, 7), (30, 5), (15, 8)):
        tally.add(end(Outcome.ANSWERED, wait_s * 1000, at_s * 1000))
    longest = []
    for at_s in (10, 15, 20, 30):
        longest.append(tally.figures(LEVEL)["longest_ms"] // 1000)
        tally.expire(at_s * 1000 + 5 * MINUTE_MS)
    assert longest == [9, 8, 7, 5]


@given(SAMPLES, st.data())
def test_a_revised_sample_is_as_if_it_had_never_been(
    samples: list[tuple[Outcome, int, int]], data: st.DataObject
) -> None:
    ends = [end(outcome, wait_ms, at_ms) for outcome, wait_ms, at_ms in samples]
    ghost = end(Outcome.UNRESOLVED, 1_000, data.draw(st.integers(0, 300_000)))
    better = end(data.draw(st.sampled_from(list(Outcome))), data.draw(st.integers(0, 120_000)), ghost.at_ms)
    for window_ms in (None, 5 * MINUTE_MS):
        revised, fresh = Tally(window_ms), Tally(window_ms)
        for sample in (*ends, ghost):
            revised.add(sample)
        for sample in (*ends, better):
            fresh.add(sample)
        assert revised.revise(ghost, better)
        for now_ms in (0, 400_000):
            revised.expire(now_ms)
            fresh.expire(now_ms)
            assert revised.figures(LEVEL) == fresh.figures(LEVEL)
            assert revised.expires_ms() == fresh.expires_ms()


def test_figures_of_the_callers_clock_and_of_estimates_come_only_with_their_cause() -> None:
    tally = Tally(None)
    quiet = tally.figures(LEVEL, 360_000)
    assert {"approx", "over_limit"}.isdisjoint(quiet)
    tally.add(Estimate("q1", 0, 0, 0))
    tally.add(JourneyEnd("q1", "j", 5, True, 0))
    assert tally.figures(LEVEL, 360_000) == {**quiet, "approx": 1, "over_limit": 0}
