"""A board's alarm that is stepped only when a step would change something: a back-test judges a million times.

A step changes nothing but when figures were last seen, while the same conditions hold as after the last one, the queue
is open as it was then, and nothing is due. Most rules look at one figure: for them that is between two bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware.core.alarm import Alarm
from firmware.core.rules import METRICS, Condition, Figures, Rule, holds

_FAR = 1 << 62
_NOT_A_FIGURE = "abandoned_permille"  # a share of two


class LazyAlarm(Alarm):
    """`due_ms`: when time alone has something to do; `is_new`: it must be stepped, whatever the figures are.

    `told` is for the owner: the severity that was told last.
    """

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule)
        self.told = 0
        self.is_new = True
        self.due_ms: int | None = None
        self._open = False
        self._held: list[bool] = []  # which conditions, of those that matter
        self._metric: str | None = None  # the only one that the rule looks at
        self._slope = 0
        self._is_unknown = False  # its figure; else it is between these two
        self._least = self._most = 0
        self._other_due_ms: int | None = None  # but for leaving them
        self._prepare()

    def change(self, rule: Rule) -> None:
        super().change(rule)
        self._prepare()

    def rests(self, values: Mapping[str, Any], now_ms: int) -> bool:
        """Whether by this snapshot, at this moment, a step would change nothing; `due_ms` may be another then."""
        if self.is_new or values["open"] != self._open or (self.due_ms is not None and self.due_ms <= now_ms):
            return False
        if not self._open:
            return True
        if self._metric is None:
            figures = Figures(values, now_ms - values["ts"], now_ms, True)
            if self._holding(figures) != self._held:
                return False
            self.due_ms = self.next_ms(now_ms, figures)
            return True
        value = values[self._metric]
        if value is None or self._is_unknown:
            return value is None and self._is_unknown
        if self._slope:
            value += self._slope * (now_ms - values["ts"])
            crosses_ms = now_ms + 1 + (self._most - value if self._slope > 0 else value - self._least)
            self.due_ms = crosses_ms if self._other_due_ms is None else min(crosses_ms, self._other_due_ms)
        return bool(self._least <= value <= self._most)

    def look(self, figures: Figures, seen_ms: int | None) -> None:
        """Advance to the moment of the figures. `seen_ms`: when there were figures last, by which it rested."""
        if seen_ms is not None and self._seen_ms is not None and self._seen_ms < seen_ms:
            self._seen_ms = seen_ms
        self.step(figures.at_ms, figures)
        self.is_new = False
        self._open = figures.open
        if self._metric is None:
            self.due_ms = self.next_ms(figures.at_ms, figures)
            self._held = self._holding(figures)
        else:
            self._note_bounds(figures)

    def lose(self, now_ms: int) -> None:
        """The figures are not known to be true any more: time stands still."""
        self.is_new = True
        self.due_ms = None
        self.step(now_ms, None)

    def _prepare(self) -> None:
        self.is_new = True
        self.due_ms = None
        levels = self.rule.levels
        metrics = {each.metric for level in levels for each in level.all + level.clear}
        self._metric = metrics.pop() if len(metrics) == 1 and _NOT_A_FIGURE not in metrics else None
        self._slope = 0 if self._metric is None else METRICS[self._metric]
        self._fires_at = sorted({_turn(each) for level in levels for each in level.all})
        self._turns = sorted({_turn(each) for level in levels for each in level.all + level.clear})

    def _holding(self, figures: Figures) -> list[bool]:
        """Which conditions hold; those of `clear` matter only while it fires."""
        held = [holds(level.all, figures) for level in self.rule.levels]
        if self.severity:
            held += [holds(level.clear, figures) for level in self.rule.levels]
        return held

    def _note_bounds(self, figures: Figures) -> None:
        """Between which values of the only metric the same conditions hold as now."""
        value = figures.values[self._metric]
        self._is_unknown = value is None
        self._least, self._most = -_FAR, _FAR
        if value is not None:
            value += self._slope * figures.age_ms
            for turn in self._turns if self.severity else self._fires_at:
                if turn <= value:
                    self._least = turn
                else:
                    self._most = turn - 1
                    break
        self._other_due_ms = self._timed_ms(figures.at_ms) if figures.open else None
        self.due_ms = self.next_ms(figures.at_ms, figures) if self._slope else self._other_due_ms

    def _timed_ms(self, now_ms: int) -> int | None:
        """When `for` or `hold` has passed, as in next_ms()."""
        found: int | None = None
        for since_ms in self._since:
            if since_ms is not None and since_ms + self.rule.for_ms > now_ms:
                found = _earlier(found, since_ms + self.rule.for_ms)
        if self.severity:
            for since_ms in (self._calm_since, self._below_since):
                if since_ms is not None and since_ms + self.rule.hold_ms > now_ms:
                    found = _earlier(found, since_ms + self.rule.hold_ms)
        return found


def _earlier(one: int | None, other: int) -> int:
    return other if one is None or other < one else one


def _turn(condition: Condition) -> int:
    """The first value at which the condition is another thing than below it."""
    value: int = condition.value
    return value if condition.op in (">=", "<") else value + 1
