"""All candidates of all queues in one replay, and what each of them gave."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Mapping
from typing import TypeVar

from host_bridge.backtest.suggest import Suggestion, Tried, suggest
from host_bridge.backtest.suggest_candidates import (
    CREEPING_A_DAY,
    SLOW,
    Candidate,
    metrics,
    values,
    with_between,
    with_holds,
    worth_trying,
)
from host_bridge.backtest.summary_curve import Curve, passings
from host_bridge.backtest.summary_report import QueueReport, Report
from host_bridge.thresholds import QueueThresholds, Thresholds

_Some = TypeVar("_Some", bound=QueueThresholds)
_MOST_PASSINGS = 12  # times the wanted number: a hold joins several to one alarm, seldom so many


class Plan:
    """What is to be tried for each queue; its length is how many rules that is."""

    def __init__(
        self,
        current: Thresholds,
        off: Mapping[str, Collection[str]],
        wanted: float,
        report: Report,
        curves: Mapping[str, Curve],
    ) -> None:
        """`off`: rules not to be suggested, by queue id; `report`, `curves`: of a replay of the thresholds in use."""
        self._current = current
        self._wanted = wanted
        self._queues = report.queues
        self._tries = {
            queue.id: self._candidates(queue, off.get(queue.id, ()), curves[queue.id]) for queue in report.queues
        }

    def __len__(self) -> int:
        return sum(len(each) for tries in self._tries.values() for each in tries.values())

    def halves(self) -> tuple[Thresholds, Thresholds]:
        """The thresholds in use with candidates in the place of all rules: for one half of the calls, for the other."""
        first: set[str] = set()
        second: set[str] = set()
        weights = [0, 0]
        for queue in sorted(self._queues, key=lambda queue: -queue.calls):
            smaller = weights.index(min(weights))
            weights[smaller] += queue.calls
            (first, second)[smaller].add(queue.id)
        return self._trial(first), self._trial(second)

    def suggestions(self, tried: Report) -> dict[str, Suggestion]:
        """What is suggested for each queue and group that the report of a trial has rules of."""
        return {queue.id: self._suggestion(queue) for queue in tried.queues if queue.rules}

    def _trial(self, names: Collection[str]) -> Thresholds:
        def tries(own: _Some, name: str) -> _Some:
            found = self._tries[name].values() if name in names else ()
            return dataclasses.replace(own, rules=tuple(one.rule() for each in found for one in each))

        current = self._current
        seen = [queue.id for queue in self._queues if not queue.id.startswith("@")]
        return dataclasses.replace(
            current,
            queues={name: tries(current.queue(name), name) for name in dict.fromkeys((*current.queues, *seen))},
            groups={name: tries(own, f"@{name}") for name, own in current.groups.items()},
            others=dataclasses.replace(current.others, rules=()),
        )

    def _suggestion(self, queue: QueueReport) -> Suggestion:
        found = {rule.name: rule for rule in queue.rules}
        by_metric = {
            metric: [
                Tried(each, tuple(one._replace(rule="") for one in found[each.id].alarms), found[each.id].tally)
                for each in candidates
            ]
            for metric, candidates in self._tries[queue.id].items()
        }
        return suggest(by_metric, self._wanted, queue.calls, queue.days, queue.open_ms)

    def _candidates(self, queue: QueueReport, off: Collection[str], curve: Curve) -> dict[str, list[Candidate]]:
        current = self._current
        own = current.group(queue.id[1:]) if queue.id.startswith("@") else current.queue(queue.id)
        most = _MOST_PASSINGS * max(1.0, self._wanted) * queue.days
        tries = {}
        for metric in metrics(own, off):
            passed = functools.partial(passings, curve, metric)
            aim = min(self._wanted, CREEPING_A_DAY) if metric in SLOW else self._wanted
            given = with_between(metric, values(metric, own, current.wait_limit_ms), passed, aim * queue.days)
            tries[metric] = with_holds(metric, worth_trying(given, passed(given), most))
        return tries
