"""Rows of PBX.md's outcome table: left by a key, redirected, rejected by the queue."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from host_bridge.truth import ServiceLevel, Truth
from tests.stay_story import Story, story

__all__ = ["story"]


def test_pressed_a_key_while_nothing_rang(story: Story) -> None:
    story.pbx.presses_key("q1", "a")
    story.read()
    assert story.ends() == {"exited": 1}


def test_pressed_a_key_after_a_phone_rang_in_vain(story: Story) -> None:
    story.pbx.ring("q1", "a")
    story.pbx.ring_no_answer("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.ends() == {"exited": 1}


def test_a_leave_after_one_of_two_phones_rang_in_vain_may_be_an_answer(story: Story) -> None:
    story.pbx.ring("q1", "a", "SIP/1")
    story.pbx.ring("q1", "a", "SIP/2")
    story.pbx.ring_no_answer("q1", "a", "SIP/1")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.ends() == {}


@pytest.mark.parametrize("interface", ["SIP/1", ""], ids=["name", "name that is not UTF-8"])
def test_pressed_a_key_while_a_phone_rang(story: Story, interface: str) -> None:
    story.pbx.ring("q1", "a", interface)
    story.pbx.presses_key("q1", "a")
    story.read()
    assert story.ends() == {"exited": 1}


@pytest.mark.parametrize("interface", ["SIP/1", ""], ids=["name", "name that is not UTF-8"])
def test_pressed_a_key_while_a_phone_rang_without_class_dialplan(story: Story, interface: str) -> None:
    story.pbx.ring("q1", "a", interface)
    story.pbx.ring_no_answer("q1", "a", "SIP/2")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.ends() == {}
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"exited": 1}


@pytest.mark.parametrize("says", [ev.QueueEntered, ev.Joined, ev.QueueStatusSet])
def test_pressed_a_key_to_go_to_another_queue(says: type) -> None:
    """Whichever comes first tells that the call has moved on: Newexten, the Join, or that it was not let in."""
    story = Story("q1", "q2")
    story.pbx.join("q1", "a")
    story.pbx.ring("q1", "a")
    story.pbx.leave("q1", "a")
    story.read()
    assert story.ends("q1") == {}
    story.pbx.join("q2", "a")
    story.pbx.status("a", "FULL")
    story.pbx.sent = [event for event in story.pbx.sent if isinstance(event, says)]
    story.read()
    assert story.ends("q1") == {"exited": 1}


@pytest.mark.parametrize("dialplan", [True, False])
def test_redirected_to_somewhere(story: Story, dialplan: bool) -> None:
    story.pbx.redirected("q1", "a")
    if not dialplan:
        story.pbx.sent = [event for event in story.pbx.sent if not isinstance(event, ev.QueueEntered)]
    story.read()
    assert story.figures()["waiting"] == 0
    assert story.ends() == {}
    story.wait(500)
    assert story.ends() == {"removed": 1}
    story.pbx.wait(30_000)
    story.pbx.ask_hangup("a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"removed": 1}


def test_redirected_to_where_the_pbx_hangs_up(story: Story) -> None:
    """The same frames as a hang-up of the PBX's own, but for the Newexten before."""
    story.pbx.redirected("q1", "a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"removed": 1}


def test_redirected_and_hangs_up_there_at_once(story: Story) -> None:
    story.pbx.redirected("q1", "a")
    story.pbx.ask_hangup("a")
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"removed": 1}


def test_a_move_of_long_ago_is_no_redirect(story: Story) -> None:
    """Whatever made Asterisk say Queue() again: he waited on, and hung up."""
    story.pbx.enter("q1", "a")
    story.read()
    story.pbx.wait(501)
    story.pbx.hangs_up("q1", "a")
    story.read()
    assert story.ends() == {"abandoned": 1}


def test_silence_is_over_at_the_next_event_though_nobody_called_settle(story: Story) -> None:
    """Else the outcome would hang on how often the bridge calls settle."""
    story.pbx.redirected("q1", "a")
    story.read()
    story.pbx.wait(1_500)
    story.pbx.hang_up("a")
    story.read()
    assert story.ends() == {"removed": 1}


def test_redirected_into_another_queue() -> None:
    story = Story("q1", "q2")
    story.pbx.join("q1", "a")
    story.pbx.redirected("q1", "a")
    story.pbx.join("q2", "a")
    story.read()
    assert story.ends("q1") == {"removed": 1}
    assert story.figures("q2")["waiting"] == 1


@pytest.mark.parametrize("status", ["FULL", "JOINEMPTY", "JOINUNAVAIL"])
def test_rejected_is_counted_where_the_dialplan_sent_the_call(status: str) -> None:
    story = Story("q1", "q2")
    story.pbx.rejected("q2", "a", status)
    story.read()
    assert story.ends("q1") == {}
    assert story.ends("q2") == {"rejected": 1}
    assert story.figures("q2")["offered"] == 0


def test_the_dialplan_may_spell_a_queue_in_other_case() -> None:
    """Asterisk 22 finds [q1] for Queue(Q1): its events say q1 then, and Newexten says Q1."""
    story = Story("q1")
    story.truth.apply(ev.QueueEntered("a", "Q1", story.pbx.now_ms), story.pbx.now_ms)
    story.truth.apply(ev.QueueStatusSet("a", "FULL", story.pbx.now_ms), story.pbx.now_ms)
    assert story.truth.queues == ("q1",)
    assert story.ends() == {"rejected": 1}


def test_rejected_by_a_queue_that_is_not_read_is_nobodys() -> None:
    truth = Truth(lambda queue: ServiceLevel(), frozenset({"q1"}))
    truth.apply(ev.QueueEntered("a", "q2", 0), 0)
    truth.apply(ev.QueueStatusSet("a", "FULL", 1), 1)
    assert (truth.queues, truth.unplaced) == ((), 0)


def test_rejected_without_class_dialplan_is_told_and_not_guessed(story: Story) -> None:
    story.truth.apply(ev.QueueStatusSet("b", "FULL", story.pbx.now_ms), story.pbx.now_ms)
    assert story.ends() == {}
    assert story.truth.unplaced == 1


def test_rejected_by_another_queue_after_a_transfer_is_not_put_down_to_the_first(story: Story) -> None:
    """The transfer says Newexten of the first queue again, and none comes for the second."""
    story.pbx.ring("q1", "a")
    story.pbx.connect("q1", "a")
    story.pbx.enter("q1", "a")
    story.pbx.complete("q1", "a", 9, "transfer")
    story.pbx.status("a", "FULL")
    story.read()
    assert story.figures()["rejected"] == 0
    assert story.truth.unplaced == 1
