"""Gaps without a queue_log: what the PBX's own counters tell of them."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from host_bridge.truth.live import Live, PbxCounters
from host_bridge.truth.outcomes import End, Estimate
from tests.gap_site import GAPS, Site, site

__all__ = ["site"]


@pytest.mark.parametrize("gap", GAPS)
def test_an_estimate_by_the_counters(site: Site, gap: object) -> None:
    site.take_list()
    gap(site)  # type: ignore[operator]
    assert site.truth.estimate(site.pbx.now_ms) == ()  # no list yet
    assert site.truth.has_gap
    site.answer("a")
    site.join("c", "d")
    site.complete("a", 20)
    site.answer("c")
    site.hang_up("b")
    site.come_back(talking=1)
    now_ms = site.pbx.now_ms
    assert site.truth.estimate(now_ms) == (Estimate("q1", 2, 1, now_ms), Estimate("q2", 0, 0, now_ms))
    assert not site.truth.has_gap
    figures = site.truth.figures("q1", now_ms)
    assert (figures["answered"], figures["abandoned"], figures["unresolved"]) == (3, 2, 0)
    assert figures["offered"] == 5
    assert figures["approx"] == 1
    assert site.figure("approx", "q2") == 1
    site.pbx.wait(60_000)
    site.truth.settle(now_ms + 60_000)
    site.take_list(talking=1)
    assert site.figure("offered") == 5
    site.complete("c", 30)  # answered in the gap: only his talk is new
    site.read()
    assert site.figure("answered") == 3


@pytest.mark.parametrize("gap", GAPS)
def test_what_was_estimated_is_not_counted_again_when_queue_log_can_be_read_once_more(site: Site, gap: object) -> None:
    gap(site)  # type: ignore[operator]
    site.answer("a")
    site.hang_up("b")
    site.come_back(talking=1)
    site.truth.estimate(site.pbx.now_ms)
    before = site.figure("offered")
    site.kill()
    site.come_back(talking=1)
    site.fill()
    assert site.figure("offered") == before
    assert site.ends() == {"answered": 2, "abandoned": 2}
    assert site.figure("approx") == 1
    site.kill()
    site.come_back(talking=1)
    assert site.fill() == (0, 0)
    assert site.ends() == {"answered": 2, "abandoned": 2}


def test_only_who_is_not_among_the_estimated_is_unresolved(site: Site) -> None:
    site.take_list()
    site.cut()
    site.press_key("a")  # in no counter
    site.hang_up("b")
    site.come_back()
    site.truth.estimate(site.pbx.now_ms)
    figures = site.truth.figures("q1", site.pbx.now_ms)
    assert (figures["abandoned"], figures["unresolved"], figures["offered"]) == (2, 1, 4)


def test_one_whose_abandon_was_seen_is_counted_once(site: Site) -> None:
    site.take_list()
    site.hang_up("a")
    asked, gave_up, *_ = site.pbx.take()
    for event in (asked, gave_up):
        site.truth.apply(event, site.pbx.now_ms)
    site.kill()
    site.come_back()
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 0)
    assert site.ends() == {"answered": 1, "abandoned": 2}


def test_gaps_that_were_never_closed_are_summed(site: Site) -> None:
    site.take_list()
    site.cut()
    site.hang_up("a")
    site.come_back()
    site.join("c")
    site.hang_up("c")  # seen
    site.read()
    site.cut()
    site.hang_up("b")
    site.come_back()
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 2)
    assert site.figure("abandoned") == 4
    assert site.figure("unresolved") == 0


@pytest.mark.parametrize("gap", GAPS)
def test_a_kill_before_the_gap_is_closed_forgets_no_counter(site: Site, gap: object) -> None:
    """Between LinkUp and an estimate that waited for queue_log in vain."""
    site.take_list()
    gap(site)  # type: ignore[operator]
    site.hang_up("a")
    site.answer("b")
    site.come_back(talking=1)
    site.join("c", "d")
    site.answer("c")
    site.hang_up("d")
    site.complete("b", 1)
    site.read()  # all three
    site.kill()
    site.come_back(talking=1)
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (1, 1)
    assert site.figure("answered") == 3
    assert site.figure("abandoned") == 3
    assert site.figure("unresolved") == 0
    assert site.truth.live().counters[0] == PbxCounters("q1", 2, 3, 1)


def test_counters_of_a_pbx_started_anew(site: Site) -> None:
    site.take_list(talking=3)
    site.cut()
    site.truth.apply(ev.Restarted(site.pbx.now_ms), site.pbx.now_ms)
    site.pbx.lines["q1"].clear()
    site.completed["q1"], site.abandoned["q1"] = 5, 2  # by chance no less than before
    site.come_back(talking=1)
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (6, 2)


def test_without_counters_of_before_nothing_is_made_up(site: Site) -> None:
    site.kill(Live())
    site.come_back()
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 0)
    assert site.figure("approx") == 1
    assert site.truth.live().counters[0] == PbxCounters("q1", 1, 1, 0)


def test_only_the_first_list_after_a_gap_tells_of_it(site: Site) -> None:
    site.take_list()
    site.cut()
    site.come_back()
    site.hang_up("a")  # seen
    site.read()
    site.take_list()
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 0)


def test_what_was_seen_after_the_last_list_is_not_estimated(site: Site) -> None:
    site.take_list()
    site.answer("a")
    site.answer("b")
    site.complete("a", 10)
    site.read()
    site.kill()
    site.come_back(talking=1)
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 0)
    assert site.ends() == {"answered": 3, "abandoned": 1}


def test_one_whose_abandon_was_seen_is_none_of_the_estimated(site: Site) -> None:
    site.take_list()
    site.hang_up("a")
    for event in site.pbx.take()[:2]:
        site.truth.apply(event, site.pbx.now_ms)
    seen_ms = site.pbx.now_ms
    site.kill()
    site.pbx.wait(20_000)
    site.hang_up("b")
    site.come_back()
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 1)
    figures = site.truth.figures("q1", site.pbx.now_ms)
    assert (figures["abandoned"], figures["unresolved"], figures["offered"]) == (3, 0, 4)
    [end] = [row for row in site.journal.rows.values() if isinstance(row, End) and row.call == "a"]
    assert 0 <= seen_ms - end.at_ms < 1_000
