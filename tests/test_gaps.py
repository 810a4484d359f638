"""Gaps: a bridge killed or cut off at any moment, and what queue_log then tells."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from host_bridge.truth.live import Live
from tests.gap_site import GAPS, Site, site

__all__ = ["site"]


@pytest.mark.parametrize("gap", GAPS)
def test_nothing_happened(site: Site, gap: object) -> None:
    before = site.truth.figures("q1", site.pbx.now_ms)
    gap(site)  # type: ignore[operator]
    assert site.truth.has_gap
    site.come_back()
    assert site.fill() == (0, 0)
    assert not site.truth.has_gap
    assert site.truth.figures("q1", site.pbx.now_ms) == before
    assert site.fill() == (0, 0)


@pytest.mark.parametrize("gap", GAPS)
def test_all_that_ended_in_a_gap_is_told_by_the_log(site: Site, gap: object) -> None:
    gap(site)  # type: ignore[operator]
    site.pbx.wait(5_000)
    site.answer("a")
    site.join("c", "d", "e", "f")
    site.pbx.wait(4_000)
    site.hang_up("b")
    site.time_out("c")
    site.press_key("d")
    site.pbx.wait(20_000)
    site.complete("a", 24)
    site.come_back()
    assert site.ends() == {"answered": 1, "abandoned": 1}
    assert site.figure("waiting") == 2
    assert site.fill() == (5, 0)
    assert site.ends() == {"answered": 2, "abandoned": 2, "overflowed": 1, "exited": 1}
    assert site.figure("aht_ms") == 27_000
    assert site.figure("approx") is None
    assert site.fill() == (0, 0)
    site.answer("e")
    site.read()
    assert site.ends() == {"answered": 3, "abandoned": 2, "overflowed": 1, "exited": 1}
    site.pbx.wait(60_000)
    site.take_list()
    assert site.ends() == {"answered": 3, "abandoned": 2, "overflowed": 1, "exited": 1}


def test_a_lost_journal_is_rebuilt_from_the_log(site: Site) -> None:
    site.time_out("a")
    site.read()
    before = site.truth.figures("q1", site.pbx.now_ms)
    site.journal.rows.clear()
    site.kill(Live())
    site.come_back()
    assert site.ends() == {}
    assert site.fill() == (4, 0)
    after = site.truth.figures("q1", site.pbx.now_ms)
    for name in ("avg_wait_ms", "longest_ms"):
        assert abs(before.pop(name) - after.pop(name)) < 1_000
    assert 0 < after.pop("next_breach_ms") <= before.pop("next_breach_ms")
    assert abs(after.pop("oldest_ms") - before.pop("oldest_ms")) < 1_000
    assert after == before


def test_what_events_told_stays(site: Site) -> None:
    site.redirect("a")
    site.read()
    site.pbx.wait(1_000)
    site.truth.settle(site.pbx.now_ms)
    site.kill()
    site.come_back()
    assert site.fill() == (0, 0)
    assert site.ends() == {"answered": 1, "abandoned": 1, "removed": 1}


def test_events_of_the_seam_are_not_counted_twice(site: Site) -> None:
    site.cut()
    site.answer("a")
    site.come_back()
    site.pbx.wait(100)
    site.hang_up("b")  # in the log that is read now, and its events come
    site.read()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 2, "abandoned": 2}
    site.complete("a", 3, anonymous=True)
    site.read()
    assert site.figure("aht_ms") == 16_500
    site.pbx.wait(100)
    site.cut()
    site.come_back()
    assert site.fill() == (0, 0)
    assert site.figure("aht_ms") == 16_500


def test_the_log_may_be_ahead_of_the_events(site: Site) -> None:
    site.cut()
    site.come_back()
    site.pbx.wait(300)
    site.join("c")
    site.read()
    site.answer("a")
    site.hang_up("c")
    *_, left, connected, asked, gave_up, left_too, hung_up = site.pbx.take()
    for event in (left, asked, gave_up, left_too):
        site.truth.apply(event, site.pbx.now_ms)
    assert site.fill() == (0, 0)
    for event in (connected, hung_up):
        site.truth.apply(event, site.pbx.now_ms)
    assert site.ends() == {"answered": 2, "abandoned": 2}


def test_an_event_after_the_log_told_it_counts_nothing(site: Site) -> None:
    site.cut()
    site.pbx.wait(5_000)
    site.come_back()
    site.answer("a")
    events = site.pbx.take()
    del site.truth._intake.stays.book.waiting["a"]  # as if the list had not had him
    site.truth._intake.stays.book.lines["q1"].pop(0)
    assert site.fill() == (1, 0)
    for event in events:
        site.truth.apply(event, site.pbx.now_ms)
    assert site.ends() == {"answered": 2, "abandoned": 1}


def test_a_caller_who_came_back_within_the_gap(site: Site) -> None:
    site.cut()
    site.time_out("a")
    site.pbx.wait(5_000)
    site.join("a")
    site.pbx.wait(5_000)
    site.come_back()
    assert site.figure("waiting") == 2
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 1, "overflowed": 1}
    site.answer("a")
    site.read()
    assert site.ends() == {"answered": 2, "abandoned": 1, "overflowed": 1}


def test_a_caller_who_left_in_one_gap_and_came_back_in_the_next(site: Site) -> None:
    site.cut()
    site.time_out("a")
    site.come_back()
    site.cut()  # before the first is closed
    site.pbx.wait(500)
    site.join("a")
    site.come_back()
    assert site.figure("waiting") == 2
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 1, "overflowed": 1}


def test_a_restart_of_the_pbx_is_revised_by_the_log(site: Site) -> None:
    site.cut()
    site.hang_up("a")
    site.miss()
    site.pbx.lines["q1"].clear()
    site.truth.apply(ev.Restarted(site.pbx.now_ms), site.pbx.now_ms)
    site.come_back()
    assert site.ends() == {"answered": 1, "abandoned": 1, "unresolved": 2}
    assert site.fill() == (0, 1)
    assert site.ends() == {"answered": 1, "abandoned": 2, "unresolved": 1}
    assert site.truth.unsettled


def test_a_restart_long_after_one_left_for_his_agent_counts_him_once(site: Site) -> None:
    """A membergosub has run for minutes when the PBX dies; queue_log says so then, and his Leave was long before."""
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")
    site.read()
    site.pbx.wait(3 * 60_000)
    site.cut()
    for call in ("a", "b"):
        site.log.end("q1", call, "unresolved")
    site.pbx.restarts()
    site.truth.apply(ev.Restarted(site.pbx.now_ms), site.pbx.now_ms)
    site.come_back()
    assert site.fill() == (0, 0)
    assert site.ends() == {"answered": 1, "abandoned": 1, "unresolved": 2}


def test_one_who_came_back_at_once_and_waits_since(site: Site) -> None:
    site.cut()
    site.join("c")
    site.pbx.wait(1_000)
    site.press_key("c")
    site.join("c")
    site.pbx.wait(20_000)
    site.come_back()
    assert site.figure("waiting") == 3
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 1, "exited": 1}


@pytest.mark.parametrize("known", [True, False])
def test_the_log_may_tell_of_a_wait_that_began_after_the_list(site: Site, known: bool) -> None:
    """Met at a login between two waits of one call: the list has the first, the log the second, no event is read."""
    if known:
        site.kill()
    else:
        site.truth.apply(ev.LinkDown("cut", site.pbx.now_ms), site.pbx.now_ms)
        site.join("c")
        site.pbx.wait(4_000)
    call = "a" if known else "c"
    site.come_back()
    site.time_out(call)
    site.join(call)
    site.fill()
    site.read()
    assert site.ends() == {"answered": 1, "abandoned": 1, "overflowed": 1}
    site.hang_up(call)
    site.read()
    assert site.ends() == {"answered": 1, "abandoned": 2, "overflowed": 1}
    site.cut()
    site.come_back()
    assert site.fill() == (0, 0)


def test_one_who_came_back_in_a_gap_and_gives_up_before_the_list_is_told(site: Site) -> None:
    """Met at a login just before his end: the PBX's seconds say which of his waits it was."""
    site.kill()
    site.time_out("a")
    site.join("a")
    site.pbx.wait(1_000)
    site.miss()
    site.hang_up("a")
    site.read()
    site.come_back()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 2, "overflowed": 1}
    assert [end.hold_s for end in site.ended("a")] == [30, 1]
