"""What comes twice, out of turn, under another id, or is known from a list already."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from tests.stay_story import Story, story

__all__ = ["story"]


def test_join_twice_keeps_the_first_join_time(story: Story) -> None:
    again = ev.Joined("q1", "a", "a", 1, 1, story.pbx.now_ms)
    story.truth.apply(again, story.pbx.now_ms)
    assert story.figures()["waiting"] == 1
    assert story.figures()["oldest_ms"] == 7_000


def test_snapshots_again_and_again_change_nothing(story: Story) -> None:
    story.pbx.join("q1", "b")
    story.read()
    before = story.figures()
    for _ in range(3):
        story.take_list()
        story.take_list("q1")
    assert story.figures() == before
    assert story.truth.take_asks() == set()


def test_join_that_the_snapshot_was_ahead_of() -> None:
    story = Story()
    story.pbx.join("q1", "a")
    story.take_list()
    assert story.figures()["waiting"] == 1
    story.read()
    assert story.figures()["waiting"] == 1


def test_everything_that_the_snapshot_was_ahead_of(story: Story) -> None:
    story.pbx.hangs_up("q1", "a")
    story.pbx.join("q1", "b")
    story.pbx.times_out("q1", "b")
    story.pbx.join("q1", "c")
    story.take_list()
    assert story.figures()["waiting"] == 1
    story.read()
    assert story.figures()["waiting"] == 1
    assert story.ends() == {"abandoned": 1, "overflowed": 1}


def test_leave_of_an_unknown_id_counts_nothing() -> None:
    story = Story()
    story.truth.apply(ev.Left("q1", "x", 1, 0, story.pbx.now_ms), story.pbx.now_ms)
    story.wait(5_000)
    assert story.ends() == {}


def test_connect_of_a_stay_never_seen_waiting_counts_by_its_hold_time() -> None:
    story = Story()
    story.pbx.connect_only("q1", "x", 12)
    story.pbx.sent *= 2
    story.read()
    assert story.ends() == {"answered": 1}
    assert story.figures()["avg_wait_ms"] == 12_000


def test_leave_under_another_id_goes_by_position(story: Story) -> None:
    story.pbx.join("q1", "b")
    story.read()
    story.truth.apply(ev.Rang("q1", "a", "SIP/1", story.pbx.now_ms), story.pbx.now_ms)
    story.pbx.connect("q1", "a", other_id="a2")
    left, connected = story.pbx.take()
    assert isinstance(left, ev.Left)
    story.truth.apply(left._replace(call="a2"), story.pbx.now_ms)
    story.truth.apply(connected, story.pbx.now_ms)
    assert story.ends() == {"answered": 1}
    assert story.figures()["oldest_ms"] == 0  # b waits, since now
    assert story.figures()["avg_wait_ms"] == 7_000


def test_abandon_under_another_id_goes_by_position(story: Story) -> None:
    now_ms = story.pbx.now_ms
    for event in (
        ev.HangupAsked("a2", now_ms),
        ev.GaveUp("q1", "a2", 1, 7, now_ms),
        ev.Left("q1", "a2", 1, 0, now_ms),
    ):
        story.truth.apply(event, now_ms)
    story.wait(500)
    assert story.ends() == {"abandoned": 1}
    assert story.figures()["waiting"] == 0


def test_a_leave_told_twice_takes_no_ghost_out(story: Story) -> None:
    story.pbx.join("q1", "ghost")
    story.read()
    story.wait(5_000)
    story.pbx.masquerades("q1", "ghost")
    story.pbx.answered("q1", "a")
    story.read()
    story.truth.apply(ev.Left("q1", "a", 1, 0, story.pbx.now_ms), story.pbx.now_ms)
    story.wait(500)
    assert story.ends() == {"answered": 1}
    assert story.figures()["waiting"] == 1  # until a list tells
    assert story.truth.take_asks() == {"q1"}


@pytest.mark.parametrize("event", [ev.Joined("q1", "b", "b", 3, 3, 0), ev.Left("q1", "a", 1, 4, 0)])
def test_count_is_a_checksum(story: Story, event: ev.Event) -> None:
    assert story.truth.take_asks() == set()
    story.truth.apply(event, story.pbx.now_ms)
    assert story.truth.take_asks() == {"q1"}
    assert story.truth.take_asks() == set()


def test_join_elsewhere_of_one_who_still_waits_here() -> None:
    """His Leave was lost; he is in one line only, and the second look settles the first stay."""
    story = Story("q1", "q2")
    story.pbx.join("q1", "a")
    story.read()
    story.pbx.lines["q1"].clear()
    story.pbx.join("q2", "a")
    story.read()
    assert (story.figures("q1")["waiting"], story.figures("q2")["waiting"]) == (0, 1)
    story.wait(1_000)
    assert story.truth.take_asks() == {"q1"}
    story.take_list("q1")
    assert story.ends("q1") == {"unresolved": 1}


@pytest.mark.parametrize("again", ["leaves", "vanishes"])
def test_back_in_the_line_before_his_first_outcome_is_known(story: Story, again: str) -> None:
    """A list shows him again; what ends the second stay settles the first."""
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    story.pbx.join("q1", "a")
    story.pbx.take()
    story.take_list()
    assert (story.figures()["waiting"], story.ends()) == (1, {})
    if again == "leaves":
        story.pbx.leave("q1", "a")
        story.read()
    else:
        story.pbx.masquerades("q1", "a")
        story.take_list()
    assert (story.figures()["waiting"], story.ends()) == (0, {"exited": 1})


def test_a_list_that_is_ahead_does_not_make_an_entering_a_move() -> None:
    story = Story()
    story.pbx.join("q1", "a")
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    events = story.pbx.take()
    story.pbx.lines["q1"].append("a")
    story.take_list()
    for event in events:
        story.truth.apply(event, story.pbx.now_ms)
    assert story.ends() == {}  # a phone rang: it may be an answer


def test_a_key_is_known_as_soon_as_the_late_join_was_seen() -> None:
    story = Story()
    story.pbx.join("q1", "a")
    story.take_list()
    story.pbx.ring("q1", "a")
    story.pbx.presses_key("q1", "a")
    story.read()
    assert story.ends() == {"exited": 1}


@pytest.mark.parametrize(("waited_ms", "ends"), [(2_000, {"exited": 1}), (1_999, {})])
def test_a_key_of_one_whose_join_was_never_seen(waited_ms: int, ends: dict[str, int]) -> None:
    """He waited when the bridge came up. The list tells whole seconds, so his Newexten could be the entering."""
    story = Story()
    story.pbx.join("q1", "a")
    story.pbx.take()
    story.take_list()
    story.pbx.wait(waited_ms)
    story.pbx.presses_key("q1", "a")
    story.read()
    assert story.ends() == ends


def test_priority_join_goes_to_its_position(story: Story) -> None:
    story.pbx.join("q1", "vip", position=1)
    story.read()
    assert story.figures()["oldest_ms"] == 7_000  # the longest wait is not position 1
    story.truth.apply(ev.Left("q1", "vip2", 1, 1, story.pbx.now_ms + 2_000), story.pbx.now_ms + 2_000)
    assert story.truth.figures("q1", story.pbx.now_ms + 2_000)["oldest_ms"] == 9_000
