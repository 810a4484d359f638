"""From changes of severity to firings: one row an alarm, from its rise to its end. Pure.

Times come in ms of the bridge's steady clock and go out by the wall's: `shift_ms` is what to add, as known just then.
With each change a row is written whole, so a wall clock that was corrected meanwhile leaves no firing that is too long.
"""

from __future__ import annotations

from collections.abc import Iterable

from host_bridge.alarms import Change
from host_bridge.history.entries import CLEARED, GONE, UNKNOWN, Firing

MOST_STEPS = 200  # of one firing: what goes between warn and critical all day is told by its first


class Firings:
    """What fires. `started` is that of this run of the bridge."""

    def __init__(self, started: int) -> None:
        self._started = started
        self._number = 0
        self._open: dict[tuple[str, str], Firing] = {}  # in ms of the bridge's clock

    def take(self, changes: Iterable[Change], shift_ms: int, *, gone: bool = False) -> list[Firing]:
        """Rows to be kept for these changes. `gone`: what has ended did because its queue or its rule is no more."""
        rows = []
        for at_ms, queue, rule, severity in changes:
            before = self._open.get((queue, rule))
            if before is None:
                if not severity:
                    continue
                self._number += 1
                before = Firing(self._started, self._number, queue, rule, severity, at_ms, None, "", ())
            steps = before.steps
            if len(steps) < MOST_STEPS or not severity:
                steps = (*steps, (at_ms, severity))
            row = before._replace(severity=max(before.severity, severity), steps=steps)
            if severity:
                self._open[queue, rule] = row
            else:
                self._open.pop((queue, rule), None)
                row = row._replace(until_ms=at_ms, end=GONE if gone else CLEARED)
            rows.append(_shifted(row, shift_ms))
        return rows

    def stop(self, now_ms: int, shift_ms: int) -> list[Firing]:
        """The bridge ends: what becomes of what still fires, nobody will know."""
        rows = [_shifted(row._replace(until_ms=now_ms, end=UNKNOWN), shift_ms) for row in self._open.values()]
        self._open.clear()
        return rows


def _shifted(row: Firing, by_ms: int) -> Firing:
    return row._replace(
        from_ms=row.from_ms + by_ms,
        until_ms=None if row.until_ms is None else row.until_ms + by_ms,
        steps=tuple((at_ms + by_ms, severity) for at_ms, severity in row.steps),
    )
