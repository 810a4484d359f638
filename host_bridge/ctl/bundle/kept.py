"""Journal and history in numbers: enough to see what is there, and nothing of a caller, an agent or a person."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from host_bridge.boards.words import span
from host_bridge.history import history_file, read_rows
from host_bridge.journal import JournalError, read_day, read_days

DAY_MS = 86_400_000
_MOST = 40


def summary(journal: Path, now_ms: int, days: int) -> Iterator[str]:
    """Lines for people. Times are UTC."""
    yield from _journal(journal, now_ms, days)
    yield ""
    yield from _history(history_file(journal), now_ms, days)


def _journal(path: Path, now_ms: int, days: int) -> Iterator[str]:
    try:
        kept = read_days(path)
        records = read_day(path, now_ms - days * DAY_MS, now_ms + DAY_MS)
    except (JournalError, OSError) as error:
        yield f"journal: {error}"
        return
    dates = sorted({row.day for row in kept})
    span = f"{dates[0]} to {dates[-1]}" if dates else "none"
    queues = len({row.queue for row in kept})
    yield f"journal {path} ({path.stat().st_size} bytes): {len(dates)} days ({span}), {queues} queues"
    counts = Counter(type(record).__name__ for record in records)
    outcomes = Counter(str(getattr(record, "outcome", "")) for record in records)
    told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    yield f"of the last {days} days: {told or 'nothing'}"
    for name, count in sorted(outcomes.items()):
        if name:
            yield f"  {name}: {count}"


def _history(path: Path, now_ms: int, days: int) -> Iterator[str]:
    try:
        rows = read_rows(path, now_ms - days * DAY_MS, now_ms + DAY_MS)
    except (JournalError, OSError) as error:
        yield f"history: {error}"
        return
    yield f"history of the last {days} days, times in UTC:"
    runs = [f"  bridge {run.version}: {_at(run.from_ms)} to {_at(run.until_ms or run.seen_ms)}" for run in rows.runs]
    yield from _few(runs)
    outages = [
        f"  {each.what} lost: {_at(each.from_ms)}, {_span(each.from_ms, each.until_ms)}" for each in rows.outages
    ]
    yield from _few(outages)
    fired = Counter((each.queue, each.rule, each.severity) for each in rows.firings)
    yield from _few(
        [f"  {queue}: {rule} fired {n} times (severity {level})" for (queue, rule, level), n in fired.items()]
    )
    boards = Counter((each.board, each.what, each.version) for each in rows.boards)
    yield from _few([f"  board {board}: {what} {n} times ({version})" for (board, what, version), n in boards.items()])
    yield f"  acknowledged {len(rows.acks)} times; thresholds taken into use {len(rows.applied)} times"


def _few(lines: list[str]) -> Iterator[str]:
    yield from lines[-_MOST:]
    if len(lines) > _MOST:
        yield f"  and {len(lines) - _MOST} before these"


def _at(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).strftime("%Y-%m-%d %H:%M")


def _span(from_ms: int, until_ms: int | None) -> str:
    return "still" if until_ms is None else f"for {span(until_ms - from_ms)}"
