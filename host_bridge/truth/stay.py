"""One caller in one queue, from join to the moment the outcome is known."""

from __future__ import annotations

from enum import Enum

from host_bridge.truth.outcomes import Outcome

# HoldTime counts from whole second to whole second, and a join time out of a snapshot is exact to a second.
HOLD_TOLERANCE_MS = 2_000
# A key and a redirect point the dialplan elsewhere; the Leave followed within a millisecond on Asterisk 22.
MOVED_MS = 500


class Stage(Enum):
    """What is known about where the caller is."""

    WAITING = "waiting"  # in the line
    LEFT = "left"  # the PBX said that he left; why is still open
    GONE = "gone"  # surely not in the line any more, but no Leave said so


class Stay:
    """The evidence gathered about one stay. Plain state: the rules are in `stays`, but for the last verdict."""

    __slots__ = (
        "announced",
        "asked",
        "call",
        "gap",
        "gave_up",
        "gone_ms",
        "hold_s",
        "hung",
        "joined_as",
        "joined_ms",
        "journey",
        "learned_ms",
        "moved_ms",
        "queue",
        "ringing",
        "stage",
        "until_ms",
    )

    def __init__(
        self, queue: str, call: str, joined_ms: int, learned_ms: int, *, announced: bool, journey: str = ""
    ) -> None:
        """`announced`: its Join was seen, so every phone that rings for it will be seen too."""
        self.queue = queue
        self.call = call  # as the PBX names it now: a masquerade changes it
        self.joined_as = call  # as queue_log names it for ever
        self.journey = journey
        self.joined_ms = joined_ms
        self.learned_ms = learned_ms
        self.stage = Stage.WAITING
        self.announced = announced
        self.ringing: set[str] | None = set() if announced else None  # interfaces; None: not known
        self.asked = False  # HangupRequest seen
        self.gave_up = False  # QueueCallerAbandon seen
        self.hung = False  # Hangup seen
        self.moved_ms: int | None = None  # when the dialplan was pointed elsewhere while he waited
        self.gap = False  # events may have been missed since it left
        self.hold_s: int | None = None  # as the PBX said it
        self.until_ms: int | None = None  # when the wait ended
        self.gone_ms = 0  # when it was found to be gone

    def verdict(self) -> Outcome:
        """The outcome when no more evidence is to come (see `stays` for when that is)."""
        if self.gave_up:
            if self.asked:
                return Outcome.ABANDONED
            if self.moved_ms is not None:
                return Outcome.REMOVED
            if self.hung:
                return Outcome.ABANDONED
            return Outcome.UNRESOLVED if self.gap else Outcome.REMOVED
        if self.stage is Stage.LEFT and not self.gap:
            return Outcome.EXITED
        return Outcome.UNRESOLVED

    def moved_by(self, now_ms: int) -> bool:
        """Whether the dialplan was pointed elsewhere just before; an older move has nothing to do with now."""
        if self.moved_ms is not None and now_ms - self.moved_ms > MOVED_MS:
            self.moved_ms = None
        return self.moved_ms is not None

    def waited_ms(self, now_ms: int) -> int:
        """The wait in ms; the PBX's whole seconds win where the two clocks do not agree."""
        until_ms = now_ms if self.until_ms is None else self.until_ms
        wait_ms = max(0, until_ms - self.joined_ms)
        if self.hold_s is not None and abs(wait_ms - self.hold_s * 1000) > HOLD_TOLERANCE_MS:
            return self.hold_s * 1000
        return wait_ms
