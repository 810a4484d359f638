"""Which of the bridge's records is which of queue_log's, and why two of them say other things.

Both sides keep the same records (`outcomes`), in ms of the PBX's clock. A stay is known again by queue, call and the
second of its join; what is left is looked at more widely, as a caller may carry another id in queue_log (masquerade).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeVar

from host_bridge.truth.merge import LATE_MS
from host_bridge.truth.outcomes import End, Estimate, Outcome, Record, Talk
from host_bridge.truth.stay import HOLD_TOLERANCE_MS

JOIN_MS = 2_000  # a join read out of a list of callers is exact to a second, and queue_log knows whole seconds only
AT_MS = 3_000  # the same event on both sides: a whole second, and the clocks' difference
SECOND_MS = 1_000


class Why(StrEnum):
    """Why the bridge's figures, or Asterisk's, are not queue_log's; `reconcile_text` has the sentences."""

    WHOLE_SECONDS = "whole_seconds"
    CLOCK_READ_TWICE = "clock_read_twice"
    REDIRECTED = "redirected"
    UNRESOLVED = "unresolved"
    LOG_UNRESOLVED = "log_unresolved"
    REJECTED = "rejected"
    GAP = "gap"
    ESTIMATED = "estimated"
    DAY_EDGE = "day_edge"
    LOG_BEGINS = "log_begins"
    LOG_ENDS = "log_ends"
    # what nothing explains
    OTHER_OUTCOME = "other_outcome"
    OTHER_SECONDS = "other_seconds"
    OTHER_DAY = "other_day"
    ONLY_LOG = "only_log"
    ONLY_BRIDGE = "only_bridge"
    UNACCOUNTED = "unaccounted"
    # Asterisk's own figures
    ABANDONED_UNSEEN = "abandoned_unseen"
    ABANDONED_GOOD = "abandoned_is_success"
    ABANDONED_BAD = "abandoned_is_failure"
    NOT_ANSWERED = "not_answered"
    ENDED_LATER = "ended_later"
    ENDED_TODAY = "ended_today"
    NEVER_ENDED = "never_ended"
    TOO_FEW = "too_few"
    ROUNDED = "rounded"


UNEXPLAINED = frozenset(
    (Why.OTHER_OUTCOME, Why.OTHER_SECONDS, Why.OTHER_DAY, Why.ONLY_LOG, Why.ONLY_BRIDGE, Why.UNACCOUNTED)
)

Gap = tuple[int | None, int | None]
"""From and until, ms of the PBX's clock, when the bridge did not see the PBX; None: since ever, for ever."""


class Span(NamedTuple):
    """From (included) until (excluded), in ms of the PBX's clock: a day, or what a log covers."""

    from_ms: int
    until_ms: int

    def __contains__(self, at_ms: object) -> bool:
        return isinstance(at_ms, int) and self.from_ms <= at_ms < self.until_ms


class Discrepancy(NamedTuple):
    """One stay or conversation that the two sides do not tell alike; None: that side has it not."""

    why: Why
    bridge: Record | None
    log: End | Talk | None
    gap: Gap | None = None

    @property
    def explained(self) -> bool:
        """False for what the product must be ashamed of."""
        return self.why not in UNEXPLAINED

    @property
    def call(self) -> str:
        """The call's id, "" when nobody knows it (an estimate, a talk without one)."""
        calls = (side.call for side in (self.log, self.bridge) if isinstance(side, End | Talk))
        return next((call for call in calls if call), "")


def discrepancies(
    bridge: Sequence[Record], log: Sequence[Record], day: Span, covered: Span, gaps: Sequence[Gap]
) -> list[Discrepancy]:
    """Compare all records of one queue; those around the day are needed to know who ended just beside its edge.

    `covered` is what queue_log tells about, `gaps` when the bridge did not see the PBX. Only what one of the sides
    has in `day` is told.
    """
    found = [Discrepancy(Why.ESTIMATED, record, None) for record in bridge if isinstance(record, Estimate)]
    found += _of_ends(_only(bridge, End), _only(log, End), day, covered, gaps)
    found += _of_talks(_only(bridge, Talk), _only(log, Talk), day, covered, gaps)
    return [each for each in found if any(side and side.at_ms in day for side in (each.bridge, each.log))]


def _of_ends(bridge: list[End], log: list[End], day: Span, covered: Span, gaps: Sequence[Gap]) -> Iterator[Discrepancy]:
    stays = [end for end in bridge if end.outcome is not Outcome.REJECTED]
    yield from (Discrepancy(Why.REJECTED, end, None) for end in bridge if end.outcome is Outcome.REJECTED)
    pairs, stays, log = matched(stays, log, _call, lambda a, b: _near(a.joined_ms - b.joined_ms, JOIN_MS))
    more, stays, log = matched(stays, log, _call, lambda a, b: _near(a.at_ms - b.at_ms, AT_MS))
    pairs += more
    more, stays, log = matched(stays, log, _call, _heard_late)
    pairs += more
    # a masqueraded caller ends under another id in queue_log, and the bridge never learned how
    ghosts = [end for end in stays if end.outcome is Outcome.UNRESOLVED]
    more, _, log = matched(ghosts, log, _nothing, lambda a, b: _near(a.joined_ms - b.joined_ms, JOIN_MS))
    pairs += more
    paired = {id(end) for end, _ in more}
    for ours, theirs in pairs:
        why = _why_end(ours, theirs, day)
        if why is not None:
            yield Discrepancy(why, ours, theirs)
    yield from (_only_bridge(end, end.joined_ms, covered) for end in stays if id(end) not in paired)
    yield from (_only_log(end, gaps) for end in log)


def _of_talks(
    bridge: list[Talk], log: list[Talk], day: Span, covered: Span, gaps: Sequence[Gap]
) -> Iterator[Discrepancy]:
    pairs, bridge, log = matched(bridge, log, _call, _near_talk)
    more, bridge, log = matched(bridge, log, _call, _heard_late)
    pairs += more
    nameless = [talk for talk in bridge if not talk.call]
    more, nameless, log = matched(nameless, log, _talk_s, lambda a, b: _near(a.at_ms - b.at_ms, JOIN_MS))
    for ours, theirs in (*pairs, *more):
        why = _why_talk(ours, theirs, day)
        if why is not None:
            yield Discrepancy(why, ours, theirs)
    for talk in (*(talk for talk in bridge if talk.call), *nameless):
        yield _only_bridge(talk, talk.at_ms - talk.talk_s * SECOND_MS, covered)
    yield from (_only_log(talk, gaps) for talk in log)


def _why_end(ours: End, theirs: End, day: Span) -> Why | None:
    """Why two records of the same stay differ, or None when they say the same."""
    if ours.outcome is not theirs.outcome:
        if ours.outcome is Outcome.UNRESOLVED:
            return Why.UNRESOLVED
        if theirs.outcome is Outcome.UNRESOLVED:
            return Why.LOG_UNRESOLVED
        redirected = ours.outcome is Outcome.REMOVED and theirs.outcome is Outcome.ABANDONED
        return Why.REDIRECTED if redirected else Why.OTHER_OUTCOME
    if (ours.at_ms in day) is not (theirs.at_ms in day):
        return Why.DAY_EDGE if _near(ours.at_ms - theirs.at_ms, AT_MS) is not None else Why.OTHER_DAY
    if ours.hold_s != theirs.hold_s:
        # app_queue.c reads the clock once for the event and once for the log: a second may end between
        return Why.CLOCK_READ_TWICE if abs(ours.hold_s - theirs.hold_s) == 1 else Why.OTHER_SECONDS
    if ours.wait_ms != theirs.wait_ms:
        near = abs(ours.wait_ms - theirs.wait_ms) <= HOLD_TOLERANCE_MS
        return Why.WHOLE_SECONDS if near else Why.OTHER_SECONDS
    return None


def _why_talk(ours: Talk, theirs: Talk, day: Span) -> Why | None:
    if ours.transferred is not theirs.transferred:
        return Why.OTHER_OUTCOME
    if (ours.at_ms in day) is not (theirs.at_ms in day):
        return Why.DAY_EDGE
    if ours.talk_s != theirs.talk_s:
        return Why.CLOCK_READ_TWICE if abs(ours.talk_s - theirs.talk_s) == 1 else Why.OTHER_SECONDS
    return None


def _only_bridge(ours: End | Talk, began_ms: int, covered: Span) -> Discrepancy:
    if began_ms < covered.from_ms:
        return Discrepancy(Why.LOG_BEGINS, ours, None)
    return Discrepancy(Why.LOG_ENDS if ours.at_ms >= covered.until_ms else Why.ONLY_BRIDGE, ours, None)


def _only_log(theirs: End | Talk, gaps: Sequence[Gap]) -> Discrepancy:
    for gap in gaps:
        from_ms, until_ms = gap
        # the log has the start of the second, and the clocks are known to a second
        is_after = from_ms is None or theirs.at_ms >= from_ms - 2 * SECOND_MS
        if is_after and (until_ms is None or theirs.at_ms <= until_ms + SECOND_MS):
            return Discrepancy(Why.GAP, None, theirs, gap)
    return Discrepancy(Why.ONLY_LOG, None, theirs)


A = TypeVar("A", End, Talk)
B = TypeVar("B", End, Talk)


def matched(
    ours: Iterable[A],
    theirs: Iterable[B],
    key: Callable[[End | Talk], Hashable],
    distance: Callable[[A, B], int | None],
) -> tuple[list[tuple[A, B]], list[A], list[B]]:
    """Pair one to one what has the same key, the nearest first, and what is left of both.

    A key of "" or None pairs with nothing; `distance` None: these two are not the same.
    """
    left, right = list(ours), list(theirs)
    places: dict[Hashable, list[int]] = defaultdict(list)
    for place, record in enumerate(right):
        places[key(record)].append(place)
    candidates = sorted(
        (far, mine, place)
        for mine, record in enumerate(left)
        if key(record) not in ("", None)
        for place in places.get(key(record), ())
        if (far := distance(record, right[place])) is not None
    )
    used_left: set[int] = set()
    used_right: set[int] = set()
    pairs: list[tuple[A, B]] = []
    for _, mine, place in candidates:
        if mine not in used_left and place not in used_right:
            used_left.add(mine)
            used_right.add(place)
            pairs.append((left[mine], right[place]))
    return (
        pairs,
        [record for place, record in enumerate(left) if place not in used_left],
        [record for place, record in enumerate(right) if place not in used_right],
    )


def _heard_late(ours: End | Talk, theirs: End | Talk) -> int | None:
    """Events that a wire held back, and that carry no time of their own, happened when they were read."""
    late_ms = ours.at_ms - theirs.at_ms
    if not 0 <= late_ms <= LATE_MS or (isinstance(ours, Talk) and ours.hold_s != theirs.hold_s):
        return None
    return late_ms


def _near_talk(ours: Talk, theirs: Talk) -> int | None:
    """Asterisk can end one talk twice, as the agent's and as a transfer: like goes to like."""
    far = _near(ours.at_ms - theirs.at_ms, AT_MS)
    return None if far is None else far + AT_MS * (ours.transferred is not theirs.transferred)


def _near(apart_ms: int, limit_ms: int) -> int | None:
    return abs(apart_ms) if abs(apart_ms) <= limit_ms else None


def _call(record: End | Talk) -> str:
    return record.call


def _talk_s(record: End | Talk) -> int | None:
    return record.talk_s if isinstance(record, Talk) else None


def _nothing(record: End | Talk) -> bool:
    return True


R = TypeVar("R", End, Talk)


def _only(records: Iterable[Record], kind: type[R]) -> list[R]:
    return [record for record in records if isinstance(record, kind)]
