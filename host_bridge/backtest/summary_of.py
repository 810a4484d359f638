"""From what the replay found to what is reported: alarms with an end, counted by rule and by tile."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from host_bridge.backtest.result import Day as ResultDay
from host_bridge.backtest.result import Firing, QueueTest, Result
from host_bridge.backtest.summary import Alarm, tally, together
from host_bridge.backtest.summary_report import Day, QueueReport, Report, RuleReport
from host_bridge.backtest.summary_words import rule_name
from host_bridge.calendar import Calendar
from host_bridge.rule_kinds import Rule
from host_bridge.thresholds import Thresholds


def report(result: Result, name: str, files: Sequence[str], thresholds: Thresholds) -> Report:
    """The report of a replay of `thresholds`, which are called `name`."""
    ends_ms = result.days[-1].until_ms if result.days else result.covered.until_ms
    alarms: dict[str, list[Alarm]] = defaultdict(list)
    for firing in result.firings:
        alarms[firing.queue].append(_alarm(firing, ends_ms))
    days = tuple(_day(day, thresholds.calendar) for day in result.days)
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
        calls_by_day=tuple(getattr(day, 'calls', {}).get(queue.id, 0) for day in result.days),
        open_spans=tuple(spans),
        days=days,
        rules=tuple(rules),
        tile=tally(together(alarms), days, open_ms),
    )


def _alarm(firing: Firing, ends_ms: int) -> Alarm:
    steps = tuple(step for step in firing.steps if step[1])
    until_ms = ends_ms if firing.until_ms is None else firing.until_ms
    return Alarm(firing.rule, firing.severity, firing.from_ms, until_ms, steps, firing.until_ms is not None)


def _day(day: ResultDay, calendar: Calendar) -> Day:
    """Whole, when what the log does not cover of it has no opening hours."""
    opened = [span for spans in day.opened.values() for span in spans]
    late = day.from_ms > calendar.day_start_ms(day.from_ms) and any(span.from_ms <= day.from_ms for span in opened)
    early = day.until_ms < calendar.next_day_ms(day.from_ms) and any(span.until_ms >= day.until_ms for span in opened)
    return Day(dt.date.fromisoformat(day.date), day.from_ms, day.until_ms, not late and not early)


def _partial(days: Sequence[Day]) -> list[str]:
    parts = [day.date.isoformat() for day in days if not day.is_whole]
    if not parts:
        return []
    what = "a part of the opening hours is" if len(parts) == 1 else "parts of the opening hours are"
    return [f"{', '.join(parts)}: {what} not in the log, and a day of it counts as one"]
