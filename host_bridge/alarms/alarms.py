"""The alarms of a site without a board: judged by the boards' own code, as one does that hears everything at once.

    alarms = Alarms()
    alarms.set_rules("sales", wire.read(wire.RULES, payload))
    changes = alarms.told("sales", wire.read(wire.QUEUE, payload), now_ms)
    changes += alarms.tick(now_ms)              # at the latest when next_ms() says

Queues are named by their ids on the wire ("sales", "@service"). All times are ms of the bridge's clock, and never fall.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from firmware.core.rules import Figures, compile_rules
from host_bridge.alarms.lazy_alarm import LazyAlarm


class Change(NamedTuple):
    """A rule of a queue has another severity from `at_ms` on: 0 none, 1 warn, 2 critical."""

    at_ms: int
    queue: str
    rule: str
    severity: int


class _Queue:
    """What is known of one queue."""

    def __init__(self) -> None:
        self.alarms: tuple[LazyAlarm, ...] = ()
        self.values: Mapping[str, Any] | None = None
        self.lost: list[LazyAlarm] = []  # of rules, or of figures, that are no more
        self.due_ms: int | None = None
        self.seen_ms: int | None = None  # when figures were last seen


class Alarms:
    """All rules of all queues. The PBX is taken to be up until `pbx` says otherwise."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}
        self._up = True
        self._unstepped: dict[str, None] = {}  # queues whose rules have changed
        self._due: list[tuple[int, str]] = []  # the earliest first; one that is not its queue's is void

    def set_rules(self, queue: str, rules: Mapping[str, Any] | None) -> list[str]:
        """A message `rules/<queue>` as wire.read gives it; None: the queue has no rules any more.

        What goes on firing keeps its state. It counts from the next `told` or `tick` on, and next_ms() is then. Gives
        what is wrong with the rules, a line each: a rule that cannot be carried out is left out.
        """
        it = self._queues.setdefault(queue, _Queue())
        found, problems = compile_rules(dict(rules)) if rules is not None else ((), [])
        before = {alarm.rule.id: alarm for alarm in it.alarms}
        now: list[LazyAlarm] = []
        for rule in found:
            alarm = before.pop(rule.id, None) or LazyAlarm(rule)
            if alarm.rule != rule:
                alarm.change(rule)
            now.append(alarm)
        it.alarms = tuple(now)
        it.lost += before.values()
        self._unstepped[queue] = None
        return problems

    def told(self, queue: str, snapshot: Mapping[str, Any] | None, now_ms: int) -> list[Change]:
        """A queue's snapshot as wire.read gives it; None: the queue is gone, and nothing of it fires.

        Of the snapshot only `ts`, `open` and the figures that the queue's rules look at must be there; one that is
        older than the last is passed over. What changed by that, and by time, for this queue.
        """
        it = self._queues.get(queue)
        if it is None:
            it = self._queues[queue] = _Queue()
        if snapshot is None:
            it.lost += it.alarms
            it.alarms = tuple(LazyAlarm(alarm.rule) for alarm in it.alarms)
        elif it.values is not None and snapshot["ts"] < it.values["ts"]:
            return []
        it.values = snapshot
        return self._step(queue, it, now_ms)

    def pbx(self, up: bool, now_ms: int) -> list[Change]:
        """The PBX is up, or not: then no figure is known to be true, and what fires stands as it is."""
        if up == self._up:
            return []
        self._up = up
        return self._step_all(self._queues, now_ms)

    def tick(self, now_ms: int) -> list[Change]:
        """What changes by time alone, and by new rules."""
        changes: list[Change] = []
        if self._unstepped:
            changes += self._step_all(self._unstepped, now_ms)
        while self._due and self._due[0][0] <= now_ms:
            at_ms, queue = heapq.heappop(self._due)
            it = self._queues[queue]
            if it.due_ms == at_ms:
                changes += self._step(queue, it, now_ms)
        return changes

    def next_ms(self) -> int | None:
        """When tick() may have something to do; at once when that is past. None: nothing by time alone."""
        if self._unstepped:
            return 0
        while self._due and self._queues[self._due[0][1]].due_ms != self._due[0][0]:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def firing(self) -> dict[tuple[str, str], int]:
        """All that fires: queue and rule → severity."""
        return {
            (queue, alarm.rule.id): alarm.severity
            for queue, it in self._queues.items()
            for alarm in it.alarms
            if alarm.severity
        }

    def _step_all(self, queues: Iterable[str], now_ms: int) -> list[Change]:
        return [change for queue in list(queues) for change in self._step(queue, self._queues[queue], now_ms)]

    def _step(self, queue: str, it: _Queue, now_ms: int) -> list[Change]:
        if self._unstepped:
            self._unstepped.pop(queue, None)
        changes: list[Change] = []
        if it.lost:
            changes += [Change(now_ms, queue, alarm.rule.id, 0) for alarm in it.lost if alarm.told]
            it.lost.clear()
        values = it.values
        stepped: Sequence[LazyAlarm] = it.alarms
        if values is None or not self._up:
            for alarm in stepped:
                alarm.lose(now_ms)
        else:
            stepped = [alarm for alarm in it.alarms if not alarm.rests(values, now_ms)]
            if stepped:
                figures = Figures(values, now_ms - values["ts"], now_ms, values["open"])
                for alarm in stepped:
                    alarm.look(figures, it.seen_ms)
            it.seen_ms = now_ms
        for alarm in stepped:
            if alarm.severity != alarm.told:
                alarm.told = alarm.severity
                changes.append(Change(now_ms, queue, alarm.rule.id, alarm.severity))
        due_ms = None
        for alarm in it.alarms:
            if alarm.due_ms is not None and (due_ms is None or alarm.due_ms < due_ms):
                due_ms = alarm.due_ms
        if due_ms != it.due_ms:
            it.due_ms = due_ms
            if due_ms is not None:
                heapq.heappush(self._due, (due_ms, queue))
        return changes
