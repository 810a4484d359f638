"""A day's figures on both sides, and the stays behind each difference: records in, differences out."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

import pytest

from host_bridge.truth.outcomes import End, Estimate, Outcome, Record, Talk
from host_bridge.truth.reconcile import Difference, Evidence, compare, figures
from host_bridge.truth.reconcile_pairs import Gap, Span, Why
from host_bridge.truth.service_level import ServiceLevel

DAY = Span(100_000_000, 186_400_000)
LEVEL = ServiceLevel(answer_within_s=20, short_abandon_s=5, min_calls=1)
BEGIN = DAY.from_ms + 1_000_000


def stay(
    call: str, outcome: Outcome = Outcome.ANSWERED, *, hold_s: int = 10, joined_ms: int = BEGIN, late_ms: int = 0
) -> End:
    """A stay as the log has it; `late_ms` is what the bridge's ms say beyond the whole seconds."""
    at_ms = joined_ms + hold_s * 1000 + late_ms
    return End("support", outcome, hold_s * 1000 + late_ms, hold_s, at_ms, call, call, joined_ms)


def talk(call: str, talk_s: int = 60, *, at_ms: int = BEGIN + 90_000, transferred: bool = False) -> Talk:
    return Talk("support", talk_s, transferred, at_ms, call, 10)


def differ(
    log: Sequence[Record], bridge: Sequence[Record], *gaps: Gap, level: ServiceLevel = LEVEL
) -> list[Difference]:
    covered = Span(DAY.from_ms, DAY.until_ms)
    return compare(Evidence(log, bridge, covered, gaps), DAY, level)


def told(differences: Sequence[Difference]) -> dict[str, list[tuple[Why, tuple[str, ...]]]]:
    return {each.figure: [(reason.why, reason.stays) for reason in each.reasons] for each in differences}


def test_the_same_records_on_both_sides_differ_in_nothing() -> None:
    records = [stay("a"), talk("a"), stay("b", Outcome.ABANDONED), stay("c", Outcome.OVERFLOWED, hold_s=200)]
    assert differ(records, list(reversed(records))) == []


def test_without_a_journal_nothing_is_compared() -> None:
    assert compare(Evidence([stay("a")], None, DAY, ()), DAY, LEVEL) == []


def test_whole_seconds_against_ms_are_explained_by_their_stays() -> None:
    log = [stay("a"), stay("b", hold_s=30)]
    bridge = [stay("a", late_ms=400), stay("b", hold_s=30, late_ms=800)]
    found = differ(log, bridge)
    assert told(found) == {
        "avg_wait_ms": [(Why.WHOLE_SECONDS, ("a", "b"))],
        "longest_ms": [(Why.WHOLE_SECONDS, ("b",))],  # not those that are not the longest
    }
    assert [(each.queue_log, each.other, each.by, each.explained) for each in found] == [
        (20_000, 20_600, 600, True),
        (30_000, 30_800, 800, True),
    ]


def test_a_wait_that_is_seconds_off_is_not_explained() -> None:
    found = differ([stay("a")], [stay("a", late_ms=9_000)])
    assert told(found)["avg_wait_ms"] == [(Why.OTHER_SECONDS, ("a",))]
    assert not any(each.explained for each in found)


@pytest.mark.parametrize(("apart_s", "why"), [(1, Why.CLOCK_READ_TWICE), (2, Why.OTHER_SECONDS)])
def test_one_second_is_two_readings_of_the_clock_and_two_are_not(apart_s: int, why: Why) -> None:
    found = differ([stay("a", hold_s=21)], [stay("a", hold_s=21 - apart_s)])
    assert told(found)["sla" if apart_s == 1 else "avg_wait_ms"] == [(why, ("a",))]
    assert all(each.explained for each in found) is (apart_s == 1)


def test_a_redirected_caller_is_named_and_explained() -> None:
    log = [stay("a", Outcome.ABANDONED), stay("b", Outcome.ABANDONED)]
    bridge = [stay("a", Outcome.REMOVED), stay("b", Outcome.ABANDONED)]
    found = differ(log, bridge)
    assert told(found) == {key: [(Why.REDIRECTED, ("a",))] for key in ("abandoned", "removed", "sla_of")}
    assert [(each.figure, each.by) for each in found] == [("abandoned", -1), ("removed", 1), ("sla_of", -1)]
    assert all(each.explained for each in found)


def test_the_other_way_round_it_is_no_redirect() -> None:
    for log, bridge in ((Outcome.EXITED, Outcome.ANSWERED), (Outcome.ABANDONED, Outcome.EXITED)):
        found = differ([stay("a", log)], [stay("a", bridge)])
        assert told(found)[bridge] == [(Why.OTHER_OUTCOME, ("a",))]
        assert not any(each.explained for each in found)


def test_a_masqueraded_caller_has_another_id_in_the_log_and_is_found_by_his_join() -> None:
    ghost = stay("a", Outcome.UNRESOLVED, hold_s=40, joined_ms=BEGIN + 1_500)
    found = differ([stay("zz", Outcome.ABANDONED), stay("b")], [ghost, stay("b")])
    assert told(found)["unresolved"] == [(Why.UNRESOLVED, ("zz",))]
    assert all(each.explained for each in found)
    assert not any(each.figure == "offered" for each in found)


def test_only_a_ghost_is_taken_for_another_id() -> None:
    found = differ([stay("a")], [stay("b")])
    assert told(found)["answered"] == [(Why.ONLY_BRIDGE, ("b",)), (Why.ONLY_LOG, ("a",))]


def test_a_stay_that_the_bridge_missed_is_unexplained_and_one_in_a_gap_is() -> None:
    log, bridge = [stay("a"), stay("b"), talk("b")], [stay("a")]
    found = differ(log, bridge)
    assert told(found)["answered"] == [(Why.ONLY_LOG, ("b",))]
    assert told(found)["aht_ms"] == [(Why.ONLY_LOG, ("b",))]
    assert not any(each.explained for each in found)
    gap = (BEGIN, BEGIN + 100_000)
    found = differ(log, bridge, (0, 5), gap)
    assert told(found)["answered"] == [(Why.GAP, ("b",))]
    assert found[0].reasons[0].gap == gap
    assert all(each.explained for each in found)


def test_an_estimated_gap_is_explained_beside_the_stays_that_it_stands_for() -> None:
    log = [stay("a"), stay("b"), stay("c", Outcome.ABANDONED), stay("d")]
    bridge = [stay("a"), Estimate("support", 1, 2, BEGIN + 100_000)]
    found = differ(log, bridge, (BEGIN, BEGIN + 100_000))
    by_figure = {each.figure: each for each in found}
    assert (by_figure["answered"].queue_log, by_figure["answered"].other) == (3, 2)
    assert told(found)["answered"] == [(Why.GAP, ("b", "d")), (Why.ESTIMATED, ())]
    assert by_figure["abandoned"].by == 1
    assert all(each.explained for each in found)


def test_two_mistakes_that_cancel_each_other_out_are_told() -> None:
    log = [stay("a"), stay("b", joined_ms=BEGIN + 60_000)]
    bridge = [stay("a"), stay("x", joined_ms=BEGIN + 90_000)]
    found = {each.figure: each for each in differ(log, bridge)}
    assert (found["answered"].by, found["answered"].explained) == (0, False)
    assert told([found["answered"]])["answered"] == [(Why.ONLY_LOG, ("b",)), (Why.ONLY_BRIDGE, ("x",))]


def test_a_stay_counted_twice_is_unexplained() -> None:
    found = differ([stay("a")], [stay("a"), stay("a")])
    assert told(found)["answered"] == [(Why.ONLY_BRIDGE, ("a",))]
    assert not any(each.explained for each in found)


def test_an_explained_stay_does_not_excuse_an_unexplained_one() -> None:
    log = [stay("a", Outcome.ABANDONED), stay("b", Outcome.ABANDONED)]
    found = {each.figure: each for each in differ(log, [stay("a", Outcome.REMOVED)])}
    assert told([found["abandoned"]])["abandoned"] == [(Why.REDIRECTED, ("a",)), (Why.ONLY_LOG, ("b",))]
    assert not found["abandoned"].explained
    assert found["removed"].explained


def test_rejected_callers_are_not_in_the_log() -> None:
    found = differ([], [End("support", Outcome.REJECTED, 0, 0, BEGIN, "r", "r", BEGIN)])
    assert told(found) == {"rejected": [(Why.REJECTED, ("r",))]}
    assert (found[0].queue_log, found[0].other, found[0].by, found[0].explained) == (None, 1, None, True)


def test_one_call_may_come_again_and_again() -> None:
    joins = [BEGIN + 30_000 * turn for turn in range(3)]
    log = [stay("a", Outcome.EXITED, joined_ms=joined_ms) for joined_ms in joins]
    bridge = [stay("a", Outcome.EXITED, joined_ms=joined_ms + 900, late_ms=-800) for joined_ms in joins]
    assert set(told(differ(log, bridge))) == {"longest_ms"}
    found = differ(log, bridge[:2])
    assert told(found)["exited"] == [(Why.ONLY_LOG, ("a",))]


def test_a_stay_heard_late_is_the_same_stay() -> None:
    """Without time stamps what a stalled wire held back happened when it was read; the PBX's own seconds are true."""
    log = [stay("a"), stay("b", Outcome.ABANDONED)]
    late = [end._replace(joined_ms=end.joined_ms + 9_000, at_ms=end.at_ms + 9_000) for end in log]
    assert told(differ(log, late)) == {}
    assert told(differ(log, [late[0], late[1]._replace(call="c")]))["abandoned"]
    early = [end._replace(joined_ms=end.joined_ms - 9_000, at_ms=end.at_ms - 9_000) for end in log]
    assert told(differ(log, early)), "nobody hears what has not happened"


def test_a_wait_that_ends_beside_midnight_may_be_on_either_day() -> None:
    edge = DAY.until_ms - 10_000
    found = differ([stay("a", joined_ms=edge - 400)], [stay("a", joined_ms=edge - 400, late_ms=600)])
    assert told(found)["answered"] == [(Why.DAY_EDGE, ("a",))]
    assert all(each.explained for each in found)
    far = stay("b", joined_ms=edge - 400)
    found = differ([far], [far._replace(at_ms=DAY.until_ms + 60_000)])
    assert told(found)["answered"] == [(Why.OTHER_DAY, ("b",))]


def test_what_is_on_another_day_on_both_sides_is_no_matter() -> None:
    assert differ([stay("a", joined_ms=DAY.until_ms)], []) == []
    assert differ([], [stay("a", joined_ms=DAY.from_ms - 60_000)]) == []


def test_the_log_may_begin_late_and_end_early() -> None:
    covered = Span(BEGIN, BEGIN + 60_000)
    early, late = stay("a", joined_ms=BEGIN - 20_000), stay("b", joined_ms=BEGIN + 55_000)
    found = compare(Evidence([stay("c")], [stay("c"), early, late], covered, ()), DAY, LEVEL)
    assert told(found)["answered"] == [(Why.LOG_BEGINS, ("a",)), (Why.LOG_ENDS, ("b",))]
    assert all(each.explained for each in found)


def test_talks_are_known_again_even_without_an_id() -> None:
    log = [talk("a"), talk("b", 30)]
    assert differ(log, [talk("", 30), talk("a")]) == []
    found = differ(log, [talk("", 31), talk("a")])
    assert told(found) == {"aht_ms": [(Why.ONLY_BRIDGE, ()), (Why.ONLY_LOG, ("b",))]}
    assert not found[0].explained


def test_a_transfer_that_only_one_side_saw_is_unexplained() -> None:
    found = differ([talk("a", transferred=True)], [talk("a")])
    assert told(found) == {"transferred": [(Why.OTHER_OUTCOME, ("a",))]}
    assert not found[0].explained


def test_a_whole_days_disturbances_are_named_to_the_last_call() -> None:
    chance = random.Random(7)
    outcomes = (Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ABANDONED, Outcome.OVERFLOWED, Outcome.EXITED)
    log = [
        stay(f"c{number}", chance.choice(outcomes), hold_s=chance.randrange(300), joined_ms=BEGIN + number * 20_000)
        for number in range(3_000)
    ]
    gap = (BEGIN + 20_000_000, BEGIN + 23_600_000)
    named: dict[Why, set[str]] = defaultdict(set)
    bridge: list[Record] = []
    for end in log:
        late_ms = chance.randrange(1, 1_000)
        mine = end._replace(wait_ms=end.wait_ms + late_ms, at_ms=end.at_ms + late_ms)
        if gap[0] < end.at_ms < gap[1]:
            named[Why.GAP].add(end.call)
        elif (fate := chance.random()) < 0.01:
            named[Why.UNRESOLVED].add(end.call)
            bridge.append(mine._replace(outcome=Outcome.UNRESOLVED))
        elif fate < 0.05 and end.outcome is Outcome.ABANDONED:
            named[Why.REDIRECTED].add(end.call)
            bridge.append(mine._replace(outcome=Outcome.REMOVED))
        else:
            bridge.append(mine)
    chance.shuffle(bridge)
    found = differ(log, bridge, gap)
    assert all(each.explained for each in found)
    assert told_by_why(found, "offered", "unresolved", "removed") == named

    lost = {chance.choice([end for end in bridge if isinstance(end, End) and end.outcome is Outcome.ANSWERED]).call}
    found = differ(log, [end for end in bridge if isinstance(end, End) and end.call not in lost], gap)
    assert told_by_why(found, "answered")[Why.ONLY_LOG] == lost
    assert {each.figure for each in found if not each.explained} >= {"offered", "answered", "sla_of"}
    assert {each.figure for each in found if each.explained} >= {"abandoned", "removed", "unresolved"}


def told_by_why(differences: Sequence[Difference], *figures_: str) -> dict[Why, set[str]]:
    """The calls of some figures' differences, by cause."""
    calls: dict[Why, set[str]] = defaultdict(set)
    for difference in differences:
        for reason in difference.reasons if difference.figure in figures_ else ():
            calls[reason.why] |= set(reason.stays)
    return calls


def test_figures_are_those_of_the_snapshot_and_the_log_does_not_know_who_was_turned_away() -> None:
    of_log = figures([stay("a"), talk("a")], LEVEL, of_log=True)
    assert of_log == {
        "offered": 1, "answered": 1, "abandoned": 0, "short_abandoned": 0, "overflowed": 0, "exited": 0, "removed": 0,
        "unresolved": 0, "transferred": 0, "sla": 1000, "sla_of": 1, "sla_target": 800, "avg_wait_ms": 10_000,
        "longest_ms": 10_000, "aht_ms": 60_000,
    }  # fmt: skip
    assert figures([], LEVEL, of_log=False)["rejected"] == 0


def test_a_rolling_window_is_reckoned_over_the_whole_day() -> None:
    rolling = ServiceLevel(window_s=1800, min_calls=1)
    assert figures([stay("a"), stay("b", joined_ms=DAY.until_ms - 60_000)], rolling, of_log=True)["sla_of"] == 2


def test_a_talk_that_asterisk_ended_twice_is_paired_like_to_like() -> None:
    """Seen on 16.28: COMPLETEAGENT and ATTENDEDTRANSFER of one call in one second."""
    log = [stay("a"), talk("a"), talk("a", transferred=True)]
    bridge = [stay("a"), talk("a", transferred=True), talk("a", at_ms=BEGIN + 90_751)]
    assert differ(log, bridge) == []
