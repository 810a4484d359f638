"""Where to look first when a back-test is of many queues: a short table of those that would have called most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from host_bridge.backtest.summary_report import QueueReport, Report
from host_bridge.backtest.summary_words import left, percent, rate, right, shown, width

MANY_QUEUES = 12  # more than a screen or two
_MOST = 10
_HEADS = ("alarms a day", "share")
_NAME_COLUMNS = 40


def lines(*reports: Report, sides: Sequence[str] = ("",)) -> Iterator[str]:
    """The table and an empty line, or nothing for few queues. Of two reports, their `sides` stand in the heads.

    Groups are not in it: they repeat their queues.
    """
    by_id: dict[str, list[QueueReport | None]] = {}
    for place, report in enumerate(reports):
        for queue in report.queues:
            if not queue.id.startswith("@"):
                by_id.setdefault(queue.id, [None] * len(reports))[place] = queue
    if len(by_id) <= MANY_QUEUES:
        return
    worst = sorted(by_id.items(), key=lambda item: -_badness(item[1]))[:_MOST]
    worst = [(name, each) for name, each in worst if _badness(each)]
    yield ""
    if not worst:
        yield f"no tile of {len(by_id)} queues would have blinked"
        return
    yield f"the worst {len(worst)} of {len(by_id)} queues, by how often the tile would have begun to blink:"
    heads = [f"{side} {head}".strip() for side in sides for head in _HEADS]
    wide = [max(6, len(head)) for head in heads]
    rows = [(shown(name), _cells(each)) for name, each in worst]
    columns = min(_NAME_COLUMNS, max(width(name) for name, _ in rows))
    for name, cells in [("", heads), *rows]:
        yield f"  {left(name, columns)}  {'  '.join(right(*cell) for cell in zip(cells, wide, strict=True))}"
    yield "  --queue NAME tells of one alone"


def _badness(sides: Sequence[QueueReport | None]) -> float:
    return max(each.tile.per_day + each.tile.share_permille / 1e6 for each in sides if each is not None)


def _cells(sides: Sequence[QueueReport | None]) -> list[str]:
    cells = []
    for each in sides:
        cells += ["–", "–"] if each is None else [rate(each.tile.per_day), percent(each.tile.share_permille)]
    return cells
