"""What happens in the demo's centre, as a PBX would notice it: values only, in the order of their happening.

`frames` writes them as AMI events, `queue_log` as lines of that file. Every `at_ms` is epoch ms. Waits and talks end
in `_s` and are differences of whole clock seconds, as Asterisk's own are (apps/app_queue.c takes `time(NULL)`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

DOWN, RINGING, UP = 0, 5, 6
"""States of a channel (Asterisk's channelstate.h), as ChannelState says them."""

IDLE, IN_USE, PHONE_RINGING = 1, 2, 6
"""States of a member's device, as QueueMember*'s Status says them."""


class Leg(NamedTuple):
    """One channel as it is at that moment: a caller's, or the phone of an agent. "" stands for an unknown number."""

    uniqueid: str
    linkedid: str
    name: str
    number: str
    connected: str
    context: str
    exten: str
    priority: int
    state: int = UP


class MemberState(NamedTuple):
    """One agent in one queue at that moment; the times are epoch s, 0 for never."""

    queue: str
    name: str
    interface: str
    penalty: int
    calls_taken: int
    last_call_s: int
    last_pause_s: int
    login_s: int
    in_call: bool
    status: int
    paused: bool
    reason: str


class QueueRun(NamedTuple):
    """The dialplan runs Queue(), or a channel in it is sent to another extension (Asterisk says both alike)."""

    leg: Leg
    queue: str
    at_ms: int


class Joined(NamedTuple):
    """A caller stands in line. `length` is the queue's length with them."""

    leg: Leg
    queue: str
    position: int
    length: int
    at_ms: int


class Rang(NamedTuple):
    """The phone of an agent begins to ring for a caller."""

    leg: Leg
    phone: Leg
    member: MemberState
    at_ms: int


class NotAnswered(NamedTuple):
    """It rang for nothing, and the caller waits on."""

    leg: Leg
    phone: Leg
    member: MemberState
    ring_ms: int
    at_ms: int


class RingCancelled(NamedTuple):
    """It stopped ringing because the caller is leaving; only queue_log tells."""

    leg: Leg
    member: MemberState
    ring_ms: int
    at_ms: int


class Connected(NamedTuple):
    """An agent took a call."""

    leg: Leg
    phone: Leg
    member: MemberState
    hold_s: int
    ring_s: int
    at_ms: int


class Completed(NamedTuple):
    """A conversation is over. `first_position` is the place in line at which the caller had joined.

    `moved_to` is the extension and context of a blind transfer, None for the other reasons.
    """

    leg: Leg
    phone: Leg
    member: MemberState
    hold_s: int
    talk_s: int
    reason: Literal["caller", "agent", "transfer"]
    first_position: int
    moved_to: tuple[str, str] | None
    at_ms: int


class GaveUp(NamedTuple):
    """The wait ended without an agent: the caller hung up, or (`timed_out`) the queue let go of them."""

    leg: Leg
    queue: str
    position: int
    first_position: int
    hold_s: int
    timed_out: bool
    at_ms: int


class PressedKey(NamedTuple):
    """A caller left the line by a key; AMI tells only that they left."""

    leg: Leg
    queue: str
    key: str
    position: int
    first_position: int
    hold_s: int
    at_ms: int


class Left(NamedTuple):
    """A caller stands in line no more; `length` is the queue's length without them."""

    leg: Leg
    queue: str
    position: int
    length: int
    at_ms: int


class StatusSet(NamedTuple):
    """Queue() came back to the dialplan with a reason: TIMEOUT, FULL."""

    leg: Leg
    status: str
    at_ms: int


class HangupAsked(NamedTuple):
    """A channel is being hung up from its own side."""

    leg: Leg
    at_ms: int


class HungUp(NamedTuple):
    """A channel is gone."""

    leg: Leg
    at_ms: int


class MembersChanged(NamedTuple):
    """An agent changed in every queue that they serve; `what` ends the AMI event's name: QueueMember…."""

    what: Literal["Status", "Pause", "Added", "Removed"]
    members: tuple[MemberState, ...]
    at_ms: int


Happening = (
    QueueRun
    | Joined
    | Rang
    | NotAnswered
    | RingCancelled
    | Connected
    | Completed
    | GaveUp
    | PressedKey
    | Left
    | StatusSet
    | HangupAsked
    | HungUp
    | MembersChanged
)
