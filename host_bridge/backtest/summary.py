"""What a back-test comes to: for each rule how often, for how long, how much of it shorter than a glance.

An alarm is one firing: from calm until calm again, whatever its severity did meanwhile. It counts as critical when it
was that at any time, else as a warning, so the two add up. All times are ms, shares permille of the opening hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from firmware.core.rules import CRITICAL

GLANCE_MS = 10_000  # a shorter alarm is over before anybody has looked up
HOUR_MS = 3_600_000


class Alarm(NamedTuple):
    """A firing. `until_ms`: where the log ends when it still fires there, and so has not `ended`.

    `steps`: (at_ms, severity) of each change, the first at `from_ms`.
    """

    rule: str
    severity: int
    from_ms: int
    until_ms: int
    steps: tuple[tuple[int, int], ...]
    ended: bool = True

    @property
    def length_ms(self) -> int:
        """How long it fired, at whatever severity."""
        return self.until_ms - self.from_ms

    @property
    def critical_ms(self) -> int:
        """How long of it was critical."""
        ends = [at_ms for at_ms, _ in self.steps[1:]] + [self.until_ms]
        spans = zip(self.steps, ends, strict=True)
        return sum(max(0, min(end, self.until_ms) - at_ms) for (at_ms, severity), end in spans if severity == CRITICAL)


@dataclass(frozen=True)
class Tally:
    """Alarms, counted. `days` and `open_ms`: how many days had opening hours, and their length."""

    warn: int
    critical: int
    alarm_ms: int
    critical_ms: int
    longest: Alarm | None
    glances: int
    days: int
    open_ms: int

    @property
    def alarms(self) -> int:
        """All of them."""
        return self.warn + self.critical

    @property
    def per_day(self) -> float:
        """Alarms a day that has opening hours."""
        return self.alarms / self.days if self.days else 0.0

    @property
    def critical_per_day(self) -> float:
        """… those that became critical."""
        return self.critical / self.days if self.days else 0.0

    @property
    def per_hour(self) -> float:
        """Alarms an hour of opening time."""
        return self.alarms * HOUR_MS / self.open_ms if self.open_ms else 0.0

    @property
    def share_permille(self) -> int:
        """Of the opening hours, how much was in alarm. Past them only `hold` goes on, which no share counts twice."""
        return min(1000, self.alarm_ms * 1000 // self.open_ms) if self.open_ms else 0

    @property
    def glance_permille(self) -> int:
        """Of the alarms, how many were shorter than a glance."""
        return self.glances * 1000 // self.alarms if self.alarms else 0


def tally(alarms: Sequence[Alarm], days: int, open_ms: int) -> Tally:
    """Count the alarms of one rule."""
    critical = sum(each.severity >= CRITICAL for each in alarms)
    return Tally(
        warn=len(alarms) - critical,
        critical=critical,
        alarm_ms=sum(each.length_ms for each in alarms),
        critical_ms=sum(each.critical_ms for each in alarms),
        longest=max(alarms, key=lambda each: each.length_ms, default=None),
        glances=sum(each.length_ms < GLANCE_MS for each in alarms),
        days=days,
        open_ms=open_ms,
    )


def together(alarms: Iterable[Alarm]) -> list[Alarm]:
    """The alarms of all rules of a queue as its tile shows them: what overlaps or touches is one."""
    merged: list[Alarm] = []
    for each in sorted(alarms, key=lambda alarm: alarm.from_ms):
        if merged and each.from_ms <= merged[-1].until_ms:
            last = merged[-1]
            merged[-1] = last._replace(
                severity=max(last.severity, each.severity),
                until_ms=max(last.until_ms, each.until_ms),
                steps=_higher(last, each),
            )
        else:
            merged.append(each._replace(rule=""))
    return merged


def _higher(one: Alarm, other: Alarm) -> tuple[tuple[int, int], ...]:
    """The steps of the higher severity of the two."""
    moments = sorted({at_ms for alarm in (one, other) for at_ms, _ in alarm.steps} | {one.until_ms, other.until_ms})
    steps: list[tuple[int, int]] = []
    for at_ms in moments:
        severity = max(_severity_at(one, at_ms), _severity_at(other, at_ms))
        if severity and (not steps or steps[-1][1] != severity):
            steps.append((at_ms, severity))
    return tuple(steps)


def _severity_at(alarm: Alarm, at_ms: int) -> int:
    if not alarm.from_ms <= at_ms < alarm.until_ms:
        return 0
    return next((severity for moment, severity in reversed(alarm.steps) if moment <= at_ms), 0)
