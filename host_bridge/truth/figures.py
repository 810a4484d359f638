"""What ended in one window, counted: the figures that rest on ends, not on who waits now.

The window is today, or the last so many seconds. Whole seconds of hold time are kept as a histogram, so that
a limit may be changed at any time and the share is exact for all of the window.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from host_bridge.truth.histogram import Histogram
from host_bridge.truth.outcomes import End, JourneyEnd, Outcome, Record, Talk
from host_bridge.truth.service_level import Counts, ServiceLevel

# a ghost's wait is not known, and a rejected caller had none
_NO_WAIT = (Outcome.UNRESOLVED, Outcome.REJECTED)
_OFFERED = tuple(outcome for outcome in Outcome if outcome is not Outcome.REJECTED)


class Shares(NamedTuple):
    """Those figures of ends that rules look at, as in `Tally.figures`; None: not known."""

    sla: int | None
    avg_wait_ms: int | None
    abandoned: int
    offered: int


class Waits(NamedTuple):
    """Who waits in a line: how many, since when the first of them, and since when the oldest caller's clock runs."""

    waiting: int
    since_ms: int | None
    clock_ms: int | None


class Tally:
    """The records in one window: of a queue, of a group or of the whole centre."""

    def __init__(self, window_ms: int | None, since_ms: int | None = None) -> None:
        """`window_ms`: the length of a rolling window, or None for today, which began at `since_ms`."""
        self.window_ms = window_ms
        self.changes = 0
        """How often `shares` may have become others."""
        self.clear(since_ms)

    def clear(self, since_ms: int | None) -> None:
        """Forget everything; of today only what ends at `since_ms` or later counts from here on."""
        self.since_ms = since_ms if self.window_ms is None else None
        self._samples: deque[Record] = deque()  # of a rolling window only, by at_ms
        # (at_ms, wait_ms), at_ms rising and waits falling: the first is the longest. Of today only that first one.
        self._longest: deque[tuple[int, int]] = deque()
        self._holds = {outcome: Histogram() for outcome in Outcome}  # by whole seconds of hold time
        self._answered_wait_ms = 0
        self._talks = 0
        self._talk_s = 0
        self._transferred = 0
        self._journeys = Histogram()  # by whole seconds of the caller's clock, begun ones too
        self._estimates = 0
        self._estimated_answered = 0
        self._estimated_abandoned = 0
        self._shares: tuple[ServiceLevel, Shares] | None = None  # as last asked for, while that holds
        self.changes += 1

    def add(self, record: Record) -> None:
        """Count what just ended, unless that was before today. Most records come in the order of their `at_ms`."""
        if self.since_ms is not None and record.at_ms < self.since_ms:
            return
        self._count(record, 1)
        if isinstance(record, End) and record.outcome not in _NO_WAIT:
            self._note_longest(record)
        if self.window_ms is not None:
            _insert(self._samples, record)

    def revise(self, old: Record, new: Record) -> bool:
        """Count `new` in the place of `old`; False: the longest wait was the old one's, so all must be counted anew."""
        if self.window_ms is not None:
            if old not in self._samples:  # fell out of the window, and what is known better with it
                return True
            self._samples.remove(old)
        elif self.since_ms is not None and old.at_ms < self.since_ms:
            return True
        self._count(old, -1)
        lost = isinstance(old, End) and (old.at_ms, old.wait_ms) in self._longest
        self.add(new)
        return not lost

    def expires_ms(self) -> int | None:
        """When the oldest sample of a rolling window falls out of it, or None."""
        if self.window_ms is None or not self._samples:
            return None
        return self._samples[0].at_ms + self.window_ms

    def expire(self, now_ms: int) -> bool:
        """Forget what fell out of a rolling window; tells whether anything did."""
        if self.window_ms is None:
            return False
        fell_out = False
        after_ms = now_ms - self.window_ms
        while self._samples and self._samples[0].at_ms <= after_ms:
            self._count(self._samples.popleft(), -1)
            fell_out = True
        while self._longest and self._longest[0][0] <= after_ms:
            self._longest.popleft()
        return fell_out

    def figures(self, level: ServiceLevel, wait_limit_ms: int | None = None) -> dict[str, int]:
        """The figures of DESIGN section 5 that rest on ends; one that is not known is absent.

        `wait_limit_ms`, whole seconds: the limit of the caller's clock, None when the site has none.
        """
        sla, sla_of = level.of(self.counts(level))
        figures = {
            "sla_target": level.target_permille,
            "sla_of": sla_of,
            "offered": self._offered(),
            "short_abandoned": self._holds[Outcome.ABANDONED].below(level.short_abandon_s),
            "transferred": self._transferred,
        }
        for outcome in Outcome:
            figures[outcome.value] = self._holds[outcome].total
        if sla is not None:
            figures["sla"] = sla
        if answered := self._holds[Outcome.ANSWERED].total:
            figures["avg_wait_ms"] = self._answered_wait_ms // answered
        if self._longest:
            figures["longest_ms"] = self._longest[0][1]
        if self._talks:
            figures["aht_ms"] = self._talk_s * 1000 // self._talks
        if wait_limit_ms is not None and (journeys := self._journeys.total):
            over = journeys - self._journeys.below(wait_limit_ms // 1000 + 1)
            figures["over_limit"] = over * 1000 // journeys
        if self._estimates:
            figures["answered"] += self._estimated_answered
            figures["abandoned"] += self._estimated_abandoned
            figures["approx"] = 1
        return figures

    def shares(self, level: ServiceLevel) -> Shares:
        """The few of them that rules look at, again and again and at little cost."""
        known = self._shares
        if known is None or known[0] is not level:
            answered = self._holds[Outcome.ANSWERED].total
            found = Shares(
                level.of(self.counts(level))[0],
                self._answered_wait_ms // answered if answered else None,
                self._holds[Outcome.ABANDONED].total + self._estimated_abandoned,
                self._offered(),
            )
            known = self._shares = level, found
        return known[1]

    def counts(self, level: ServiceLevel) -> Counts:
        """What the formulas rest on: ends whose wait is known, so no estimate."""
        within_s = level.answer_within_s + 1
        return Counts(
            answered=self._holds[Outcome.ANSWERED].total,
            answered_in=self._holds[Outcome.ANSWERED].below(within_s),
            abandoned=self._holds[Outcome.ABANDONED].total,
            abandoned_in=self._holds[Outcome.ABANDONED].below(within_s),
            abandoned_short=self._holds[Outcome.ABANDONED].below(level.short_abandon_s),
            overflowed=self._holds[Outcome.OVERFLOWED].total,
            overflowed_in=self._holds[Outcome.OVERFLOWED].below(within_s),
            exited=self._holds[Outcome.EXITED].total,
        )

    def _offered(self) -> int:
        return sum([self._holds[outcome].total for outcome in _OFFERED]) + (
            self._estimated_answered + self._estimated_abandoned
        )

    def _count(self, record: Record, sign: int) -> None:
        if isinstance(record, End):
            self._shares = None
            self.changes += 1
            self._holds[record.outcome].count(record.hold_s, sign)
            if record.outcome is Outcome.ANSWERED:
                self._answered_wait_ms += sign * record.wait_ms
        elif isinstance(record, Talk):
            self._talks += sign
            self._talk_s += sign * record.talk_s
            self._transferred += sign * record.transferred
        elif isinstance(record, JourneyEnd):
            self._journeys.count(-(-record.wait_ms // 1000), sign)
        else:
            self._shares = None
            self.changes += 1
            self._estimates += sign
            self._estimated_answered += sign * record.answered
            self._estimated_abandoned += sign * record.abandoned

    def _note_longest(self, end: End) -> None:
        """Keep this wait while it may become the longest: no later end has one as long."""
        longest, mine = self._longest, (end.at_ms, end.wait_ms)
        if self.window_ms is None:
            if not longest or longest[0][1] < end.wait_ms:
                self._longest = deque((mine,))
            return
        place = len(longest)
        while place and longest[place - 1][0] > end.at_ms:
            place -= 1
        if place < len(longest) and longest[place][1] >= end.wait_ms:
            return
        while place and longest[place - 1][1] <= end.wait_ms:
            place -= 1
            del longest[place]
        longest.insert(place, mine)


def _insert(samples: deque[Record], record: Record) -> None:
    """Into its place by at_ms. An outcome that waited for its evidence comes late, but never by much."""
    place = len(samples)
    while place and samples[place - 1].at_ms > record.at_ms:
        place -= 1
    samples.insert(place, record)
