"""A back-test for scripts. What stands in here is a promise: keys are added, never changed."""

from __future__ import annotations

from typing import Any

from host_bridge.backtest.summary import Alarm, Tally
from host_bridge.backtest.summary_report import QueueReport, Report, RuleReport
from host_bridge.backtest.summary_words import extras, levels
from host_bridge.ctl.trial.verdict import verdict

HELP = """\
--json prints one object. Instants (…_at_ms, from_ms, until_ms) are ms since 1970, lengths ms, shares permille.
  log       files, lines, calls, dropped (lines that were not understood), until_ms (where it ends)
  days      a list of date, from_ms, until_ms, whole (false: the log covers a part of its opening hours)
  notes     what the reader of the figures must know
  results   one object, and a second one with --against or --suggest: thresholds (the file), queues by id
            (groups: @NAME), each with label, calls, days (that were open), open_ms, verdict, tile (all rules together,
            as the board's tile blinks) and rules by name. tile and each rule hold alarms, warn, critical (warn: those
            that never became critical), alarm_ms, critical_ms, glances (shorter than 10 s), longest_ms and
            longest_at_ms (null without an alarm), per_day, per_hour, share_permille. A rule has besides levels and more
            (as thresholds.yaml says it), tested, reason (why not, else null) and firings: a list of from_ms, until_ms,
            severity, ended (false: it still fires where the log ends), steps ([at_ms, 1 warn or 2 critical], …)
  suggest   with --suggest: wanted, yaml (the snippet), and queues by id: reason (why nothing was proposed, else null)
            goal_per_day and rules by metric: warn, critical (null: none), hold_ms, reason (why none), tried: a list
            of value, hold_ms, alarms, per_day, glances, share_permille, fits. Values: ms, calls, permille.
            The second entry of results is the replay with the suggestion
  html      with --html: out, bytes
With --queue, queues of results and suggest are those alone; all else is of the whole log.
"""


def result(report: Report) -> dict[str, Any]:
    """One entry of `results`."""
    return {"thresholds": report.name, "queues": {queue.id: _queue(queue) for queue in report.queues}}


def head(report: Report) -> dict[str, Any]:
    """What was replayed: `log`, `days` and `notes`."""
    return {
        "log": {
            "files": list(report.files),
            "lines": report.lines,
            "calls": report.calls,
            "dropped": report.dropped,
            "until_ms": report.ends_ms,
        },
        "days": [
            {"date": day.date.isoformat(), "from_ms": day.from_ms, "until_ms": day.until_ms, "whole": day.is_whole}
            for day in report.days
        ],
        "notes": list(report.notes),
    }


def figures(tally: Tally) -> dict[str, Any]:
    """The numbers of a rule, or of a tile."""
    longest = tally.longest
    return {
        "alarms": tally.alarms,
        "warn": tally.warn,
        "critical": tally.critical,
        "alarm_ms": tally.alarm_ms,
        "critical_ms": tally.critical_ms,
        "glances": tally.glances,
        "longest_ms": None if longest is None else longest.length_ms,
        "longest_at_ms": None if longest is None else longest.from_ms,
        "per_day": round(tally.per_day, 2),
        "per_hour": round(tally.per_hour, 3),
        "share_permille": tally.share_permille,
    }


def _queue(queue: QueueReport) -> dict[str, Any]:
    return {
        "label": queue.label,
        "calls": queue.calls,
        "days": queue.days,
        "open_ms": queue.open_ms,
        "verdict": list(verdict(queue)),
        "tile": figures(queue.tile),
        "rules": {each.name: _rule(each) for each in queue.rules},
    }


def _rule(each: RuleReport) -> dict[str, Any]:
    about: dict[str, Any] = {"levels": levels(each.rule), "more": extras(each.rule)}
    about |= {"tested": each.untested is None, "reason": each.untested}
    if each.untested is not None:
        return about
    return {**about, **figures(each.tally), "firings": [_firing(alarm) for alarm in each.alarms]}


def _firing(alarm: Alarm) -> dict[str, Any]:
    return {
        "from_ms": alarm.from_ms,
        "until_ms": alarm.until_ms,
        "severity": alarm.severity,
        "ended": alarm.ended,
        "steps": [list(step) for step in alarm.steps],
    }
