"""The AMI session as stories: what comes in, what goes out, what time alone does. Nothing here sleeps."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from host_bridge.pbx.ami_dialogue import TABLE, State
from host_bridge.pbx.ami_session import AmiSession
from host_bridge.pbx.events import (
    Completed,
    Connected,
    Event,
    GaveUp,
    HangupAsked,
    HungUp,
    Joined,
    Left,
    LinkDown,
    LinkUp,
    MemberChanged,
    MemberRemoved,
    NotAnswered,
    QueueEntered,
    QueueSnapshot,
    QueueStatusSet,
    Rang,
    Restarted,
    Snapshot,
    SnapshotCaller,
)

CAPTURE = (Path(__file__).parent / "captures" / "asterisk22_all_outcomes.ami").read_bytes()
BANNER = b"Asterisk Call Manager/11.0.0\r\n"
PBX_S = 1_795_323_800  # the PBX's clock, epoch s, at the bridge's 0
FULLY_BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: %d\r\nLastReload: 5\r\n\r\n"
MEMBER = b"Status: 2\r\nPaused: 1\r\nInCall: 1\r\n"


def frame(first: str, **fields: object) -> bytes:
    lines = [first, *(f"{key}: {value}" for key, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def ok(action_id: str, **fields: object) -> bytes:
    return frame("Response: Success", ActionID=action_id, **fields)


def pong(now_ms: int) -> bytes:
    return ok("ping-1", Ping="Pong", Timestamp=f"{PBX_S + now_ms / 1000:.6f}")


def list_of(action_id: str, queues: dict[str, list[tuple[str, int]]]) -> bytes:
    """A QueueStatus list: queue → (call, Wait in s) of its callers; one member each."""
    data = ok(action_id, EventList="start", Message="Queue status will follow")
    for queue, callers in queues.items():
        data += frame(
            "Event: QueueParams", Queue=queue, Calls=len(callers), Completed=3, Abandoned=1, ActionID=action_id
        )
        data += frame(
            "Event: QueueMember",
            Queue=queue,
            Name="Bob",
            Location="Local/102@agents/n",
            InCall=0,
            Status=1,
            Paused=0,
            ActionID=action_id,
        )
        for position, (call, wait_s) in enumerate(callers, 1):
            data += frame(
                "Event: QueueEntry",
                Queue=queue,
                Position=position,
                Uniqueid=call,
                CallerIDNum="555",
                CallerIDName='Joe "Q"',
                Wait=wait_s,
                ActionID=action_id,
            )
    return data + frame("Event: QueueStatusComplete", ActionID=action_id, EventList="Complete")


def actions(session: AmiSession) -> list[dict[str, str]]:
    """What the session has to send, and sends no second time."""
    sent = session.outgoing().decode()
    assert session.outgoing() == b""
    return [dict(line.split(": ", 1) for line in text.split("\r\n")) for text in sent.split("\r\n\r\n")[:-1]]


def reach(state: State, session: AmiSession, now_ms: int = 0) -> list[Event]:
    """Lead a session from a new connection to a state; return what it yielded on the way."""
    events: list[Event] = []
    session.connected(now_ms)
    for upto, data in (
        (State.CHALLENGE, BANNER),
        (State.LOGIN, ok("challenge-1", Challenge="840415273")),
        (State.BOOTING, ok("login-1", Message="Authentication accepted")),
        (State.SYNCING, pong(now_ms)),
        (State.UP, None),
    ):
        if session.state is state:
            break
        if data is None:  # the list's ActionID differs from connection to connection
            data = list_of(actions(session)[-1]["ActionID"], {"sales": []})
        events += session.receive(data, now_ms)
        assert session.state is upto
    assert session.state is state
    session.outgoing()
    return events


def up(**options: object) -> AmiSession:
    session = AmiSession("wallboard", "secret", **options)  # type: ignore[arg-type]
    reach(State.UP, session)
    return session


def run_timers(session: AmiSession, now_ms: int, until_ms: int) -> tuple[int, list[Event]]:
    """Let time pass with the PBX silent, until something is yielded; return when and what."""
    while (due_ms := session.next_timer_ms()) is not None and due_ms <= until_ms:
        now_ms = max(now_ms, due_ms)
        events = session.on_timer(now_ms)
        if events or session.wants_close:
            return now_ms, events
        assert (session.next_timer_ms() or 0) > now_ms, "a timer that changed nothing must not be due again"
    return until_ms, []


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


def test_the_capture_event_by_event_and_no_caller_in_it() -> None:
    session = AmiSession("wallboard", "secret")
    reach(State.LOGIN, session)
    body = CAPTURE.removeprefix(BANNER).replace(b"ActionID: qs-1\r\n", b"ActionID: list-1\r\n")
    whole: list[Event] = []
    for at in range(0, len(body), 997):
        whole += session.receive(body[at : at + 997], 1 + at)
    in_capture = Counter(line[7:].decode() for line in CAPTURE.split(b"\r\n") if line.startswith(b"Event: "))
    got = Counter(type(event).__name__ for event in whole)
    for name, ours in {
        "QueueCallerJoin": "Joined",
        "QueueCallerLeave": "Left",
        "QueueCallerAbandon": "GaveUp",
        "AgentCalled": "Rang",
        "AgentConnect": "Connected",
        "AgentComplete": "Completed",
        "Hangup": "HungUp",
        "HangupRequest": "HangupAsked",
        "VarSet": "QueueStatusSet",
        "QueueMemberRemoved": "MemberRemoved",
    }.items():
        assert got[ours] == in_capture[name] > 0, name
    assert got["NotAnswered"] == in_capture["AgentRingNoAnswer"] + in_capture["AgentDump"]
    members = in_capture["QueueMemberStatus"] + in_capture["QueueMemberPause"] + in_capture["QueueMemberAdded"]
    assert got["MemberChanged"] == members
    assert (got["Snapshot"], got["LinkUp"], got["LinkDown"]) == (1, 1, 1), "lists of others' questions are not ours"
    assert isinstance(whole[-1], LinkDown)
    assert whole[-1].reason == "the PBX is shutting down"
    assert session.dropped == 0
    assert "555" not in repr(whole)
    assert "Joe" not in repr(whole)


EVENTS = [
    (
        frame("Event: QueueCallerJoin", Uniqueid="17.1", Linkedid="16.1", Queue="sales", Position=2, Count=3),
        Joined("sales", "17.1", "16.1", 2, 3, 50),
    ),
    (
        frame("Event: QueueCallerLeave", Uniqueid="17.1", Linkedid="16.1", Queue="sales", Position=2, Count=1),
        Left("sales", "17.1", 2, 1, 50),
    ),
    (
        frame("Event: QueueCallerAbandon", Uniqueid="17.1", Queue="sales", Position=2, OriginalPosition=4, HoldTime=9),
        GaveUp("sales", "17.1", 2, 9, 50),
    ),
    (
        frame("Event: AgentConnect", Uniqueid="17.1", Queue="sales", Interface="SIP/1", HoldTime=9, RingTime=4),
        Connected("sales", "17.1", "SIP/1", 9, 4, 50),
    ),
    (
        frame("Event: AgentComplete", Queue="sales", Interface="SIP/1", HoldTime=1, TalkTime=30, Reason="transfer"),
        Completed("sales", "", "SIP/1", 1, 30, "transfer", 50),
    ),
    (frame("Event: AgentCalled", Uniqueid="17.1", DestUniqueid="17.2"), Rang("", "17.1", "", 50)),
    (frame("Event: AgentRingNoAnswer", Uniqueid="17.1", RingTime=2000), NotAnswered("", "17.1", "", 2000, 50)),
    (
        frame("Event: AgentDump", Uniqueid="17.1", Queue="sales", Interface="SIP/1"),
        NotAnswered("sales", "17.1", "SIP/1", 0, 50),
    ),
    (frame("Event: HangupRequest", Uniqueid="17.9", Cause=16), HangupAsked("17.9", 50)),
    (frame("Event: Hangup", Uniqueid="17.9", Cause=16), HungUp("17.9", 50)),
    (
        frame("Event: VarSet", Uniqueid="17.1", Variable="QUEUESTATUS", Value="TIMEOUT"),
        QueueStatusSet("17.1", "TIMEOUT", 50),
    ),
    (frame("Event: VarSet", Uniqueid="17.1", Variable="CALLERID", Value="QUEUESTATUS"), None),
    (
        frame("Event: Newexten", Uniqueid="17.1", Application="Queue", AppData="sales,tc,,,300"),
        QueueEntered("17.1", "sales", 50),
    ),
    (frame("Event: Newexten", Uniqueid="17.1", Application="Dial", AppData="sales"), None),
    (
        b"Event: QueueMemberPause\r\nQueue: sales\r\nMemberName: Bob\r\nInterface: SIP/1\r\n" + MEMBER + b"\r\n",
        MemberChanged("sales", "SIP/1", "Bob", 2, True, True, 50),
    ),
    (
        b"Event: QueueMemberRemoved\r\nQueue: sales\r\nMemberName: Bob\r\nInterface: SIP/1\r\n" + MEMBER + b"\r\n",
        MemberRemoved("sales", "SIP/1", 50),
    ),
    (frame("Event: Newchannel", Uniqueid="17.1", Queue="sales"), None),
]


@pytest.mark.parametrize(("data", "expected"), EVENTS)
def test_each_event(data: bytes, expected: Event | None) -> None:
    assert up().receive(data, 50) == ([] if expected is None else [expected])


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


def test_a_list_that_is_not_finished_ends_the_connection() -> None:
    session = AmiSession("wallboard", "secret")
    reach(State.SYNCING, session)
    for now_ms in range(0, 9_000, 1000):
        assert session.on_timer(now_ms) == []
        session.receive(pong(now_ms), now_ms)
    session.receive(pong(9_000), 9_999)
    assert session.on_timer(9_999) == []
    why = "the PBX did not finish its QueueStatus list"
    assert session.on_timer(10_000) == [LinkDown(why, 10_000)]
    assert session.wants_close == why


@pytest.mark.parametrize(
    ("state", "heard"), [(State.BANNER, False), (State.LOGIN, False), (State.BOOTING, True), (State.SYNCING, True)]
)
def test_a_line_that_is_cut_amid_of_a_login_was_heard_from_the_login_on(state: State, heard: bool) -> None:
    session = AmiSession("wallboard", "secret")
    reach(state, session)
    assert session.closed("cut", 70) == ([LinkDown("cut", 70)] if heard else [])
    assert session.closed("cut", 71) == []


def test_a_list_that_takes_long_is_waited_for() -> None:
    session = AmiSession("wallboard", "secret")
    session.connected(0)
    session.receive(BANNER + ok("challenge-1", Challenge="1") + ok("login-1") + pong(0), 0)
    data = list_of("list-1", {f"queue {number}": [] for number in range(20)})
    step = len(data) // 20 + 1
    types = []
    for second, at in enumerate(range(0, len(data), step), 1):
        assert session.on_timer(second * 1000) == []
        assert (session.next_timer_ms() or 0) > second * 1000
        types += [type(event) for event in session.receive(data[at : at + step], second * 1000)]
    assert types == [Snapshot, LinkUp]


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


def test_the_list_is_taken_again_every_fifteen_seconds() -> None:
    session = up()
    asked = []
    for now_ms in range(0, 61_000, 500):
        session.on_timer(now_ms)
        for action in actions(session):
            if action["Action"] == "Ping":
                session.receive(pong(now_ms), now_ms)
            else:
                assert action["Action"] == "QueueStatus"
                assert "Queue" not in action
                asked.append(now_ms)
                (snapshot,) = session.receive(list_of(action["ActionID"], {"sales": []}), now_ms)
                assert isinstance(snapshot, Snapshot)
                assert snapshot.whole
    assert asked == [15_000, 30_000, 45_000, 60_000]


@pytest.mark.parametrize("name", ["ש" * 600, "a\0b"])
def test_for_a_queue_whose_name_no_action_can_carry_the_whole_list_is_asked(name: str) -> None:
    session = up()
    session.ask_status(name, 1000)
    (action,) = actions(session)
    assert action["Action"] == "QueueStatus"
    assert "Queue" not in action


def test_one_queue_is_asked_for_and_the_answer_names_only_it() -> None:
    session = up()
    session.ask_status("sales", 1000)
    (action,) = actions(session)
    assert (action["Action"], action["Queue"]) == ("QueueStatus", "sales")
    session.ask_status("support", 1001)
    session.ask_status("support", 1002)
    assert actions(session) == [], "one list at a time"
    (snapshot,) = session.receive(list_of(action["ActionID"], {"sales": [("17.1", 0)]}), 1003)
    assert isinstance(snapshot, Snapshot)
    assert not snapshot.whole
    assert [queue.queue for queue in snapshot.queues] == ["sales"]
    assert actions(session) == [], "and not at once after the last"
    assert session.next_timer_ms() == 1200
    session.on_timer(1200)
    assert [action["Queue"] for action in actions(session)] == ["support"], "once, though asked for twice"


def test_a_whole_list_answers_for_every_queue() -> None:
    session = up()
    session.ask_status("sales", 1000)
    first = actions(session)[0]["ActionID"]
    session.ask_status("support", 1001)
    session.ask_status(None, 1002)
    session.receive(list_of(first, {"sales": []}), 1003)
    session.on_timer(1200)
    (action,) = actions(session)
    assert "Queue" not in action
    session.receive(list_of(action["ActionID"], {"sales": []}), 1300)
    session.on_timer(1900)
    assert actions(session) == []


def test_questions_for_one_queue_do_not_starve_the_whole_list() -> None:
    session = up()
    whole = 0
    for now_ms in range(0, 31_000, 250):
        session.ask_status("sales", now_ms)
        session.on_timer(now_ms)
        for action in actions(session):
            whole += action["Action"] == "QueueStatus" and "Queue" not in action
            data = pong(now_ms) if action["Action"] == "Ping" else list_of(action["ActionID"], {"sales": []})
            session.receive(data, now_ms)
    assert whole == 2


def test_frames_of_an_old_list_are_nobodys() -> None:
    session = up()
    session.ask_status(None, 1000)
    (action,) = actions(session)
    assert session.receive(list_of("list-77", {"ghost": []}), 1001) == []
    (snapshot,) = session.receive(list_of(action["ActionID"], {"sales": []}), 1002)
    assert isinstance(snapshot, Snapshot)
    assert [queue.queue for queue in snapshot.queues] == ["sales"]


def test_a_pbx_without_queues_yet_is_asked_again() -> None:
    session = AmiSession("wallboard", "secret")
    session.connected(0)
    session.receive(BANNER + ok("challenge-1", Challenge="1") + ok("login-1") + pong(0), 0)
    first = actions(session)[-1]
    refusal = frame("Response: Error", ActionID=first["ActionID"], Message="Invalid/unknown command: QueueStatus.")
    assert session.receive(refusal, 10) == []
    assert "app_queue" in session.problem
    assert session.next_timer_ms() == 1010
    session.on_timer(1010)
    (second,) = actions(session)
    assert second["Action"] == "QueueStatus"
    assert [type(event) for event in session.receive(list_of(second["ActionID"], {}), 1020)] == [Snapshot, LinkUp]
    assert session.problem == ""


def test_a_reload_and_a_late_boot_bring_a_new_list() -> None:
    for data in (frame("Event: Reload", Module="app_queue", Status=0), FULLY_BOOTED % 3):
        session = up()
        assert session.receive(data, 500) == []
        assert [action["Action"] for action in actions(session)] == ["QueueStatus"]


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


def joined(pbx_ms: int) -> bytes:
    stamp = f"{PBX_S + pbx_ms / 1000:.6f}"
    return frame("Event: QueueCallerJoin", Timestamp=stamp, Uniqueid="1", Linkedid="1", Queue="q", Position=1, Count=1)


def at_ms(session: AmiSession, data: bytes, now_ms: int) -> int:
    (event,) = session.receive(data, now_ms)
    assert isinstance(event, Joined)
    return event.at_ms


def test_an_event_happened_when_the_pbx_says() -> None:
    session = up()  # pong at 0: the clocks differ by exactly PBX_S
    assert at_ms(session, joined(900), 1000) == 900
    assert at_ms(session, joined(1200), 1000) == 1000, "never in the future"
    assert at_ms(session, joined(-9000), 1000) == 1000, "a stamp older than the deadline is a stepped clock"
    session.on_timer(2000)
    session.receive(pong(2000 + 3_600_000), 2010)  # the PBX's clock was set by an hour
    assert at_ms(session, joined(3_600_000 + 3000), 3100) in range(3000, 3011)


def test_what_was_held_up_happened_when_the_pbx_says() -> None:
    """This process was stopped for 20 s, as a machine that is moved: the events of that time waited in the socket."""
    session = up()
    session.on_timer(2000)
    session.receive(pong(2010), 2020)
    assert at_ms(session, joined(9_000), 22_000) == 9_000
    assert at_ms(session, joined(21_500), 22_000) == 21_500
    assert at_ms(session, joined(1_990), 22_000) == 22_000, "older than a ping that was answered: a stepped clock"
    session.on_timer(22_000)
    session.receive(pong(22_010), 22_020)
    assert at_ms(session, joined(9_000), 28_000) == 28_000


def test_the_offset_stands_still_while_the_network_jitters() -> None:
    session = up()
    for sent_ms, answered_ms, back_ms in ((2000, 2001, 2090), (4000, 4088, 4090), (6000, 6045, 6090)):
        session.on_timer(sent_ms)
        assert session.outgoing()
        session.receive(pong(answered_ms), back_ms)
    assert at_ms(session, joined(7000), 7050) == 7000
    assert session.shift_ms == PBX_S * 1000


def test_the_shift_to_the_pbxs_clock_is_not_known_before_a_pong() -> None:
    session = AmiSession("u", "s")
    session.connected(5)
    assert session.shift_ms is None


def test_without_time_stamps_an_event_happened_when_it_came() -> None:
    session = up()
    data = frame("Event: QueueCallerJoin", Uniqueid="1", Linkedid="1", Queue="q", Position=1, Count=1)
    assert at_ms(session, data, 1234) == 1234


def test_every_list_gives_a_caller_the_same_join_time() -> None:
    session = up()
    seen = set()
    for now_ms in (10_000, 10_999, 11_200, 14_500):  # joined in the PBX's second 6
        session.ask_status("sales", now_ms)
        (action,) = actions(session)
        data = list_of(action["ActionID"], {"sales": [("17.1", now_ms // 1000 - 6)]})
        (snapshot,) = session.receive(data, now_ms)
        assert isinstance(snapshot, Snapshot)
        seen.add(snapshot.queues[0].callers[0].joined_ms)
        session.receive(pong(now_ms), now_ms)
    assert seen == {6000}


def test_a_user_who_is_sent_no_queue_events_is_told() -> None:
    session = up()

    def listed(callers: list[tuple[str, int]], now_ms: int) -> str:
        session.ask_status(None, now_ms)
        (action,) = actions(session)
        session.receive(list_of(action["ActionID"], {"sales": callers}), now_ms)
        return session.problem

    assert listed([("17.1", 30)], 10_000) == "", "who came before us was never announced to us"
    assert "read = agent" in listed([("17.1", 40), ("17.2", 5)], 20_000)
    session.receive(joined(21_000), 21_000)
    assert listed([("17.2", 6)], 21_500) == ""


def test_only_the_queues_of_the_settings_pass() -> None:
    session = AmiSession("wallboard", "secret", queues=frozenset({"sales"}))
    events = reach(State.UP, session)
    assert session.problem == ""
    assert isinstance(events[0], Snapshot)
    assert [queue.queue for queue in events[0].queues] == ["sales"]
    other = frame("Event: AgentConnect", Uniqueid="1", Queue="other", Interface="SIP/1", HoldTime=9, RingTime=4)
    nameless = frame("Event: AgentCalled", Uniqueid="17.1")
    hangup = frame("Event: Hangup", Uniqueid="17.1")
    passed = session.receive(other + nameless + hangup, 50)
    assert [type(event) for event in passed] == [Rang, HungUp], "an event that names no queue is for the state to judge"
    entered = frame("Event: Newexten", Uniqueid="17.2", Application="Queue", AppData="SALES,t")
    (event,) = session.receive(entered, 60)
    assert isinstance(event, QueueEntered), "the dialplan may spell a queue in other case than its own"
    session.ask_status(None, 1000)
    (action,) = actions(session)
    (snapshot,) = session.receive(list_of(action["ActionID"], {"other": [], "third": []}), 1001)
    assert isinstance(snapshot, Snapshot)
    assert snapshot.queues == ()
    assert session.problem == "the PBX has no queue sales; it has other, third"
    session.ask_status(None, 2000)
    (action,) = actions(session)
    session.receive(list_of(action["ActionID"], {"sales": []}), 2001)
    assert session.problem == "", "somebody has made it meanwhile"


def test_a_frame_that_makes_no_sense_is_counted_and_told_and_no_more() -> None:
    session = up()
    bad = frame("Event: AgentConnect", Uniqueid="1", Queue="q", Interface="SIP/1", HoldTime="soon", RingTime=4)
    events = session.receive(bad + frame("Event: Hangup", Uniqueid="17.1"), 50)
    assert [type(event) for event in events] == [HungUp]
    assert session.dropped == 1
    assert (
        session.problem == "frames of the PBX left out: 1, the last because HoldTime of AgentConnect is no whole number"
    )


@pytest.mark.parametrize("number", [1 << 31, -(1 << 31), 10**30, "9" * 5_000])
def test_a_number_that_no_pbx_can_mean_is_left_out(number: object) -> None:
    session = up()
    assert session.receive(frame("Event: QueueCallerJoin", Queue="q", Uniqueid="1", Position=number, Count=1), 50) == []
    assert session.problem.startswith("frames of the PBX left out: 1, the last because Position of QueueCallerJoin is ")


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
