"""What kind of SQLite file this is, told by its header: the journal, or what else the bridge keeps in the same way."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

MAX_VERSION = 999  # what claims to be newer than this is no version


class Form(NamedTuple):
    """`word` names it in messages; `version` is PRAGMA user_version. Each has a table `mark` (name, value).

    `statements` make an empty file one of this version, `steps` one of an older version one of the next.
    """

    word: str
    application_id: int
    version: int
    statements: Sequence[str]
    steps: Mapping[int, Sequence[str]] = MappingProxyType({})

    def create(self, connection: sqlite3.Connection, site: str) -> None:
        """Make the tables in an empty file, all or nothing. Raises sqlite3.Error."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in self.statements:
                connection.execute(statement)
            connection.execute("INSERT INTO mark VALUES ('site', ?)", (site,))
            connection.execute(f"PRAGMA application_id = {self.application_id}")
            connection.execute(f"PRAGMA user_version = {self.version}")
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
