"""What is not on the disk yet: bounded, put by the event loop and taken by the writer's thread."""

from __future__ import annotations

import threading
from typing import NamedTuple

from host_bridge.journal.batch import Batch
from host_bridge.truth.live import Live
from host_bridge.truth.outcomes import Record

MAX_ROWS = 50_000  # records kept while nothing can be written: a busy day of a large site, some 20 MB
MAX_DAYS = 10_000  # lines of queues' days
MAX_GAPS = 1_000
NEAR_MS = 60_000  # records given up this near to each other are one gap

Gap = tuple[int, int]
"""From and until, ms of the PBX's clock."""


class Open(NamedTuple):
    """What was open at an instant of the bridge's clock; `shift_ms` as in Batch, `clock_ms`: PBX minus wall."""

    live: Live
    at_ms: int
    shift_ms: int
    clock_ms: int


class Work(NamedTuple):
    """What one transaction writes: with it the file is in the state of one instant again."""

    rows: dict[int, tuple[Record, int]]  # by row number: the record in the bridge's clock, and the way to the PBX's
    open: Open | None
    seen_ms: int | None  # by the PBX's clock
    gaps: list[Gap]
    days: dict[tuple[str, str], tuple[dict[str, int], int]]  # by day and queue: figures, and when by the PBX's clock

    @property
    def at_ms(self) -> int | None:
        """Of which instant of the bridge's clock all is in; None when it does not say."""
        return self.open.at_ms if self.open else None


class Backlog:
    """Every method may be called by any thread, and none of them waits for a disk."""

    def __init__(self) -> None:
        self.dropped = 0  # records and lines of days that never got to the disk
        self._lock = threading.Lock()
        self._work = _nothing()
        self._is_news = False
        self._seen_ms: int | None = None
        self._is_gap = True  # nobody looked before the first batch that is `seen`

    def resume(self, seen_ms: int | None) -> None:
        """Until when an earlier run had seen everything, by the PBX's clock."""
        self._seen_ms = seen_ms

    @property
    def is_noticed(self) -> bool:
        """Whether the writer has looked since the last put."""
        return not self._is_news

    def notice(self) -> None:
        """The writer looked."""
        self._is_news = False

    def put(self, batch: Batch, wall_ms: int) -> None:
        """Add a batch; `wall_ms` is this machine's wall clock at its `at_ms`."""
        with self._lock:
            work = self._work
            for row, record in batch.rows:
                work.rows[row] = (record, batch.shift_ms)
            pbx_ms = batch.at_ms + batch.shift_ms
            self._work = work._replace(
                open=Open(batch.live, batch.at_ms, batch.shift_ms, pbx_ms - wall_ms), seen_ms=self._see(batch, pbx_ms)
            )
            self._bound()
            self._is_news = True

    def put_day(self, day: str, queue: str, figures: dict[str, int], pbx_ms: int) -> None:
        """Add the figures of a queue's day; later ones of the same day and queue replace them."""
        with self._lock:
            self._work.days[day, queue] = (dict(figures), pbx_ms)
            self._bound()
            self._is_news = True

    def take(self) -> Work | None:
        """All of it, for one transaction; None when there is nothing."""
        with self._lock:
            work, self._work = self._work, _nothing()
            return work if work.open or work.rows or work.days else None

    def give_back(self, work: Work) -> None:
        """It could not be written; what was put meanwhile is newer."""
        with self._lock:
            newer = self._work
            self._work = Work(
                {**work.rows, **newer.rows},
                newer.open or work.open,
                newer.seen_ms if newer.seen_ms is not None else work.seen_ms,
                [*work.gaps, *newer.gaps],
                {**work.days, **newer.days},
            )
            self._bound()

    def _see(self, batch: Batch, pbx_ms: int) -> int | None:
        """Until when everything is in; what lies between two such times is a gap."""
        if not batch.seen:
            self._is_gap = True
            return self._seen_ms
        if self._is_gap:
            self._is_gap = False
            from_ms = self._seen_ms or 0
            if from_ms < pbx_ms:
                self._work.gaps.append((from_ms, pbx_ms))
        self._seen_ms = pbx_ms
        return pbx_ms

    def _bound(self) -> None:
        """Give up the oldest beyond the limits; that they are missing is noted as a gap."""
        rows, gaps, days = self._work.rows, self._work.gaps, self._work.days
        while len(rows) > MAX_ROWS:
            record, shift_ms = rows.pop(next(iter(rows)))
            self.dropped += 1
            at_ms = record.at_ms + shift_ms
            if gaps and gaps[0][0] <= at_ms <= gaps[0][1] + NEAR_MS:
                gaps[0] = (gaps[0][0], max(gaps[0][1], at_ms + 1))
            else:
                gaps.insert(0, (at_ms, at_ms + 1))
        while len(days) > MAX_DAYS:
            del days[next(iter(days))]
            self.dropped += 1
        while len(gaps) > MAX_GAPS:
            until_ms = gaps.pop()[1]
            gaps[-1] = (gaps[-1][0], until_ms)


def _nothing() -> Work:
    return Work({}, None, None, [], {})
