"""Gaps: who is whom. Nobody is counted twice, under another's name, or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from host_bridge.truth.outcomes import End, Outcome
from tests.gap_site import GAPS, Site, site

__all__ = ["site"]


def test_a_ghost_is_settled_by_the_log_later(site: Site) -> None:
    """A masqueraded caller whose join the log has no more: his abandon comes under an id that nobody joined with."""
    site.pbx.masquerades("q1", "a")
    site.take_list()
    site.pbx.wait(1_500)
    site.take_list()
    assert site.ends() == {"answered": 1, "abandoned": 1, "unresolved": 1}
    assert site.truth.unsettled
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 0
    site.pbx.wait(600_000)
    site.log.end("q1", "a", "abandoned")
    other = site.log.ends[-1] = site.log.ends[-1]._replace(call="another", journey="another")
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 0, "one who joined with him"
    site.log.ends[-1] = other._replace(journey="")
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 1
    assert site.ends() == {"answered": 1, "abandoned": 2}
    assert site.figure("over_limit") == 333  # his clock ran for more than six minutes
    assert not site.truth.unsettled
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 0


def test_two_who_came_and_went_together_are_two(site: Site) -> None:
    """One in the gap, of the other all events were heard, or none told how he ended."""
    site.pbx.wait(10_000)
    site.join("seen", "ghost")
    site.read()
    site.pbx.masquerades("q1", "ghost")
    site.hang_up("seen")
    site.read()
    site.take_list()
    site.pbx.wait(1_100)
    site.take_list()
    assert site.ends() == {"answered": 1, "abandoned": 2, "unresolved": 1}
    del site.log.ends[-1]  # another log: it has neither of them, but one whom nobody heard
    site.cut()
    site.log.ends.append(End("q1", Outcome.ABANDONED, 0, 0, site.pbx.now_ms - 1_100, "c", "c", site.pbx.now_ms - 1_100))
    site.pbx.wait(10_000)
    site.come_back()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 3, "unresolved": 1}


@pytest.mark.parametrize("asked", [False, True])
def test_a_hangup_after_a_gap_is_no_abandon_when_how_the_wait_ended_was_missed(site: Site, asked: bool) -> None:
    site.time_out("a")
    gave_up, left, _status = site.pbx.take()
    site.truth.apply(gave_up, site.pbx.now_ms)
    site.truth.apply(left, site.pbx.now_ms)
    site.cut()
    site.come_back()
    if asked:
        site.pbx.ask_hangup("a")
    site.pbx.hang_up("a")
    site.read()
    site.fill()
    assert site.ends() == {"answered": 1, "abandoned": 1, "overflowed": 1}


def test_one_of_whom_a_list_told_is_nobody_whose_events_are_to_come(site: Site) -> None:
    """His id may be that of a masquerade, so in a gap the log may tell of him under another; but not before."""
    site.cut()
    site.join("listed", "c")
    site.pbx.wait(5_000)
    site.come_back()
    site.fill()
    site.pbx.masquerades("q1", "listed")
    for _ in range(2):
        site.take_list()
        site.pbx.wait(1_100)
    assert site.ends() == {"answered": 1, "abandoned": 1, "unresolved": 1}
    site.hang_up("c")
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 0
    site.read()
    assert site.ends() == {"answered": 1, "abandoned": 2, "unresolved": 1}


def test_one_who_vanished_since_the_line_is_up_is_nobody_of_the_gap(site: Site) -> None:
    site.cut()
    site.join("listed", "c")
    site.hang_up("c")
    site.pbx.wait(5_000)
    site.come_back()
    site.pbx.wait(100)
    site.pbx.masquerades("q1", "listed")
    site.take_list()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 2}
    site.pbx.wait(2_000)
    site.take_list()
    assert site.ends() == {"answered": 1, "abandoned": 2, "unresolved": 1}


def test_a_ghost_that_nobody_tells_is_asked_for_no_more(site: Site) -> None:
    site.pbx.masquerades("q1", "a")
    site.take_list()
    site.pbx.wait(1_500)
    site.take_list()
    site.pbx.wait(4 * 3_600_000 - 1_500)
    site.truth.settle_from(site.log.ends, site.pbx.now_ms)
    assert site.truth.unsettled
    site.pbx.wait(1)
    site.truth.settle_from(site.log.ends, site.pbx.now_ms)
    assert not site.truth.unsettled


def test_one_who_is_missing_from_two_waits_in_one_list_ended_each_once(site: Site) -> None:
    """He came back in a gap, so his first wait is over; the next list, after another gap, has neither."""
    site.cut()
    site.time_out("a")
    site.pbx.wait(5_000)
    site.join("a")
    site.come_back()
    site.cut()  # before the first is closed
    site.hang_up("a")
    site.pbx.wait(20_000)
    site.come_back()
    site.fill()
    assert site.ends() == {"answered": 1, "abandoned": 2, "overflowed": 1}


def test_a_rejection_is_no_stay_of_the_log(site: Site) -> None:
    site.pbx.rejected("q1", "c")
    site.read()
    site.cut()
    site.join("c")
    site.pbx.wait(500)
    site.hang_up("c")
    site.come_back()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 2}
    assert site.figure("rejected") == 1


def test_one_who_is_on_his_way_by_the_log_is_not_another_who_came_with_him(site: Site) -> None:
    """Of the one only a list told, of the other nobody: the log has both joins, and the end of the other."""
    site.cut()
    site.join("c")
    site.come_back()
    site.fill()
    site.cut()
    site.join("d")
    site.answer("d")
    site.pbx.ring("q1", "c")
    site.pbx.leave("q1", "c")
    site.come_back()
    waiting = [("q1", call, site.pbx.joined_ms[call]) for call in ("a", "b", "c")]
    site.truth.fill(site.log.ends, site.log.talks, site.pbx.now_ms, waiting)
    site.pbx.wait(2_000)
    site.pbx.connect_only("q1", "c", 2)
    site.read()
    ends = [row for row in site.journal.rows.values() if isinstance(row, End) and row.outcome is Outcome.ANSWERED]
    assert [(end.call, end.hold_s) for end in ends] == [("early", 7), ("d", 0), ("c", 2)]


def test_a_bare_leave_of_one_whom_the_list_still_had_is_seen_to_its_end(site: Site) -> None:
    site.kill()
    site.come_back()
    site.fill()
    site.pbx.wait(500)
    site.pbx.leave("q1", "a")
    site.pbx.hang_up("a")
    site.read()
    assert site.ends() == {"answered": 1, "abandoned": 1, "exited": 1}


@pytest.mark.parametrize("gap", [*GAPS, None])
def test_an_abandon_before_the_login_and_its_leave_after_the_list_is_told_by_the_log(
    site: Site, gap: Callable[[Site], None] | None
) -> None:
    """Met with Asterisk 16, whose Leave may follow late: a Leave without its Abandon looks as if a key was pressed."""
    if gap is None:  # a bridge that is started for the first time
        site.truth = site.new_truth()
        site.journal.rows.clear()
    else:
        gap(site)
    site.pbx.abandon("q1", "a")
    site.come_back()
    site.fill()
    site.pbx.wait(499)
    site.pbx.leave("q1", "a")
    site.pbx.hang_up("a")
    before = site.ends()
    site.read()
    assert site.ends() == {**before, "unresolved": 1}
    site.log.end("q1", "a", "abandoned")
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 1
    assert site.ends() == {**before, "abandoned": before.get("abandoned", 0) + 1}


def test_a_key_just_after_the_login_is_known_by_the_move_that_was_seen(site: Site) -> None:
    site.kill()
    site.come_back()
    site.fill()
    site.pbx.presses_key("q1", "a")
    site.read()
    assert site.ends() == {"answered": 1, "abandoned": 1, "exited": 1}


def test_a_settled_ghost_keeps_its_own_id_and_journey(site: Site) -> None:
    site.pbx.masquerades("q1", "a")
    for _ in range(2):
        site.take_list()
        site.pbx.wait(1_500)
    site.log.end("q1", "a", "abandoned")
    site.log.ends[-1] = site.log.ends[-1]._replace(call="another", journey="")
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 1
    ends = [row for row in site.journal.rows.values() if isinstance(row, End)]
    assert [(end.call, end.journey) for end in ends if end.call not in {"early", "left"}] == [("a", "a")]


def lose_sight_and_come_back(site: Site, gap: Callable[[Site], None]) -> None:
    """ "a" times out in the gap and is back; the bridge logs in, and has no list yet."""
    gap(site)
    site.time_out("a")
    site.pbx.wait(20_000)
    site.join("a")
    site.pbx.wait(7_000)
    site.miss()


@pytest.mark.parametrize("gap", GAPS)
def test_what_is_heard_before_the_first_list_is_of_the_later_wait(site: Site, gap: Callable[[Site], None]) -> None:
    """A redirect: its Newexten, its Abandon, and his Hangup elsewhere at once."""
    lose_sight_and_come_back(site, gap)
    site.redirect("a")
    site.pbx.hang_up("a")
    site.read()
    site.come_back()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 1, "overflowed": 1, "removed": 1}
    assert [end.hold_s for end in site.ended("a")] == [30, 7]


@pytest.mark.parametrize("gap", GAPS)
def test_one_who_is_turned_away_before_the_first_list_is_counted_though_he_was_seen_to_wait(
    site: Site, gap: Callable[[Site], None]
) -> None:
    gap(site)
    site.time_out("a")
    site.pbx.wait(20_000)
    site.miss()
    site.pbx.rejected("q1", "a")
    site.read()
    site.come_back()
    assert site.fill() == (1, 0)
    assert site.figure("rejected") == 1
    assert site.truth.unplaced == 0
