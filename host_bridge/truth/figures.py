"""What ended in a queue's window, counted: the figures that rest on ends, not on who waits now.

The window is today, or the last so many seconds. Whole seconds of hold time are kept as a histogram, so that
a limit may be changed at any time and the share is exact for all of the window.
"""

from __future__ import annotations

from collections import Counter, deque

from host_bridge.truth.outcomes import End, Outcome, Talk
from host_bridge.truth.service_level import Counts, ServiceLevel

# a ghost's wait is not known, and a rejected caller had none
_NO_WAIT = (Outcome.UNRESOLVED, Outcome.REJECTED)
_OFFERED = tuple(outcome for outcome in Outcome if outcome is not Outcome.REJECTED)


class Tally:
    """The ends and talks in one queue's window."""

    def __init__(self, window_ms: int | None) -> None:
        """`window_ms`: the length of a rolling window, or None for today: a new day is a new tally."""
        self.window_ms = window_ms
        self._samples: deque[End | Talk] = deque()  # of a rolling window only
        self._longest: deque[tuple[int, int]] = deque()  # (at_ms, wait_ms), waits falling: the first is the longest
        self._ends: Counter[Outcome] = Counter()
        self._holds: dict[Outcome, Counter[int]] = {outcome: Counter() for outcome in Outcome}
        self._answered_wait_ms = 0
        self._talks = 0
        self._talk_s = 0
        self._transferred = 0

    def add(self, sample: End | Talk) -> None:
        """Count what just ended; samples come in the order of their `at_ms`."""
        self._count(sample, 1)
        if isinstance(sample, End) and sample.outcome not in _NO_WAIT:
            while self._longest and self._longest[-1][1] <= sample.wait_ms:
                self._longest.pop()
            if self.window_ms is not None or not self._longest:
                self._longest.append((sample.at_ms, sample.wait_ms))
        if self.window_ms is not None:
            self._samples.append(sample)

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

    def figures(self, level: ServiceLevel) -> dict[str, int]:
        """The figures of DESIGN section 5 that rest on ends; one that is not known is absent."""
        ends = self._ends
        sla, sla_of = level.of(self.counts(level))
        figures = {
            "sla_target": level.target_permille,
            "sla_of": sla_of,
            "offered": sum(ends[outcome] for outcome in _OFFERED),
            "short_abandoned": self._below(Outcome.ABANDONED, level.short_abandon_s),
            "transferred": self._transferred,
        }
        for outcome in Outcome:
            figures[outcome.value] = ends[outcome]
        if sla is not None:
            figures["sla"] = sla
        if ends[Outcome.ANSWERED]:
            figures["avg_wait_ms"] = self._answered_wait_ms // ends[Outcome.ANSWERED]
        if self._longest:
            figures["longest_ms"] = self._longest[0][1]
        if self._talks:
            figures["aht_ms"] = self._talk_s * 1000 // self._talks
        return figures

    def counts(self, level: ServiceLevel) -> Counts:
        """What the formulas rest on."""
        within_s = level.answer_within_s + 1
        return Counts(
            answered=self._ends[Outcome.ANSWERED],
            answered_in=self._below(Outcome.ANSWERED, within_s),
            abandoned=self._ends[Outcome.ABANDONED],
            abandoned_in=self._below(Outcome.ABANDONED, within_s),
            abandoned_short=self._below(Outcome.ABANDONED, level.short_abandon_s),
            overflowed=self._ends[Outcome.OVERFLOWED],
            overflowed_in=self._below(Outcome.OVERFLOWED, within_s),
            exited=self._ends[Outcome.EXITED],
        )

    def _below(self, outcome: Outcome, limit_s: int) -> int:
        """Ends of this outcome with fewer than `limit_s` seconds of hold time."""
        holds = self._holds[outcome]
        if limit_s < len(holds):
            return sum(holds[hold_s] for hold_s in range(limit_s))
        return sum(n for hold_s, n in holds.items() if hold_s < limit_s)

    def _count(self, sample: End | Talk, sign: int) -> None:
        if isinstance(sample, Talk):
            self._talks += sign
            self._talk_s += sign * sample.talk_s
            self._transferred += sign * sample.transferred
            return
        self._ends[sample.outcome] += sign
        self._holds[sample.outcome][sample.hold_s] += sign
        if sample.outcome is Outcome.ANSWERED:
            self._answered_wait_ms += sign * sample.wait_ms
