"""From what the replay found to what is reported: alarms with an end, counted by rule and by tile."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from firmware.core.wire import decode_id
from host_bridge.backtest.result import Day as ResultDay
from host_bridge.backtest.result import Firing, QueueTest, Result
from host_bridge.backtest.summary import GLANCE_MS, Alarm, tally, together
from host_bridge.backtest.summary_report import Day, QueueReport, Report, RuleReport
from host_bridge.backtest.summary_words import rule_name
from host_bridge.thresholds import Thresholds
from host_bridge.thresholds.rule_kinds import Rule

_MISSING_MS = (
    15 * 60_000
)  # opening hours before the first line, or after the last, in which there may have been no call
_STEP_MS = 5 * 60_000


def report(result: Result, name: str, files: Sequence[str], thresholds: Thresholds) -> Report:
    """The report of a replay of `thresholds`, which are called `name`."""
    ends_ms = result.days[-1].until_ms if result.days else result.covered.until_ms
    alarms: dict[str, list[Alarm]] = defaultdict(list)
    begins_ms = result.days[0].from_ms if result.days else result.covered.from_ms
    for firing in result.firings:
        if (found := _alarm(firing, begins_ms, ends_ms)) is not None:
            alarms[firing.queue].append(found)
    result = dataclasses.replace(result, days=_worth_telling(result))
    days = tuple(_day(day, thresholds) for day in result.days)
    return Report(
        name=name,
        zone=thresholds.calendar.zone,
        files=files,
        lines=result.lines,
        calls=result.calls,
        dropped=result.dropped,
        ends_ms=ends_ms,
        days=days,
        queues=tuple(_queue(queue, alarms[queue.id], result, thresholds) for queue in result.queues),
        notes=(*result.notes, *_partial(days)),
    )


def _queue(queue: QueueTest, alarms: Sequence[Alarm], result: Result, thresholds: Thresholds) -> QueueReport:
    spans = [(span.from_ms, span.until_ms) for day in result.days for span in day.opened.get(queue.id, ())]
    days = sum(bool(day.opened.get(queue.id)) for day in result.days)
    open_ms = sum(until_ms - from_ms for from_ms, until_ms in spans)
    own = thresholds.group(queue.name) if queue.is_group else thresholds.queue(queue.name)
    wire: dict[str, Rule] = {rule["id"]: rule for rule in own.rules}
    rules = []
    for rule in queue.rules:
        mine = tuple(alarm for alarm in alarms if alarm.rule == rule.id)
        whole = wire[rule.id]
        rules.append(RuleReport(whole, rule_name(whole), rule.untested or None, mine, tally(mine, days, open_ms)))
    return QueueReport(
        id=f"@{queue.name}" if queue.is_group else queue.name,
        label=queue.label,
        calls=queue.calls,
        calls_by_day=tuple(queue.calls_of.get(day.date, 0) for day in result.days),
        open_spans=tuple(spans),
        days=days,
        rules=tuple(rules),
        tile=tally(together(alarms), days, open_ms),
    )


def _alarm(firing: Firing, begins_ms: int, ends_ms: int) -> Alarm | None:
    """A firing as far as it is in the days that are told of.

    One that began on a day before them counts from their beginning on; None when nothing but its `hold` is left then.
    """
    until_ms = ends_ms if firing.until_ms is None else firing.until_ms
    ended = firing.until_ms is not None
    steps = tuple(step for step in firing.steps if step[1])
    if firing.from_ms >= begins_ms:
        return Alarm(firing.rule, firing.severity, firing.from_ms, until_ms, steps, ended)
    if until_ms - begins_ms < GLANCE_MS:
        return None
    first = [severity for at_ms, severity in steps if at_ms <= begins_ms][-1]
    steps = ((begins_ms, first), *(step for step in steps if step[0] > begins_ms))
    return Alarm(firing.rule, max(severity for _, severity in steps), begins_ms, until_ms, steps, ended)


def _day(day: ResultDay, thresholds: Thresholds) -> Day:
    """Whole, when what the log does not cover of it has no opening hours to speak of."""
    return Day(dt.date.fromisoformat(day.date), day.from_ms, day.until_ms, _missing_ms(day, thresholds) < _MISSING_MS)


def _missing_ms(day: ResultDay, thresholds: Thresholds) -> int:
    """How long some queue was open in what the log does not cover of the day."""
    calendar = thresholds.calendar
    hours = {thresholds.queue(decode_id(queue)).hours for queue in day.opened if not queue.startswith("@")}
    missing = 0
    for from_ms, until_ms in (
        (calendar.day_start_ms(day.from_ms), day.from_ms),
        (day.until_ms, calendar.next_day_ms(day.from_ms)),
    ):
        for at_ms in range(from_ms, until_ms, _STEP_MS):
            if any(each is None or calendar.within(each, at_ms) for each in hours):
                missing += min(_STEP_MS, until_ms - at_ms)
    return missing


def _worth_telling(result: Result) -> tuple[ResultDay, ...]:
    """Without those at the ends that nobody called on, and on which nothing was open: a log seldom ends at midnight."""
    told = [
        any(day.opened.values()) or any(queue.calls_of.get(day.date) for queue in result.queues) for day in result.days
    ]
    if not any(told):
        return result.days
    return result.days[told.index(True) : len(told) - told[::-1].index(True)]


def _partial(days: Sequence[Day]) -> list[str]:
    parts = [day.date.isoformat() for day in days if not day.is_whole]
    if not parts:
        return []
    what = "a part of the opening hours is" if len(parts) == 1 else "parts of the opening hours are"
    return [f"{', '.join(parts)}: {what} not in the log, and a day of it counts as one"]
