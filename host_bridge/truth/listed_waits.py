"""Which of a call's waits a list has named, of those that queue_log tells.

A caller may leave a queue and enter it again while nobody looks. The first list after a gap names one wait, with the
second of its join; queue_log tells all of them, perhaps one that began after the list already. So what the log says
of the waits before that one was missed, and what it says of that one and of those after it comes as events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from host_bridge.truth.outcomes import End
from host_bridge.truth.stay import Stage, Stay

NEAR_MS = 2_000  # of a PBX that does not tell its clock a list is a second early to two late against the log's second
APART_MS = 1_200  # a list may take a join's second for the one after: so much later is another wait
CLOCK_MS = 100  # how far a Join's own time, as it was read, may be before the second that it was in by the log

Waiting = Iterable[tuple[str, str, int]]
"""Queue, call and join time of those who wait by queue_log."""


class ListedWaits:
    """Of each stay that a list after a gap has named: when that wait began by queue_log, in ms."""

    def __init__(self, stays: Iterable[Stay], ends: Iterable[End], waiting: Waiting) -> None:
        """What the log tells all in ms of the bridge's clock."""
        joins: dict[tuple[str, str], list[int]] = defaultdict(list)
        for end in ends:
            joins[end.queue, end.call].append(end.joined_ms)
        for queue, call, joined_ms in waiting:
            joins[queue, call].append(joined_ms)
        self._of: dict[Stay, int] = {}
        for stay in stays:
            if stay.listed_join_ms is not None and stay.stage is not Stage.GONE:
                began_ms = _nearest(joins.get((stay.queue, stay.joined_as), ()), stay.listed_join_ms)
                if began_ms is not None:
                    self._of[stay] = began_ms
                    self._correct(stay, began_ms, joins[stay.queue, stay.joined_as])

    def is_told_by_events(self, stay: Stay, end: End) -> bool | None:
        """Whether this end is that of the wait which was listed, or of a later one; None: the log has not got it."""
        began_ms = self._of.get(stay)
        return None if began_ms is None else end.joined_ms >= began_ms

    @staticmethod
    def _correct(stay: Stay, began_ms: int, joins: list[int]) -> None:
        """A caller who left in the gap and came back soon looks in a list like one who stayed; the log saw both."""
        own_ms = max((each for each in joins if each <= stay.joined_ms + CLOCK_MS), default=None)
        if own_ms is None:
            own_ms = stay.joined_ms if began_ms - stay.joined_ms >= APART_MS else began_ms
        if own_ms < began_ms:
            stay.joined_ms = began_ms


def _nearest(joins: Iterable[int], at_ms: int) -> int | None:
    nearest = min(joins, key=lambda each: abs(each - at_ms), default=None)
    return nearest if nearest is not None and abs(nearest - at_ms) < NEAR_MS else None
