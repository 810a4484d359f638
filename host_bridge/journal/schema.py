"""The journal's tables: the columns of what ended are the fields in `truth.outcomes`, of what is open those of `Live`.

Every time is ms since 1970 by the PBX's clock. `sqlite3 FILE 'SELECT * FROM stay'` reads it by hand.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from host_bridge.journal.form import Form
from host_bridge.truth.live import OpenJourney, OpenStay, PbxCounters
from host_bridge.truth.outcomes import End, Estimate, JourneyEnd, Outcome, Record, Talk

APPLICATION_ID = 0x4C454457  # "LEDW", in the file's header
VERSION = 1  # PRAGMA user_version; who raises it writes a step (Form.steps) for the files of the version before

CREATE = (
    # what ended; `row` is the ledger's number, one over all four tables
    """CREATE TABLE stay (row INTEGER PRIMARY KEY, queue TEXT NOT NULL, outcome TEXT NOT NULL, wait_ms INTEGER NOT NULL,
    hold_s INTEGER NOT NULL, at_ms INTEGER NOT NULL, call TEXT NOT NULL, journey TEXT NOT NULL,
    joined_ms INTEGER NOT NULL)""",
    """CREATE TABLE talk (row INTEGER PRIMARY KEY, queue TEXT NOT NULL, talk_s INTEGER NOT NULL,
    transferred INTEGER NOT NULL, at_ms INTEGER NOT NULL, call TEXT NOT NULL, hold_s INTEGER NOT NULL)""",
    """CREATE TABLE journey (row INTEGER PRIMARY KEY, queue TEXT NOT NULL, journey TEXT NOT NULL,
    wait_ms INTEGER NOT NULL, answered INTEGER NOT NULL, at_ms INTEGER NOT NULL)""",
    """CREATE TABLE estimate (row INTEGER PRIMARY KEY, queue TEXT NOT NULL, answered INTEGER NOT NULL,
    abandoned INTEGER NOT NULL, at_ms INTEGER NOT NULL)""",
    "CREATE INDEX stay_at ON stay (at_ms)",
    "CREATE INDEX talk_at ON talk (at_ms)",
    "CREATE INDEX journey_at ON journey (at_ms)",
    "CREATE INDEX estimate_at ON estimate (at_ms)",
    # what is open at the instant of the mark seen_ms
    """CREATE TABLE open_stay (id INTEGER PRIMARY KEY, queue TEXT NOT NULL, call TEXT NOT NULL, journey TEXT NOT NULL,
    joined_ms INTEGER NOT NULL, gave_up INTEGER NOT NULL, asked INTEGER NOT NULL, hold_s INTEGER)""",
    """CREATE TABLE open_journey (id INTEGER PRIMARY KEY, journey TEXT NOT NULL, call TEXT NOT NULL,
    queue TEXT NOT NULL, started_ms INTEGER NOT NULL, answered INTEGER NOT NULL, left_ms INTEGER)""",
    """CREATE TABLE counters (id INTEGER PRIMARY KEY, queue TEXT NOT NULL, completed INTEGER NOT NULL,
    abandoned INTEGER NOT NULL, talking INTEGER NOT NULL)""",
    # when nobody looked; from 0 when that was before the journal began
    "CREATE TABLE gap (from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL)",
    "CREATE INDEX gap_until ON gap (until_ms)",
    "CREATE TABLE day (day TEXT, queue TEXT, figures TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (day, queue))",
    "CREATE TABLE mark (name TEXT PRIMARY KEY, value)",  # site, seen_ms, clock_ms (PBX minus wall)
)


class Table(NamedTuple):
    """A table of one kind of tuple: its statements, and how a row of it becomes that tuple again."""

    name: str
    insert: str  # key, then the fields
    select: str  # the same
    make: Callable[[Sequence[Any]], Any]  # the fields → the tuple; raises ValueError


def _table(name: str, key: str, fields: tuple[str, ...], make: Callable[[Sequence[Any]], Any]) -> Table:
    columns = ", ".join((key, *fields))
    marks = ", ".join("?" * (len(fields) + 1))
    insert = f"INSERT OR REPLACE INTO {name} ({columns}) VALUES ({marks})"
    return Table(name, insert, f"SELECT {columns} FROM {name}", make)


_OUTCOMES = {str(outcome): outcome for outcome in Outcome}


def _end(row: Sequence[Any]) -> End:
    outcome = _OUTCOMES.get(row[1])
    if outcome is None:
        raise ValueError(f"unknown outcome {row[1]!r}")
    return End(row[0], outcome, *row[2:])


def _talk(row: Sequence[Any]) -> Talk:
    return Talk(row[0], row[1], bool(row[2]), *row[3:])


def _journey(row: Sequence[Any]) -> JourneyEnd:
    queue, journey, wait_ms, answered, at_ms = row
    return JourneyEnd(queue, journey, wait_ms, bool(answered), at_ms)


def _open_stay(row: Sequence[Any]) -> OpenStay:
    queue, call, journey, joined_ms, gave_up, asked, hold_s = row
    return OpenStay(queue, call, journey, joined_ms, bool(gave_up), bool(asked), hold_s)


def _open_journey(row: Sequence[Any]) -> OpenJourney:
    journey, call, queue, started_ms, answered, left_ms = row
    return OpenJourney(journey, call, queue, started_ms, bool(answered), left_ms)


RECORDS: dict[type[Record], Table] = {
    End: _table("stay", "row", End._fields, _end),
    Talk: _table("talk", "row", Talk._fields, _talk),
    JourneyEnd: _table("journey", "row", JourneyEnd._fields, _journey),
    Estimate: _table("estimate", "row", Estimate._fields, Estimate._make),
}
OPEN_STAY = _table("open_stay", "id", OpenStay._fields, _open_stay)
OPEN_JOURNEY = _table("open_journey", "id", OpenJourney._fields, _open_journey)
COUNTERS = _table("counters", "id", PbxCounters._fields, PbxCounters._make)


JOURNAL = Form("journal", APPLICATION_ID, VERSION, CREATE)


def create(connection: sqlite3.Connection, site: str) -> None:
    """Make the tables in an empty file, all or nothing. Raises sqlite3.Error."""
    JOURNAL.create(connection, site)
