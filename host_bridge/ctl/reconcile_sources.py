"""What `reconcile` reads: queue_log files and the bridge's journal, as records by queue in ms of the PBX's clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from host_bridge.journal import JournalError, read_day, read_gaps
from host_bridge.pbx.queue_log_history import NO_PACKED_DATA, unpacked
from host_bridge.pbx.queue_log_lines import LINE_BYTES, LogLine, parse_line, split_lines
from host_bridge.truth.log_fold import LogFold
from host_bridge.truth.outcomes import Record
from host_bridge.truth.reconcile_pairs import Gap, Span

_READ_BYTES = LINE_BYTES + 1  # one more, so that a line cut here is too long to be understood


class SourceError(OSError):
    """A file that cannot be used; one clear line."""


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
    for place, path in enumerate(paths):
        if any(path.resolve() == other.resolve() for other in paths[:place]):
            raise SourceError(f"{path}: named twice, its calls would count twice")
    fold, reading = LogFold(), _Reading(around)
    for path in sorted(paths, key=_first_second):
        fold.apply(reading.lines(path))
    if reading.first_s is None or reading.last_s is None:
        raise SourceError(
            f"{', '.join(map(str, paths))}: no line in it is one of queue_log, expected epoch|call|queue|…"
        )
    records: dict[str, list[Record]] = {queue: [] for queue in reading.queues}
    for end in fold.ends():
        records.setdefault(end.queue, []).append(end)
    for talk in fold.talks():
        records.setdefault(talk.queue, []).append(talk)
    return LogDays(records, Span(reading.first_s * 1000, (reading.last_s + 1) * 1000), reading.dropped)


class _Reading:
    """What is noted about the lines on their way into the fold."""

    def __init__(self, around: Span) -> None:
        self._around = around
        self.queues: dict[str, None] = {}
        self.first_s: int | None = None
        self.last_s: int | None = None
        self.dropped = 0

    def lines(self, path: Path) -> Iterator[LogLine]:
        for raw in _raw_lines(path):
            line = parse_line(raw)
            if line is None:
                self.dropped += bool(raw.strip(b"\0 \t\r\n"))  # a power cut leaves NUL bytes
                continue
            self.first_s = line.at_s if self.first_s is None else min(self.first_s, line.at_s)
            self.last_s = line.at_s if self.last_s is None else max(self.last_s, line.at_s)
            if line.event == "ENTERQUEUE":
                self.queues[line.queue] = None
            if line.at_s * 1000 in self._around:
                yield line


def _first_second(path: Path) -> int:
    """When the file begins; one without any line of queue_log is the last."""
    lines = (parse_line(raw) for raw in _raw_lines(path))
    return next((line.at_s for line in lines if line is not None), 1 << 62)


def _raw_lines(path: Path) -> Iterator[bytes]:
    """The file's lines; of one that is too long only the start, which is no line of queue_log."""
    count = 0
    try:
        with path.open("rb") as plain:
            begin = plain.read(_READ_BYTES)
            plain.seek(0)
            file = unpacked(plain, begin)
            while raw := file.readline(_READ_BYTES):
                count += 1
                yield from split_lines(raw)
                while len(raw) == _READ_BYTES and not raw.endswith(b"\n"):
                    raw = file.readline(_READ_BYTES)
    except NO_PACKED_DATA as error:
        raise SourceError(f"{path}: damaged packed data after line {count}: {error}") from None
    except OSError as error:
        if error.errno is None:  # gzip and bz2 have no class of their own for it
            raise SourceError(f"{path}: damaged packed data after line {count}: {error}") from None
        raise SourceError(f"{path}: {error.strerror or error}") from None


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
