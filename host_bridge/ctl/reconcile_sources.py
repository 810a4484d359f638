"""What `reconcile` reads: queue_log files and the bridge's journal, as records by queue in ms of the PBX's clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from host_bridge.journal import JournalError, read_day, read_gaps
from host_bridge.pbx.queue_log_lines import LogLine
from host_bridge.pbx.queue_log_set import LogSet, SourceError, no_line
from host_bridge.truth.log_fold import LogFold
from host_bridge.truth.outcomes import Record
from host_bridge.truth.reconcile_pairs import Gap, Span

__all__ = ["JournalDay", "LogDays", "SourceError", "read_journal", "read_log"]


class LogDays(NamedTuple):
    """What queue_log tells. `records`: of every queue that it names, those around the day; `dropped`: lines."""

    records: dict[str, list[Record]]
    covered: Span
    dropped: int


class JournalDay(NamedTuple):
    """What the bridge kept, and when it did not see the PBX."""

    records: dict[str, list[Record]]
    gaps: tuple[Gap, ...]


def read_log(paths: Sequence[Path], around: Span) -> LogDays:
    """Read queue_log files, in whatever order they are named. Raises SourceError.

    Only the calls of `around` are kept, so that a year's log needs no more memory than a day's.
    """
    log, fold, reading = LogSet(paths), LogFold(), _Reading(around)
    fold.apply(reading.lines(log))
    if reading.first_s is None or reading.last_s is None:
        raise no_line(log)
    records: dict[str, list[Record]] = {queue: [] for queue in reading.queues}
    for end in fold.ends():
        records.setdefault(end.queue, []).append(end)
    for talk in fold.talks():
        records.setdefault(talk.queue, []).append(talk)
    return LogDays(records, Span(reading.first_s * 1000, (reading.last_s + 1) * 1000), log.dropped)


class _Reading:
    """What is noted about the lines on their way into the fold."""

    def __init__(self, around: Span) -> None:
        self._around = around
        self.queues: dict[str, None] = {}
        self.first_s: int | None = None
        self.last_s: int | None = None

    def lines(self, log: LogSet) -> Iterator[LogLine]:
        for line in log.lines():
            self.first_s = line.at_s if self.first_s is None else min(self.first_s, line.at_s)
            self.last_s = line.at_s if self.last_s is None else max(self.last_s, line.at_s)
            if line.event == "ENTERQUEUE":
                self.queues[line.queue] = None
            if line.at_s * 1000 in self._around:
                yield line


def read_journal(path: Path, around: Span) -> JournalDay:
    """Read what the bridge kept, while it goes on writing. Raises SourceError."""
    try:
        records = read_day(path, around.from_ms, around.until_ms)
        gaps = read_gaps(path, around.from_ms, around.until_ms)
    except JournalError as error:
        raise SourceError(str(error)) from None
    by_queue: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_queue[record.queue].append(record)
    return JournalDay(dict(by_queue), tuple(_opened(gap, around) for gap in gaps))


def _opened(gap: tuple[int, int], around: Span) -> Gap:
    """Gaps are told cut to what was asked for."""
    from_ms, until_ms = gap
    return (from_ms if from_ms > around.from_ms else None, until_ms if until_ms < around.until_ms else None)
