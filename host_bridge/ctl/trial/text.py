"""A back-test as people read it: a table a queue, and under it in a sentence what to think of it."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator, Sequence

from host_bridge.backtest.summary import GLANCE_MS, Alarm, Tally
from host_bridge.backtest.summary_report import Day, QueueReport, Report, RuleReport
from host_bridge.backtest.summary_words import left, length, levels, many, percent, rate, right, shown, width
from host_bridge.ctl.trial import worst
from host_bridge.ctl.trial.verdict import verdict

COLUMNS = 100
RULE_COLUMNS = 24  # of a rule's name and levels
_PATH = 1_000  # characters
_HEADS = ("warn", "critical", f"<{GLANCE_MS // 1000} s", "an hour", "in alarm", "share")
_LEAST = (5, 8, 5, 7, 9, 6)  # columns


def lines(report: Report) -> Iterator[str]:
    """The whole report."""
    yield from head(report, [report.name])
    yield from worst.lines(report)
    for queue in report.queues:
        yield ""
        yield from _queue(queue, report)


def head(report: Report, names: Sequence[str]) -> Iterator[str]:
    """What was replayed, and what was left out."""
    yield f"{' and '.join(shown(name, _PATH) for name in names)} on {days_words(report.days)}"
    files = ", ".join(shown(name, _PATH) for name in report.files)
    queues = sum(not queue.id.startswith("@") for queue in report.queues)
    counts = f"{many(report.lines, 'line')}, {many(report.calls, 'call')} in {many(queues + report.others, 'queue')}"
    if report.others:
        counts += f", {report.others:,} of them left out"
    yield f"{files}: {counts}"
    for note in report.notes:
        yield f"note: {note}"


def days_words(days: Sequence[Day]) -> str:
    """`14 days, Mon 1 February to Sun 14 February 1999`."""
    if len(days) == 1:
        return _long_day(days[0].date, year=True)
    first, last = days[0].date, days[-1].date
    return f"{len(days)} days, {_long_day(first, year=first.year != last.year)} to {_long_day(last, year=True)}"


def queue_head(queue: QueueReport) -> str:
    """The id first and the label last, so that a Hebrew label moves nothing."""
    told = f"{shown(queue.id)}: {many(queue.calls, 'call')}, open {length(queue.open_ms)} on {many(queue.days, 'day')}"
    return told if queue.label == queue.id.lstrip("@") else f"{told}  {shown(queue.label)}"


def cells(figures: Tally) -> tuple[str, ...]:
    """The numbers of a rule's row, in the order of the heads."""
    return (
        f"{figures.warn:,}",
        f"{figures.critical:,}",
        f"{figures.glances:,}",
        rate(figures.per_hour),
        length(figures.alarm_ms),
        percent(max(1, figures.share_permille) if figures.alarm_ms else 0),
    )


def longest(alarm: Alarm | None, report: Report) -> str:
    """`1:42 on 7 Feb 10:14`; without the day when there is one alone."""
    if alarm is None:
        return "–"
    at = dt.datetime.fromtimestamp(alarm.from_ms // 1000, report.zone)
    day = "at" if len(report.days) == 1 else f"on {at.day} {at:%b}"
    return f"{length(alarm.length_ms)} {day} {at:%H:%M}"


def table(rows: Sequence[tuple[str, Sequence[str], str]]) -> Iterator[str]:
    """Rows of (name, numbers, the longest) with one head over them, each column as wide as it needs."""
    wide = [max(least, *(width(row[1][place]) for row in rows)) for place, least in enumerate(_LEAST)]
    name = min(RULE_COLUMNS, max((width(row[0]) for row in rows), default=0))
    heads = "  ".join(right(text, columns) for text, columns in zip(_HEADS, wide, strict=True))
    yield f"  {left('', name)}  {heads}  longest"
    for what, numbers, when in rows:
        row = "  ".join(right(text, columns) for text, columns in zip(numbers, wide, strict=True))
        yield f"  {left(what, name)}  {row}  {when}".rstrip()


def untested(rules: Sequence[RuleReport]) -> Iterator[str]:
    """The rules that the log cannot tell, with the reason."""
    for each in rules:
        if each.untested is not None:
            yield f"  {shown(each.name)}: not tested: {each.untested}"


def told(sentence: str) -> list[str]:
    """What to think of a queue, below its table, as wide as the table."""
    return textwrap.wrap(sentence, COLUMNS, initial_indent="  → ", subsequent_indent="    ", break_on_hyphens=False)


def rule_words(each: RuleReport) -> str:
    """`wait 30s/60s`; of a rule of one's own the name, as what it asks for stands below."""
    words = levels(each.rule)
    return shown(each.name) if " " in words else f"{shown(each.name)} {words}"


def _queue(queue: QueueReport, report: Report) -> Iterator[str]:
    yield queue_head(queue)
    if not queue.rules:
        yield "  no rules"
        return
    tested = [each for each in queue.rules if each.untested is None]
    if tested:
        yield from table(
            [(rule_words(each), cells(each.tally), longest(each.tally.longest, report)) for each in tested]
        )
    for each in tested:
        if " " in (words := levels(each.rule)):
            yield f"  {shown(each.name)} is {words}, {each.rule['levels'][0]['severity']}"
    yield from untested(queue.rules)
    for sentence in verdict(queue):
        yield from told(sentence)


def _long_day(day: dt.date, *, year: bool) -> str:
    return f"{day:%a} {day.day} {day:%B}{f' {day.year}' if year else ''}"
