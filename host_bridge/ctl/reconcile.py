"""`wallboardctl reconcile`: a day's figures out of queue_log, beside the bridge's own and beside Asterisk's."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from config.yaml_file import ConfigError
from firmware.core.spelling import did_you_mean
from host_bridge import thresholds
from host_bridge.calendar import Calendar
from host_bridge.ctl import reconcile_text as text
from host_bridge.ctl.log_args import add_queue_log, date_of, day
from host_bridge.ctl.reconcile_sources import JournalDay, LogDays, SourceError, read_journal, read_log
from host_bridge.truth.reconcile import Difference, Evidence, Reason, compare, figures
from host_bridge.truth.reconcile_asterisk import compare_with_asterisk
from host_bridge.truth.reconcile_pairs import AT_MS, Span
from host_bridge.truth.service_level import ServiceLevel

DESCRIPTION = """\
Recomputes every figure of a day from Asterisk's queue_log and prints it beside the bridge's own (--journal) and beside
Asterisk's ServicelevelPerf and ServicelevelPerf2. Each difference is explained by the stays behind it, or not.

The day is that of the thresholds' time zone and day_start, the service level that of each queue, with the whole day as
its window. Perf and Perf2 are reckoned as Asterisk does, for the same day and with `servicelevel` = answer_within;
Asterisk's own run since its last restart or reset. Of a log that was rotated name all files:
  wallboardctl reconcile --queue-log queue_log.1.gz queue_log --day yesterday --thresholds thresholds.yaml
"""
_AROUND_MS = 24 * 3_600_000  # the bridge's records beside the day, to know those that ended at its edge


class _Days(NamedTuple):
    """The calendar and the service levels that hold."""

    calendar: Calendar | None
    level_of: Callable[[str], ServiceLevel]
    note: str

    @property
    def zone(self) -> dt.tzinfo | None:
        """None: this machine's."""
        return self.calendar.zone if self.calendar is not None else None

    def span(self, day: dt.date) -> Span:
        """The day in ms of the PBX's clock."""
        if self.calendar is None:
            midnights = (dt.datetime.combine(each, dt.time()) for each in (day, day + dt.timedelta(days=1)))
            return Span(*(int(midnight.timestamp()) * 1000 for midnight in midnights))
        start = dt.timedelta(minutes=self.calendar.day_start_min)
        noon = dt.datetime.combine(day, dt.time(12), self.calendar.zone) + start  # surely inside the day
        noon_ms = int(noon.timestamp()) * 1000
        return Span(self.calendar.next_day_ms(noon_ms - _AROUND_MS), self.calendar.next_day_ms(noon_ms))


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `reconcile`."""
    parser = subparsers.add_parser(
        "reconcile",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit codes: 0 all agrees or is explained, 1 something differs unexplained, 2 wrong usage or files.",
    )
    add_queue_log(parser, "", required=True)
    parser.add_argument("--day", metavar="DAY", type=day, required=True, help="2026-09-12, today or yesterday")
    parser.add_argument("--thresholds", metavar="FILE", type=Path, help="time zone, day_start and service levels")
    parser.add_argument("--journal", metavar="FILE", type=Path, help="the bridge's journal; it may be in use")
    parser.add_argument("--queues", metavar="QUEUE", nargs="+", help="only these, if the bridge does not read all")
    parser.add_argument("--json", action="store_true", help="print {day, queues}; notes go to stderr")


def run(args: argparse.Namespace) -> int:
    """0 when all agrees or is explained, 1 when something differs unexplained, 2 when a file cannot be used."""
    try:
        days = _days(args.thresholds)
        day = days.span(_date(args.day, days))
        around = Span(day.from_ms - _AROUND_MS, day.until_ms + _AROUND_MS)
        log = read_log(args.queue_log, around)
        _refuse_uncovered(log, day, args, days)
        journal = read_journal(args.journal, around) if args.journal else None
    except ConfigError as error:
        return _refuse(*error.errors)
    except SourceError as error:
        return _refuse(f"wallboardctl reconcile: {error}")
    names = _names(log, journal, day)
    if unknown := [name for name in args.queues or () if name not in names]:
        hint = did_you_mean(unknown[0], names)
        return _refuse(f"wallboardctl reconcile: --queues: no call is of {unknown[0]!r}{hint}")
    names = [name for name in names if not args.queues or name in args.queues]
    queues = [_queue(name, log, journal, day, days.level_of(name)) for name in names]
    iso = _date(args.day, days).isoformat()
    notes = _notes(log, journal, queues, day, days)
    if args.json:
        print("".join(f"wallboardctl reconcile: {note}\n" for note in notes), end="", file=sys.stderr)
        print(json.dumps(_json(iso, queues, days.zone), ensure_ascii=False, indent=2))
    else:
        print(f"day {iso}, {text.clock(day.from_ms, days.zone)} to {text.clock(day.until_ms, days.zone)}")
        print("".join(f"note: {note}\n" for note in notes), end="")
        print("\n".join((*text.lines(queues, days.zone), "", text.verdict(queues))))
    return int(not all(each.explained for queue in queues for each in queue.differences))


def _queue(name: str, log: LogDays, journal: JournalDay | None, day: Span, level: ServiceLevel) -> text.Queue:
    theirs = log.records.get(name, [])
    ours = None if journal is None else journal.records.get(name, [])
    evidence = Evidence(theirs, ours, log.covered, journal.gaps if journal is not None else ())
    asterisk, beside_asterisk = compare_with_asterisk(theirs, day, log.covered, level)
    return text.Queue(
        name,
        level,
        queue_log=figures((each for each in theirs if each.at_ms in day), level, of_log=True),
        bridge=None if ours is None else figures((each for each in ours if each.at_ms in day), level, of_log=False),
        asterisk=asterisk,
        differences=(*compare(evidence, day, level), *beside_asterisk),
    )


def _names(log: LogDays, journal: JournalDay | None, day: Span) -> list[str]:
    """Every queue that queue_log knows, quiet on this day or not, and what the bridge has beside them."""
    names = set(log.records)
    if journal is not None:
        names |= {queue for queue, records in journal.records.items() if any(each.at_ms in day for each in records)}
    return sorted(names)


def _json(day: str, queues: Sequence[text.Queue], zone: dt.tzinfo | None) -> dict[str, Any]:
    return {
        "day": day,
        "queues": {
            queue.name: {
                "queue_log": dict(queue.queue_log),
                "bridge": None if queue.bridge is None else dict(queue.bridge),
                "asterisk": dict(queue.asterisk),
                "differences": [_json_difference(each, zone) for each in queue.differences],
            }
            for queue in queues
        },
    }


def _json_difference(difference: Difference, zone: dt.tzinfo | None) -> dict[str, Any]:
    """`by` is what `side` has more than queue_log, absent when one of the two is not known."""
    values = {"queue_log": difference.queue_log, difference.side: difference.other, "by": difference.by}
    return {
        "figure": difference.figure,
        **{key: value for key, value in values.items() if value is not None or key != "by"},
        "explained": difference.explained,
        "reasons": [
            {
                "why": reason.why.value,
                "text": text.sentence(reason, zone),
                "explained": reason.explained,
                "stays": list(reason.stays),
                **_json_gap(reason),
            }
            for reason in difference.reasons
        ],
    }


def _json_gap(reason: Reason) -> dict[str, int]:
    """From and until in ms since 1970; absent: since ever, for ever."""
    return {
        key: at_ms for key, at_ms in zip(("from_ms", "until_ms"), reason.gap or (), strict=False) if at_ms is not None
    }


def _days(path: Path | None) -> _Days:
    if path is not None:
        rules = thresholds.load(path)
        return _Days(rules.calendar, lambda queue: rules.queue(queue).service_level, "")
    level = ServiceLevel()
    return _Days(
        None,
        lambda queue: level,
        f"without --thresholds the day is this machine's ({dt.datetime.now().astimezone().tzname()}, from 00:00) "
        f"and the service level the default, {level.formula} within {level.answer_within_s} s",
    )


def _date(asked: dt.date | str, days: _Days) -> dt.date:
    return date_of(asked, days.calendar, dt.datetime.now(days.zone))


def _refuse_uncovered(log: LogDays, day: Span, args: argparse.Namespace, days: _Days) -> None:
    if day.until_ms <= log.covered.from_ms or log.covered.until_ms <= day.from_ms:
        first, last = (text.clock(at_ms, days.zone) for at_ms in (log.covered.from_ms, log.covered.until_ms - 1))
        named = ", ".join(map(str, args.queue_log))
        raise SourceError(f"{named}: no line is of {_date(args.day, days)}: the lines are from {first} to {last}")


def _notes(log: LogDays, journal: JournalDay | None, queues: Sequence[text.Queue], day: Span, days: _Days) -> list[str]:
    """What the reader of the figures must know."""
    notes = [days.note] if days.note else []
    if log.covered.from_ms > day.from_ms:
        first = text.clock(log.covered.from_ms, days.zone)
        notes.append(f"queue_log begins at {first}, after the day did: name the file before it too, if there is one")
    lasts = [records[-1].at_ms for records in journal.records.values()] if journal is not None else []
    if log.covered.until_ms < day.until_ms and any(log.covered.until_ms + AT_MS < at_ms for at_ms in lasts):
        last = text.clock(log.covered.until_ms - 1, days.zone)
        notes.append(f"queue_log ends at {last}, and the bridge's journal goes on: name the file after it too")
    if log.dropped:
        notes.append(f"{log.dropped} lines of queue_log were not understood and are left out")
    if not any(queue.queue_log["offered"] for queue in queues):
        notes.append("queue_log has no call on this day")
    return notes


def _refuse(*errors: str) -> int:
    print("\n".join(errors), file=sys.stderr)
    return 2
