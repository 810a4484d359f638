"""`wallboardctl history`: what fired, who acknowledged, which boards were offline, which rules held."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import NamedTuple

from config.yaml_file import ConfigError
from firmware.core.spelling import did_you_mean, shown
from host_bridge import settings, thresholds
from host_bridge.calendar import Calendar
from host_bridge.ctl import history_text as text
from host_bridge.ctl.history_json import as_json
from host_bridge.ctl.site.args import UsageError, add_config, config_path
from host_bridge.history import Rows, history_file, read_rows
from host_bridge.journal import JournalError

DESCRIPTION = """\
Prints what the bridge has kept, the newest last: each alarm with how long it lasted and who acknowledged it how fast,
when which board was offline (also during an alarm), which rules were taken into use, and when PBX, broker or the
bridge itself were not there.

The history lies beside the journal that bridge.yaml names, and is kept as long (keep_days). The bridge may run
meanwhile. Times are those of the site, as thresholds.yaml says.

  wallboardctl history                              the last day
  wallboardctl history --since 7d --queue sales     a queue's alarms of the week
  wallboardctl history --day yesterday --boards
"""
SINCE = re.compile(r"([1-9][0-9]{0,4})\s*(m|h|d|w)")
_UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}
KINDS = ("alarms", "boards", "rules", "bridge")


class Span(NamedTuple):
    """From and until, ms since 1970, and what to call it."""

    from_ms: int
    until_ms: int
    name: str


class _HistoryError(Exception):
    """Why there is nothing to print, in one line."""

    def __init__(self, line: str, code: int) -> None:
        super().__init__(line)
        self.code = code


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `history`."""
    parser = subparsers.add_parser(
        "history",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit codes: 0 printed, 1 the history cannot be read, 2 wrong usage or wrong configuration.",
    )
    add_config(parser)
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--since", metavar="AGO", type=_since, default="1d", help="30m, 12h, 2d or 4w; %(default)s")
    when.add_argument("--day", metavar="DATE", help="YYYY-MM-DD, today or yesterday")
    parser.add_argument(
        "--queue", metavar="QUEUE", help="its alarms alone: a queue's name on the PBX or its label, or @GROUP"
    )
    for kind, what in (
        ("alarms", "what fired"),
        ("boards", "boards that were offline"),
        ("rules", "which thresholds were taken into use"),
        ("bridge", "the bridge's own life, and outages of PBX and broker"),
    ):
        parser.add_argument(f"--{kind}", action="store_true", help=f"{what}; several may be named, all when none is")
    parser.add_argument("--json", action="store_true", help="print {site, from, until, alarms, boards, rules, …}")


def run(args: argparse.Namespace) -> int:
    """0 when it was printed, 1 when it cannot be read, 2 when the configuration is wrong."""
    now_ms = time.time_ns() // 1_000_000
    try:
        config = config_path(args)
        read = settings.load(config, secrets=False)
        limits = _thresholds(read.thresholds)
        calendar = limits.calendar if limits is not None else None
        span = _span(args, calendar, now_ms)
        rows = _rows(config, read.journal, span)
    except ConfigError as error:
        print("\n".join(error.errors), file=sys.stderr)
        return 2
    except UsageError as error:
        print(f"wallboardctl history: {error}", file=sys.stderr)
        return 2
    except _HistoryError as error:
        print(f"wallboardctl history: {error}", file=sys.stderr)
        return error.code
    kinds = frozenset(kind for kind in KINDS if getattr(args, kind))
    if not kinds:
        kinds = frozenset(("alarms",)) if args.queue else frozenset(KINDS)
    zone = calendar.zone if calendar is not None else None
    queue, note = (args.queue, "") if args.queue is None else _named(args.queue, limits)
    told = text.Told(read.site, (span.from_ms, span.until_ms), span.name, zone, now_ms, kinds, queue)
    if note and not text.alarms_of(rows, told):
        print(f"wallboardctl history: {note}", file=sys.stderr)
    if args.json:
        print(json.dumps(as_json(rows, told), ensure_ascii=False, indent=2))
    else:
        print("\n".join(text.lines(rows, told)))
    return 0


def _since(word: str) -> int:
    found = SINCE.fullmatch(word.strip().lower())
    if found is None:
        raise argparse.ArgumentTypeError(f"{word!r}: expected how long ago, as 30m, 12h, 2d or 4w")
    return int(found[1]) * _UNITS[found[2]]


def _thresholds(path: Path) -> thresholds.Thresholds | None:
    """The site's, for its times and labels; without a sound thresholds.yaml this machine's zone has to do."""
    try:
        return thresholds.load(path)
    except ConfigError:
        return None


def _named(word: str, limits: thresholds.Thresholds | None) -> tuple[str, str]:
    """The queue that has this name or, alone, this label; and what to say of a word that names none."""
    if limits is None:
        return word, ""
    labels = {name: limits.queue(name).label for name in limits.named_queues}
    labels |= {f"@{name}": group.label for name, group in limits.groups.items()}
    labelled = [name for name, label in labels.items() if label == word]
    if len(labelled) == 1 and word not in labels:
        return labelled[0], ""
    if word in labels or text.queue_name(word) in labels:
        return word, ""
    known = [*labels, *(label for label in labels.values() if label)]
    return word, f"--queue: thresholds.yaml names no queue {shown(word)}{did_you_mean(word, known)}"


def _span(args: argparse.Namespace, calendar: Calendar | None, now_ms: int) -> Span:
    zone = calendar.zone if calendar is not None else None
    if args.day is None:
        from_ms = now_ms - args.since
        return Span(from_ms, now_ms + 1, f"since {text.moment(from_ms, zone)}")
    today = dt.datetime.fromtimestamp(now_ms / 1000, zone).date()
    named = {"today": today, "yesterday": today - dt.timedelta(days=1)}
    try:
        day = named.get(args.day) or dt.date.fromisoformat(args.day)
        midnights = (dt.datetime.combine(each, dt.time(), zone) for each in (day, day + dt.timedelta(days=1)))
        from_ms, until_ms = (int(midnight.timestamp()) * 1000 for midnight in midnights)
    except (ValueError, OverflowError):
        raise _HistoryError(f"--day {args.day!r}: expected YYYY-MM-DD, today or yesterday", 2) from None
    return Span(from_ms, min(until_ms, now_ms + 1), f"of {day.isoformat()}")


def _rows(config: Path, journal: Path | None, span: Span) -> Rows:
    if journal is None:
        raise _HistoryError(f"{config} names no journal, and the history lies beside it: name a file, journal: FILE", 2)
    path = history_file(journal)
    try:
        if not path.exists():
            raise _HistoryError(f"no history yet: {path} is made when the bridge runs with {config}", 1)
    except PermissionError:
        raise _HistoryError(_not_allowed(path), 1) from None
    if not os.access(path, os.R_OK):
        raise _HistoryError(_not_allowed(path), 1)
    try:
        return read_rows(path, span.from_ms, span.until_ms)
    except JournalError as error:
        raise _HistoryError(str(error), 1) from None


def _not_allowed(path: Path) -> str:
    return f"{path}: you may not read it: run this as the bridge's user (sudo -u USER …), or as root"
