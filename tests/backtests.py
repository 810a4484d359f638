"""Back-tests made up: a queue's rules and firings by hand, for what is told of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from firmware.core import check
from host_bridge.backtest.summary import Alarm, tally, together
from host_bridge.backtest.summary_report import Day, QueueReport, Report, RuleReport
from host_bridge.thresholds.rule_kinds import Rule, Rules

ZONE = ZoneInfo("Asia/Jerusalem")
FIRST = dt.date(2026, 3, 16)  # a Monday
HOUR_MS = 3_600_000
NINE, SEVENTEEN = 9 * HOUR_MS, 17 * HOUR_MS


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> int:
    """An instant of the day so many days after FIRST, in ms since 1970."""
    moment = dt.datetime.combine(FIRST + dt.timedelta(days=day), dt.time(hour, minute, second), ZONE)
    return int(moment.timestamp()) * 1000


def alarm(
    rule: str, from_ms: int, seconds: int, critical: tuple[int, int] | None = None, *, ended: bool = True
) -> Alarm:
    """A firing of so many seconds; `critical`: from and until, in seconds after its begin."""
    steps = [(from_ms, 1)]
    if critical is not None:
        begins, ends = critical
        steps = steps if begins else []
        steps.append((from_ms + begins * 1000, 2))
        if ends < seconds:
            steps.append((from_ms + ends * 1000, 1))
    severity = max(each for _, each in steps)
    return Alarm(rule, severity, from_ms, from_ms + seconds * 1000, tuple(steps), ended)


def rules(section: Mapping[str, Any]) -> dict[str, Rule]:
    """The rules of a section of thresholds.yaml."""
    problems = check.Problems()
    found = Rules().read(section, ("rules",), problems)
    assert not problems.found, problems.found
    return {name: rule for name, rule in found.items() if rule is not None}


def queue(
    name: str,
    section: Mapping[str, Any],
    alarms: Sequence[Alarm],
    *,
    label: str = "",
    days: int = 3,
    calls: int = 600,
    untested: Mapping[str, str] | None = None,
) -> QueueReport:
    """A queue that is open from 9 to 17 on each day."""
    spans = tuple((at(day, 9), at(day, 17)) for day in range(days))
    open_ms = days * 8 * HOUR_MS
    found = []
    for each, rule in rules(section).items():
        mine = tuple(one for one in alarms if one.rule == each)
        found.append(RuleReport(rule, each, (untested or {}).get(each), mine, tally(mine, days, open_ms)))
    tile = tally(together(alarms), days, open_ms)
    by_day = tuple(calls // days for _ in range(days))
    return QueueReport(name, label or name.lstrip("@"), calls, by_day, spans, days, tuple(found), tile)


def report(*queues: QueueReport, name: str = "thresholds.yaml", days: int = 3, notes: tuple[str, ...] = ()) -> Report:
    """All of it, on so many days."""
    whole = tuple(Day(FIRST + dt.timedelta(days=day), at(day, 0), at(day + 1, 0), True) for day in range(days))
    calls = sum(each.calls for each in queues if not each.id.startswith("@"))
    return Report(name, ZONE, ("queue_log.gz",), calls * 3, calls, 0, at(days, 0), whole, queues, notes)
