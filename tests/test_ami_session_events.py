"""What an AMI session makes of the PBX's events, and when they happened."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from host_bridge.pbx.ami_dialogue import State
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
    MemberChanged,
    MemberRemoved,
    NotAnswered,
    QueueEntered,
    QueueStatusSet,
    Rang,
    Snapshot,
)
from tests.ami_answers import BANNER, PBX_S, actions, frame, joined, list_of, pong, reach, up

CAPTURE = (Path(__file__).parent / "captures" / "asterisk22_all_outcomes.ami").read_bytes()
MEMBER = b"Status: 2\r\nPaused: 1\r\nInCall: 1\r\n"


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
