"""The queues that a person asked for, out of the reports of all: --queue."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from firmware.core.wire import encode_id
from host_bridge.backtest.summary_report import Report
from host_bridge.ctl.site import names
from host_bridge.ctl.site.state import Queue


class BacktestError(ValueError):
    """What was asked for cannot be done; one clear line."""


def only(words: Sequence[str], *reports: Report) -> tuple[Report, ...]:
    """The reports, cut to the queues and groups of these names or labels; as they are when there is no word.

    Raises BacktestError for a word that is none of theirs.
    """
    if not words:
        return reports
    there = {queue.id: Queue(encode_id(queue.id), queue.id, queue.label) for each in reports for queue in each.queues}
    try:
        wanted = {names.queue(word, list(there.values())).name for word in words}
    except names.NoSuchNameError as error:
        raise BacktestError(f"--queue: in the log of these days {error}") from None
    return tuple(_cut(report, wanted) for report in reports)


def _cut(report: Report, wanted: set[str]) -> Report:
    kept = tuple(queue for queue in report.queues if queue.id in wanted)
    others = sum(queue.id not in wanted and not queue.id.startswith("@") for queue in report.queues)
    return dataclasses.replace(report, queues=kept, others=others)
