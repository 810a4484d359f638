"""All or nothing; what is over goes in pieces; and whether a file is still the one that was opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


class Transaction:
    """BEGIN … COMMIT, or ROLLBACK when anything was raised."""

    def __init__(self, connection: sqlite3.Connection, begin: str) -> None:
        self._connection = connection
        self._begin = begin

    def __enter__(self) -> None:
        self._connection.execute(self._begin)

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")


def delete_before(
    connection: sqlite3.Connection, columns: Iterable[tuple[str, str]], before_ms: int, most: int
) -> bool:
    """Delete up to `most` rows a table whose time is earlier; whether there may be more. `columns`: (table, time)."""
    is_more = False
    with Transaction(connection, "BEGIN IMMEDIATE"):
        for table, column in columns:
            found = f"SELECT rowid FROM {table} WHERE {column} < ? LIMIT ?"
            done = connection.execute(f"DELETE FROM {table} WHERE rowid IN ({found})", (before_ms, most))
            is_more |= done.rowcount >= most
    return is_more


def identity(path: Path) -> tuple[int, int] | None:
    """Which file has this name; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
