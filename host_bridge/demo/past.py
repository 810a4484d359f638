"""`python -m host_bridge.demo.past`: days that the demo's centre has behind it, as the queue_log of a PBX.

For trying `wallboardctl backtest` and `preview` where there is no log of one's own yet. The days are played as fast as
they compute, in real time's seconds (speed 1). The week is Israel's: 07:00 to 24:00 from Sunday to Thursday, until
14:00 on Friday, closed on Saturday.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from host_bridge.calendar import zone
from host_bridge.demo import queue_log
from host_bridge.demo.calibration import BUSY_DAY, CLOSES_H, OPENS_H
from host_bridge.demo.centre import Centre
from host_bridge.demo.pbx import SEED

ZONE = "Asia/Jerusalem"
DAYS = 14
MAX_DAYS = 366
FRIDAY_CLOSES_H = 14
_FRIDAY, _SATURDAY = 4, 5  # datetime's weekday()
_HOUR_MS = 3_600_000
_QUIET_DAY = 0.8  # of a mean day's calls; the busiest has BUSY_DAY


def days(until: dt.date, count: int, place: ZoneInfo, seed: int) -> Iterator[str]:
    """Yield the lines of `count` days, the last of them the day before `until`; the same seed gives the same days."""
    opened = [
        day for number in range(count, 0, -1) if (day := until - dt.timedelta(days=number)).weekday() != _SATURDAY
    ]
    for day in opened:
        if day == opened[0]:
            yield queue_log.started(_at_ms(day, OPENS_H, place))
        yield from _day(day, place, seed + day.toordinal())


def _day(day: dt.date, place: ZoneInfo, seed: int) -> Iterator[str]:
    opens_ms = _at_ms(day, OPENS_H, place)
    closes_h = FRIDAY_CLOSES_H if day.weekday() == _FRIDAY else CLOSES_H
    load = Random(seed).uniform(_QUIET_DAY, BUSY_DAY)
    centre = Centre(seed, opens_ms, hour=OPENS_H, load=load)
    closes_ms = opens_ms + (closes_h - OPENS_H) * _HOUR_MS
    while (next_ms := centre.next_ms()) is not None and next_ms < closes_ms:
        for happening in centre.advance(next_ms):
            yield from queue_log.lines(happening)
    for happening in centre.close(closes_ms):
        yield from queue_log.lines(happening)


def _at_ms(day: dt.date, hour: int, place: ZoneInfo) -> int:
    return int(dt.datetime.combine(day, dt.time(hour), place).timestamp() * 1000)


def write(path: Path, until: dt.date, count: int = DAYS, place: ZoneInfo | None = None, seed: int = SEED) -> int:
    """Write them into `path`, packed when its name ends in .gz; return the number of lines. Raises OSError."""
    written = 0
    with gzip.open(path, "wt", encoding="utf-8") if path.suffix == ".gz" else path.open("w", encoding="utf-8") as file:
        for line in days(until, count, place or ZoneInfo(ZONE), seed):
            file.write(f"{line}\n")
            written += 1
    return written


def main(arguments: list[str] | None = None) -> int:
    """Write the file; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m host_bridge.demo.past", description=__doc__)
    parser.add_argument("out", metavar="FILE", type=Path, help="the queue_log to write; packed if it ends in .gz")
    parser.add_argument("--days", type=_count, default=DAYS, help="how many, the last of them yesterday (%(default)s)")
    parser.add_argument("--until", metavar="DATE", type=_date, help="the day after the last; today")
    parser.add_argument("--zone", default=ZONE, help="the centre's time zone (%(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed gives the same days (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        place = zone(options.zone)
        until = options.until or dt.datetime.now(place).date()
        written = write(options.out, until, options.days, place, options.seed)
    except ValueError as problem:
        parser.error(f"--zone: {problem}")
    except OSError as problem:
        print(f"demo: {options.out} cannot be written: {problem.strerror}", file=sys.stderr)
        return 1
    print(f"{options.out}: {written} lines of {options.days} days")
    return 0


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}, expected a date like 2026-11-22") from None


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r}, expected a number of days from 1 to {MAX_DAYS}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
