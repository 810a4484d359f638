"""Rows of PBX.md's outcome table: answered, given up, timed out, and what comes after the Leave."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from tests.stay_story import Story, story

__all__ = ["story"]


def test_caller_waits(story: Story) -> None:
    assert story.figures()["waiting"] == 1
    assert story.figures()["oldest_ms"] == 7_000
    assert story.ends() == {}


def test_answered_counts_at_the_connect_and_not_at_the_leave(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.figures()["waiting"] == 0
    assert story.ends() == {}
    story.pbx.wait(3_600_000)  # a membergosub runs as long as it likes
    story.truth.settle(story.pbx.now_ms)
    assert story.ends() == {}
    story.pbx.connect_only("q1", "a", 3_607)
    story.read()
    assert story.ends() == {"answered": 1}
    assert story.figures()["avg_wait_ms"] == 3_607_000
    story.pbx.complete("q1", "a", 31)
    story.read()
    assert story.figures()["aht_ms"] == 31_000


@pytest.mark.parametrize("complete_first", [True, False])
def test_complete_and_hangup_in_either_order(story: Story, complete_first: bool) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.connect("q1", "a")
    if complete_first:
        story.pbx.complete("q1", "a", 31)
        story.pbx.hang_up("a")
    else:
        story.pbx.hang_up("a")
        story.pbx.complete("q1", "a", 31)
    story.read()
    assert story.ends() == {"answered": 1}
    assert story.figures()["aht_ms"] == 31_000


def test_connect_before_its_leave(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.join("q1", "b")
    story.read()
    story.pbx.connect("q1", "a")
    left, connected = story.pbx.take()
    story.truth.apply(connected, story.pbx.now_ms)
    story.truth.apply(left, story.pbx.now_ms)
    assert story.ends() == {"answered": 1}
    assert story.figures()["waiting"] == 1
    assert story.truth.take_asks() == set()


@pytest.mark.parametrize("membergosub", [False, True])
def test_a_list_that_is_ahead_of_a_ring_and_its_answer(story: Story, membergosub: bool) -> None:
    """An agent's phone that takes calls by itself: the list has the caller no more, and all events come after it."""
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    if not membergosub:
        story.pbx.connect_only("q1", "a", 7)
    story.take_list("q1")
    story.read()
    if membergosub:
        assert story.ends() == {}
        story.pbx.connect_only("q1", "a", 7)
        story.read()
    assert story.ends() == {"answered": 1}


@pytest.mark.parametrize(("does", "end"), [("presses_key", "exited"), ("redirected", "removed")])
def test_a_list_that_is_ahead_of_a_move(story: Story, does: str, end: str) -> None:
    getattr(story.pbx, does)("q1", "a")
    story.take_list("q1")
    story.read()
    story.wait(1_000)
    assert story.ends() == {end: 1}


def test_caller_hangs_up(story: Story) -> None:
    story.pbx.hangs_up("q1", "a")
    story.read()
    assert story.ends() == {"abandoned": 1}
    assert story.figures()["longest_ms"] == 7_000


def test_hangup_request_only_after_the_leave(story: Story) -> None:
    """As in the recorded capture, where the caller came through a Local channel (qfull)."""
    story.pbx.abandon("q1", "a")
    story.pbx.leave("q1", "a")
    story.pbx.ask_hangup("a")
    story.read()
    story.wait(1_000)
    assert story.ends() == {"abandoned": 1}


def test_pbx_hangs_up_a_waiting_call_of_its_own(story: Story) -> None:
    """Lost media, an operator's hang-up: no HangupRequest, and the caller is gone all the same."""
    story.pbx.abandon("q1", "a")
    story.pbx.leave("q1", "a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"abandoned": 1}


def test_abandon_is_decided_though_the_hangup_never_comes(story: Story) -> None:
    story.pbx.ask_hangup("a")
    story.pbx.abandon("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.figures()["waiting"] == 0
    assert story.truth.next_ms() == story.pbx.now_ms + 500
    story.wait(499)
    assert story.ends() == {}
    story.wait(1)
    assert story.ends() == {"abandoned": 1}
    assert story.truth.next_ms() is None


def test_timeout_wins_over_a_hangup_at_the_same_moment(story: Story) -> None:
    story.pbx.ask_hangup("a")
    story.pbx.times_out("q1", "a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"overflowed": 1}


def test_ring_no_answer_and_dump_leave_the_caller_waiting(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.ring_no_answer("q1", "a")
    story.truth.apply(ev.NotAnswered("q1", "a", "SIP/2", 0, story.pbx.now_ms), story.pbx.now_ms)
    story.read()
    assert story.figures()["waiting"] == 1
    assert story.ends() == {}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("TIMEOUT", "overflowed"),
        ("LEAVEEMPTY", "overflowed"),
        ("LEAVEUNAVAIL", "overflowed"),
        ("WITHDRAW", "removed"),
    ],
)
def test_queuestatus_after_the_leave_decides(story: Story, status: str, outcome: str) -> None:
    story.pbx.times_out("q1", "a", status)
    story.read()
    assert story.ends() == {outcome: 1}
    story.pbx.wait(60_000)
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {outcome: 1}


def test_caller_drops_before_the_bridge(story: Story) -> None:
    """He hangs up while the agent hears an announcement; the Hangup of his far leg comes before the Abandon."""
    story.pbx.ring("q1", "a")
    story.pbx.ask_hangup("a")
    story.pbx.hang_up("a's far leg")
    story.pbx.wait(1_000)
    story.pbx.abandon("q1", "a")
    story.pbx.leave("q1", "a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"abandoned": 1}


def test_transferred(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.connect("q1", "a")
    story.pbx.complete("q1", "a", 2, "transfer")
    story.read()
    assert story.ends() == {"answered": 1}
    assert story.figures()["transferred"] == 1


def test_a_status_that_ends_no_stay_leaves_it_open(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.pbx.status("a", "CONTINUE")
    story.read()
    assert story.ends() == {}
    story.pbx.connect_only("q1", "a", 7)
    story.read()
    assert story.ends() == {"answered": 1}


def test_continue_after_an_answered_call_counts_nothing(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.connect("q1", "a")
    story.pbx.status("a", "CONTINUE")
    story.read()
    assert story.ends() == {"answered": 1}


def test_two_anonymous_callers_do_not_close_each_other(story: Story) -> None:
    story.pbx.join("q1", "b")
    story.pbx.hangs_up("q1", "b")
    story.read()
    assert story.figures()["waiting"] == 1
    assert story.figures()["oldest_ms"] == 7_000
    story.pbx.answered("q1", "a")
    story.read()
    assert story.ends() == {"abandoned": 1, "answered": 1}
