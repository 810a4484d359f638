"""Asterisk's queue events, one frame each, as the events of `host_bridge.pbx.events`.

Field names and units were read in Asterisk's apps/app_queue.c and seen on Asterisk 22: HoldTime, RingTime of
AgentConnect and TalkTime are whole seconds, RingTime of AgentRingNoAnswer is milliseconds.
Frames are read for ids, places and times only: nothing here touches CallerIDNum or CallerIDName.
"""

from __future__ import annotations

from collections.abc import Callable

from host_bridge.pbx.ami_wire import Frame
from host_bridge.pbx.events import (
    Completed,
    Connected,
    Event,
    GaveUp,
    HangupAsked,
    HungUp,
    Joined,
    Left,
    MemberChanged,
    MemberRemoved,
    NotAnswered,
    QueueEntered,
    QueueStatusSet,
    Rang,
)


class AmiFrameError(ValueError):
    """A frame whose field does not hold what it should; the message names event and field, not the value."""


MAX_NUMBER = (1 << 31) - 1
"""More than an `int` of Asterisk's C holds cannot be meant, and a list on a 32-bit machine takes no more."""


def number(frame: Frame, key: str) -> int:
    """Return a field as an integer, 0 when Asterisk did not send it (older releases lack some).

    Raises AmiFrameError when it is there and no integer, or one past MAX_NUMBER.
    """
    text = frame.get(key, "0")
    try:
        value = int(text)
    except ValueError:
        raise AmiFrameError(f"{key} of {frame.event} is no whole number") from None
    if not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise AmiFrameError(f"{key} of {frame.event} is out of range")
    return value


def member(frame: Frame, name_key: str, interface_key: str, at_ms: int) -> MemberChanged:
    """Return a member; events say MemberName and Interface where a snapshot says Name and Location."""
    return MemberChanged(
        frame.get("Queue"),
        frame.get(interface_key),
        frame.get(name_key),
        number(frame, "Status"),
        frame.get("Paused") == "1",
        frame.get("InCall") == "1",
        at_ms,
    )


def _joined(frame: Frame, at_ms: int) -> Event:
    get = frame.get
    return Joined(
        get("Queue"),
        get("Uniqueid"),
        get("Linkedid"),
        number(frame, "Position"),
        number(frame, "Count"),
        at_ms,
    )


def _left(frame: Frame, at_ms: int) -> Event:
    position, count = number(frame, "Position"), number(frame, "Count")
    return Left(frame.get("Queue"), frame.get("Uniqueid"), position, count, at_ms)


def _gave_up(frame: Frame, at_ms: int) -> Event:
    position, hold_s = number(frame, "Position"), number(frame, "HoldTime")
    return GaveUp(frame.get("Queue"), frame.get("Uniqueid"), position, hold_s, at_ms)


def _rang(frame: Frame, at_ms: int) -> Event:
    return Rang(frame.get("Queue"), frame.get("Uniqueid"), frame.get("Interface"), at_ms)


def _not_answered(frame: Frame, at_ms: int) -> Event:
    get = frame.get
    return NotAnswered(get("Queue"), get("Uniqueid"), get("Interface"), number(frame, "RingTime"), at_ms)


def _connected(frame: Frame, at_ms: int) -> Event:
    hold_s, ring_s = number(frame, "HoldTime"), number(frame, "RingTime")
    return Connected(frame.get("Queue"), frame.get("Uniqueid"), frame.get("Interface"), hold_s, ring_s, at_ms)


def _completed(frame: Frame, at_ms: int) -> Event:
    get = frame.get
    return Completed(
        get("Queue"),
        get("Uniqueid"),
        get("Interface"),
        number(frame, "HoldTime"),
        number(frame, "TalkTime"),
        get("Reason"),
        at_ms,
    )


def _hangup_asked(frame: Frame, at_ms: int) -> Event:
    return HangupAsked(frame.get("Uniqueid"), at_ms)


def _hung_up(frame: Frame, at_ms: int) -> Event:
    return HungUp(frame.get("Uniqueid"), at_ms)


def _variable_set(frame: Frame, at_ms: int) -> Event | None:
    if frame.get("Variable") != "QUEUESTATUS":  # an AMI user without the event filters is sent every variable
        return None
    return QueueStatusSet(frame.get("Uniqueid"), frame.get("Value"), at_ms)


def _application_run(frame: Frame, at_ms: int) -> Event | None:
    if frame.get("Application") != "Queue":
        return None
    queue, _, _ = frame.get("AppData").partition(",")
    return QueueEntered(frame.get("Uniqueid"), queue.strip(), at_ms)


def _member_changed(frame: Frame, at_ms: int) -> Event:
    return member(frame, "MemberName", "Interface", at_ms)


def _member_removed(frame: Frame, at_ms: int) -> Event:
    return MemberRemoved(frame.get("Queue"), frame.get("Interface"), at_ms)


TRANSLATIONS: dict[str, Callable[[Frame, int], Event | None]] = {
    "QueueCallerJoin": _joined,
    "QueueCallerLeave": _left,
    "QueueCallerAbandon": _gave_up,
    "AgentCalled": _rang,
    "AgentRingNoAnswer": _not_answered,
    "AgentDump": _not_answered,
    "AgentConnect": _connected,
    "AgentComplete": _completed,
    "HangupRequest": _hangup_asked,
    "Hangup": _hung_up,
    "VarSet": _variable_set,
    "Newexten": _application_run,
    "QueueMemberAdded": _member_changed,
    "QueueMemberStatus": _member_changed,
    "QueueMemberPause": _member_changed,
    "QueueMemberRemoved": _member_removed,
}
"""AMI event → how it is read; (frame, at_ms) → event, or None when it is not about a queue."""
