"""Gaps and the caller's clock."""

from __future__ import annotations

from tests.gap_site import LIMIT_MS, Site, site

__all__ = ["site"]


def test_the_clock_survives(site: Site) -> None:
    site.pbx.wait(100_000)
    before = site.figure("next_breach_ms")
    assert before == LIMIT_MS - 130_000
    site.kill()
    site.pbx.wait(10_000)
    site.come_back()
    site.fill()
    assert site.figure("next_breach_ms") == LIMIT_MS - 140_000
    site.pbx.wait(LIMIT_MS)
    site.hang_up("a")
    site.read()
    assert site.figure("over_limit") == 333


def test_clocks_over_two_queues_within_a_gap(site: Site) -> None:
    site.kill()
    site.time_out("a")
    site.join("a", queue="q2")
    site.pbx.wait(LIMIT_MS)
    site.answer("a", queue="q2")
    site.pbx.wait(30_000)
    site.come_back()
    site.fill()
    ended = [row for row in site.journal.rows.values() if type(row).__name__ == "JourneyEnd"]
    assert len(ended) == 3
    assert site.figure("over_limit", "q2") == 1000
    assert site.figure("over_limit") == 0


def test_a_clock_that_had_its_say_is_not_told_again(site: Site) -> None:
    """He timed out in the gap, and was answered elsewhere when the bridge looked again."""
    site.cut()
    site.time_out("a")
    site.join("a", queue="q2")
    site.pbx.wait(30_000)
    site.come_back()
    site.answer("a", queue="q2")
    site.read()
    site.fill()
    site.pbx.wait(120_000)
    site.truth.settle(site.pbx.now_ms)
    ended = [row for row in site.journal.rows.values() if type(row).__name__ == "JourneyEnd"]
    assert [each.queue for each in ended] == ["q1", "q1", "q2"]


def test_the_clock_of_one_who_is_estimated_stops_untold(site: Site) -> None:
    site.take_list()
    site.cut()
    site.hang_up("a")
    site.hang_up("b")
    site.come_back()
    site.truth.estimate(site.pbx.now_ms)
    site.pbx.wait(60_000)
    site.truth.settle(site.pbx.now_ms)
    assert [each.journey for each in site.truth.live().journeys] == ["early"]  # whose Hangup never came
    assert sum(type(row).__name__ == "JourneyEnd" for row in site.journal.rows.values()) == 2


def test_a_caller_who_waits_elsewhere_keeps_his_clock(site: Site) -> None:
    """The log tells late of an earlier queue; his clock in the queue where he waits goes on."""
    site.cut()
    site.join("c")
    site.pbx.wait(10_000)
    site.time_out("c")
    site.join("c", queue="q2")
    site.pbx.wait(5_000)
    site.come_back()
    site.fill()
    site.pbx.wait(120_000)
    site.truth.settle(site.pbx.now_ms)
    site.answer("c", queue="q2")
    site.read()
    ended = [row for row in site.journal.rows.values() if type(row).__name__ == "JourneyEnd"]
    assert [(each.queue, each.answered) for each in ended[2:]] == [("q2", True)]  # type: ignore[union-attr]
