"""The tables and the tuples they keep do not part."""

from __future__ import annotations

import sqlite3
from typing import Any, get_args

import pytest

from host_bridge.history.schema import HISTORY
from host_bridge.journal.form import Form
from host_bridge.journal.schema import COUNTERS, JOURNAL, OPEN_JOURNEY, OPEN_STAY, RECORDS, Table, create
from host_bridge.truth.live import OpenJourney, OpenStay, PbxCounters
from host_bridge.truth.outcomes import Record

TABLES: list[tuple[type[Any], Table]] = [
    *RECORDS.items(),
    (OpenStay, OPEN_STAY),
    (OpenJourney, OPEN_JOURNEY),
    (PbxCounters, COUNTERS),
]


def test_every_kind_of_record_has_a_table() -> None:
    assert set(RECORDS) == set(get_args(Record))


@pytest.mark.parametrize(("kind", "table"), TABLES)
def test_columns_are_the_fields_in_their_order(kind: type[Any], table: Table) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    create(connection, "haifa")
    columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table.name})")]
    connection.close()
    assert columns[1:] == list(kind._fields)


@pytest.mark.parametrize("form", [JOURNAL, HISTORY], ids=lambda form: form.word)
def test_every_version_before_has_a_step(form: Form) -> None:
    """Without it the file of an upgraded site would be taken for damaged."""
    assert set(form.steps) == set(range(1, form.version))
