"""Gaps: of which wait an answer, or a talk, is that is told late."""

from __future__ import annotations

import pytest

from host_bridge.truth.outcomes import End, Talk
from tests.gap_site import GAPS, Site, site

__all__ = ["site"]


def test_an_answer_in_the_ms_of_the_list_is_nobody_of_the_gap(site: Site) -> None:
    """A membergosub: no list had him, and the log as it was read has another who was answered with him."""
    site.cut()
    site.join("c", "d")
    site.pbx.leave("q1", "c")
    site.answer("d")
    site.come_back()
    site.pbx.connect_only("q1", "c", 0)
    site.read()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 3, "abandoned": 1}


def test_an_answer_after_a_stay_was_given_up_is_that_stays(site: Site) -> None:
    """A membergosub runs through the gap and past the second look."""
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")
    site.read()
    site.kill()
    site.come_back()
    site.fill()
    site.pbx.wait(10_000)
    site.truth.settle(site.pbx.now_ms)
    site.take_list()
    assert site.ends() == {"answered": 1, "abandoned": 1, "unresolved": 1}
    site.pbx.connect_only("q1", "a", site.pbx.hold_s("a"))
    site.read()
    assert site.ends() == {"answered": 2, "abandoned": 1}


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("log_first", [True, False], ids=["the log is read first", "the answer comes first"])
def test_an_answer_is_of_the_wait_that_it_tells_of(site: Site, log_first: bool, gap: object) -> None:
    """He pressed a key, came back in the gap and was off to his agent again: no list and no Join tells of it."""
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")  # an answer, or a key: without class dialplan nobody can tell yet
    site.log.end("q1", "a", "exited")
    site.read()
    gap(site)  # type: ignore[operator]
    site.pbx.wait(7_000)
    site.join("a")
    site.pbx.wait(5_000)
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")
    site.come_back()
    if log_first:
        site.fill()
    site.pbx.connect_only("q1", "a", site.pbx.hold_s("a"))  # his agent has heard who calls
    site.read()
    if not log_first:
        site.fill()
    assert site.ends() == {"answered": 2, "abandoned": 1, "exited": 1}
    own = [row for row in site.journal.rows.values() if isinstance(row, End) and row.call == "a"]
    assert sorted((end.outcome, end.hold_s) for end in own) == [("answered", 5), ("exited", 30)]


def test_an_answer_that_is_read_late_is_of_the_wait_that_is_known(site: Site) -> None:
    """No gap has hidden a Join: the wire held the answer back, and it carries no time of its own."""
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")
    site.read()
    site.pbx.wait(20_000)
    site.pbx.connect_only("q1", "a", 30)
    site.read()
    assert site.ends() == {"answered": 2, "abandoned": 1}


def test_an_answer_of_a_later_wait_leaves_the_first_unresolved(site: Site) -> None:
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")
    site.read()
    site.cut()
    site.pbx.wait(7_000)
    site.join("a")
    site.pbx.leave("q1", "a")
    site.come_back()
    site.truth.estimate(site.pbx.now_ms)
    site.pbx.connect_only("q1", "a", 0)
    site.read()
    site.pbx.wait(120_000)
    site.truth.settle(site.pbx.now_ms)
    assert site.ends() == {"answered": 2, "abandoned": 1, "unresolved": 1}


@pytest.mark.parametrize("logged_s", [19, 20, 21])  # the PBX reads its clock once for the event, once for the log
def test_a_talk_that_the_log_told_first_is_one(site: Site, logged_s: int) -> None:
    site.answer("a")
    site.read()
    site.kill()
    site.come_back()
    site.pbx.complete("q1", "a", 20, interface="SIP/a")
    site.log.talk("q1", "a", logged_s)
    assert site.fill() == (1, 0)
    site.read()
    assert sum(isinstance(row, Talk) for row in site.journal.rows.values()) == 2
