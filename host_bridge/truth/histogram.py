"""Whole numbers counted, and how many of them are below a limit, which is kept up for the limits that are asked for."""

from __future__ import annotations

_MOST_LIMITS = 8  # of one histogram: thresholds that change leave theirs behind


class Histogram:
    """How often which number was counted. A number may be counted out again, with a negative `times`."""

    __slots__ = ("_below", "_times", "total")

    def __init__(self) -> None:
        self.total = 0
        self._times: dict[int, int] = {}
        self._below: dict[int, int] = {}  # by limit

    def count(self, number: int, times: int) -> None:
        """Count a number so many times."""
        self.total += times
        self._times[number] = self._times.get(number, 0) + times
        for limit in self._below:
            if number < limit:
                self._below[limit] += times

    def below(self, limit: int) -> int:
        """How many are below the limit."""
        found = self._below.get(limit)
        if found is None:
            if len(self._below) >= _MOST_LIMITS:
                self._below.clear()
            found = self._below[limit] = sum(times for number, times in self._times.items() if number < limit)
        return found
