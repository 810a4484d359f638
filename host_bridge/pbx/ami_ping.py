"""Ping: is the PBX alive, and what does its clock say. Time comes in as `now_ms` of the bridge's steady clock."""

from __future__ import annotations

from host_bridge.pbx.ami_wire import Frame

STUCK_FACTOR = 4
"""A PBX that goes on sending but leaves a Ping unanswered for so many deadlines does not hear us any more."""


class Pulse:
    """Says when to ping and when the PBX is dead, and turns the PBX's time stamps into the bridge's time.

    Anything received proves that the PBX lives, not only a Pong: a long list may hold one up. It is dead when
    nothing came for `deadline_ms` and a ping is on its way for most of that; the second condition spares a PBX
    that was only quiet while this process slept.
    """

    def __init__(self, ping_ms: int, deadline_ms: int) -> None:
        self._ping_ms = ping_ms
        self._deadline_ms = deadline_ms
        self._grace_ms = max(deadline_ms - ping_ms, 1)
        self._pinged_ms: int | None = None
        self._next_ping_ms = 0
        self._known_ms = 0  # all that the PBX sent before this has been read
        self.heard_ms = 0
        self.offset_ms: int | None = None
        """The bridge's clock minus the PBX's; None until a Pong told its time."""

    def start(self, now_ms: int) -> None:
        """A connection is new: nothing is on its way, and the offset has to be found again, by a ping at login."""
        self._pinged_ms = None
        self.heard_ms = self._known_ms = now_ms
        self.offset_ms = None

    def pinged(self, now_ms: int) -> None:
        """A Ping was sent."""
        self._pinged_ms = now_ms
        self._next_ping_ms = now_ms + self._ping_ms

    def next_ms(self) -> int:
        """When to look again: for the next ping, or for the end of the PBX's time to answer."""
        if self._pinged_ms is None:
            return self._next_ping_ms
        silent_ms = max(self.heard_ms + self._deadline_ms, self._pinged_ms + self._grace_ms)
        return min(silent_ms, self._pinged_ms + self._deadline_ms * STUCK_FACTOR)

    def is_dead(self, now_ms: int) -> bool:
        """Whether the PBX has had its time to answer."""
        return self._pinged_ms is not None and now_ms >= self.next_ms()

    def ping_is_due(self, now_ms: int) -> bool:
        """Whether to ping now. One ping at a time is on its way."""
        return self._pinged_ms is None and now_ms >= self._next_ping_ms

    def pong(self, frame: Frame, now_ms: int) -> None:
        """Take the answer to a Ping: its Timestamp was taken between the ping's sending and now.

        So each answer bounds the offset from both sides; the offset moves only as far as the bounds force it to,
        and stays still while the network jitters. A step of the PBX's clock is followed with the next answer.
        """
        sent_ms, self._pinged_ms = self._pinged_ms, None
        if sent_ms is not None:
            self._known_ms = sent_ms
        pbx_ms = _stamp_ms(frame)
        if pbx_ms is None or sent_ms is None:
            return
        low, high = sent_ms - pbx_ms, now_ms - pbx_ms
        if self.offset_ms is None:
            self.offset_ms = (low + high) // 2
        else:
            self.offset_ms = min(max(self.offset_ms, low), high)

    def at_ms(self, frame: Frame, now_ms: int) -> int:
        """When an event happened: by its Timestamp (timestampevents = yes), else now.

        Never later than now. On a line that lives no stamp is older than the deadline; and on one that was held up, or
        that this process was too busy or too asleep to read, none is older than the last ping that was answered. An
        older one is a step of the PBX's clock, and now is nearer to the truth.
        """
        if self.offset_ms is None:
            return now_ms
        pbx_ms = _stamp_ms(frame)
        if pbx_ms is None:
            return now_ms
        at_ms = pbx_ms + self.offset_ms
        oldest_ms = min(now_ms - self._deadline_ms, self._known_ms)
        return at_ms if oldest_ms <= at_ms <= now_ms else now_ms


def _stamp_ms(frame: Frame) -> int | None:
    """Timestamp is epoch seconds with six decimals."""
    text = frame.get("Timestamp")
    try:
        return int(float(text) * 1000)
    except (ValueError, OverflowError):
        return None
