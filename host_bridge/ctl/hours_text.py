"""Opening hours as people read them, and as JSON. Names of holidays stand last on a line: some read right to left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from firmware.core.printable import one_line
from host_bridge.boards.words import listed
from host_bridge.calendar.calendar import DAYS, ONE_DAY, WEEK, Schedule, Span
from host_bridge.ctl.hours_days import Hours, Special, on, specials
from host_bridge.thresholds import Thresholds

MOST_NAMED = 8
_WORDS = {"holiday": "", "eve": "the day before ", "date": "closed by its date"}


def lines(limits: Thresholds, every: list[Hours], utc_ms: int, span: tuple[dt.date, dt.date]) -> Iterator[str]:
    """All of the output."""
    now = _local(limits, utc_ms)
    yield f"{limits.calendar.zone.key}, now {now:%A %Y-%m-%d %H:%M}"
    for hours in every:
        yield ""
        names = listed([one_line(name, 60) for name in hours.names], MOST_NAMED)
        yield f"{names}: {_state(limits, hours.schedule, utc_ms)}"
        today = now.date()
        for number, name in enumerate(WEEK):
            day = today + ONE_DAY * (number - (today.weekday() + 1) % 7)
            special = next(specials(hours.schedule, day, day), None)
            mark = ">" if day == today else " "
            yield f"{mark} {name.title()} {day}  {_row(on(hours.schedule, day), special)}".rstrip()
        found = list(specials(hours.schedule, *span))
        if found:
            yield f"  other days than the week's, {span[0]} to {span[1]}:"
        for each in found:
            yield f"  {DAYS[each.day.weekday()].title()} {each.day}  {_row(each.spans, each)}"


def as_json(limits: Thresholds, every: list[Hours], utc_ms: int, span: tuple[dt.date, dt.date]) -> dict[str, Any]:
    """The same for programs; spans are pairs of HH:MM, the end of one that goes past midnight beyond 24:00."""
    today = _local(limits, utc_ms).date()
    sunday = today - ONE_DAY * ((today.weekday() + 1) % 7)
    return {
        "timezone": limits.calendar.zone.key,
        "now": _local(limits, utc_ms).isoformat(timespec="seconds"),
        "hours": [
            {
                "queues": list(hours.names),
                "open": _is_open(limits, hours.schedule, utc_ms),
                "week": [
                    {"day": day.isoformat(), "spans": _pairs(on(hours.schedule, day))}
                    for day in (sunday + ONE_DAY * number for number in range(7))
                ],
                "days": [
                    {
                        "day": each.day.isoformat(),
                        "kind": each.kind,
                        "name": each.name or None,
                        "spans": _pairs(each.spans),
                        "usual": _pairs(each.usual),
                    }
                    for each in specials(hours.schedule, *span)
                ],
            }
            for hours in every
        ],
    }


def _row(spans: tuple[Span, ...], special: Special | None) -> str:
    what = _spans(spans)
    if special is None:
        return what
    as_ever = "" if special.usual else f"(as every {DAYS[special.day.weekday()].title()}) "
    return f"{what:12}  {as_ever}{_WORDS[special.kind]}{one_line(special.name, 80)}"


def _state(limits: Thresholds, schedule: Schedule | None, utc_ms: int) -> str:
    if schedule is None:
        return "always open"
    now = "open" if _is_open(limits, schedule, utc_ms) else "closed"
    change_ms = limits.calendar.next_change_ms(schedule, utc_ms)
    if _is_open(limits, schedule, change_ms) == (now == "open"):
        return f"{now} now, and for the next eight days"
    at = _local(limits, change_ms)
    day = "" if at.date() == _local(limits, utc_ms).date() else f"{at:%A %Y-%m-%d} "
    return f"open now, until {day}{at:%H:%M}" if now == "open" else f"closed now, until {day}{at:%H:%M}"


def _is_open(limits: Thresholds, schedule: Schedule | None, utc_ms: int) -> bool:
    return schedule is None or limits.calendar.within(schedule, utc_ms)


def _local(limits: Thresholds, utc_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(utc_ms / 1000, limits.calendar.zone)


def _spans(spans: tuple[Span, ...]) -> str:
    def clock(minute: int) -> str:
        return f"{minute // 60:02}:{minute % 60:02}" if minute <= 1440 else f"{clock(minute - 1440)} of the next day"

    return ", ".join(f"{clock(start)}-{clock(end)}" for start, end in spans) or "closed"


def _pairs(spans: tuple[Span, ...]) -> list[list[str]]:
    return [[f"{minute // 60:02}:{minute % 60:02}" for minute in each] for each in spans]
