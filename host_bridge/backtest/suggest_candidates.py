"""The rules that `suggest` tries, all at once in one replay: round values, each with a few holds.

A candidate has one level. Of a rule with two, the same replay tells all: it fires when its warn level alone would, and
becomes critical when its critical level alone would begin to.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from host_bridge.backtest.summary_words import metric_name, value_text
from host_bridge.thresholds import QueueThresholds
from host_bridge.thresholds.rule_kinds import METRICS, Rule

_SOUND = {"warn": "none", "critical": "none"}
_WAITS_S = (10, 15, 20, 30, 45, 60, 90, 120, 150, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600)
_COUNTS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200)
_SHARES = (20, 30, 50, 80, 100, 150, 200, 250, 300, 400, 500, 600)
_LEFT_S = (180, 150, 120, 90, 60, 45, 30, 15, 0)
_STEPS = {  # of what lies between them, the roundest first; sla flaps at any value, so that none is nearer
    "wait": tuple(1000 * second for second in (600, 300, 120, 60, 30, 15, 10, 5)),
    "waiting": (10, 5, 1),
}
_ROUNDS = 2  # of halving what is between two values
_FAR_APART = 1.5  # times as often
_HELD_TOGETHER = 3  # alarms that a hold may join to one
_NEAR_PART = 20  # values so near to each other, as a part of the lower one, are no two for people
_FAST_HOLDS_MS = (5_000, 20_000, 60_000)
_SLOW_HOLDS_MS = (60_000, 300_000)
SLOW = frozenset(("sla", "avg_wait", "abandoned"))  # figures of a window: they creep, and can flap at their limit
CREEPING_A_DAY = 1.0  # alarms: more often they can only flap

Passed = Callable[[Sequence[int]], list[int] | None]


class Candidate(NamedTuple):
    """One level of one metric, `value` as on the wire (ms, calls, permille)."""

    metric: str
    value: int
    hold_ms: int

    @property
    def id(self) -> str:
        """Its name in the replay."""
        return f"{self.metric}.{self.value}.{self.hold_ms}"

    @property
    def text(self) -> str:
        """The value as people write it."""
        return value_text(self.metric, self.value)

    def rule(self) -> Rule:
        """In the form of the wire."""
        metric = METRICS[self.metric]
        when: list[dict[str, Any]] = [{"metric": metric.figure, "op": metric.op, "value": self.value}]
        level = {"severity": "warn", "all": when, "clear": when}
        return {"id": self.id, "for_ms": 0, "hold_ms": self.hold_ms, "levels": [level], "sound": _SOUND}


def metrics(queue: QueueThresholds, off: Iterable[str]) -> list[str]:
    """What is suggested for a queue: wait, waiting and sla unless its file says `off`; others where it has a rule.

    Agents are in no queue_log.
    """
    used = {metric_name(level["all"][0]["metric"]) for rule in queue.rules for level in rule["levels"]}
    wanted = {"wait", "waiting", "sla"} | (used & {"avg_wait", "abandoned", "next_breach"})
    return [name for name in METRICS if name in wanted and name not in set(off)]


def values(metric: str, queue: QueueThresholds, wait_limit_ms: int | None) -> list[int]:
    """What may be tried, the easiest first. No wait shorter than a good answer is a reason to blink."""
    level = queue.service_level
    if metric in ("wait", "avg_wait"):
        return [second * 1000 for second in _WAITS_S if second >= level.answer_within_s]
    if metric == "waiting":
        return list(_COUNTS)
    if metric == "sla":
        return list(range(level.target_permille, 99, -50))
    if metric == "abandoned":
        return list(_SHARES)
    return [second * 1000 for second in _LEFT_S if second * 1000 < (wait_limit_ms or 0)]


def with_between(metric: str, given: Sequence[int], passed: Passed, goal: float) -> list[int]:
    """… and round values between two neighbours that lie far apart in what they would give, near the wanted number.

    `passed` tells how often each value was passed, or None; `goal` is in such times.
    """
    found = list(given)
    for _ in range(_ROUNDS):
        counts = passed(found)
        if counts is None:
            break
        new = [
            value
            for (easy, often), (hard, seldom) in itertools.pairwise(zip(found, counts, strict=True))
            if often >= goal / 2
            and seldom <= _HELD_TOGETHER * goal
            and often > _FAR_APART * seldom
            and (value := _between(metric, easy, hard)) is not None
        ]
        found = sorted({*found, *new}, reverse=given[0] > given[-1])
    return found


def _between(metric: str, easy: int, hard: int) -> int | None:
    """The roundest value between the two, None where they are near each other."""
    low, high = min(easy, hard), max(easy, hard)
    for step in _STEPS.get(metric, ()):
        value = (low + high) // 2 // step * step
        value = value if value > low else value + step
        if low < value < high and high - low > low // _NEAR_PART:
            return value
    return None


def worth_trying(given: Sequence[int], passed: Sequence[int] | None, most: float) -> list[int]:
    """The values that the figure passed at all, and at most so many times; the last of those before it, if none.

    `passed`: how often each was passed, None when that is not known. What is passed very often calls very often.
    """
    if passed is None:
        return list(given)
    found = [value for value, count in zip(given, passed, strict=True) if 0 < count <= most]
    return found or list(given[:1])


def with_holds(metric: str, worth: Iterable[int]) -> list[Candidate]:
    """Each value with each of the holds."""
    holds = _SLOW_HOLDS_MS if metric in SLOW else _FAST_HOLDS_MS
    return [Candidate(metric, value, hold_ms) for value in worth for hold_ms in holds]
