"""One open journal file: one transaction a piece of work. Raises sqlite3.Error; knows no thread and no clock."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from host_bridge.journal.backlog import Open, Work
from host_bridge.journal.batch import Restored, shifted, shifted_live
from host_bridge.journal.schema import COUNTERS, OPEN_JOURNEY, OPEN_STAY, RECORDS, Table
from host_bridge.journal.transaction import Transaction, delete_before, identity
from host_bridge.truth.live import Live
from host_bridge.truth.outcomes import Record

# A shift that changed by less leaves what is open as it was written: the Ping's answer travels for some ms.
SHIFT_TOLERANCE_MS = 50

Written = dict[tuple[Any, ...], int]
"""What a table of open things holds, in the bridge's clock, and under which id."""


class Store:
    """The file behind one connection, used by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, is_new: bool = False) -> None:
        self.is_new = is_new  # it was made just now
        self.unreadable = 0  # rows left out by `load`, as they made no sense
        self.unwritable = 0  # records left out by `write`: SQLite takes no such text or number
        self._connection = connection
        self._path = path
        self._file = identity(path)
        self._open: dict[str, Written] | None = None  # None: what the tables hold is not known
        self._open_shift_ms = 0
        self._last_id = 0

    def is_in_place(self) -> bool:
        """Whether the file of that name is still this one: nobody removed it or put another there."""
        return self._file is not None and identity(self._path) == self._file

    def load(self, since_ms: int) -> Restored:
        """What ended at `since_ms` or later (the PBX's clock), and what is open."""
        with Transaction(self._connection, "BEGIN"):
            marks = dict(self._connection.execute("SELECT name, value FROM mark"))
            rows: list[tuple[int, Record]] = []
            last = 0
            for table in RECORDS.values():
                rows += self._read(table, " WHERE at_ms >= ? ORDER BY row", (since_ms,))
                last = max(
                    last, *self._connection.execute(f"SELECT coalesce(max(row), 0) FROM {table.name}").fetchone()
                )
            live = Live(*(tuple(each for _, each in self._read(t)) for t in (OPEN_STAY, OPEN_JOURNEY, COUNTERS)))
        rows.sort(key=_row_number)
        return Restored(rows, live, marks.get("seen_ms"), marks.get("clock_ms") or 0, last + 1)

    def write(self, work: Work) -> None:
        """All of it or nothing."""
        with Transaction(self._connection, "BEGIN IMMEDIATE"):
            by_table: dict[Table, list[tuple[Any, ...]]] = {}
            for row, (record, shift_ms) in work.rows.items():
                by_table.setdefault(RECORDS[type(record)], []).append((row, *shifted(record, shift_ms)))
            for table, values in by_table.items():
                self._insert(table.insert, values)
            written = self._write_open(work.open) if work.open else None
            self._mark("seen_ms", work.seen_ms)
            self._mark("clock_ms", work.open.clock_ms if work.open else None)
            self._insert("INSERT INTO gap (from_ms, until_ms) VALUES (?, ?)", work.gaps)
            self._insert(
                "INSERT OR REPLACE INTO day (day, queue, figures, at_ms) VALUES (?, ?, ?, ?)",
                [(*key, json.dumps(figures), at_ms) for key, (figures, at_ms) in work.days.items()],
            )
        if written is not None and work.open:  # only now is it on the disk
            self._open = written
            self._open_shift_ms = work.open.shift_ms

    def prune(self, before_ms: int, most: int) -> bool:
        """Delete up to `most` rows a table of what ended earlier; whether there may be more."""
        columns = [(table.name, "at_ms") for table in RECORDS.values()] + [("gap", "until_ms"), ("day", "at_ms")]
        return delete_before(self._connection, columns, before_ms, most)

    def close(self) -> None:
        """Let go of the file; SQLite moves what is in its write-ahead log to its place if it can."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def _read(self, table: Table, where: str = "", values: Sequence[int] = ()) -> list[tuple[int, Any]]:
        found: list[tuple[int, Any]] = []
        for row in self._connection.execute(table.select + where, values):
            try:
                found.append((row[0], table.make(row[1:])))
            except ValueError:
                self.unreadable += 1
        return found

    def _write_open(self, now: Open) -> dict[str, Written]:
        """Bring the tables of what is open to this instant, touching what changed; gives what they hold then."""
        before = self._open
        if before is None or abs(now.shift_ms - self._open_shift_ms) > SHIFT_TOLERANCE_MS:
            before = {}
            for table in (OPEN_STAY, OPEN_JOURNEY, COUNTERS):
                self._connection.execute(f"DELETE FROM {table.name}")
        after: dict[str, Written] = {}
        for table, items, shifted_items in zip(
            (OPEN_STAY, OPEN_JOURNEY, COUNTERS), now.live, shifted_live(now.live, now.shift_ms), strict=True
        ):
            written = before.get(table.name, {})
            holds: Written = {}
            new: list[tuple[Any, ...]] = []
            for item, to_write in zip(items, shifted_items, strict=True):
                number = written.get(item)
                if number is None and item not in holds:
                    self._last_id = number = self._last_id + 1
                    new.append((number, *to_write))
                if number is not None:
                    holds[item] = number
            gone = [(number,) for item, number in written.items() if item not in holds]
            self._connection.executemany(f"DELETE FROM {table.name} WHERE id = ?", gone)
            self._insert(table.insert, new)
            after[table.name] = holds
        return after

    def _mark(self, name: str, value: int | None) -> None:
        if value is not None:
            self._connection.execute("INSERT OR REPLACE INTO mark (name, value) VALUES (?, ?)", (name, value))

    def _insert(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Rows of which one cannot be written (half a character, a number past 64 bits) do not keep the others out."""
        try:
            self._connection.executemany(statement, rows)
        except (UnicodeEncodeError, OverflowError):
            self._insert_singly(statement, rows)

    def _insert_singly(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in rows:
            try:
                self._connection.execute(statement, row)
            except (UnicodeEncodeError, OverflowError):
                self.unwritable += 1


def _row_number(numbered: tuple[int, Record]) -> int:
    return numbered[0]
