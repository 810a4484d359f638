"""What a bridge that reads a queue_log would have told its boards up to one instant, and for a while after it.

    told = leading_to(LogSet(paths), thresholds, at_ms, until_ms)
    for moment in told: ...                                 # raises SourceError, OutsideError

The bridge starts some hours before the day of the instant, with whoever waits by then, as one does that finds the log
already there. Times are ms of the PBX's clock, which is the bridge's here; each second's lines come with its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from host_bridge.announce.handover import still
from host_bridge.backtest.log_truth import answer, roll, truth_of
from host_bridge.backtest.replay import seconds
from host_bridge.backtest.span import NEVER_MS
from host_bridge.pbx.events import LinkUp, Snapshot
from host_bridge.pbx.queue_log_events import LONGEST_WAIT_S, LogEvents
from host_bridge.pbx.queue_log_lines import LogLine
from host_bridge.pbx.queue_log_set import LogSet, no_line
from host_bridge.thresholds import Thresholds
from host_bridge.truth.windows import ALL

_SLACK_MS = 3_600_000  # for what ends at the very edge of a window


class OutsideError(ValueError):
    """The instant is before the first line, or after the last."""

    def __init__(self, first_ms: int, last_ms: int) -> None:
        super().__init__(f"the log has lines from {first_ms} to {last_ms} alone")
        self.first_ms = first_ms
        self.last_ms = last_ms


class Moment(NamedTuple):
    """`queues`: all that the log has named by then; `changed`: the figures of those that are told anew, by name.

    Groups are called as on boards: `@service`; `@all` is the whole centre.
    """

    at_ms: int
    queues: tuple[str, ...]
    changed: dict[str, dict[str, int]]


def leading_to(log: LogSet, thresholds: Thresholds, at_ms: int, until_ms: int) -> Iterator[Moment]:
    """All moments until `until_ms`. Raises SourceError; and OutsideError when the log does not cover `at_ms`."""
    began_ms = max(0, thresholds.calendar.day_start_ms(at_ms) - _before_ms(thresholds))
    events = LogEvents()
    past: _Past | None = None
    first_ms = last_ms = None
    for second_ms, lines in seconds(log.lines()):
        first_ms = second_ms if first_ms is None else first_ms
        last_ms = second_ms
        if first_ms > at_ms:
            continue  # only to know where it ends
        if second_ms < began_ms:
            for line in lines:
                events.apply(line)
            continue
        if past is None:
            past = _Past(thresholds, events)
            yield past.begin(max(began_ms, first_ms))
        yield from past.until(min(second_ms, until_ms))
        if second_ms > until_ms:
            return
        yield past.take(second_ms, lines)
    if first_ms is None or last_ms is None:
        raise no_line(log)
    if past is None or not first_ms <= at_ms < last_ms + 1000:
        raise OutsideError(first_ms, last_ms)
    yield from past.until(until_ms)


def _before_ms(thresholds: Thresholds) -> int:
    return max(LONGEST_WAIT_S * 1000, thresholds.longest_window_ms) + _SLACK_MS


class _Past:
    """The bridge's truth as it goes on."""

    def __init__(self, thresholds: Thresholds, events: LogEvents) -> None:
        self._thresholds = thresholds
        self._events = events
        self._truth = truth_of(thresholds)
        self._groups = tuple(dict.fromkeys((*thresholds.groups, ALL)))
        self._groups_of: dict[str, list[str]] = {}
        for name, group in thresholds.groups.items():
            for queue in group.queues:
                self._groups_of.setdefault(queue, []).append(name)
        self._told: dict[str, dict[str, int]] = {}  # by name, as a board goes on counting it
        self._ends_ms = self._changes_ms = 0  # when today ends; when something opens or closes

    def begin(self, now_ms: int) -> Moment:
        """The bridge's start, with all queues and those who wait."""
        _, self._ends_ms = roll(self._truth, self._thresholds, now_ms)
        self._truth.apply(Snapshot(self._events.snapshot(), now_ms, whole=True), now_ms)
        self._truth.apply(LinkUp(now_ms), now_ms)
        return self._moment(now_ms, ())

    def until(self, at_ms: int) -> Iterator[Moment]:
        """What comes to pass by time alone before this moment."""
        while (due_ms := self._due_ms()) < at_ms:
            yield self._moment(due_ms, ())

    def take(self, now_ms: int, lines: Iterable[LogLine]) -> Moment:
        """The lines of one second."""
        return self._moment(now_ms, lines)

    def _due_ms(self) -> int:
        settle_ms = self._truth.next_ms()
        return min(self._ends_ms, self._changes_ms, NEVER_MS if settle_ms is None else settle_ms)

    def _moment(self, now_ms: int, lines: Iterable[LogLine]) -> Moment:
        truth = self._truth
        if now_ms >= self._ends_ms:
            _, self._ends_ms = roll(truth, self._thresholds, now_ms)
        for line in lines:
            for event in self._events.apply(line):
                truth.apply(event, now_ms)
        truth.settle(now_ms)
        answer(truth, self._events, now_ms)
        dirty = truth.take_dirty()
        names = dict.fromkeys(queue for queue in truth.queues if queue in dirty)
        names.update((f"@{name}", None) for queue in dirty for name in (*self._groups_of.get(queue, ()), ALL))
        if now_ms >= self._changes_ms:
            change_ms = self._thresholds.next_change_ms(now_ms)
            self._changes_ms = NEVER_MS if change_ms is None else change_ms
            names = dict.fromkeys((*truth.queues, *(f"@{name}" for name in self._groups)))
            self._told.clear()
        return Moment(now_ms, truth.queues, self._changed(names, now_ms))

    def _changed(self, names: Iterable[str], now_ms: int) -> dict[str, dict[str, int]]:
        """The figures of those that have other ones than they would have by time alone."""
        changed: dict[str, dict[str, int]] = {}
        for name in names:
            is_group = name.startswith("@")
            figures = self._truth.group_figures(name[1:], now_ms) if is_group else self._truth.figures(name, now_ms)
            stood = still(figures, now_ms)
            if self._told.get(name) != stood:
                self._told[name] = stood
                changed[name] = figures
        return changed
