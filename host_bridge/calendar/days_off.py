"""Opening hours with days off: single dates, the public holidays of a country, and the shorter days before these.

What holds where two rules meet:
- A day off has no hours at all, whatever its weekday has, and were it the day before another holiday.
- `eves` are the hours of the day before a public holiday, if that day has hours of its own and is not open for less
  time anyway: a short Friday stays short, and what the week closes stays closed. A single date has no eve.
- Hours belong to the day on which they begin. A night that began on a working day goes on into the day off until its
  end; none begins on the day off, so it is closed from there to the first hours of the day after.

Holidays are days of the site's wall clock, from midnight to midnight. Which days they are knows the package `holidays`,
by each country's law, with those that are moved off a weekend; of these the public ones count. It is imported for a
site that names a country, and for no other: that takes 0.1 s and 17 MB.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass, field
from functools import lru_cache

from firmware.core.spelling import did_you_mean, nearest, shown
from host_bridge.calendar.calendar import ONE_DAY, Span, Week

# What editors take, as regular expressions of any dialect; country() and date() tell the rest.
COUNTRY = "[A-Z]{2}(?:-.+)?"
DATE = (
    "(?!0000)[0-9]{4}-"
    "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9])|(?:0[13-9]|1[0-2])-30|(?:0[13578]|1[02])-31)"  # leap years are date()'s
)


@dataclass(frozen=True)
class Opening:
    """A week and its exceptions. `country` as country() gives it; `eves` None: the day before a holiday is like any."""

    week: Week
    closed: frozenset[dt.date] = frozenset()
    country: str | None = None
    eves: tuple[Span, ...] | None = None
    _known: dict[dt.date, tuple[Span, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def on(self, day: dt.date) -> tuple[Span, ...]:
        """The spans that begin on this day."""
        spans = self._known.get(day)  # asked for at each snapshot of each queue, and one more a day
        if spans is None:
            spans = self._known[day] = self._of(day)
        return spans

    def _of(self, day: dt.date) -> tuple[Span, ...]:
        if day in self.closed or self._is_holiday(day):
            return ()
        own = self.week.on(day)
        if self.eves is None or not self._is_holiday(day + ONE_DAY):
            return own
        return min(self.eves, own, key=_minutes)

    def holiday(self, day: dt.date) -> str:
        """The name of the public holiday that this day is, as the package has it; "" when it is none."""
        return _holidays(self.country, day.year).get(day, "") if self.country is not None else ""

    def _is_holiday(self, day: dt.date) -> bool:
        return self.country is not None and day in _holidays(self.country, day.year)


def country(text: str) -> str:
    """A country's code, `IL`, or that of a part with holidays of its own, `DE-BY` (ISO 3166), if both are known.

    Raises ValueError with the nearest right one.
    """
    try:
        import holidays  # noqa: PLC0415 - a site without holidays is spared it
    except ImportError:
        raise ValueError(f"{text!r} needs the package holidays: pip install holidays") from None
    known = holidays.list_supported_countries(include_aliases=False)
    code, dash, part = text.partition("-")
    if code not in known:
        spellings = {word: codes[1] for codes in holidays.registry.COUNTRIES.values() for word in codes}
        found = nearest(code, list(spellings))  # by name or by any other code of it
        hint = f"; did you mean '{spellings[found]}'?" if found is not None else ""
        raise ValueError(f"{shown(text)} is no country with known holidays, expected a code like IL{hint}")
    if dash and part not in known[code]:
        hint = did_you_mean(text, [f"{code}-{each}" for each in known[code]])
        raise ValueError(
            f"{shown(text)}: {code} has no such part with holidays of its own, expected one like DE-BY{hint}"
        )
    return text


def date(text: str) -> dt.date:
    """`2026-09-12`. Raises ValueError."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # it also reads 20260912 and 2026-W37-6
        raise ValueError(f"{shown(text)} is no date, expected one like 2026-09-12 (year, month, day){_hint(text)}")
    return day


def _hint(text: str) -> str:
    """What was meant by `12.9.2026`, `12/9/26` or `2026-9-12`; and of a month that has not so many days, how many."""
    match = re.fullmatch(r"(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})", text.strip(), re.ASCII)
    if not match:
        return ""
    parts = [int(part) for part in match.groups()]
    year, month, day = parts if len(match[1]) == 4 else reversed(parts)
    year += 2000 * (year < 100)
    if not 1 <= month <= 12 or not dt.MINYEAR <= year <= dt.MAXYEAR:
        return ""
    days = monthrange(year, month)[1]
    if day > days:
        return f"; that month has {days} days"
    return f"; did you mean '{dt.date(year, month, day)}'?" if day else ""


def _minutes(spans: tuple[Span, ...]) -> int:
    return sum(end - start for start, end in spans)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> dict[dt.date, str]:
    """The public holidays of one year and their names; a few ms, once."""
    import holidays  # noqa: PLC0415

    code, _, part = country.partition("-")
    found = holidays.country_holidays(code, subdiv=part or None, years=year).items()
    return {day: name or "a public holiday" for day, name in found}
