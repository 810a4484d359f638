"""When the PBX or the broker was lost: one row an outage that is worth telling. Pure; clocks as in firings.py."""

from __future__ import annotations

from host_bridge.history.entries import Outage

LEAST_MS = 3_000  # a shorter one no board shows: it keeps calling figures live for 6 s


class Outages:
    """What is lost now. `started` is that of this run of the bridge."""

    def __init__(self, started: int) -> None:
        self._started = started
        self._number = 0
        self._open: dict[str, tuple[int, str]] = {}  # what → since when, why
        self._told: dict[str, int] = {}  # what → number of its row

    def take(self, what: str, why: str | None, now_ms: int, shift_ms: int) -> list[Outage]:
        """`what` is lost, and why ("" when that is not known), or it is there: None. Rows to be kept."""
        if why is None:
            return self._end(what, now_ms, shift_ms)
        since_ms, before = self._open.get(what, (now_ms, ""))
        self._open[what] = (since_ms, before or why)
        return []

    def tick(self, now_ms: int, shift_ms: int) -> list[Outage]:
        """Rows of those that have lasted long enough to be told while they last."""
        rows = []
        for what, (since_ms, why) in self._open.items():
            if what not in self._told and now_ms - since_ms >= LEAST_MS:
                self._number += 1
                self._told[what] = self._number
                rows.append(Outage(self._started, self._number, what, why, since_ms + shift_ms, None))
        return rows

    def stop(self, now_ms: int, shift_ms: int) -> list[Outage]:
        """The bridge ends: so far they lasted at least."""
        return [row for what in list(self._open) for row in self._end(what, now_ms, shift_ms)]

    def _end(self, what: str, now_ms: int, shift_ms: int) -> list[Outage]:
        if what not in self._open:
            return []
        since_ms, why = self._open.pop(what)
        number = self._told.pop(what, None)
        if number is None:
            if now_ms - since_ms < LEAST_MS:
                return []
            self._number = number = self._number + 1
        return [Outage(self._started, number, what, why, since_ms + shift_ms, now_ms + shift_ms)]
