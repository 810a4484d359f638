"""Queues that thresholds name and that nobody called on these days: a slip of the pen, or the log of another site."""

from __future__ import annotations

from pathlib import Path

from firmware.core.spelling import did_you_mean
from host_bridge.backtest.summary_report import Report
from host_bridge.backtest.summary_words import shown
from host_bridge.thresholds import Thresholds

_MOST = 5


def absent(report: Report, thresholds: Thresholds, name: str) -> tuple[str, ...]:
    """A note for people, or none. `name`: of the thresholds' file."""
    called = [queue.id for queue in report.queues if queue.calls and not queue.id.startswith("@")]
    missing = [queue for queue in thresholds.queues if queue not in called]
    if not missing:
        return ()
    file = shown(Path(name).name)
    if len(missing) == len(thresholds.queues):
        return (f"nobody called a queue that {file} names: is the log of another site? In it: {_listed(called)}",)
    others = [queue for queue in called if queue not in thresholds.queues]
    hint = did_you_mean(missing[0], others) if len(missing) == 1 else ""
    return (f"in {file}, but nobody called: {_listed(missing)}{hint}",)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(shown(name) for name in names[:_MOST]) + more
