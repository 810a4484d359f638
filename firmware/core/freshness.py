"""Is what the board knows still true, and if not, who is lost? And what time is it on the bridge?

A board needs no set clock. It keeps the smallest (its own monotonic time − the bridge's `now`) of the recent live
heartbeats of one `started`: the one that came with the least delay tells the offset best, and a heartbeat that was
held up on its way shows its true age. Times named `_ms` are the board's monotonic ms unless they say `bridge`.
"""

from firmware.core.payload import WireError

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

FRESH_MS = 6000  # a heartbeat every 2 s: three may be lost
RECENT = 16  # heartbeats, some 32 s: longer than a pause of the network, and clocks drift by less than 4 ms in it
AHEAD_MS = 10_000  # a time of the bridge's so far ahead of its clock is not its own
_BEAT_AHEAD_MS = 2500  # nor is a heartbeat; one that is less ahead makes no true one look too old
_SMALL_STEP_MS = 1000  # a correction of the offset below this never turns the bridge's clock back

_TWO = "two bridges publish for this site"

PBX, BRIDGE, LINK = "PBX", "BRIDGE", "LINK"


class Freshness:
    """The state of the way from the PBX to the board."""

    def __init__(self) -> None:
        self.started: "int | None" = None  # the bridge's clock that counts now
        self.beat: "dict[str, Any] | None" = None  # the last live heartbeat
        self.session = 0  # rises with each connection of our own
        self._link_up = False
        self._up_ms = 0
        self._proven = False  # a live heartbeat came in this session
        self._offline = False  # the last will, or the bridge's good-bye
        self._base: "tuple[int, int, int] | None" = None  # started, now, seq of this session's retained heartbeat
        self._earlier: "int | None" = None  # the `started` that counted before, and until when
        self._earlier_ms = 0
        self._earlier_last = (0, 0)  # now, seq of its last heartbeat
        self._contested = False  # that one has been heard again: there are two bridges
        self._alone = True  # the last one is the first of its clock, or was far ahead: nothing bears it out yet
        self._below: "tuple[int, int] | None" = None  # now, seq of one below the last, when that is heard no more
        self._samples: "list[int]" = []
        self._offset = 0
        self._floor_ms = 0  # bridge's ms: it never goes below

    def link(self, up: bool, now_ms: int) -> None:
        """Our own connection to the broker is up (and subscribed anew), or down."""
        self._link_up = up
        self._proven = False
        self._base = None
        if up:
            self.session += 1
            self._up_ms = now_ms
            self._offline = False

    def receive(self, message: "dict[str, Any]", retained: bool, now_ms: int) -> bool:
        """Take a bridge/state message (by its schema). True when it is a live heartbeat.

        Raises WireError for one that tells no time, whose clock went back, or of a second bridge on this site.
        """
        started: int = message["started"]
        if not message["online"]:
            # A will that comes late, of a bridge that has started anew since, says nothing about the new one.
            if started == self.started or not self._proven:
                self._offline = True
            return False
        now, seq = message["now"], message["seq"]
        if now is None or seq is None or message["pbx"] is None:
            raise WireError("a heartbeat without now, seq and pbx", "time")
        if retained and (self._base is None or self._base[0] != started):
            self._base = (started, now, seq)  # it may be hours old: only a later one proves that the bridge lives
            return False
        beat = self.beat if started == self.started else None
        last = (0, 0) if beat is None else (beat["now"], beat["seq"])
        below = self._base is not None and self._base[0] == started and (now, seq) <= self._base[1:]
        alone = beat is None
        second = False
        if below or (beat is not None and ((now, seq) < last or seq == last[1])):  # delivered twice, or late
            if self._heard(now_ms) or not self._goes_on(now, seq) or not (alone or self._alone or seq <= last[1]):
                if now < last[0] and seq > last[1]:
                    raise WireError("the bridge's clock went back from %d to %d" % (last[0], now), "back")
                return False
            self._samples = []  # what was higher was somebody else's: it is heard no more, and the bridge goes on
            self._floor_ms = 0
        elif beat is not None and now - self.bridge_ms(now_ms) > _BEAT_AHEAD_MS:
            if self._heard(now_ms) or now_ms - self._up_ms < FRESH_MS:
                raise WireError("a heartbeat that is ahead of the bridge's clock", "ahead")
            alone = True
        if beat is None:
            if started == self._earlier and (now, seq) <= self._earlier_last:
                return False  # delivered twice, or late: it does not live again by that
            if self._contested and self._heard(now_ms):
                raise WireError(_TWO, "two")
            second = self._contested = started == self._earlier
            if second or self._earlier is None or now_ms - self._earlier_ms > FRESH_MS:  # else it may still be heard
                self._earlier, self._earlier_ms = self.started, now_ms
                if self.beat is not None:
                    self._earlier_last = (self.beat["now"], self.beat["seq"])
            self.started = started
            self._samples = []
            self._floor_ms = 0
        self._take_time(now, now_ms)
        self._below = None
        self._alone = alone
        self.beat = message
        self._proven = True
        self._offline = False
        if second:
            raise WireError(_TWO, "two")
        return True

    def fault(self, now_ms: int) -> "str | None":
        """Who is lost: "LINK", "BRIDGE" or "PBX", the nearest to the board first; None when all is fresh."""
        if not self._link_up:
            return LINK
        if self._offline:
            return BRIDGE
        if not self._proven or self.beat is None:
            # Just connected: nothing is known of the bridge yet, so it is still the way to it that is not proven.
            return LINK if now_ms - self._up_ms < FRESH_MS else BRIDGE
        if self.bridge_ms(now_ms) - self.beat["now"] > FRESH_MS:
            return BRIDGE
        return None if self.beat["pbx"] == "up" else PBX

    def last_fresh_ms(self, now_ms: int) -> "int | None":
        """The last moment up to `now_ms` at which all was fresh, if it has not ended before by a message."""
        if self.beat is None:
            return None
        at_ms = min(now_ms, self.board_ms(self.beat["now"] + FRESH_MS))
        return at_ms if self.fault(at_ms) is None else None

    def changes_ms(self, now_ms: int) -> "int | None":
        """When fault() will change by time alone."""
        change = None
        if self._link_up and not self._offline:
            if not self._proven or self.beat is None:
                change = self._up_ms + FRESH_MS
            else:
                change = self.board_ms(self.beat["now"] + FRESH_MS + 1)
        return change if change is not None and change > now_ms else None

    def proved_ms(self) -> int:
        """Up to when the figures are proven: the moment of the last live heartbeat."""
        return 0 if self.beat is None else self.board_ms(self.beat["now"])

    def bridge_ms(self, now_ms: int) -> int:
        """The bridge's clock at `now_ms`; before any live heartbeat, the board's own."""
        return max(now_ms - self._offset, self._floor_ms)

    def board_ms(self, bridge_ms: int) -> int:
        """The board's clock at a moment of the bridge's."""
        return bridge_ms + self._offset

    def _goes_on(self, now: int, seq: int) -> bool:
        """A second heartbeat below the last one that was believed, and above the first such."""
        before = self._below
        self._below = (now, seq)
        return before is not None and now > before[0] and seq > before[1]

    def _heard(self, now_ms: int) -> bool:
        """The bridge whose clock counts is heard, as far as anybody can tell."""
        if self.beat is None or self._offline or not self._proven:
            return False
        return self.bridge_ms(now_ms) - self.beat["now"] <= FRESH_MS  # type: ignore[no-any-return]

    def _take_time(self, bridge_now: int, now_ms: int) -> None:
        before = self.bridge_ms(now_ms) if self._samples else 0
        self._samples.append(now_ms - bridge_now)
        if len(self._samples) > RECENT:
            self._samples.pop(0)
        self._offset = min(self._samples)
        # An older, better sample has left: the clock is some ms early. It stands until time has caught up, so that no
        # second is shown twice and no condition that just became true is false again.
        back = before - (now_ms - self._offset)
        self._floor_ms = before if 0 < back < _SMALL_STEP_MS else 0
