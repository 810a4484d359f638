"""The history's tables: their columns are the fields in `entries`. `sqlite3 FILE 'SELECT * FROM firing'` reads it."""

from __future__ import annotations

from host_bridge.history.entries import Ack, BoardEvent, Entry, Firing, Outage, Run
from host_bridge.journal.form import Form

APPLICATION_ID = 0x4C454448  # "LEDH", in the file's header

HISTORY = Form(
    "history",
    APPLICATION_ID,
    1,
    (
        """CREATE TABLE run (started INTEGER PRIMARY KEY, version TEXT NOT NULL, from_ms INTEGER NOT NULL,
        seen_ms INTEGER NOT NULL, until_ms INTEGER)""",
        """CREATE TABLE outage (started INTEGER, number INTEGER, what TEXT NOT NULL, why TEXT NOT NULL,
        from_ms INTEGER NOT NULL, until_ms INTEGER, PRIMARY KEY (started, number))""",
        """CREATE TABLE firing (started INTEGER, number INTEGER, queue TEXT NOT NULL, rule TEXT NOT NULL,
        severity INTEGER NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER, end TEXT NOT NULL, steps TEXT NOT NULL,
        PRIMARY KEY (started, number))""",
        "CREATE INDEX firing_from ON firing (from_ms)",
        """CREATE TABLE ack (queue TEXT, rule TEXT, said INTEGER, at_ms INTEGER NOT NULL, until_ms INTEGER,
        by TEXT NOT NULL, PRIMARY KEY (queue, rule, said))""",
        "CREATE INDEX ack_at ON ack (at_ms)",
        """CREATE TABLE board (at_ms INTEGER, board TEXT, what TEXT, host TEXT NOT NULL, address TEXT NOT NULL,
        serial TEXT NOT NULL, version TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (board, at_ms, what))""",
        "CREATE INDEX board_at ON board (at_ms)",
        # each distinct content once, by the first digits of its SHA-256
        "CREATE TABLE rules (version TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, text BLOB NOT NULL)",
        """CREATE TABLE applied (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, version TEXT NOT NULL,
        note TEXT NOT NULL)""",
        "CREATE TABLE mark (name TEXT PRIMARY KEY, value)",  # site; versions: how many there ever were
    ),
)

TABLES: dict[type[Entry], str] = {Run: "run", Outage: "outage", Firing: "firing", Ack: "ack", BoardEvent: "board"}
KEYS: dict[type[Entry], int] = {Run: 1, Outage: 2, Firing: 2, Ack: 3, BoardEvent: 3}
"""How many of an entry's first fields are its key."""

# When a row is over, and may be forgotten keep_days later.
OVER = {
    "run": "coalesce(until_ms, seen_ms)",
    "outage": "coalesce(until_ms, from_ms)",
    "firing": "coalesce(until_ms, from_ms)",
    "ack": "at_ms",
    "board": "at_ms",
}


def insert(kind: type[Entry]) -> str:
    """The statement that puts an entry of this kind in the place of one with its key."""
    fields = kind._fields
    return f"INSERT OR REPLACE INTO {TABLES[kind]} ({', '.join(fields)}) VALUES ({', '.join('?' * len(fields))})"
