"""Times of day in settings: minutes since midnight as a clock on the wall shows them, 24:00 being 1440."""

from __future__ import annotations

import re

from firmware.core.spelling import shown

DAY_MIN = 24 * 60
CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"  # a time of day but for 24:00, as a regular expression of any dialect
END_OF_DAY = "24:00"


def time_of_day(text: str) -> int:
    """Minutes since midnight of `HH:MM`, 00:00 to 24:00. Raises ValueError."""
    if not re.fullmatch(f"{CLOCK}|{END_OF_DAY}", text.strip()):
        raise ValueError(f"{shown(text.strip())} is no time of day, expected HH:MM from 00:00 to 24:00{_hint(text)}")
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _hint(text: str) -> str:
    """What was meant by `8`, `8.30`, `0830` or `8:30 pm`."""
    match = re.fullmatch(r"(\d{1,2})[:.h]?(\d\d)?\s*([ap]m)?", text.strip().lower(), re.ASCII)
    if not match:
        return ""
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        hour = hour % 12 + 12 * (match[3] == "pm")
    return f"; did you mean '{hour:02}:{minute:02}'?" if hour < 24 and minute < 60 else ""


def clock_text(minutes: int) -> str:
    """`HH:MM` of minutes since midnight."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
