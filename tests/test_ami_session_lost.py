"""An AMI session that loses its PBX: silence, a cut line, a restart, a goodbye."""

from __future__ import annotations

import pytest

from host_bridge.pbx.ami_dialogue import State
from host_bridge.pbx.ami_session import AmiSession
from host_bridge.pbx.events import Event, LinkDown, Restarted
from tests.ami_answers import FULLY_BOOTED, actions, frame, list_of, ok, pong, reach, up


def run_timers(session: AmiSession, now_ms: int, until_ms: int) -> tuple[int, list[Event]]:
    """Let time pass with the PBX silent, until something is yielded; return when and what."""
    while (due_ms := session.next_timer_ms()) is not None and due_ms <= until_ms:
        now_ms = max(now_ms, due_ms)
        events = session.on_timer(now_ms)
        if events or session.wants_close:
            return now_ms, events
        assert (session.next_timer_ms() or 0) > now_ms, "a timer that changed nothing must not be due again"
    return until_ms, []


def test_a_silent_pbx_is_pinged_and_down_after_five_seconds() -> None:
    session = up()
    at_ms, events = run_timers(session, 0, 60_000)
    assert (at_ms, events) == (5000, [LinkDown("the PBX has answered nothing for 5000 ms", 5000)])
    assert [action["Action"] for action in actions(session)] == ["Ping"]
    assert session.closed("closed", 5001) == [], "an outage is told once"


def test_a_pbx_that_answers_stays_up() -> None:
    session = up()
    pings = 0
    for now_ms in range(0, 60_000, 100):
        assert session.on_timer(now_ms) == []
        assert (session.next_timer_ms() or 0) > now_ms
        for action in actions(session):
            answer = pong(now_ms) if action["Action"] == "Ping" else list_of(action["ActionID"], {"sales": []})
            pings += action["Action"] == "Ping"
            session.receive(answer, now_ms + 50)
    assert session.state is State.UP
    assert 28 <= pings <= 31


def test_a_bridge_that_slept_gives_the_pbx_time_to_answer() -> None:
    session = up()
    assert session.on_timer(60_000) == [], "nothing was asked, so nothing is overdue"
    assert "Ping" in [action["Action"] for action in actions(session)]
    assert session.on_timer(62_999) == []
    session.receive(pong(62_999), 62_999)
    assert session.state is State.UP
    other = up()
    other.on_timer(60_000)
    assert [type(event) for event in other.on_timer(63_000)] == [LinkDown], "as long as one is given between pings"


def test_a_pbx_that_speaks_and_never_answers_is_down_in_the_end() -> None:
    session = up()
    events: list[Event] = []
    now_ms = 0
    while not events and now_ms < 60_000:
        now_ms += 1000
        session.receive(frame("Event: Hangup", Uniqueid=f"17.{now_ms}"), now_ms)
        events = session.on_timer(now_ms)
    assert [type(event) for event in events] == [LinkDown]
    assert 20_000 <= now_ms <= 23_000


def test_a_cut_line_is_down_at_once() -> None:
    session = up()
    assert session.closed("connection lost", 70) == [LinkDown("connection lost", 70)]
    assert session.receive(b"Event: Hangup\r\nUniqueid: 1\r\n\r\n", 71) == []


@pytest.mark.parametrize(
    ("state", "heard"), [(State.BANNER, False), (State.LOGIN, False), (State.BOOTING, True), (State.SYNCING, True)]
)
def test_a_line_that_is_cut_amid_of_a_login_was_heard_from_the_login_on(state: State, heard: bool) -> None:
    session = AmiSession("wallboard", "secret")
    reach(state, session)
    assert session.closed("cut", 70) == ([LinkDown("cut", 70)] if heard else [])
    assert session.closed("cut", 71) == []


@pytest.mark.parametrize(("uptime_s", "restarted"), [(7, True), (9, True), (10, False), (86_400, False)])
def test_a_restart_is_told_from_a_gap_by_the_uptime(uptime_s: int, restarted: bool) -> None:
    session = up()
    session.receive(pong(100_000), 100_000)  # heard for the last time
    session.closed("connection lost", 103_000)
    reach(State.LOGIN, session, 109_500)  # a PBX that is up for 9.5 s or less was not up when it was last heard
    events = session.receive(ok("login-1") + FULLY_BOOTED % uptime_s, 109_500)
    assert events == ([Restarted(109_500)] if restarted else [])


def test_a_pbx_lost_in_its_first_second_is_not_taken_for_a_new_one() -> None:
    session = AmiSession("wallboard", "secret")
    reach(State.LOGIN, session, 10_000)
    assert session.receive(ok("login-1") + FULLY_BOOTED % 0, 10_000) == []  # booted between 9,000 and 10,000
    session.closed("frozen", 15_300)
    reach(State.LOGIN, session, 15_900)
    assert session.receive(ok("login-1") + FULLY_BOOTED % 5, 15_900) == []
    session.closed("killed", 16_000)
    reach(State.LOGIN, session, 16_500)
    assert session.receive(ok("login-1") + FULLY_BOOTED % 0, 16_500) == [Restarted(16_500)], "half a second later"


def test_a_restart_is_told_once_and_the_first_login_is_none() -> None:
    session = AmiSession("wallboard", "secret")
    reach(State.LOGIN, session, 50_000)
    assert session.receive(ok("login-1") + FULLY_BOOTED % 5, 50_000) == []
    session.closed("lost before the first list", 51_000)
    reach(State.LOGIN, session, 61_000)
    assert session.receive(ok("login-1") + FULLY_BOOTED % 3, 61_000) == [Restarted(61_000)]
    session.closed("lost again", 62_000)
    reach(State.LOGIN, session, 63_000)
    assert session.receive(ok("login-1") + FULLY_BOOTED % 5, 63_000) == [], "the same PBX as at 61,000"


def test_a_pbx_that_says_goodbye_is_down_and_nothing_after_it_counts() -> None:
    for again, reason in (("False", "the PBX is shutting down"), ("True", "the PBX is restarting")):
        session = up()
        data = frame("Event: Shutdown", Shutdown="Cleanly", Restart=again) + frame("Event: Hangup", Uniqueid="17.1")
        assert session.receive(data, 90) == [LinkDown(reason, 90)]
        assert session.closed("end of file", 91) == []
        reach(State.LOGIN, session, 300)
        refusal = frame("Response: Error", ActionID="login-1", Message="Asterisk is shutting down")
        assert session.receive(refusal, 300) == []
        session.closed("end of file", 301)
        reach(State.LOGIN, session, 400)
        assert session.receive(ok("login-1") + FULLY_BOOTED % 0, 400) == [Restarted(400)], (
            "another one by now, and once"
        )
        session.closed("lost", 500)
        reach(State.LOGIN, session, 600)
        assert session.receive(ok("login-1"), 600) == []


def test_a_pbx_that_says_goodbye_to_someone_who_knows_nothing_of_it() -> None:
    session = AmiSession("wallboard", "secret")
    reach(State.SYNCING, session)
    why = "the PBX is shutting down"
    assert session.receive(frame("Event: Shutdown", Restart="False"), 90) == [LinkDown(why, 90)]
    session.closed("end of file", 91)
    reach(State.LOGIN, session, 400)
    assert session.receive(ok("login-1"), 400) == []


def test_a_ping_refused_is_the_end() -> None:
    session = up()
    data = frame("Response: Error", ActionID="ping-1", Message="Asterisk is shutting down")
    assert session.receive(data, 90) == [LinkDown("the PBX refused Ping: Asterisk is shutting down", 90)]
