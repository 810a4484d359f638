"""What every PBX reader yields, whichever PBX it reads.

NamedTuples, because a busy centre makes hundreds of them a second. Units and conventions:

- every `at_ms` (and `joined_ms`) is in integer ms of the bridge's steady clock, never in the PBX's clock;
- `call` is the PBX's id of one caller's channel (Asterisk: Uniqueid), `journey` the id that follows the
  caller from queue to queue (Asterisk: Linkedid);
- `queue` is the PBX's own name of the queue, `interface` the member's address in it;
- fields ending in `_s` are whole seconds as the PBX counted them, in `_ms` milliseconds;
- a text the PBX did not send is "", so a `queue`, `call` or `interface` may be empty where the docstring
  says so: finding it again is the business of the queue state, which knows the calls.

No event carries a caller's number or name.
"""

from __future__ import annotations

from typing import NamedTuple


class Joined(NamedTuple):
    """A caller entered a queue (QueueCallerJoin). `count` is the queue's length after it: a checksum."""

    queue: str
    call: str
    journey: str
    position: int
    count: int  # type: ignore[assignment]  # the PBX's own word; tuple.count is of no use here
    at_ms: int


class Left(NamedTuple):
    """A caller is no longer waiting (QueueCallerLeave); why is told by the events around it.

    `hold_s` where the source tells the wait here (EXITWITHKEY of queue_log), else None.
    """

    queue: str
    call: str
    position: int
    count: int  # type: ignore[assignment]  # the PBX's own word; tuple.count is of no use here
    at_ms: int
    hold_s: int | None = None


class GaveUp(NamedTuple):
    """QueueCallerAbandon. No abandon yet: a timeout, empty queue, withdrawal or redirect raises it too."""

    queue: str
    call: str
    position: int
    hold_s: int
    at_ms: int


class Rang(NamedTuple):
    """A member's phone began to ring for a call (AgentCalled).

    `queue` and `interface` are "" when the member's name is not valid UTF-8: Asterisk leaves them out.
    """

    queue: str
    call: str
    interface: str
    at_ms: int


class NotAnswered(NamedTuple):
    """A member did not take a call that goes on waiting (AgentRingNoAnswer, AgentDump).

    `ring_ms` is 0 for AgentDump. `queue` and `interface` may be "", as in `Rang`.
    """

    queue: str
    call: str
    interface: str
    ring_ms: int
    at_ms: int


class Connected(NamedTuple):
    """A member took a call (AgentConnect). `hold_s`: the caller's wait; `ring_s`: how long the phone rang."""

    queue: str
    call: str
    interface: str
    hold_s: int
    ring_s: int
    at_ms: int


class Completed(NamedTuple):
    """A conversation ended (AgentComplete). `reason`: caller, agent or transfer.

    `call` is "" in some 3 to 8 of a hundred, when the caller's channel was gone first.
    """

    queue: str
    call: str
    interface: str
    hold_s: int
    talk_s: int
    reason: str
    at_ms: int


class HangupAsked(NamedTuple):
    """A channel, of a caller or not, was asked to hang up (HangupRequest)."""

    call: str
    at_ms: int


class HungUp(NamedTuple):
    """A channel, of a caller or not, is gone (Hangup)."""

    call: str
    at_ms: int


class QueueStatusSet(NamedTuple):
    """The dialplan's QUEUESTATUS of a call: TIMEOUT, FULL, JOINEMPTY, LEAVEEMPTY, CONTINUE, WITHDRAW …"""

    call: str
    status: str
    at_ms: int


class QueueEntered(NamedTuple):
    """A call ran the application Queue (Newexten), perhaps to be turned away before any join."""

    call: str
    queue: str
    at_ms: int


class MemberChanged(NamedTuple):
    """A member of a queue as it is now: after an addition, a status or a pause, and in a snapshot.

    `status` is Asterisk's device state over all queues: 0 unknown, 1 idle, 2 in use, 3 busy, 4 invalid,
    5 unavailable, 6 ringing, 7 ringing while in use, 8 on hold. `in_call` is of this queue alone.
    """

    queue: str
    interface: str
    name: str
    status: int
    paused: bool
    in_call: bool
    at_ms: int


class MemberRemoved(NamedTuple):
    """A member is no longer in a queue."""

    queue: str
    interface: str
    at_ms: int


class SnapshotCaller(NamedTuple):
    """A waiting caller in a snapshot. `joined_ms` is exact to a second: the PBX tells whole seconds."""

    call: str
    position: int
    joined_ms: int


class QueueSnapshot(NamedTuple):
    """One queue in a snapshot. `calls`, `completed`, `abandoned`: the PBX's own counters since its start."""

    queue: str
    calls: int
    completed: int
    abandoned: int
    callers: tuple[SnapshotCaller, ...]
    members: tuple[MemberChanged, ...]


class Snapshot(NamedTuple):
    """The PBX's own list of its queues (QueueStatus). `whole`: all of them; else only those named."""

    queues: tuple[QueueSnapshot, ...]
    at_ms: int
    whole: bool


class LinkUp(NamedTuple):
    """The PBX is read live; the first whole snapshot was yielded just before."""

    at_ms: int


class LinkDown(NamedTuple):
    """The PBX is not read any more; `reason` is for people. Comes once an outage, and only after a LinkUp."""

    reason: str
    at_ms: int


class Restarted(NamedTuple):
    """The PBX itself started anew since it was last read: every caller of before is gone."""

    at_ms: int


Event = (
    Joined
    | Left
    | GaveUp
    | Rang
    | NotAnswered
    | Connected
    | Completed
    | HangupAsked
    | HungUp
    | QueueStatusSet
    | QueueEntered
    | MemberChanged
    | MemberRemoved
    | Snapshot
    | LinkUp
    | LinkDown
    | Restarted
)
