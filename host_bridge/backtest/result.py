"""What a back-test found. All times are ms since 1970 by the PBX's clock; queues are named by their ids on the wire."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

NOBODY = NO_FIGURE = -1  # in a Series


class Span(NamedTuple):
    """From (included) until (excluded)."""

    from_ms: int
    until_ms: int


class Firing(NamedTuple):
    """A rule that fired, from the first severity until it was calm again.

    `severity`: the highest that it reached, 1 warn, 2 critical; `steps`: when it became which, that of `from_ms` among
    them, and the end (0) unless `until_ms` is None: then it fired on when the log ended.
    """

    queue: str
    rule: str
    severity: int
    from_ms: int
    until_ms: int | None
    steps: tuple[tuple[int, int], ...]


class Day(NamedTuple):
    """One day of the site, from its day_start to the next; the first and the last one are cut to what the log covers.

    `opened`: by queue, when it was open in this day; only then can it have alarms.
    """

    date: str
    from_ms: int
    until_ms: int
    opened: Mapping[str, tuple[Span, ...]]


class RuleTest(NamedTuple):
    """A rule of a queue. `levels`: "warn", "critical"; `untested`: why the log cannot tell when it fires, or ""."""

    id: str
    levels: tuple[str, ...]
    untested: str = ""

    @property
    def tested(self) -> bool:
        """Whether its firings are known."""
        return not self.untested


class QueueTest(NamedTuple):
    """A queue, a group or the whole centre. `name`: the PBX's or the file's, "all" for the whole centre.

    `calls`: that entered it in the days of the result; `calls_of`: by date, of those days on which any did.
    """

    id: str
    name: str
    label: str
    is_group: bool
    calls: int
    rules: tuple[RuleTest, ...]
    calls_of: Mapping[str, int]


class Series(NamedTuple):
    """What a timeline of one queue in one day is drawn from: a row whenever one of the columns changes.

    The first row is at the day's beginning. `waiting`: callers; `since_ms`: when the one who waits longest joined, or
    NOBODY: between two rows the longest wait grows by itself; `sla`: in ‰, or NO_FIGURE.
    """

    queue: str
    date: str
    at_ms: array[int]
    waiting: array[int]
    since_ms: array[int]
    sla: array[int]


@dataclass(frozen=True)
class Result:
    """All that a back-test found.

    `queues` in the order of the file, then by name; `firings` by when they began; `series` by queue and day, only
    when asked for. `covered`: from the first line to the last; `lines`: that were replayed, `dropped`: that were not
    understood, or told of more callers than memory is kept for; `calls`: that entered a queue. `notes`: what a person
    should know of the log, a line each.
    """

    covered: Span
    days: tuple[Day, ...]
    queues: tuple[QueueTest, ...]
    firings: tuple[Firing, ...]
    series: tuple[Series, ...]
    lines: int
    dropped: int
    calls: int
    notes: tuple[str, ...]

    def queue(self, queue: str) -> QueueTest:
        """The queue of this id. Raises KeyError."""
        for each in self.queues:
            if each.id == queue:
                return each
        raise KeyError(queue)
