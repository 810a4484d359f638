"""One open history file: one transaction a piece of work. Raises sqlite3.Error; knows no thread and no clock."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import suppress
from pathlib import Path

from host_bridge.history.backlog import Work
from host_bridge.history.entries import Entry, Firing, RulesApplied
from host_bridge.history.schema import OVER, insert
from host_bridge.journal.transaction import Transaction, delete_before, identity

KEPT_RULES = 200  # versions, whatever their age
KEPT_APPLIED = 2_000  # times that one was taken into use
DIGITS = 12  # of a version's name


class Store:
    """The file behind one connection, used by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, is_new: bool = False) -> None:
        self.is_new = is_new  # it was made just now
        self.unwritable = 0  # entries left out by `write`: SQLite takes no such text or number
        self._connection = connection
        self._path = path
        self._file = identity(path)

    def is_in_place(self) -> bool:
        """Whether the file of that name is still this one: nobody removed it or put another there."""
        return self._file is not None and identity(self._path) == self._file

    def write(self, work: Work) -> None:
        """All of it or nothing, but for what SQLite cannot take at all."""
        unwritable = 0
        with Transaction(self._connection, "BEGIN IMMEDIATE"):
            for entry in work.entries.values():
                try:
                    self._put(entry)
                except (UnicodeEncodeError, OverflowError):  # half a character, a number past 64 bits
                    unwritable += 1
        self.unwritable += unwritable

    def prune(self, before_ms: int, most: int) -> bool:
        """Delete up to `most` rows a table of what was over earlier; whether there may be more."""
        return delete_before(self._connection, OVER.items(), before_ms, most)

    def close(self) -> None:
        """Let go of the file; SQLite moves what is in its write-ahead log to its place if it can."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def _put(self, entry: Entry) -> None:
        if isinstance(entry, RulesApplied):
            self._apply(entry)
        elif isinstance(entry, Firing):
            self._connection.execute(insert(Firing), (*entry[:-1], json.dumps(entry.steps, separators=(",", ":"))))
        else:
            self._connection.execute(insert(type(entry)), entry)

    def _apply(self, entry: RulesApplied) -> None:
        execute = self._connection.execute
        version = version_of(entry.text)
        last = execute("SELECT version FROM applied ORDER BY id DESC LIMIT 1").fetchone()
        if last == (version,):
            return
        if execute("SELECT 1 FROM rules WHERE version = ?", (version,)).fetchone() is None:
            (count,) = execute("SELECT coalesce(max(value), 0) FROM mark WHERE name = 'versions'").fetchone()
            execute("INSERT OR REPLACE INTO mark VALUES ('versions', ?)", (count + 1,))
            execute("INSERT INTO rules (version, number, text) VALUES (?, ?, ?)", (version, count + 1, entry.text))
        execute("INSERT INTO applied (at_ms, version, note) VALUES (?, ?, ?)", (entry.at_ms, version, entry.note))
        execute("DELETE FROM applied WHERE id <= (SELECT max(id) FROM applied) - ?", (KEPT_APPLIED,))
        execute(
            "DELETE FROM rules WHERE version NOT IN "
            "(SELECT version FROM applied GROUP BY version ORDER BY max(id) DESC LIMIT ?)",
            (KEPT_RULES,),
        )
        execute("DELETE FROM applied WHERE version NOT IN (SELECT version FROM rules)")


def version_of(text: bytes) -> str:
    """The name of this content of thresholds.yaml."""
    return hashlib.sha256(text).hexdigest()[:DIGITS]
