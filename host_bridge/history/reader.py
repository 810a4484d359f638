"""Reading a history from outside while a bridge writes it, or after it ended. Nothing is changed.

Every function raises JournalError, of one line, when the file is not there or cannot be read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from host_bridge.history.entries import Ack, BoardEvent, Firing, Outage, Run
from host_bridge.history.schema import HISTORY
from host_bridge.journal.errors import JournalError
from host_bridge.journal.reader import reading


class Applied(NamedTuple):
    """Thresholds that were taken into use at `at_utc_ms`. `number` counts the distinct contents, from 1."""

    number: int
    at_utc_ms: int
    version: str
    note: str


class Rows(NamedTuple):
    """All rows that reach into a span of time, each kind in order of time."""

    runs: tuple[Run, ...]
    outages: tuple[Outage, ...]
    firings: tuple[Firing, ...]
    acks: tuple[Ack, ...]
    boards: tuple[BoardEvent, ...]
    applied: tuple[Applied, ...]


def applied_rules(path: Path) -> list[Applied]:
    """Each time that thresholds were taken into use, the newest last."""
    with reading(path, HISTORY) as connection:
        rows = connection.execute(
            "SELECT number, at_ms, version, note FROM applied JOIN rules USING (version) ORDER BY applied.id"
        ).fetchall()
    return [Applied(*row) for row in rows]


def rules_text(path: Path, version: str) -> bytes:
    """The content of thresholds.yaml that has this version."""
    with reading(path, HISTORY) as connection:
        row = connection.execute("SELECT text FROM rules WHERE version = ?", (version,)).fetchone()
    if row is None:
        raise JournalError(f"history {path}: there is no version {version}")
    text: bytes = row[0]
    return text


def read_rows(path: Path, from_ms: int, until_ms: int) -> Rows:
    """What was, at any moment of [from, until).

    Of what a board said the last event before `from_ms` is there too, as it tells how the board was at that moment.
    """
    with reading(path, HISTORY) as connection:

        def found(kind: Any, table: str, where: str, *values: int, order: str = "from_ms") -> list[Any]:
            fields = ", ".join(kind._fields)
            return connection.execute(f"SELECT {fields} FROM {table} WHERE {where} ORDER BY {order}", values).fetchall()

        # What a run that was killed left open ended with that run, as far as anybody knows.
        end = "(SELECT coalesce(run.until_ms, run.seen_ms) FROM run WHERE run.started = {0}.started)"
        span = "from_ms < ? AND coalesce(until_ms, " + end + ", from_ms) >= ?"
        runs = found(Run, "run", "from_ms < ? AND coalesce(until_ms, seen_ms) >= ?", until_ms, from_ms)
        outages = found(Outage, "outage", span.format("outage"), until_ms, from_ms)
        firings = found(Firing, "firing", span.format("firing"), until_ms, from_ms)
        acks = found(Ack, "ack", "at_ms >= ? AND at_ms < ?", from_ms, until_ms, order="at_ms")
        boards = found(
            BoardEvent,
            "board",
            "at_ms < ? AND at_ms >= coalesce((SELECT max(at_ms) FROM board AS b WHERE b.board = board.board "
            "AND b.what IN ('online', 'offline', 'forgotten') AND b.at_ms < ?), ?)",
            until_ms,
            from_ms,
            from_ms,
            order="at_ms",
        )
        applied = connection.execute(
            "SELECT number, at_ms, version, note FROM applied JOIN rules USING (version) "
            "WHERE at_ms >= ? AND at_ms < ? ORDER BY applied.id",
            (from_ms, until_ms),
        ).fetchall()
    return Rows(
        tuple(Run(*row) for row in runs),
        tuple(Outage(*row) for row in outages),
        tuple(_firing(row) for row in firings),
        tuple(Ack(*row) for row in acks),
        tuple(BoardEvent(*row) for row in boards),
        tuple(Applied(*row) for row in applied),
    )


def _firing(row: tuple[Any, ...]) -> Firing:
    try:
        steps = tuple((int(at_ms), int(severity)) for at_ms, severity in json.loads(row[-1]))
    except (ValueError, TypeError):  # damaged; the rest of the row is worth having
        steps = ()
    return Firing._make((*row[:-1], steps))
