"""What timelines are drawn from, noted while a day is replayed."""

from __future__ import annotations

from array import array

from host_bridge.backtest.result import NO_FIGURE, NOBODY, Series
from host_bridge.truth.figures import Shares, Waits


class Timeline:
    """A row whenever a column of a queue changes; from `from_ms` on, one day after the other."""

    def __init__(self, from_ms: int) -> None:
        self._from_ms = from_ms
        self._date = ""
        self._began_ms = 0
        self._last: dict[str, tuple[int, int, int]] = {}  # by queue: waiting, since, service level
        self._now: dict[str, Series] = {}  # today's
        self._over: list[Series] = []

    def day(self, date: str, began_ms: int) -> None:
        """Another day began."""
        self._over += self._now.values()
        self._now = {}
        self._date, self._began_ms = date, began_ms
        for queue, last in self._last.items():
            self._row(queue, began_ms, last)

    def told(self, queue: str, waits: Waits, shares: Shares, now_ms: int) -> None:
        """A queue's figures may have changed."""
        since_ms, sla = waits.since_ms, shares.sla
        now = waits.waiting, NOBODY if since_ms is None else since_ms, NO_FIGURE if sla is None else sla
        if self._last.get(queue) == now:
            return
        if queue not in self._last:
            self._row(queue, self._began_ms, (0, NOBODY, NO_FIGURE))
        self._last[queue] = now
        self._row(queue, now_ms, now)

    def series(self) -> tuple[Series, ...]:
        """All of them, by queue and day."""
        return tuple(sorted((*self._over, *self._now.values()), key=lambda each: (each.queue, each.date)))

    def _row(self, queue: str, at_ms: int, row: tuple[int, int, int]) -> None:
        if at_ms < self._from_ms:
            return
        it = self._now.get(queue)
        if it is None:
            it = self._now[queue] = Series(queue, self._date, *(array("q") for _ in range(4)))
        if it.at_ms and it.at_ms[-1] == at_ms:  # several in one ms: the last is what was seen
            for column in (it.at_ms, it.waiting, it.since_ms, it.sla):
                column.pop()
        for column, value in zip((it.at_ms, it.waiting, it.since_ms, it.sla), (at_ms, *row), strict=True):
            column.append(value)
