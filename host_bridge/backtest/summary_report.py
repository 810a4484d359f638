"""One back-test as it is reported: queue by queue, rule by rule. Text, JSON, page and suggestions are made from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from host_bridge.backtest.summary import Alarm, Tally
from host_bridge.thresholds.rule_kinds import Rule


@dataclass(frozen=True)
class RuleReport:
    """`untested`: why the log cannot tell; None when it can."""

    rule: Rule
    name: str
    untested: str | None
    alarms: tuple[Alarm, ...]
    tally: Tally


@dataclass(frozen=True)
class QueueReport:
    """A queue ("sales") or a group ("@service"). `tile`: all its alarms, as its tile shows them."""

    id: str
    label: str
    calls: int
    calls_by_day: tuple[int, ...]
    open_spans: tuple[tuple[int, int], ...]
    days: int
    rules: tuple[RuleReport, ...]
    tile: Tally

    @property
    def open_ms(self) -> int:
        """The length of the opening hours that the log covers."""
        return sum(until - since for since, until in self.open_spans)


@dataclass(frozen=True)
class Day:
    """From `from_ms` up to `until_ms`, cut to what the log covers; `is_whole` when nothing was cut of its hours."""

    date: dt.date
    from_ms: int
    until_ms: int
    is_whole: bool


@dataclass(frozen=True)
class Report:
    """`name`: of the thresholds' file. `dropped`: lines that were not understood. `ends_ms`: where the log ends.

    `others`: queues of the log that are left out of `queues`, groups not counted.
    """

    name: str
    zone: dt.tzinfo
    files: Sequence[str]
    lines: int
    calls: int
    dropped: int
    ends_ms: int
    days: tuple[Day, ...]
    queues: tuple[QueueReport, ...]
    notes: tuple[str, ...]
    others: int = 0
