"""What events alone do not tell: ghosts, gaps, and restarts of the PBX and of the bridge."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from host_bridge.truth.live import Live, OpenStay
from host_bridge.truth.stay import GAP_LOOK_MS
from tests.stay_story import Story, story

__all__ = ["story"]


# ghosts


def test_ghost_is_out_of_the_line_at_once_and_unresolved_at_a_second_look(story: Story) -> None:
    story.pbx.masquerades("q1", "a")
    story.take_list()
    assert story.figures()["waiting"] == 0
    assert story.ends() == {}
    story.take_list()  # too soon to be a second look
    assert story.ends() == {}
    story.wait(1_000)
    assert story.truth.take_asks() == {"q1"}
    story.take_list("q1")
    assert story.ends() == {"unresolved": 1}
    assert "longest_ms" not in story.figures()  # nobody knows how long a ghost waited


def test_missing_caller_whose_leave_was_on_the_way_is_no_ghost(story: Story) -> None:
    story.pbx.hangs_up("q1", "a")
    story.take_list()
    assert story.figures()["waiting"] == 0
    story.read()
    assert story.ends() == {"abandoned": 1}
    story.wait(1_000)
    story.take_list()
    assert story.ends() == {"abandoned": 1}


def test_missing_caller_who_is_listed_again_waits_on(story: Story) -> None:
    listed = story.pbx.snapshot()
    story.pbx.lines["q1"].clear()
    story.take_list()
    assert story.figures()["waiting"] == 0
    story.truth.apply(listed, story.pbx.now_ms)
    story.wait(5_000)
    assert story.figures()["waiting"] == 1
    assert story.figures()["oldest_ms"] == 12_000
    assert story.ends() == {}
    story.truth.apply(listed, story.pbx.now_ms)
    assert story.ends() == {}


def test_a_list_of_another_queue_is_no_second_look() -> None:
    story = Story("q1", "q2")
    story.pbx.join("q1", "a")
    story.read()
    story.pbx.masquerades("q1", "a")
    story.take_list()
    story.wait(1_000)
    story.take_list("q2")
    assert story.ends("q1") == {}
    story.take_list("q1")
    assert story.ends("q1") == {"unresolved": 1}


def test_hangup_without_a_leave_tells_a_ghost(story: Story) -> None:
    """The capture's masquerade: the Hangup comes two seconds before any list would."""
    story.pbx.ask_hangup("a")
    story.pbx.hang_up("a")
    story.read()
    assert story.figures()["waiting"] == 0
    assert story.ends() == {}
    story.wait(1_000)
    assert story.ends() == {"unresolved": 1}


def test_hangup_overtaking_its_leave_is_an_abandon(story: Story) -> None:
    story.pbx.hangs_up("q1", "a")
    asked, gave_up, left, hung_up = story.pbx.take()
    for event in (asked, gave_up, hung_up, left):
        story.truth.apply(event, story.pbx.now_ms)
    assert story.ends() == {"abandoned": 1}


# gaps and restarts


def test_gap_keeps_who_waits_and_the_next_lists_settle_who_left(story: Story) -> None:
    story.pbx.join("q1", "b")
    story.read()
    story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
    assert story.figures()["waiting"] == 2
    story.pbx.hangs_up("q1", "a")
    story.pbx.take()
    story.pbx.wait(20_000)
    story.take_list()
    assert story.figures()["waiting"] == 1
    story.wait(GAP_LOOK_MS - 1)
    story.take_list("q1")
    assert story.ends() == {}  # queue_log may tell yet
    story.wait(1)
    assert story.truth.take_asks() == {"q1"}
    story.take_list("q1")
    assert story.ends() == {"unresolved": 1}


def test_caller_who_left_and_came_back_in_a_gap_has_a_new_wait(story: Story) -> None:
    story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
    story.pbx.times_out("q1", "a")
    story.pbx.wait(20_000)
    story.pbx.join("q1", "a")
    story.pbx.take()
    story.take_list()
    assert story.figures()["waiting"] == 1
    assert story.figures()["oldest_ms"] < 1_000
    story.wait(GAP_LOOK_MS)
    story.take_list()
    assert story.ends() == {"unresolved": 1}


@pytest.mark.parametrize("gap", [True, False])
def test_only_the_first_list_after_a_gap_tells_a_new_wait_by_its_time(story: Story, gap: bool) -> None:
    """At any other time a younger join time is a PBX whose clock was set back."""
    if gap:
        story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
        story.take_list()
    story.pbx.joined_ms["a"] += 60_000
    for _ in range(2):
        story.wait(1_000)
        story.take_list()
    assert story.ends() == {}
    assert story.figures()["oldest_ms"] == 9_000


def test_gap_in_a_pending_connect_ends_in_a_minute(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
    story.wait(59_999)
    assert story.ends() == {}
    story.wait(1)
    assert story.ends() == {"unresolved": 1}


def test_pending_connect_survives_a_short_gap(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
    story.wait(5_000)
    story.take_list()
    story.pbx.connect_only("q1", "a", 12)
    story.read()
    assert story.ends() == {"answered": 1}


def test_after_a_gap_a_bare_leave_may_be_an_answer(story: Story) -> None:
    story.truth.apply(ev.LinkDown("the line was cut", story.pbx.now_ms), story.pbx.now_ms)
    story.take_list()
    story.pbx.leave("q1", "a")  # an agent's phone began to ring in the gap
    story.read()
    assert story.ends() == {}


def test_restart_of_the_pbx_drops_every_caller() -> None:
    story = Story("q1", "q2")
    for call in "abc":
        story.pbx.join("q1", call)
    story.pbx.join("q2", "d")
    story.pbx.ring("q1", "c")
    story.pbx.leave("q1", "c")
    story.read()
    story.truth.apply(ev.Restarted(story.pbx.now_ms), story.pbx.now_ms)
    assert story.ends("q1") == {"unresolved": 3}
    assert story.ends("q2") == {"unresolved": 1}
    assert story.figures("q1")["waiting"] == 0
    assert story.truth._intake.stays.book.deadlines.next_ms() is None


@pytest.mark.parametrize("gave_up", [False, True])
def test_a_caller_whom_a_list_confirms_after_a_restart_is_seen_to_his_end(gave_up: bool) -> None:
    story = Story()
    story.pbx.join("q1", "a")
    known = OpenStay("q1", "a", "a", story.pbx.now_ms, gave_up, gave_up, 1 if gave_up else None)
    story.pbx.take()
    story.truth.restore((), Live((known,)), story.pbx.now_ms)
    story.pbx.wait(2_000)
    story.take_list()
    story.truth.estimate(story.pbx.now_ms)
    story.pbx.wait(30_000)
    story.pbx.take()
    now_ms = story.pbx.now_ms
    story.truth.apply(ev.Left("q1", "a", 1, 0, now_ms), now_ms)  # a key, without class dialplan
    story.truth.apply(ev.HungUp("a", now_ms), now_ms)
    assert story.ends() == {"exited": 1}
    assert story.figures()["longest_ms"] == 32_000
