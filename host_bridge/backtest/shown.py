"""A queue, a group or the whole centre in a back-test: its rules, its hours and its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from firmware.core import wire
from firmware.core.rules import METRICS
from host_bridge.announce.handover import still
from host_bridge.announce.messages import group_id
from host_bridge.backtest.result import RuleTest
from host_bridge.thresholds import QueueThresholds, Thresholds
from host_bridge.thresholds.names import shown_name
from host_bridge.thresholds.rule_kinds import MAX_RULES, Rule
from host_bridge.truth.figures import Shares, Tally, Waits
from host_bridge.truth.truth import Truth

_OF_LINE = frozenset(("waiting", "oldest_ms", "next_breach_ms"))
_NO_SHARES = Shares(None, None, 0, 0)  # where no rule looks at them
_NOT_IN_LOG = frozenset(("agents_free",))


class Shown:
    """`message`: its rules as boards have them, without those that a queue_log cannot tell.

    As it is now: waits: who waits; open: within its hours; told: whether it has had figures yet.
    """

    def __init__(
        self,
        queue: str,
        name: str,
        limits: QueueThresholds,
        tally: Tally,
        figures: Callable[[int], dict[str, int]],
        *,
        is_open: Callable[[Iterable[str], int], bool],
    ) -> None:
        """`tally`: of what ended; all `figures` at a moment; `is_open` with these queues of the PBX, at a moment."""
        self.id = queue
        self.name = name
        self.is_group = queue.startswith("@")
        self.label = shown_name(limits, name)
        self.rules = tuple(_tested(rule) for rule in limits.rules)
        rules = [rule for rule, test in zip(limits.rules, self.rules, strict=True) if test.tested]
        self.has_rules = bool(rules)
        self.message = _message(rules)
        self._tally = tally
        self._level = limits.service_level
        self._changes = 0  # of the tally, as far as they were told
        self._figures = figures
        looks = {each["metric"] for rule in rules for level in rule["levels"] for each in level["all"] + level["clear"]}
        self._looks_at_line = bool(looks & _OF_LINE)
        self._looks_at_ends = bool(looks - _OF_LINE)
        self._saw: tuple[bool, Waits | None, Shares | None] | None = None
        self._counts_looks = any(map(_counts_looks, rules))
        self._stood: dict[str, int] = {}  # all figures, as boards would have been told last
        self.is_open = is_open
        self.waits = Waits(0, None, None)
        self.open = False
        self.told = False
        self.is_stale = False  # of a group: somebody came or left
        self.members: list[Shown] = []  # of a group: its queues
        self.groups: list[Shown] = []  # of a queue: what it is a part of
        self.whole: list[Shown] = [self]  # … and itself

    @classmethod
    def of_queue(cls, thresholds: Thresholds, truth: Truth, name: str) -> Shown:
        """A queue of the PBX."""
        return cls(
            wire.encode_id(name),
            name,
            thresholds.queue(name),
            truth.tally(name),
            lambda now_ms: truth.figures(name, now_ms),
            is_open=lambda queues, at_ms: thresholds.is_open(name, at_ms),
        )

    @classmethod
    def of_group(cls, thresholds: Thresholds, truth: Truth, name: str) -> Shown:
        """A group of the file."""
        return cls(
            group_id(name),
            name,
            thresholds.group(name),
            truth.group_tally(name),
            lambda now_ms: truth.group_figures(name, now_ms),
            is_open=lambda queues, at_ms: thresholds.is_group_open(name, queues, at_ms),
        )

    def add_up(self) -> None:
        """Of a group: who waits in all its queues."""
        waiting = 0
        since_ms = clock_ms = None
        for member in self.members:
            waits = member.waits
            if waits.waiting:
                waiting += waits.waiting
                since_ms = _earlier(since_ms, waits.since_ms)
                clock_ms = _earlier(clock_ms, waits.clock_ms)
        self.waits = Waits(waiting, since_ms, clock_ms)
        self.is_stale = False

    def shares(self) -> Shares:
        """Those figures of what ended that rules look at."""
        return self._tally.shares(self._level)

    @property
    def may_have_news(self) -> bool:
        """Whether there may be news though nobody came, or left: something that ended counts, or counts no more."""
        return self._tally.changes != self._changes or self._counts_looks

    def news(self, now_ms: int, wait_limit_ms: int | None) -> dict[str, Any] | None:
        """What alarms look at, as in the snapshot that boards get; None when the last one says it all.

        A rule with `for` over a wait asks when the figures were last seen without it: a caller who is known late, but
        waits since long, is not taken to have waited then. Only there it matters that boards are told of figures too
        that no rule looks at.
        """
        self._changes = self._tally.changes
        shares = self.shares() if self._looks_at_ends else _NO_SHARES
        saw = self.open, self.waits if self._looks_at_line else None, shares
        if self._counts_looks:
            stands = still(self._figures(now_ms), now_ms)
            if saw == self._saw and stands == self._stood:
                return None
            self._stood = stands
        elif saw == self._saw:
            return None
        self._saw = saw
        return self._snapshot(shares, now_ms, wait_limit_ms)

    def _snapshot(self, shares: Shares, now_ms: int, wait_limit_ms: int | None) -> dict[str, Any]:
        waiting, since_ms, clock_ms = self.waits
        breach_ms = None
        if wait_limit_ms is not None and clock_ms is not None:
            breach_ms = max(0, wait_limit_ms - (now_ms - clock_ms))
        return {
            "ts": now_ms,
            "open": self.open,
            "waiting": waiting,
            "oldest_ms": None if since_ms is None else max(0, now_ms - since_ms),
            "next_breach_ms": breach_ms,
            "sla": shares.sla,
            "avg_wait_ms": shares.avg_wait_ms,
            "abandoned": shares.abandoned,
            "offered": shares.offered,
            "agents_free": None,
        }


def _earlier(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _message(rules: list[Rule]) -> dict[str, Any]:
    """The rules as a board reads them, in parts: `suggest` tries more at once than one message holds."""
    parts = [rules[place : place + MAX_RULES] for place in range(0, max(1, len(rules)), MAX_RULES)]
    read = [wire.read(wire.RULES, wire.dumps({"v": wire.VERSION, "started": 0, "rules": part})) for part in parts]
    return {**read[0], "rules": [rule for message in read for rule in message["rules"]]}


def _counts_looks(rule: Rule) -> bool:
    metrics = [each["metric"] for level in rule["levels"] for each in level["all"]]
    return bool(rule["for_ms"]) and any(METRICS.get(metric) for metric in metrics)


def _tested(rule: Rule) -> RuleTest:
    """A rule that looks at agents in any of its levels is not tested at all: half of it would tell something else."""
    levels = rule["levels"]
    metrics = {each["metric"] for level in levels for each in (*level["all"], *(level["clear"] or ()))}
    unknown = metrics & _NOT_IN_LOG
    why = f"looks at {', '.join(sorted(unknown))}, and a queue_log does not tell who is logged in" if unknown else ""
    return RuleTest(rule["id"], tuple(level["severity"] for level in levels), why)
