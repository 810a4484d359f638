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

from firmware.core.alarm import Alarm
from firmware.core.rules import METRICS, Figures, Rule, compile_rules, holds

_SHARES = {"abandoned_permille": ("abandoned", "offered")}  # figures that are reckoned from others


class Change(NamedTuple):
    """A rule of a queue has another severity from `at_ms` on: 0 none, 1 warn, 2 critical."""

    at_ms: int
    queue: str
    rule: str
    severity: int


class _Alarm(Alarm):
    """… that need not be stepped while nothing that its rule looks at has changed."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule)
        self.due_ms: int | None = None
        self.told = 0
        """The severity that was told last."""
        self.is_new = True
        """Whether it has not judged yet by what holds now."""
        self._held: list[bool] = []  # which conditions did at the last step
        self._moves = any(map(METRICS.get, self.metrics()))  # whether time alone may change that

    def change(self, rule: Rule) -> None:
        super().change(rule)
        self.is_new = True
        self._moves = any(map(METRICS.get, self.metrics()))

    def metrics(self) -> set[str]:
        """What its rule looks at in a snapshot."""
        found = {"open"}
        for level in self.rule.levels:
            for condition in level.all + level.clear:
                found.update(_SHARES.get(condition.metric, (condition.metric,)))
        return found

    def look(self, now_ms: int, figures: Figures, seen_ms: int | None) -> None:
        """Advance to `now_ms`. `seen_ms`: when figures were last seen; it need not have been stepped by them.

        While the same conditions hold as at the last step, and nothing is due, another step would change nothing but
        when figures were last seen.
        """
        held = [holds(level.all, figures) for level in self.rule.levels]
        if self.severity:
            held += [holds(level.clear, figures) for level in self.rule.levels]
        held.append(figures.open)
        if held == self._held and not self.is_new and (self.due_ms is None or self.due_ms > now_ms):
            self._seen_ms = now_ms
            if self._moves:
                self.due_ms = self.next_ms(now_ms, figures)
            return
        if seen_ms is not None and self._seen_ms is not None and self._seen_ms < seen_ms:
            self._seen_ms = seen_ms
        self.is_new = False
        self.step(now_ms, figures)
        self.due_ms = self.next_ms(now_ms, figures)
        self._held = held

    def lose(self, now_ms: int) -> None:
        """The figures are not known to be true any more: time stands still."""
        self.is_new = True
        self.due_ms = None
        self.step(now_ms, None)


class _Queue:
    """What is known of one queue."""

    def __init__(self) -> None:
        self.alarms: tuple[_Alarm, ...] = ()
        self.values: Mapping[str, Any] | None = None
        self.lost: list[_Alarm] = []  # of rules, or of figures, that are no more
        self.due_ms: int | None = None
        self.seen_ms: int | None = None  # when figures were last seen
        self._columns: list[tuple[str, int, int]] = []  # what the rules look at: name, how it moves in ms a ms, its bit
        self._saw: dict[str, Any] = {}  # the same, as it was last
        self._masks: list[int] = []  # by alarm: the bits of what its rule looks at

    def take_alarms(self, alarms: tuple[_Alarm, ...]) -> None:
        """These from now on."""
        self.alarms = alarms
        names = sorted({name for alarm in alarms for name in alarm.metrics()})
        bits = {name: 1 << place for place, name in enumerate(names)}
        self._columns = [(name, METRICS.get(name, 0), bit) for name, bit in bits.items()]
        self._masks = [sum(bits[name] for name in alarm.metrics()) for alarm in alarms]
        self._saw = {}

    def concerned(self, values: Mapping[str, Any], now_ms: int) -> list[_Alarm]:
        """The alarms that have something to look at: something new (that a wait grows older is not), or what is due."""
        news, saw, ts = 0, self._saw, values["ts"]
        for name, slope, bit in self._columns:
            value = values[name]
            if slope and value is not None:
                value -= slope * ts
            if name not in saw or saw[name] != value:
                saw[name] = value
                news |= bit
        return [
            alarm
            for alarm, mask in zip(self.alarms, self._masks, strict=True)
            if news & mask or alarm.is_new or (alarm.due_ms is not None and alarm.due_ms <= now_ms)
        ]


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
        now: list[_Alarm] = []
        for rule in found:
            alarm = before.pop(rule.id, None) or _Alarm(rule)
            if alarm.rule != rule:
                alarm.change(rule)
            now.append(alarm)
        it.take_alarms(tuple(now))
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
            it.take_alarms(tuple(_Alarm(alarm.rule) for alarm in it.alarms))
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
        self._unstepped.pop(queue, None)
        changes = [Change(now_ms, queue, alarm.rule.id, 0) for alarm in it.lost if alarm.told]
        it.lost.clear()
        values = it.values
        concerned: Sequence[_Alarm] = it.alarms
        if values is None or not self._up:
            for alarm in concerned:
                alarm.lose(now_ms)
        else:
            concerned = it.concerned(values, now_ms)
            if concerned:
                figures = Figures(values, now_ms - values["ts"], now_ms, values["open"])
                for alarm in concerned:
                    alarm.look(now_ms, figures, it.seen_ms)
            it.seen_ms = now_ms
        for alarm in concerned:
            if alarm.severity != alarm.told:
                alarm.told = alarm.severity
                changes.append(Change(now_ms, queue, alarm.rule.id, alarm.severity))
        if concerned:
            due_ms = min([alarm.due_ms for alarm in it.alarms if alarm.due_ms is not None], default=None)
            if due_ms != it.due_ms:
                it.due_ms = due_ms
                if due_ms is not None:
                    heapq.heappush(self._due, (due_ms, queue))
        return changes
