"""One file, one transaction: what of the open things is written, and that a failed one leaves no trace."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from host_bridge.journal.backlog import Open, Work
from host_bridge.journal.opening import open_store
from host_bridge.journal.store import SHIFT_TOLERANCE_MS, Store
from host_bridge.truth.live import Live, OpenStay
from tests.journals import LOG, SITE, an_end

STAY = OpenStay("q", "1.1", "1.1", 1_000, False, False, None)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "j", SITE, LOG, check=True)


def work(stays: tuple[OpenStay, ...], shift_ms: int = 0, rows: int = 0) -> Work:
    ended = {row: (an_end(row), 0) for row in range(1, rows + 1)}
    return Work(ended, Open(Live(stays), 0, shift_ms, 0), 1, [], {})


def test_two_open_stays_that_are_alike_are_one(store: Store) -> None:
    store.write(work((STAY, STAY)))
    assert store.load(0).live.stays == (STAY,)
    store.write(work(()))
    assert store.load(0).live.stays == ()


def test_a_commit_waits_for_the_disk_and_not_for_readers(store: Store) -> None:
    modes = [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert modes == ["wal", 2], "2 is FULL: without it a power cut takes the last transactions"


def test_a_clock_that_jumped_moves_what_is_open_and_a_small_step_does_not(store: Store) -> None:
    store.write(work((STAY,)))
    store.write(work((STAY,), SHIFT_TOLERANCE_MS))
    assert store.load(0).live.stays == (STAY,)
    store.write(work((STAY,), 3_600_000))
    assert store.load(0).live.stays == (STAY._replace(joined_ms=3_601_000),)


def test_a_transaction_that_failed_leaves_no_trace(store: Store) -> None:
    store.write(work((STAY,), rows=1))
    store._connection.execute(
        "CREATE TEMP TRIGGER no BEFORE INSERT ON mark BEGIN SELECT raise(ABORT, 'the mark comes last'); END"
    )
    with pytest.raises(sqlite3.IntegrityError):
        store.write(work((STAY._replace(call="1.2"),), rows=5))
    store._connection.execute("DROP TRIGGER no")
    restored = store.load(0)
    assert (len(restored.rows), restored.live.stays) == (1, (STAY,))
    store.write(work((STAY._replace(call="1.3"),), rows=2))
    restored = store.load(0)
    assert (len(restored.rows), restored.live.stays) == (2, (STAY._replace(call="1.3"),))
