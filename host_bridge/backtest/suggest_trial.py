"""All candidates of all queues in one replay, and what each of them gave."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import TypeVar

from host_bridge.backtest.suggest import Suggestion, Tried, suggest
from host_bridge.backtest.suggest_candidates import Candidate, candidates, metrics
from host_bridge.backtest.summary import Alarm
from host_bridge.backtest.summary_report import QueueReport, Report
from host_bridge.thresholds import QueueThresholds, Thresholds

_Some = TypeVar("_Some", bound=QueueThresholds)
Off = Mapping[str, Collection[str]]


def trial(current: Thresholds, off: Off) -> Thresholds:
    """The thresholds in use with candidates in the place of all rules; `off`: not to be suggested, by queue id."""

    def tries(own: _Some, name: str) -> _Some:
        return dataclasses.replace(own, rules=tuple(each.rule() for each in _candidates(own, name, current, off)))

    return dataclasses.replace(
        current,
        queues={name: tries(own, name) for name, own in current.queues.items()},
        groups={name: tries(own, f"@{name}") for name, own in current.groups.items()},
        others=tries(current.others, ""),
    )


def suggestions(tried: Report, current: Thresholds, off: Off, wanted: float) -> dict[str, Suggestion]:
    """What is suggested for each queue and group that had rules to try, from the report of the trial."""
    return {queue.id: _suggestion(queue, current, off, wanted) for queue in tried.queues if queue.rules}


def _suggestion(queue: QueueReport, current: Thresholds, off: Off, wanted: float) -> Suggestion:
    found = {rule.name: rule for rule in queue.rules}
    own = current.group(queue.id[1:]) if queue.id.startswith("@") else current.queue(queue.id)
    by_metric: dict[str, list[Tried]] = defaultdict(list)
    for candidate in _candidates(own, queue.id, current, off):
        rule = found[candidate.id]
        by_metric[candidate.metric].append(Tried(candidate, tuple(map(_unnamed, rule.alarms)), rule.tally))
    return suggest(dict(by_metric), wanted, queue.calls, queue.days, queue.open_ms)


def _candidates(own: QueueThresholds, name: str, current: Thresholds, off: Off) -> list[Candidate]:
    limit_ms = current.wait_limit_ms
    wanted = metrics(own, off.get(name, ()), has_limit=limit_ms is not None)
    return [each for metric in wanted for each in candidates(metric, own, limit_ms)]


def _unnamed(alarm: Alarm) -> Alarm:
    return alarm._replace(rule="")
