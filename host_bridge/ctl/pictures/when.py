"""`--at`: a moment on the site's wall clock, in the time zone of thresholds.yaml, whatever summer time does to it."""

from __future__ import annotations

import datetime as dt
import re

from host_bridge.calendar import Calendar

EXAMPLE = "2026-11-22 10:15"
_ONE_DIGIT = re.compile(r"(?:^|(?<=[ T]))(?=\d:)")  # where an hour lacks its 0


class WhenError(ValueError):
    """No moment, none that the clock ever showed, or one that it showed twice; one clear line."""


def moment_ms(text: str, calendar: Calendar, today: dt.date) -> int:
    """Ms since 1970 of `2026-11-22 10:15`, `10:15:30` (of `today`) or `2026-11-22 01:30+02:00`. Raises WhenError."""
    text = _ONE_DIGIT.sub("0", text.strip())
    dated = f"{today.isoformat()} {text}" if _is_time(text) else text
    try:
        wall = dt.datetime.fromisoformat(dated)
    except ValueError:
        wall = None
    if wall is None or _is_date(text):
        raise WhenError(f"{text!r} is no moment, expected a date and a time of day like {EXAMPLE!r}")
    if wall.tzinfo is not None:
        return _ms(wall)
    first, second = (wall.replace(tzinfo=calendar.zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        if not _shows(first, wall):  # the clocks went forward over it
            after = first.astimezone(dt.UTC).astimezone(calendar.zone)
            raise WhenError(
                f"no clock in {calendar.zone.key} showed {wall:%Y-%m-%d %H:%M}: summer time began and skipped it; "
                f"did you mean '{after:%Y-%m-%d %H:%M}'?"
            )
        raise WhenError(
            f"clocks in {calendar.zone.key} showed {wall:%Y-%m-%d %H:%M} twice, as summer time ended; expected "
            f"'{first.isoformat(' ')}' for the first time, or '{second.isoformat(' ')}' for the second"
        )
    return _ms(first)


def wall_text(utc_ms: int, calendar: Calendar) -> str:
    """`Sun 2026-11-22 10:15:30`, as the site's wall shows it."""
    at = dt.datetime.fromtimestamp(utc_ms // 1000, calendar.zone)
    return f"{at:%a %Y-%m-%d %H:%M:%S}"


def _is_time(text: str) -> bool:
    try:
        dt.time.fromisoformat(text)
    except ValueError:
        return False
    return ":" in text


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _shows(at: dt.datetime, wall: dt.datetime) -> bool:
    """Whether this moment is one at which clocks show `wall`."""
    return at.astimezone(dt.UTC).astimezone(at.tzinfo).replace(tzinfo=None) == wall


def _ms(at: dt.datetime) -> int:
    return (at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)
