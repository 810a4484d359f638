"""Times of day in settings: minutes since midnight as a clock on the wall shows them, 24:00 being 1440."""

from __future__ import annotations

import re

DAY_MIN = 24 * 60


def time_of_day(text: str) -> int:
    """Minutes since midnight of `HH:MM`, 00:00 to 24:00. Raises ValueError."""
    match = re.fullmatch(r"(\d{1,2}):([0-5]\d)", text.strip())
    minutes = int(match[1]) * 60 + int(match[2]) if match else DAY_MIN + 1
    if minutes > DAY_MIN:
        raise ValueError(f"{text!r} is no time of day, expected HH:MM from 00:00 to 24:00")
    return minutes
