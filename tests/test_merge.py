"""Which stay of one account is which of another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_bridge.truth.merge import pair_ends, pair_talks
from host_bridge.truth.outcomes import End, Outcome, Talk


def end(call: str, joined_ms: int, hold_s: int = 5, outcome: Outcome = Outcome.ABANDONED, queue: str = "q1") -> End:
    return End(queue, outcome, hold_s * 1000, hold_s, joined_ms + hold_s * 1000, call, "", joined_ms)


def test_whole_seconds_against_ms() -> None:
    log, own = [end("a", 10_000)], [end("a", 10_987)]
    assert pair_ends(log, own) == ([(0, 0)], [])
    assert pair_ends(log, [end("a", 12_000)]).both == [(0, 0)]
    assert pair_ends(log, [end("b", 12_001)]) == ([], [0])
    assert pair_ends(log, [end("a", 10_000, queue="q2")]) == ([], [0])


def test_one_to_one_though_a_call_enters_again_and_again() -> None:
    log = [end("a", 10_000, 1), end("a", 11_000, 1), end("a", 30_000, 1)]
    own = [end("a", 11_400, 1)]
    assert pair_ends(log, own) == ([(1, 0)], [0, 2])
    assert sorted(pair_ends(log, log).both) == [(0, 0), (1, 1), (2, 2)]


def test_a_caller_who_enters_each_second_is_told_in_his_order() -> None:
    log = [end("a", 10_000 + 1_000 * n, 1) for n in range(5)]
    own = [each._replace(joined_ms=each.joined_ms + 700) for each in log]
    assert sorted(pair_ends(log, own).both) == [(n, n) for n in range(5)]
    assert sorted(pair_ends(log, own[:3] + own[4:]).both)[:3] == [(0, 0), (1, 1), (2, 2)]


def test_a_caller_who_enters_past_counting_is_told_quickly() -> None:
    log = [end("a", 10_000 * n, 1) for n in range(5_000)]
    assert pair_ends(log, log).first_only == []


def test_one_end_at_one_time_is_one_stay_though_its_join_was_not_seen() -> None:
    before, again = end("a", 10_000, 5, Outcome.OVERFLOWED), end("a", 30_000, 5, Outcome.EXITED)
    own = again._replace(joined_ms=10_400, wait_ms=24_600, hold_s=24, at_ms=35_300)
    assert pair_ends([before, again], [own]) == ([(1, 0)], [0])
    assert pair_ends([again], [own._replace(at_ms=37_001)]) == ([], [0])
    assert pair_ends([again], [own._replace(outcome=Outcome.ABANDONED)]) == ([], [0])


def test_of_two_that_are_as_near_the_one_that_ended_alike() -> None:
    log = [end("a", 10_000, 1, Outcome.EXITED), end("a", 11_000, 1, Outcome.ABANDONED)]
    own = [end("a", 10_500, 1, Outcome.ABANDONED)]
    assert pair_ends(log, own).both == [(1, 0)]


def test_how_it_ended_does_not_matter_for_one_id() -> None:
    removed = end("a", 10_200, 5, Outcome.REMOVED)  # a redirect, which queue_log calls an abandon
    assert pair_ends([end("a", 10_000)], [removed]).both == [(0, 0)]


def test_another_id_is_the_same_stay_when_all_else_agrees() -> None:
    log = [end("a", 10_000, 5, Outcome.ANSWERED)]
    assert pair_ends(log, [end("b", 10_400, 5, Outcome.ANSWERED)]).both == [(0, 0)]
    assert pair_ends(log, [end("b", 10_400, 5, Outcome.ABANDONED)]).both == []
    assert pair_ends(log, [end("b", 10_400, 9, Outcome.ANSWERED)]).both == []
    assert pair_ends(log, [end("b", 10_400, 9, Outcome.UNRESOLVED)]).both == [(0, 0)]
    ghost, same = end("b", 10_000, 5, Outcome.UNRESOLVED), end("a", 10_900, 5, Outcome.ANSWERED)
    assert pair_ends(log, [ghost, same]).both == [(0, 1)]  # an id that agrees goes first


@pytest.mark.parametrize("outcome", [Outcome.ABANDONED, Outcome.UNRESOLVED])
@pytest.mark.parametrize(("mine", "other", "same"), [("a", "b", False), ("a", "", True), ("", "b", True)])
def test_two_ids_of_joins_that_were_seen_are_two_callers(outcome: Outcome, mine: str, other: str, same: bool) -> None:
    log = [end("a", 10_000)._replace(journey=mine)]
    own = [end("b", 10_400, 5, outcome)._replace(journey=other)]
    assert (pair_ends(log, own).both == [(0, 0)]) is same


def test_a_stay_that_was_heard_of_late_is_the_same_one() -> None:
    """This process was stopped for 8 s, or the wire was: without time stamps everything happened when it was read."""
    log = [end("a", 10_000)]
    late = end("a", 18_100, 0)._replace(hold_s=5, wait_ms=5_000)
    for outcome in (Outcome.ABANDONED, Outcome.REMOVED, Outcome.UNRESOLVED):
        assert pair_ends(log, [late._replace(outcome=outcome)]).both == [(0, 0)]
    assert pair_ends(log, [late._replace(outcome=Outcome.EXITED)]).both == []
    assert pair_ends(log, [late._replace(at_ms=10_000 + 5_000 + 900_001)]).both == []
    assert pair_ends(log, [end("a", 10_000 - 2_001)]).both == [], "an event is never early"
    assert pair_ends([*log, end("a", 17_000, 1)], [late]).both == [(1, 0)], "what agrees in time goes first"


def test_what_was_heard_after_the_log_was_read_is_no_other_stay_of_it() -> None:
    """Two callers who joined and were answered within a second, one in the gap and one after it, are two."""
    log = [end("a", 10_000, 4, Outcome.ANSWERED)]
    own = [end("b", 11_000, 4, Outcome.ANSWERED)]
    assert pair_ends(log, own).both == [(0, 0)], "a masquerade, for all we know"
    assert pair_ends(log, own, fresh={0}) == ([], [0])
    again = [end("a", 30_000, 4, Outcome.ANSWERED)]
    assert pair_ends(log, again).both == [(0, 0)]
    assert pair_ends(log, again, fresh={0}) == ([], [0])
    assert pair_ends(log, log, fresh={0}).both == [(0, 0)]
    talk = Talk("q1", 30, False, 10_000, "a", 5)
    assert pair_talks([talk], [talk._replace(call="b")], fresh={0}) == ([], [0])


def test_talks() -> None:
    talk = Talk("q1", 30, False, 10_000, "a", 5)
    assert pair_talks([talk], [talk._replace(at_ms=12_000, talk_s=31)]).both == [(0, 0)]
    for other in (
        talk._replace(at_ms=12_001, call="b"),
        talk._replace(at_ms=7_999),
        talk._replace(talk_s=32),
        talk._replace(queue="q2"),
        talk._replace(call="b", hold_s=6),
        talk._replace(call="", hold_s=6),
    ):
        assert pair_talks([talk], [other]) == ([], [0])
    assert pair_talks([talk], [talk._replace(at_ms=18_000)]).both == [(0, 0)], "heard late"
    unknown = talk._replace(call="", at_ms=10_900)
    assert pair_talks([talk], [unknown]).both == [(0, 0)]
    assert pair_talks([talk, talk._replace(call="b")], [unknown, talk]) == ([(0, 1), (1, 0)], [])
    assert pair_talks([talk], [talk._replace(call="b")]).both == [(0, 0)]  # a masquerade while they talked


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.sampled_from(list(Outcome)), st.booleans())))
def test_nothing_is_matched_twice_and_nothing_is_lost(calls: list[tuple[str, int, Outcome, bool]]) -> None:
    log = [end(call, second * 1000, 3, outcome) for call, second, outcome, _ in calls]
    own = [each._replace(joined_ms=each.joined_ms + 700) for each, (*_, is_in) in zip(log, calls, strict=True) if is_in]
    both, first_only = pair_ends(log, own)
    assert len({one for one, _ in both}) == len({other for _, other in both}) == len(both)
    assert sorted([one for one, _ in both] + first_only) == list(range(len(log)))
    assert len(both) == len(own)
    for one, other in both:
        assert abs(log[one].joined_ms - own[other].joined_ms) <= 2_000


def test_one_whose_end_nobody_knows_is_the_nearest_however_that_ended() -> None:
    log = [end("a", 10_000, 1, Outcome.EXITED), end("a", 12_000, 0, Outcome.UNRESOLVED)]
    assert pair_ends(log, [end("a", 10_000, 1, Outcome.UNRESOLVED)]).both == [(0, 0)]
