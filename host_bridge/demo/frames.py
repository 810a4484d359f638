"""What happens in the centre as AMI events, byte for byte as Asterisk 22 writes them (key order as in tests/captures).

Only the events are written that the read-only user of the documentation is sent, filters applied: Queue*, Agent*,
HangupRequest, Hangup, VarSet of QUEUESTATUS, Newexten of Queue. `timestampevents` is on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from host_bridge.demo.happenings import (
    DOWN,
    RINGING,
    UP,
    Completed,
    Connected,
    GaveUp,
    HangupAsked,
    Happening,
    HungUp,
    Joined,
    Left,
    Leg,
    MembersChanged,
    MemberState,
    NotAnswered,
    PressedKey,
    QueueRun,
    Rang,
    RingCancelled,
    StatusSet,
)

Pairs = list[tuple[str, object]]

_STATES = {DOWN: "Down", RINGING: "Ringing", UP: "Up"}
_NORMAL_CLEARING = 16
_ANONYMOUS_ONE_IN = 20
"""Some 3 to 8 in a hundred AgentComplete come without the caller's channel, when that hung up first."""


def frame(first: str, name: str, pairs: Iterable[tuple[str, object]]) -> bytes:
    """Return one frame: `first` is Event or Response."""
    lines = [f"{first}: {name}", *(f"{key}: {value}" for key, value in pairs)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def stamp(at_ms: int) -> str:
    """Return a Timestamp: epoch seconds with six decimals."""
    return f"{at_ms // 1000}.{at_ms % 1000:03d}000"


def frames(happening: Happening) -> list[tuple[str, bytes]]:
    """Return the AMI events of one happening, each with the class that a user must read to be sent it."""
    at_ms = happening.at_ms
    return [(kind, frame("Event", name, _head(kind, at_ms) + pairs)) for kind, name, pairs in _events(happening)]


def member_pairs(member: MemberState) -> Pairs:
    """Return how a QueueMember* event describes an agent."""
    return [
        ("Queue", member.queue),
        ("MemberName", member.name),
        ("Interface", member.interface),
        *member_facts(member, "Ringinuse"),
    ]


def member_facts(member: MemberState, *also: str) -> Pairs:
    """Return what events and snapshots both say of an agent; events alone have Ringinuse."""
    return [
        ("StateInterface", member.interface),
        ("Membership", "dynamic"),
        ("Penalty", member.penalty),
        ("CallsTaken", member.calls_taken),
        ("LastCall", member.last_call_s),
        ("LastPause", member.last_pause_s),
        ("LoginTime", member.login_s),
        ("InCall", int(member.in_call)),
        ("Status", member.status),
        ("Paused", int(member.paused)),
        ("PausedReason", member.reason),
        *((key, 0) for key in also),
        ("Wrapuptime", 0),
    ]


def _head(kind: str, at_ms: int) -> Pairs:
    return [("Privilege", f"{kind},all"), ("Timestamp", stamp(at_ms))]


def _channel(leg: Leg, prefix: str = "") -> Pairs:
    pairs: Pairs = [
        ("Channel", leg.name),
        ("ChannelState", leg.state),
        ("ChannelStateDesc", _STATES[leg.state]),
        ("CallerIDNum", leg.number or "<unknown>"),
        ("CallerIDName", "<unknown>"),
        ("ConnectedLineNum", leg.connected or "<unknown>"),
        ("ConnectedLineName", "<unknown>"),
        ("Language", "he"),
        ("AccountCode", ""),
        ("Context", leg.context),
        ("Exten", leg.exten),
        ("Priority", leg.priority),
        ("Uniqueid", leg.uniqueid),
        ("Linkedid", leg.linkedid),
    ]
    return [(prefix + key, value) for key, value in pairs] if prefix else pairs


def _agent(leg: Leg, phone: Leg, member: MemberState) -> Pairs:
    return [*_channel(leg), *_channel(phone, "Dest"), *_named(member)]


def _named(member: MemberState) -> Pairs:
    return [("Queue", member.queue), ("Interface", member.interface), ("MemberName", member.name)]


def _completed(happening: Completed) -> Pairs:
    leg, phone, member = happening.leg, happening.phone, happening.member
    serial = int(phone.uniqueid.partition(".")[2])
    gone_first = happening.reason == "caller" and serial % _ANONYMOUS_ONE_IN == 0
    pairs = [*_channel(phone, "Dest"), *_named(member)] if gone_first else _agent(leg, phone, member)
    pairs += [("HoldTime", happening.hold_s), ("TalkTime", happening.talk_s), ("Reason", happening.reason)]
    return pairs


def _events(happening: Happening) -> Iterator[tuple[str, str, Pairs]]:
    match happening:
        case QueueRun(leg, queue):
            said: Pairs = [("Extension", leg.exten), ("Application", "Queue"), ("AppData", f"{queue},,,")]
            yield "dialplan", "Newexten", _channel(leg) + said
        case Joined(leg, queue, position, length):
            place: Pairs = [("Queue", queue), ("Position", position), ("Count", length)]
            yield "agent", "QueueCallerJoin", _channel(leg) + place
        case Left(leg, queue, position, length):
            place = [("Queue", queue), ("Position", position), ("Count", length)]
            yield "agent", "QueueCallerLeave", _channel(leg) + place
        case Rang(leg, phone, member):
            yield "agent", "AgentCalled", _agent(leg, phone, member)
        case NotAnswered(leg, phone, member, ring_ms):
            rang: Pairs = [("RingTime", ring_ms)]
            yield "agent", "AgentRingNoAnswer", _agent(leg, phone, member) + rang
        case Connected(leg, phone, member, hold_s, ring_s):
            times: Pairs = [("HoldTime", hold_s), ("RingTime", ring_s)]
            yield "agent", "AgentConnect", _agent(leg, phone, member) + times
        case Completed():
            yield "agent", "AgentComplete", _completed(happening)
        case GaveUp(leg, queue, position, first_position, hold_s):
            place = [("Queue", queue), ("Position", position), ("OriginalPosition", first_position)]
            yield "agent", "QueueCallerAbandon", [*_channel(leg), *place, ("HoldTime", hold_s)]
        case StatusSet(leg, status):
            yield "dialplan", "VarSet", [*_channel(leg), ("Variable", "QUEUESTATUS"), ("Value", status)]
        case HangupAsked(leg):
            yield "call", "HangupRequest", [*_channel(leg), ("Cause", _NORMAL_CLEARING)]
        case HungUp(leg):
            cause = _NORMAL_CLEARING if leg.state == UP else 0
            text = "Normal Clearing" if cause else "Unknown"
            yield "call", "Hangup", [*_channel(leg), ("Cause", cause), ("Cause-txt", text)]
        case MembersChanged(what, members):
            for member in members:
                yield "agent", f"QueueMember{what}", member_pairs(member)
        case RingCancelled() | PressedKey():
            return  # queue_log alone tells
