"""AgentComplete without a call id finds its call by queue and interface."""

from __future__ import annotations

import pytest

from host_bridge.truth.talks import Talks


def test_by_id() -> None:
    talks = Talks()
    assert talks.begin("q1", "SIP/1", "a", 5)
    assert talks.end("q1", "SIP/1", "a", 5) == "a"
    assert len(talks) == 0


def test_without_an_id() -> None:
    talks = Talks()
    talks.begin("q1", "SIP/1", "a", 5)
    talks.begin("q1", "SIP/2", "b", 5)
    talks.begin("q2", "SIP/1", "c", 5)
    assert talks.end("q1", "SIP/2", "", 5) == "b"
    assert talks.end("q2", "SIP/1", "", 5) == "c"
    assert talks.end("q1", "SIP/1", "", 5) == "a"
    assert talks.end("q1", "SIP/1", "", 5) == ""


def test_of_two_calls_of_one_agent_the_same_hold_time_wins() -> None:
    talks = Talks()
    talks.begin("q1", "SIP/1", "a", 5)
    talks.begin("q1", "SIP/1", "b", 9)
    assert talks.end("q1", "SIP/1", "", 9) == "b"


def test_of_two_calls_with_the_same_hold_time_the_one_hung_up_wins() -> None:
    talks = Talks()
    talks.begin("q1", "SIP/1", "a", 5)
    talks.begin("q1", "SIP/1", "b", 5)
    talks.hung_up("b")
    assert talks.end("q1", "SIP/1", "", 5) == "b"


def test_a_connect_twice_is_told() -> None:
    talks = Talks()
    assert talks.begin("q1", "SIP/1", "a", 5)
    assert not talks.begin("q1", "SIP/1", "a", 5)
    assert len(talks) == 1


def test_a_lost_complete_does_not_pile_up() -> None:
    talks = Talks()
    for call in ("a", "b", "c"):
        talks.begin("q1", "SIP/1", call, 5)
        talks.hung_up(call)
    assert len(talks) == 1
    assert talks.end("q1", "SIP/1", "", 5) == "c"


def test_after_a_gap_no_call_gets_another_talk_time() -> None:
    talks = Talks()
    talks.begin("q1", "SIP/1", "a", 5)
    talks.hung_up("a")
    talks.clear()
    assert talks.end("q1", "SIP/1", "", 5) == ""
    assert talks.end("q1", "SIP/1", "b", 5) == "b"
    assert len(talks) == 0


@pytest.mark.parametrize("gap", [False, True])
def test_nothing_is_kept_of_what_is_over(gap: bool) -> None:
    talks = Talks()
    talks.begin("q1", "SIP/1", "a", 5)
    talks.hung_up("a")
    talks.hung_up("never talked")
    if gap:
        talks.clear()
    else:
        talks.end("q1", "SIP/1", "a", 5)
    assert (talks._talks, talks._calls, talks._hung_up) == ({}, set(), set())


def test_whose_call_it_is() -> None:
    talks = Talks()
    talks.begin("q1", "SIP/1", "a", 5)
    assert "a" in talks
    talks.end("q1", "SIP/1", "a", 5)
    assert "a" not in talks
