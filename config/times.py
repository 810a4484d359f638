"""Times of day in settings: minutes since midnight as a clock on the wall shows them, 24:00 being 1440."""

from __future__ import annotations

import re

DAY_MIN = 24 * 60
CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"  # a time of day but for 24:00, as a regular expression of any dialect
END_OF_DAY = "24:00"


def time_of_day(text: str) -> int:
    """Minutes since midnight of `HH:MM`, 00:00 to 24:00. Raises ValueError."""
    if not re.fullmatch(f"{CLOCK}|{END_OF_DAY}", text.strip()):
        raise ValueError(f"{text!r} is no time of day, expected HH:MM from 00:00 to 24:00")
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock_text(minutes: int) -> str:
    """`HH:MM` of minutes since midnight."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
