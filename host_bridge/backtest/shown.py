"""A queue, a group or the whole centre in a back-test: its rules, its hours and its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from firmware.core import wire
from host_bridge.backtest.result import RuleTest
from host_bridge.messages import group_id, printable
from host_bridge.rule_kinds import MAX_RULES, Rule
from host_bridge.thresholds import QueueThresholds, Thresholds
from host_bridge.truth.truth import Truth

# The figures that rules look at.
_FIGURES = ("waiting", "oldest_ms", "sla", "avg_wait_ms", "abandoned", "offered", "agents_free", "next_breach_ms")
_NOT_IN_LOG = frozenset(("agents_free",))


class Shown:
    """`message`: its rules as boards have them, without those that a queue_log cannot tell; open, told: as of now."""

    def __init__(
        self,
        queue: str,
        name: str,
        limits: QueueThresholds,
        figures: Callable[[int], dict[str, int]],
        is_open: Callable[[Iterable[str], int], bool],
    ) -> None:
        self.id = queue
        self.name = name
        self.is_group = queue.startswith("@")
        self.label = limits.label or printable(name)
        self.rules = tuple(_tested(rule) for rule in limits.rules)
        rules = [rule for rule, test in zip(limits.rules, self.rules, strict=True) if test.tested]
        self.has_rules = bool(rules)
        self.message = _message(rules)
        self.figures = figures
        self.is_open = is_open
        self.open = False
        self.told = False

    @classmethod
    def of_queue(cls, thresholds: Thresholds, truth: Truth, name: str) -> Shown:
        """A queue of the PBX."""
        return cls(
            wire.encode_id(name),
            name,
            thresholds.queue(name),
            lambda now_ms: truth.figures(name, now_ms),
            lambda queues, at_ms: thresholds.is_open(name, at_ms),
        )

    @classmethod
    def of_group(cls, thresholds: Thresholds, truth: Truth, name: str) -> Shown:
        """A group of the file."""
        return cls(
            group_id(name),
            name,
            thresholds.group(name),
            lambda now_ms: truth.group_figures(name, now_ms),
            lambda queues, at_ms: thresholds.is_group_open(name, queues, at_ms),
        )

    def snapshot(self, figures: Mapping[str, int], now_ms: int) -> dict[str, Any]:
        """What of it alarms look at."""
        snapshot: dict[str, Any] = {name: figures.get(name) for name in _FIGURES}
        snapshot["ts"] = now_ms
        snapshot["open"] = self.open
        return snapshot


def _message(rules: list[Rule]) -> dict[str, Any]:
    """The rules as a board reads them, in parts: `suggest` tries more at once than one message holds."""
    parts = [rules[place : place + MAX_RULES] for place in range(0, max(1, len(rules)), MAX_RULES)]
    read = [wire.read(wire.RULES, wire.dumps({"v": wire.VERSION, "started": 0, "rules": part})) for part in parts]
    return {**read[0], "rules": [rule for message in read for rule in message["rules"]]}


def _tested(rule: Rule) -> RuleTest:
    """A rule that looks at agents in any of its levels is not tested at all: half of it would tell something else."""
    levels = rule["levels"]
    metrics = {each["metric"] for level in levels for each in (*level["all"], *(level["clear"] or ()))}
    unknown = metrics & _NOT_IN_LOG
    why = f"looks at {', '.join(sorted(unknown))}, and a queue_log does not tell who is logged in" if unknown else ""
    return RuleTest(rule["id"], tuple(level["severity"] for level in levels), why)
