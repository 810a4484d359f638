"""Which queues share which opening hours, and the days on which these are not the week's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from host_bridge.calendar.calendar import ONE_DAY, Schedule, Span
from host_bridge.calendar.days_off import Opening
from host_bridge.thresholds import Thresholds
from host_bridge.truth.windows import ALL

OTHERS = "all other queues"
WHOLE_DAY: Span = (0, 1440)


class Hours(NamedTuple):
    """Opening hours and who has them: names of queues, @names of groups. `schedule` None: always open."""

    names: tuple[str, ...]
    schedule: Schedule | None


class Special(NamedTuple):
    """A day that is not like its weekday, or is a holiday all the same.

    `kind`: "holiday", "eve" (of the holiday `name`) or "date" (one of `closed`). `usual`: what the week has.
    """

    day: dt.date
    kind: str
    name: str
    spans: tuple[Span, ...]
    usual: tuple[Span, ...]


def plan(limits: Thresholds) -> list[Hours]:
    """Each set of hours once, that of the file first."""
    names: dict[Schedule | None, list[str]] = {limits.others.hours: []}
    for name, queue in limits.queues.items():
        names.setdefault(queue.hours, []).append(name)
    for name, group in limits.groups.items():
        if not (name == ALL and group.any_open):  # which is open while any of its queues is
            names.setdefault(group.hours, []).append(f"@{name}")
    names[limits.others.hours].append(OTHERS)
    return [Hours(tuple(found), hours) for hours, found in names.items()]


def on(schedule: Schedule | None, day: dt.date) -> tuple[Span, ...]:
    """The hours that begin on this day."""
    return (WHOLE_DAY,) if schedule is None else schedule.on(day)


def specials(schedule: Schedule | None, first: dt.date, last: dt.date) -> Iterator[Special]:
    """The days from `first` to `last` that the calendar takes for another than their weekday."""
    if not isinstance(schedule, Opening):
        return
    day = first
    while day <= last:
        usual, spans = schedule.week.on(day), schedule.on(day)
        if name := schedule.holiday(day):
            yield Special(day, "holiday", name, spans, usual)
        elif day in schedule.closed:
            yield Special(day, "date", "", spans, usual)
        elif spans != usual:
            yield Special(day, "eve", schedule.holiday(day + ONE_DAY), spans, usual)
        day += ONE_DAY
