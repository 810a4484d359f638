"""Reading a journal from outside while a bridge writes it, or after it ended. Nothing is changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from host_bridge.journal.backlog import Gap
from host_bridge.journal.batch import DayRow
from host_bridge.journal.errors import DamageError, JournalError, explain
from host_bridge.journal.form import Form
from host_bridge.journal.opening import BUSY_S, DAMAGED_TEXT, identify
from host_bridge.journal.schema import JOURNAL, RECORDS
from host_bridge.truth.outcomes import Record


def read_day(path: Path, from_pbx_ms: int, until_pbx_ms: int) -> list[Record]:
    """All records that ended in [from, until), by their time (the PBX's clock). Raises JournalError."""
    found: list[Record] = []
    with reading(path) as connection:
        for table in RECORDS.values():
            rows = connection.execute(f"{table.select} WHERE at_ms >= ? AND at_ms < ?", (from_pbx_ms, until_pbx_ms))
            for row in rows:
                with suppress(ValueError):  # damaged; a bridge that loads it tells
                    found.append(table.make(row[1:]))
    return sorted(found, key=_at_ms)


def read_gaps(path: Path, from_pbx_ms: int, until_pbx_ms: int) -> list[Gap]:
    """When within [from, until) no bridge looked, or it could not keep what it saw; the time since it last did too.

    Each (from, until) in ms of the PBX's clock, in order and apart from each other. Raises JournalError.
    """
    with reading(path) as connection:
        gaps = connection.execute("SELECT from_ms, until_ms FROM gap").fetchall()
        seen = connection.execute("SELECT value FROM mark WHERE name = 'seen_ms'").fetchone()
    gaps.append((seen[0] if seen else 0, until_pbx_ms))
    merged: list[Gap] = []
    for since_ms, until_ms in sorted(gaps):
        since_ms, until_ms = max(since_ms, from_pbx_ms), min(until_ms, until_pbx_ms)
        if since_ms >= until_ms:
            continue
        if merged and since_ms <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until_ms))
        else:
            merged.append((since_ms, until_ms))
    return merged


def read_days(path: Path, since: str = "") -> list[DayRow]:
    """The lines of the days kept from `since` (YYYY-MM-DD) on, by day and queue. Raises JournalError."""
    with reading(path) as connection:
        found = "SELECT day, queue, figures, at_ms FROM day WHERE day >= ? ORDER BY day, queue"
        rows = connection.execute(found, (since,)).fetchall()
    return [DayRow(day, queue, json.loads(figures), at_ms) for day, queue, figures, at_ms in rows]


@contextmanager
def reading(path: Path, form: Form = JOURNAL) -> Iterator[sqlite3.Connection]:
    """One consistent look at the file; every error is a JournalError of one line."""
    if path.is_dir():
        raise JournalError(f"{form.word} {path}: a folder: name the file that bridge.yaml calls journal")
    if not path.is_file():
        raise JournalError(f"{form.word} {path}: there is no such file")
    try:
        connection = _connect(path)
        try:
            if not identify(connection, path, form):
                raise JournalError(f"{form.word} {path}: it is empty")
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()
    except (sqlite3.Error, DamageError, ValueError) as error:
        raise JournalError(explain(error, path, form.word)) from None


def _connect(path: Path) -> sqlite3.Connection:
    uri = path.absolute().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        wal = path.with_name(path.name + "-wal")
        if wal.exists() and wal.stat().st_size:
            raise
        # Nobody writes it, and we may not make the files that WAL needs: read it as it lies there.
        connection = sqlite3.connect(f"{uri}?immutable=1", uri=True, isolation_level=None)
    connection.text_factory = DAMAGED_TEXT
    return connection


def _at_ms(record: Record) -> int:
    return record.at_ms
