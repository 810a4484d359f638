"""The bridge's two clocks and the PBX's. All others are told the time, but for the journal's thread and its stamps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple


class Now(NamedTuple):
    """One moment on both clocks: `ms` of the bridge's steady clock, `utc_ms` since 1970 of the wall clock."""

    ms: int
    utc_ms: int


class Clock:
    """Wall time at its start and monotonic since, which never steps; and the wall clock, which may be corrected."""

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns()

    def ms(self) -> int:
        """Ms of the steady clock: what events and messages carry."""
        return (time.monotonic_ns() + self._offset_ns) // 1_000_000

    def now(self) -> Now:
        """This moment; the wall clock is for the calendar alone."""
        return Now(self.ms(), time.time_ns() // 1_000_000)


class PbxClock:
    """The clock of queue_log, of the journal and of `today`: the PBX's own, so that all agree with its reports."""

    def __init__(self, clock: Clock, asked: Callable[[], int | None]) -> None:
        """`asked`: the PBX's clock (ms since 1970) minus the bridge's, as the PBX told it, or None."""
        self._clock = clock
        self._asked = asked
        self._last_ms: int | None = None
        self.pbx_minus_wall_ms = 0
        """How far this machine's wall clock was off when the PBX was last heard; what an earlier run of us knew."""

    def shift_ms(self) -> int:
        """What to add to ms of the bridge's clock; before the PBX told its time, by the wall clock."""
        told_ms = self._asked()
        if told_ms is not None:
            self._last_ms = told_ms
        if self._last_ms is not None:
            return self._last_ms
        now = self._clock.now()
        return now.utc_ms - now.ms + self.pbx_minus_wall_ms
