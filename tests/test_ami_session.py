"""The AMI session as stories: the login, its end, and the table of states. Nothing here sleeps."""

from __future__ import annotations

import hashlib

import pytest

from host_bridge.pbx.ami_dialogue import TABLE, State
from host_bridge.pbx.ami_session import AmiSession
from host_bridge.pbx.events import LinkUp, MemberChanged, QueueSnapshot, Snapshot, SnapshotCaller
from tests.ami_answers import BANNER, FULLY_BOOTED, actions, frame, list_of, ok, pong, reach, up


def test_from_the_banner_to_the_first_snapshot() -> None:
    session = AmiSession("wallboard", "secret")
    assert session.next_timer_ms() is None
    session.connected(1000)
    assert session.outgoing() == b"", "the PBX speaks first"
    assert session.receive(BANNER, 1001) == []
    assert actions(session) == [{"Action": "Challenge", "ActionID": "challenge-1", "AuthType": "MD5"}]
    assert session.receive(ok("challenge-1", Challenge="840415273"), 1002) == []
    (login,) = actions(session)
    assert login == {
        "Action": "Login",
        "ActionID": "login-1",
        "AuthType": "MD5",
        "Username": "wallboard",
        "Key": hashlib.md5(b"840415273secret").hexdigest(),
        "Events": "system,call,agent,dialplan",
    }
    assert session.receive(ok("login-1", Message="Authentication accepted") + FULLY_BOOTED % 5, 1003) == []
    assert actions(session) == [{"Action": "Ping", "ActionID": "ping-1"}]
    assert session.receive(pong(1003), 1003) == []
    assert actions(session) == [{"Action": "QueueStatus", "ActionID": "list-1"}]
    events = session.receive(list_of("list-1", {"sales": [("17.1", 7)], "support": []}), 1500)
    bob = "Local/102@agents/n", "Bob", 1, False, False, 1500
    assert events == [
        Snapshot(
            (
                QueueSnapshot(
                    "sales", 1, 3, 1, (SnapshotCaller("17.1", 1, 1000 - 7000),), (MemberChanged("sales", *bob),)
                ),
                QueueSnapshot("support", 0, 3, 1, (), (MemberChanged("support", *bob),)),
            ),
            1500,
            True,
        ),
        LinkUp(1500),
    ]
    assert (session.state, session.problem, session.wants_close) == (State.UP, "", None)


def test_the_banner_in_one_read_with_the_first_answer_and_no_fully_booted() -> None:
    session = AmiSession("wallboard", "secret")
    session.connected(0)
    assert session.receive(BANNER + ok("challenge-1", Challenge="1") + ok("login-1") + pong(0), 0) == []
    assert [action["Action"] for action in actions(session)] == ["Challenge", "Login", "Ping", "QueueStatus"]
    assert [type(event) for event in session.receive(list_of("list-1", {"sales": []}), 0)] == [Snapshot, LinkUp]


@pytest.mark.parametrize("state", [State.BANNER, State.CHALLENGE, State.LOGIN])
def test_an_answer_that_does_not_come_ends_the_login(state: State) -> None:
    session = AmiSession("wallboard", "secret")
    reach(state, session, 1000)
    assert session.next_timer_ms() == 6000
    assert session.on_timer(5999) == []
    assert session.wants_close is None
    assert session.on_timer(6000) == [], "it was never up, so it cannot go down"
    assert session.wants_close is not None
    assert not session.refused
    assert session.next_timer_ms() is None


@pytest.mark.parametrize("state", [State.CHALLENGE, State.LOGIN])
def test_a_refused_login_says_so(state: State) -> None:
    session = AmiSession("wallboard", "secret")
    reach(state, session)
    data = frame("Response: Error", ActionID=f"{state}-1", Message="Authentication failed")
    assert session.receive(data, 1000) == []
    assert session.refused
    assert session.wants_close == "the PBX refused the login of user 'wallboard': Authentication failed"
    assert session.closed("end of file", 1001) == []
    assert session.state is State.CLOSED
    assert "secret" not in session.wants_close
    session.connected(2000)
    assert (session.refused, session.wants_close) == (False, None)


@pytest.mark.parametrize("state", [State.CHALLENGE, State.LOGIN])
def test_a_pbx_on_its_way_down_refuses_everyone_and_that_is_no_refused_login(state: State) -> None:
    session = AmiSession("wallboard", "secret")
    reach(state, session)
    session.receive(frame("Response: Error", ActionID=f"{state}-1", Message="Asterisk is shutting down"), 1000)
    assert not session.refused, "or a restart of the PBX would cost five minutes"
    assert session.wants_close == "the PBX is shutting down"


def test_a_peer_that_is_no_pbx_is_told() -> None:
    session = AmiSession("wallboard", "secret")
    session.connected(0)
    assert session.receive(b"HTTP/1.1 400 Bad Request\r\n\r\n", 1) == []
    assert session.wants_close is not None
    assert "no Asterisk manager" in session.wants_close


def test_a_new_connection_owes_nothing_to_the_old_one() -> None:
    session = up()
    session.ask_status("sales", 1000)  # under way, not even sent
    session.ask_status("support", 1000)
    session.closed("connection lost", 1001)
    session.connected(2000)
    assert session.outgoing() == b""
    session.receive(BANNER + ok("challenge-1", Challenge="1") + ok("login-1") + pong(2000), 2000)
    asked = [action for action in actions(session) if action["Action"] == "QueueStatus"]
    assert [action.get("Queue") for action in asked] == [None]
    session.receive(list_of(asked[0]["ActionID"], {"sales": []}), 2001)
    assert session.state is State.UP
    session.on_timer(2400)
    assert actions(session) == []


def test_each_answer_of_the_login_has_its_own_deadline() -> None:
    slow_ms = 4_900
    session = AmiSession("wallboard", "secret")
    session.connected(0)
    session.receive(BANNER, slow_ms)
    assert session.next_timer_ms() == slow_ms + 5000
    session.receive(ok("challenge-1", Challenge="1"), 2 * slow_ms)
    assert session.next_timer_ms() == 2 * slow_ms + 5000


def test_a_civil_end() -> None:
    session = up()
    session.log_off()
    assert actions(session) == [{"Action": "Logoff"}]
    idle = AmiSession("wallboard", "secret")
    idle.log_off()
    assert idle.outgoing() == b""


def test_the_table_is_whole() -> None:
    """From every state after the login a PBX's goodbye is understood, and no row leads out of a finished state."""
    assert {state for state, _ in TABLE} == set(State) - {State.CLOSED, State.FAILED}
    for state in (State.BOOTING, State.SYNCING, State.UP):
        assert TABLE[state, "shutdown"][1] is State.FAILED
    assert {after for _, after in TABLE.values()} == set(State) - {State.CLOSED, State.BANNER}


@pytest.mark.parametrize("state", [State.CHALLENGE, State.LOGIN, State.BOOTING, State.SYNCING, State.UP])
def test_what_the_table_does_not_know_changes_nothing(state: State) -> None:
    known = {signal for at, signal in TABLE if at is state}
    for signal, data in {
        "challenge answered": ok("challenge-1", Challenge="1"),
        "login answered": ok("login-1"),
        "login refused": frame("Response: Error", ActionID="login-1"),
        "list refused": frame("Response: Error", ActionID="list-9"),
        "list done": frame("Event: QueueStatusComplete", ActionID="list-9"),
        "reloaded": frame("Event: Reload"),
        "shutdown": frame("Event: Shutdown"),
        "of nobody": ok("other-1"),
        "without an id": frame("Response: Error", Message="Missing action in request"),
    }.items():
        if signal in known:
            continue
        session = AmiSession("wallboard", "secret")
        reach(state, session)
        assert session.receive(data, 1) == []
        assert session.state is state, signal
        assert session.outgoing() == b"", signal
