"""A queue's figures over all days as one curve, and how often it passed a value."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import NamedTuple

from host_bridge.backtest.result import Result


class Curve(NamedTuple):
    """How a queue's figures changed: when, to how many waiting, the longest since when, service level; −1: none."""

    at_ms: list[int]
    waiting: list[int]
    since_ms: list[int]
    sla: list[int]


def curves(result: Result) -> dict[str, Curve]:
    """By the queue's id in the report ("sales", "@service"), out of a replay with its series."""
    ids = {queue.id: f"@{queue.name}" if queue.is_group else queue.name for queue in result.queues}
    found = {name: Curve([], [], [], []) for name in ids.values()}
    for each in sorted(result.series, key=lambda series: series.at_ms[0]):
        for column, more in zip(found[ids[each.queue]], each[2:], strict=True):
            column.extend(more)
    return found


def passings(curve: Curve, metric: str, values: Sequence[int]) -> list[int] | None:
    """How often the figure became as bad as each of the values, hours or not; None for one that no curve tells.

    `values` on the wire's scale, in any order. It costs no replay: good enough to know which values are worth one.
    """
    rising = sorted(values)
    counts = [0] * (len(rising) + 1)
    if metric == "waiting":
        steps = [(value, value) for value in curve.waiting]
    elif metric == "wait":
        ends = [*curve.at_ms[1:], *curve.at_ms[-1:]]
        rows = zip(curve.at_ms, ends, curve.since_ms, strict=True)
        steps = [(0, 0) if since < 0 else (at - since, end - since) for at, end, since in rows]
    elif metric == "sla":
        rising = sorted(-value + 1 for value in values)  # below, not at
        steps = [(-2_000, -2_000) if value < 0 else (-value, -value) for value in curve.sla]
    else:
        return None
    last = -2_000
    for begin, end in steps:
        for value in range(bisect.bisect_right(rising, min(last, begin)), bisect.bisect_right(rising, end)):
            counts[value] += 1
        last = end
    order = dict(zip(rising, counts, strict=False))
    return [order[-value + 1 if metric == "sla" else value] for value in values]
