"""What was heard of calls that wait in no queue."""

from __future__ import annotations

import pytest

from host_bridge.pbx.events import GaveUp
from host_bridge.truth import strangers as strangers_module
from host_bridge.truth.strangers import Strangers


def test_what_was_heard_is_taken_once() -> None:
    strangers, gave_up = Strangers(), GaveUp("q1", "a", 1, 5, 0)
    assert strangers.take("a") == (False, None)
    strangers.asked("a")
    strangers.asked("b")
    strangers.gave_up(gave_up)
    strangers.asked("a")  # after the Abandon, as Local channels do
    assert strangers.take("a") == (True, gave_up)
    assert strangers.take("a") == (False, None)
    assert strangers.take("b") == (True, None)
    assert len(strangers) == 0


def test_the_queue_that_a_call_is_about_to_join() -> None:
    strangers = Strangers()
    assert strangers.take_entered("a") is None
    strangers.entered("a", "q1")
    strangers.entered("a", "q2")
    assert strangers.take_entered("a") == "q2"
    assert strangers.take_entered("a") is None


@pytest.mark.parametrize("gap", [False, True])
def test_nothing_is_kept_past_the_hangup_or_a_gap(gap: bool) -> None:
    strangers = Strangers()
    strangers.asked("a")
    strangers.entered("a", "q1")
    assert len(strangers) == 2
    if gap:
        strangers.clear()
    else:
        strangers.forget("a")
        strangers.forget("nobody")
    assert len(strangers) == 0


def test_memory_is_bounded_and_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers_module, "MOST", 3)
    strangers = Strangers()
    for call in "abcde":
        strangers.asked(call)
        strangers.entered(call, "q1")
    assert (len(strangers), strangers.dropped) == (6, 4)
    assert strangers.take("a") == (False, None)
    assert strangers.take("e") == (True, None)
