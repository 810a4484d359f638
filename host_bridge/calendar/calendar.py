"""Time zones, opening hours, quiet hours and the start of the day: the site's calendar, on the bridge alone.

Days off are in days_off.py.

Boards get `open`, `quiet` and `local`, so they need no time zone and no set clock. Times come in as `utc_ms`, ms since
1970 of the wall clock (not of the bridge's steady clock, which never learns that the wall clock was corrected). Times
of day are minutes since midnight as a clock on the wall shows them, 24:00 being 1440.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from config.times import CLOCK, DAY_MIN, END_OF_DAY, time_of_day
from firmware.core.spelling import did_you_mean, nearest, one_line, shown

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # datetime's weekday() counts from Monday
WEEK = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")  # as people write it down
USUAL_RANGES = ("sun-thu", "mon-fri", "mon-thu", "fri-sat", "sat-sun", "sun-sat")  # that editors offer
_HEBREW_DAYS = dict(zip("אבגדהוש", ("sun", *DAYS[:6]), strict=True)) | dict(
    zip(("ראשון", "שני", "שלישי", "רביעי", "חמישי", "שישי", "שבת"), ("sun", *DAYS[:6]), strict=True)
)
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ONE_DAY = dt.timedelta(days=1)
ANY_CASE = ("win32", "darwin")  # asia/jerusalem is the file Asia/Jerusalem there, and on the Pi none
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LOOK_AHEAD_DAYS = 8  # a week whose every day has the same hours, and one more

# What editors take, as regular expressions of any dialect; the functions below tell the rest.
_DAY = "(?:" + "|".join("".join(f"[{each.upper()}{each}]" for each in day) for day in DAYS) + ")"
DAY_RANGE = rf"\s*{_DAY}(?:[-–]{_DAY})?\s*"
_SPAN = rf"\s*{CLOCK}\s*[-–]\s*(?:{CLOCK}|{END_OF_DAY})\s*"
SPANS = f"{_SPAN}(?:,{_SPAN})*"
ZONE = "[A-Za-z][A-Za-z0-9_+/-]*"

Span = tuple[int, int]  # from (included), until (excluded), minutes since midnight; past 1440: into the next day


class Schedule(Protocol):
    """When something is so: opening hours, quiet hours. Hashable."""

    def on(self, day: dt.date) -> tuple[Span, ...]:
        """The spans that begin on this day."""


@dataclass(frozen=True)
class Week:
    """The same spans each week, those of Monday first."""

    days: tuple[tuple[Span, ...], ...]

    def on(self, day: dt.date) -> tuple[Span, ...]:
        return self.days[day.weekday()]


@dataclass(frozen=True)
class Calendar:
    """The clock on the site's wall: a time zone and when the site's day starts."""

    zone: ZoneInfo
    day_start_min: int = 0

    def local(self, utc_ms: int) -> dt.datetime:
        """What the calendar and the clock on the wall show."""
        # From whole ms, not through a float of seconds, which can round 23:59:59.999 up.
        return (EPOCH + dt.timedelta(milliseconds=utc_ms)).astimezone(self.zone)

    def local_ms(self, utc_ms: int) -> int:
        """Ms since local midnight, as the clock on the wall shows it (0 to 86,399,999)."""
        now = self.local(utc_ms)
        return ((now.hour * 60 + now.minute) * 60 + now.second) * 1000 + now.microsecond // 1000

    def date(self, utc_ms: int) -> str:
        """The local date, `2026-09-12`."""
        return self.local(utc_ms).date().isoformat()

    def day_id(self, utc_ms: int) -> int:
        """A number for the day that `today` means, which begins at day_start; it grows by one from day to day."""
        now = self.local(utc_ms)
        return now.toordinal() - (0 if self._started(now) else 1)

    def next_day_ms(self, utc_ms: int) -> int:
        """The first `utc_ms` of the next day, by day_id."""
        today = self.day_id(utc_ms)
        before, after = utc_ms, utc_ms + 26 * HOUR_MS  # the longest day has 25 hours
        while after - before > 1:
            middle = (before + after) // 2
            if self.day_id(middle) > today:
                after = middle
            else:
                before = middle
        return after

    def day_start_ms(self, utc_ms: int) -> int:
        """The first `utc_ms` of the day, by day_id."""
        today = self.day_id(utc_ms)
        before, within = utc_ms - 26 * HOUR_MS, utc_ms
        while within - before > 1:
            middle = (before + within) // 2
            if self.day_id(middle) < today:
                before = middle
            else:
                within = middle
        return within

    def closes_ms(self, hours: Schedule, utc_ms: int) -> int | None:
        """When the last of the spans ends in the day of `utc_ms`; None on a day without one.

        A span that goes on past the day's end ends with it. It looks at each minute: ask once a day.
        """
        first_ms, end_ms = self.day_start_ms(utc_ms), self.next_day_ms(utc_ms)
        for minute_ms in range(end_ms - MINUTE_MS, first_ms - 1, -MINUTE_MS):
            if self.within(hours, minute_ms):
                return minute_ms + MINUTE_MS
        return None

    def within(self, hours: Schedule, utc_ms: int) -> bool:
        """True inside one of the spans of today or of the day before. An hour that summer time repeats counts twice."""
        now = self.local(utc_ms)
        minute, today = now.hour * 60 + now.minute, now.date()
        if any(start <= minute < end for start, end in hours.on(today)):
            return True
        return any(start <= minute + DAY_MIN < end for start, end in hours.on(today - ONE_DAY))

    def next_change_ms(self, schedule: Schedule, utc_ms: int) -> int:
        """The first moment after `utc_ms` at which `within` says something else than at `utc_ms`.

        When that is not within eight days: a moment eight days from now, up to which nothing changes.
        """
        is_within = self.within(schedule, utc_ms)
        for days in (1, LOOK_AHEAD_DAYS):  # mostly it is today
            for at_ms in sorted(self._edges(schedule, utc_ms, days)):
                if utc_ms < at_ms <= utc_ms + days * DAY_MS and self.within(schedule, at_ms) != is_within:
                    return at_ms
        return utc_ms + LOOK_AHEAD_DAYS * DAY_MS

    def _edges(self, schedule: Schedule, utc_ms: int, days: int) -> set[int]:
        """Every moment of the `days` after `utc_ms` at which `within` may change, and some more."""
        today = self.local(utc_ms).date()
        found: set[int] = set()
        for day in (today + ONE_DAY * number for number in range(-1, days + 2)):  # a night may have begun yesterday
            midnight = dt.datetime.combine(day, dt.time(), self.zone)
            for minute in {minute for span in schedule.on(day) for minute in span}:
                wall = midnight + dt.timedelta(minutes=minute)  # by the clock on the wall: both hours of a repeated one
                found.update(_utc_ms(wall.replace(fold=fold)) for fold in (0, 1))
        for from_ms in range(utc_ms, utc_ms + days * DAY_MS, DAY_MS):  # where the wall's clock is put on or back
            before_ms, after_ms = from_ms, from_ms + DAY_MS
            offset = self.local(before_ms).utcoffset()
            if self.local(after_ms).utcoffset() == offset:
                continue
            while after_ms - before_ms > 1:
                middle_ms = (before_ms + after_ms) // 2
                if self.local(middle_ms).utcoffset() == offset:
                    before_ms = middle_ms
                else:
                    after_ms = middle_ms
            found.add(after_ms)
        return found

    def _started(self, now: dt.datetime) -> bool:
        start = now.replace(
            hour=self.day_start_min // 60, minute=self.day_start_min % 60, second=0, microsecond=0, fold=0
        )
        instant = start.astimezone(dt.UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) == start.replace(tzinfo=None):
            return now.astimezone(dt.UTC) >= instant  # not by the wall: the end of summer time shows 01:30 twice
        return now.replace(tzinfo=None) >= start.replace(tzinfo=None)  # this day skips it: begin after the gap


def _utc_ms(local: dt.datetime) -> int:
    return (local.astimezone(dt.UTC) - EPOCH) // dt.timedelta(milliseconds=1)


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises ValueError with the nearest right name."""
    try:
        if sys.platform in ANY_CASE and name not in available_timezones():
            raise ZoneInfoNotFoundError(name)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
        if not known:
            raise ValueError("this machine has no time zone data: install its package tzdata") from None
        # Etc/GMT+2 is two hours behind, and EST not what somebody means who writes IST.
        places = sorted(each for each in known if not re.search(r"^Etc/|\d|^...$", each))
        city = [each for each in places if each.rpartition("/")[2].lower() == name.strip().lower().replace(" ", "_")]
        hint = f"; did you mean '{min(city)}'?" if city else did_you_mean(name, places)
        raise ValueError(f"{one_line(name, 60)!r} is no time zone, expected a name like Asia/Jerusalem{hint}") from None


def day_start(text: str) -> int:
    """Minutes since midnight of the moment when a day begins, 00:00 to 23:59. Raises ValueError."""
    minutes = time_of_day(text)
    if minutes == DAY_MIN:
        raise ValueError(f"{text!r} is the day's end, expected HH:MM from 00:00 to 23:59; did you mean '00:00'?")
    return minutes


def spans(text: str) -> tuple[Span, ...]:
    """`08:00-18:00`, or several with commas between. One that ends before it begins ends on the next day."""
    found: list[Span] = []
    for part in text.split(","):
        start_text, dash, end_text = part.replace("–", "-").partition("-")
        if not dash:
            raise ValueError(f"{shown(text)} is no span of time, expected one like 08:00-18:00")
        start, end = time_of_day(start_text), time_of_day(end_text)
        if start in (end, DAY_MIN):
            raise ValueError(
                f"{shown(text)} is an empty span, expected one like 08:00-18:00; the whole day is 00:00-24:00"
            )
        found.append((start, end if end > start else end + DAY_MIN))
    return tuple(sorted(found))


def day_range(text: str) -> tuple[int, ...]:
    """The weekdays of `fri` or `sun-thu` (0 is Monday), in order. Raises ValueError with the nearest right name."""
    first, dash, last = text.strip().lower().replace("–", "-").partition("-")
    for name in (first, last) if dash else (first,):
        if name not in DAYS:
            days = f"expected {', '.join(DAYS)} or a range like sun-thu"
            meant = "-".join(filter(None, map(_day_meant, (first, last) if dash else (first,))))
            hint = f"; did you mean '{meant}'?" if meant and ("-" in meant) == bool(dash) else ""
            raise ValueError(f"unknown day {shown(name)}, {days}{hint}")
    start, end = DAYS.index(first), DAYS.index(last if dash else first)
    return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))


def _day_meant(name: str) -> str | None:
    """The day of `Sunday`, `sunn` or `א׳`."""
    name = name.strip().strip("'׳’")
    return _HEBREW_DAYS.get(name.removeprefix("יום ")) or (name if name in DAYS else nearest(name[:3], DAYS))


def week(days: dict[str, tuple[Span, ...]]) -> Week:
    """The week of {"sun-thu": spans, …}. Raises ValueError when a day is given twice."""
    found: dict[int, tuple[Span, ...]] = {}
    for name, day_spans in days.items():
        for day in day_range(name):
            if day in found:
                other = next(each for each in days if day in day_range(each))
                raise ValueError(f"the day {DAYS[day]} is in {other!r} already, expected each day once")
            found[day] = day_spans
    return Week(tuple(found.get(day, ()) for day in range(7)))


def every_day(day_spans: tuple[Span, ...]) -> Week:
    """The same spans on each day."""
    return Week((day_spans,) * 7)
