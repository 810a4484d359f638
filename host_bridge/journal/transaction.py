"""All or nothing; and whether a file is still the one that was opened."""

from __future__ import annotations

import sqlite3
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


def identity(path: Path) -> tuple[int, int] | None:
    """Which file has this name; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
