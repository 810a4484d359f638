"""The bridge's two clocks; the only place that asks the machine for the time."""

from __future__ import annotations

import time
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
