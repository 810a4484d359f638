"""Options of the commands that read queue_log: its files, and a day of it."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from host_bridge.calendar import Calendar

TODAY, YESTERDAY = "today", "yesterday"


def add_queue_log(options: argparse._ActionsContainer, what: str, *, required: bool) -> None:
    """Adds `--queue-log`: one or several files, `what` they are for, after "queue_log files, packed or not"."""
    options.add_argument(
        "--queue-log",
        metavar="FILE",
        nargs="+",
        action="extend",
        type=Path,
        required=required,
        help=f"queue_log files, packed or not{what}",
    )


def day(value: str) -> dt.date | str:
    """The type of an option: a date, or `today` and `yesterday`, which only the site's time zone can tell."""
    if value in (TODAY, YESTERDAY):
        return value
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{value!r} is no day, expected one like 2026-09-12, today or yesterday"
        ) from None


def date_of(asked: dt.date | str, calendar: Calendar | None, now: dt.datetime) -> dt.date:
    """The date of a `day`; today begins at the calendar's day_start, without a calendar at midnight of `now`'s zone."""
    if isinstance(asked, dt.date):
        return asked
    today = now.date()
    if calendar is not None:
        today = dt.date.fromordinal(calendar.day_id(int(now.timestamp() * 1000)))
    return today - dt.timedelta(days=asked == YESTERDAY)
