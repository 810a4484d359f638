"""One caller in one queue, from join to the moment the outcome is known."""

from __future__ import annotations

from enum import Enum

from host_bridge.truth.live import OpenStay
from host_bridge.truth.outcomes import End, Outcome

# HoldTime counts from whole second to whole second, and a join time out of a snapshot is exact to a second.
HOLD_TOLERANCE_MS = 2_000
LESS_THAN_A_SECOND_MS = 999  # HoldTime is the difference of two whole seconds, so the true wait is less than one off
SECOND_LOOK_MS = 1_000  # how far apart two lists are that make a ghost of a caller missing from both
GAP_LOOK_MS = 10_000  # … of one who vanished in a gap, as first queue_log or the counters have their say
LIST_AHEAD_MS = 2_000  # a list's join times are exact to a second, so an event so much later is not the entering
MAX_RINGING = 100  # phones of one caller that can be told apart
# A key and a redirect point the dialplan elsewhere; the Leave followed within a millisecond on Asterisk 22.
MOVED_MS = 500
# How long the evidence after a Leave may take; on a live PBX it took under a millisecond.
GRACE_MS = 500
ENDED_WITH_ABANDON = frozenset((Outcome.ABANDONED, Outcome.OVERFLOWED, Outcome.REMOVED))
# The Abandon comes just before its Leave: one so soon after the list of a login may have had it before the login.
HALF_SEEN_MS = 500


class Stage(Enum):
    """What is known about where the caller is."""

    WAITING = "waiting"  # in the line
    LEFT = "left"  # the PBX said that he left; why is still open
    GONE = "gone"  # surely not in the line any more, but no Leave said so


class Stay:
    """The evidence gathered about one stay. Plain state: the rules are in `evidence`, but for the last verdict."""

    __slots__ = (
        "announced",
        "asked",
        "call",
        "confirmed",
        "gap",
        "gave_up",
        "gone_ms",
        "hold_s",
        "hung",
        "joined_as",
        "joined_ms",
        "journey",
        "learned_ms",
        "listed_join_ms",
        "listed_ms",
        "moved_ms",
        "queue",
        "ringing",
        "stage",
        "unlisted",
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
        self.confirmed = False  # a list after a gap named him: he waits on, or again
        self.unlisted = False  # a gap began while he waited, and no list has named him since
        self.listed_ms: int | None = None  # when a list after a gap named him: events are seen since just before
        self.listed_join_ms: int | None = None  # … and when he joined, by that list
        self.moved_ms: int | None = None  # when the dialplan was pointed elsewhere while he waited
        self.gap = False  # events may have been missed since it left
        self.hold_s: int | None = None  # as the PBX said it
        self.until_ms: int | None = None  # when the wait ended
        self.gone_ms = 0  # when it was found to be gone

    @classmethod
    def of(cls, known: OpenStay, now_ms: int) -> Stay:
        """What an earlier run of the bridge knew; how it went on since was seen by nobody."""
        stay = cls(known.queue, known.call, known.joined_ms, now_ms, announced=False, journey=known.journey)
        stay.gap = stay.unlisted = True
        stay.gave_up, stay.asked, stay.hold_s = known.gave_up, known.asked, known.hold_s
        if stay.hold_s is not None:
            stay.until_ms = stay.joined_ms + stay.hold_s * 1000
        return stay

    def open(self) -> OpenStay:
        """What the next run of the bridge must know."""
        return OpenStay(self.queue, self.joined_as, self.journey, self.joined_ms, self.gave_up, self.asked, self.hold_s)

    def end(self, outcome: Outcome, now_ms: int, *, whole_seconds: bool) -> End:
        """The record of its end, which is now unless something told when; `whole_seconds`: the source has no ms."""
        wait_ms = self.waited_ms(now_ms)
        hold_s = wait_ms // 1000 if self.hold_s is None else self.hold_s
        if whole_seconds:
            wait_ms = hold_s * 1000
        at_ms = now_ms if self.until_ms is None else self.until_ms
        joined_ms = self.joined_ms
        if self.confirmed:  # by a shorter wait of the PBX's own he left in the gap and came back
            joined_ms = max(joined_ms, at_ms - wait_ms)
        return End(self.queue, outcome, wait_ms, hold_s, at_ms, self.joined_as, self.journey, joined_ms)

    def note_listed(self, joined_ms: int, now_ms: int) -> None:
        """The first list after a gap names him, as one who joined at `joined_ms`."""
        self.unlisted = False
        self.listed_ms, self.listed_join_ms = now_ms, joined_ms

    def note_join(self, journey: str) -> None:
        """His Join is read, of which a list was ahead: nothing of this stay was missed."""
        self.announced = True
        self.unlisted = False
        self.listed_ms = self.listed_join_ms = None
        self.ringing = set()
        self.journey = journey

    def begin_anew(self) -> None:
        """He waits still after a gap: his end will be seen, and what was seen of one before it was of another wait."""
        self.confirmed = True
        self.gap = self.gave_up = self.asked = False
        self.hold_s = self.until_ms = None

    def note_gave_up(self, hold_s: int, at_ms: int) -> None:
        """QueueCallerAbandon: the wait ended then, after so many of the PBX's seconds."""
        self.gave_up = True
        self.hold_s = hold_s
        self.until_ms = at_ms

    def note_ringing(self, interface: str) -> None:
        """A phone rings; "" is a member whose name is not UTF-8, so that phones cannot be told apart any more."""
        if self.ringing is not None:
            self.ringing.add(interface)
            if not interface or len(self.ringing) > MAX_RINGING:
                self.ringing = None

    @property
    def look_ms(self) -> int:
        """How long after he was found missing the second look comes."""
        return GAP_LOOK_MS if self.gap else SECOND_LOOK_MS

    def is_just_listed(self, now_ms: int) -> bool:
        """But a list named him, a moment ago, which may have been ahead of all that led there."""
        return not self.announced and now_ms - self.learned_ms < SECOND_LOOK_MS

    def is_in_line(self, at_ms: int) -> bool:
        """At that time already: else a list was ahead of the very event that tells of his entering."""
        return self.announced or at_ms - self.joined_ms >= LIST_AHEAD_MS

    def is_before(self, joined_ms: int) -> bool:
        """Whether a wait that began at `joined_ms` is a later one of the same caller, whose Join a gap has hidden.

        Without a gap that Join would have been seen, so an answer that seems too late was only read late.
        """
        return (self.gap or self.unlisted) and joined_ms - self.joined_ms > HOLD_TOLERANCE_MS

    def is_silent(self, at_ms: int) -> bool:
        """By then, of the PBX's own time, no evidence had followed the Abandon for so long that none would come.

        What came late but happened at once is evidence still: a wire may stall for as long as TCP repeats itself. Only
        without `timestampevents` nobody can tell the two apart.
        """
        if self.stage is not Stage.LEFT or not self.gave_up or self.until_ms is None:
            return False
        return at_ms - self.until_ms >= GRACE_MS

    def verdict(self) -> Outcome:
        """The outcome when no more evidence is to come (see `evidence` for when that is)."""
        if self.gave_up:
            if self.asked:
                return Outcome.ABANDONED
            if self.moved_ms is not None:
                return Outcome.REMOVED
            if self.gap:  # a QUEUESTATUS may have been missed, and a Hangup be that of much later
                return Outcome.UNRESOLVED
            return Outcome.ABANDONED if self.hung else Outcome.REMOVED
        if self.stage is not Stage.LEFT or self.gap:
            return Outcome.UNRESOLVED
        is_key = self.moved_ms is not None or not self._is_half_seen
        return Outcome.EXITED if is_key else Outcome.UNRESOLVED

    def was_counted_before(self, outcome: Outcome) -> bool:
        """Whether the PBX's counters at the list after a gap had this end already, though its Leave came later.

        They rise with the Abandon, so of one who left without a word of it: before anybody listened, for all ends but
        an answer and a key; and, as nobody can tell, of one who left soon after.
        """
        if self.stage is not Stage.LEFT or self.gave_up:
            return False
        return self._is_half_seen if outcome is Outcome.UNRESOLVED else outcome in ENDED_WITH_ABANDON

    @property
    def _is_half_seen(self) -> bool:
        """Whether what the PBX says just before a Leave may have been said before anybody listened."""
        if self.unlisted:
            return True
        if self.listed_ms is None or self.until_ms is None:
            return False
        return self.until_ms - self.listed_ms < HALF_SEEN_MS

    def moved_by(self, at_ms: int) -> bool:
        """Whether the dialplan was pointed elsewhere just before he left; an older move has nothing to do with it."""
        if self.stage is Stage.WAITING and self.moved_ms is not None and at_ms - self.moved_ms > MOVED_MS:
            self.moved_ms = None
        return self.moved_ms is not None

    def waited_ms(self, now_ms: int) -> int:
        """The wait in ms; the PBX's whole seconds win where the two clocks do not agree, and bound it where they do."""
        until_ms = now_ms if self.until_ms is None else self.until_ms
        wait_ms = max(0, until_ms - self.joined_ms)
        if self.hold_s is None:
            return wait_ms
        held_ms = self.hold_s * 1000
        if abs(wait_ms - held_ms) > HOLD_TOLERANCE_MS:
            return held_ms
        return min(max(wait_ms, held_ms - LESS_THAN_A_SECOND_MS), held_ms + LESS_THAN_A_SECOND_MS)
