"""`wallboardctl hours`: when it is open, and which days the calendar takes as holidays, by name."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from pathlib import Path

from config.yaml_file import ConfigError
from firmware.core.spelling import did_you_mean, shown
from host_bridge import thresholds
from host_bridge.ctl import hours_text as text
from host_bridge.ctl.hours_days import Hours, plan
from host_bridge.thresholds import Thresholds

DESCRIPTION = """\
Prints when the queues of a thresholds.yaml are open: now, each day of this week, and every day that differs from its
week: public holidays by name, the days before them that close early, and single dates. Outside its hours a queue has
figures and no alarms.

  wallboardctl hours                        what the file says, for the twelve months to come
  wallboardctl hours new.yaml --year 2027   before you save it over the one in use
"""
MONTHS_DAYS = 365


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `hours`."""
    parser = subparsers.add_parser(
        "hours",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit codes: 0 printed, 2 wrong usage, or the file is wrong or cannot be read.",
    )
    parser.add_argument(
        "file", metavar="FILE", nargs="?", type=Path, default=Path("thresholds.yaml"), help="%(default)s"
    )
    parser.add_argument("--year", type=int, help="the days of this year instead of the twelve months to come")
    parser.add_argument(
        "--queue", metavar="QUEUE", help="of this queue alone, by its name on the PBX; @GROUP for a group"
    )
    parser.add_argument(
        "--json", action="store_true", help="print {timezone, now, hours: [{queues, open, week, days}]}"
    )


def run(args: argparse.Namespace) -> int:
    """0 when it was printed, 2 when the file is wrong."""
    try:
        limits = thresholds.load(args.file)
    except ConfigError as error:
        print("\n".join(error.errors), file=sys.stderr)
        return 2
    every = plan(limits)
    if args.queue is not None:
        named = sorted({name for hours in every for name in hours.names})
        every = [hours._replace(names=(args.queue,)) for hours in every if args.queue in hours.names]
        if not every:
            hint = did_you_mean(args.queue, named) or f"; there are: {', '.join(named)}"
            print(f"wallboardctl hours: no queue or @group {shown(args.queue)} in {args.file}{hint}", file=sys.stderr)
            return 2
    utc_ms = time.time_ns() // 1_000_000
    today = dt.date.fromisoformat(limits.calendar.date(utc_ms))
    first, last = today, today + dt.timedelta(days=MONTHS_DAYS)
    if args.year is not None:
        if not 1900 <= args.year <= 2200:
            print(f"wallboardctl hours: --year {args.year}: expected one from 1900 to 2200", file=sys.stderr)
            return 2
        first, last = dt.date(args.year, 1, 1), dt.date(args.year, 12, 31)
    print(_told(limits, every, utc_ms, (first, last), as_json=args.json))
    return 0


def _told(limits: Thresholds, every: list[Hours], utc_ms: int, span: tuple[dt.date, dt.date], *, as_json: bool) -> str:
    if as_json:
        return json.dumps(text.as_json(limits, every, utc_ms, span), ensure_ascii=False, indent=2)
    return "\n".join(text.lines(limits, every, utc_ms, span))
