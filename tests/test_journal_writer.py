"""When the journal is written, and what a failing disk does: told once, tried again, nothing lost. No clock."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from host_bridge.journal import Batch, read_day
from host_bridge.journal.backlog import Backlog, Work
from host_bridge.journal.opening import connect, open_store
from host_bridge.journal.store import Store
from host_bridge.journal.writer import LONGEST_RETRY_MS, PACE_MS, RETRY_MS, Writer
from host_bridge.truth.live import Live
from tests.journals import LOG, SITE, a_batch, an_end

EVER = 10**9


class Rig:
    """A writer whose store can be made to fail."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "j"
        self.backlog = Backlog()
        self.fails: Callable[[], Exception | None] = lambda: None
        self.max_pages: int | None = None
        self.tries = 0
        self.writer = Writer(self.path, self.backlog, None, self.open, LOG)

    def open(self) -> Store:
        store = open_store(self.path, SITE, LOG, check=False)
        if self.max_pages is not None:
            store._connection.execute(f"PRAGMA max_page_count = {self.max_pages}")
        write = store.write

        def write_or_fail(work: Work) -> None:
            self.tries += 1
            error = self.fails()
            if error is not None:
                raise error
            write(work)

        store.write = write_or_fail  # type: ignore[method-assign]
        return store

    def put(self, number: int) -> None:
        self.backlog.put(a_batch(number), 0)

    def rows(self) -> int:
        return len(read_day(self.path, 0, EVER))


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def sqlite_error(statement: str, path: str = ":memory:") -> sqlite3.Error:
    """A true error, with the code that SQLite gives it."""
    connection = sqlite3.connect(path)
    try:
        connection.execute(statement)
    except sqlite3.Error as error:
        return error
    finally:
        connection.close()
    raise AssertionError("it works")


def test_at_most_one_transaction_each_half_second(rig: Rig) -> None:
    assert rig.writer.step(0) is None
    rig.put(1)
    assert rig.writer.step(10) == 10 + PACE_MS
    rig.put(2)
    assert rig.writer.step(20) == 10 + PACE_MS
    assert rig.rows() == 1
    assert rig.writer.step(10 + PACE_MS) == 10 + 2 * PACE_MS
    assert (rig.rows(), rig.tries) == (2, 2)
    assert rig.writer.step(10 + 2 * PACE_MS) is None


def test_a_full_disk_is_told_once_and_nothing_is_lost(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    rig.put(1)
    rig.writer.step(0)
    rig.max_pages = 1  # SQLite's own limit: the error is the one of a full disk
    rig.writer._let_go()
    big = Batch(9_000, 0, tuple((row, an_end(row, call="x" * 500)) for row in range(2, 200)), Live(), True)
    rig.backlog.put(big, 0)
    now_ms = 1_000
    caplog.clear()
    for _ in range(5):
        rig.writer.step(now_ms)
        assert rig.writer.problem == f"journal {rig.path}: the disk is full: free some space there"
        now_ms += LONGEST_RETRY_MS
    assert len(caplog.messages) == 1
    assert rig.rows() == 1
    rig.max_pages = EVER
    rig.writer.step(now_ms)
    assert (rig.writer.problem, rig.rows()) == ("", 199)
    assert caplog.messages[1:] == [
        f"journal {rig.path}: written again after {(now_ms - 1_000) // 1000} s, nothing was lost"
    ]
    assert rig.writer.step(now_ms + PACE_MS) is None, "the outage is over"


def test_it_tries_less_and_less_often_while_the_loop_goes_on(rig: Rig) -> None:
    rig.fails = lambda: sqlite3.OperationalError("disk I/O error")
    rig.put(1)
    tries_at: list[int] = []
    taken_over = 0
    for now_ms in range(0, 100_000, 100):
        before = rig.tries
        rig.writer.step(now_ms)
        if rig.backlog.is_noticed:
            taken_over += 1
            rig.put(1 + taken_over)
        if rig.tries > before:
            tries_at.append(now_ms)
    waits = [later - earlier for earlier, later in pairwise(tries_at)]
    assert waits == [RETRY_MS, 2_000, 4_000, 8_000, 16_000, LONGEST_RETRY_MS, LONGEST_RETRY_MS]
    assert taken_over == 100_000 / PACE_MS, "the loop's next batch is taken over all the same"


def test_a_malformed_file_is_set_aside_and_a_new_one_holds_what_came(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.put(1)
    rig.writer.step(0)
    garbage = rig.path.with_name("garbage")
    garbage.write_bytes(b"no database at all, not even by its first bytes" * 50)
    malformed = sqlite_error("SELECT * FROM x", str(garbage))
    rig.fails = lambda: malformed
    rig.put(2)
    rig.writer.step(1_000)
    assert rig.writer.is_anew
    rig.fails = lambda: None
    rig.writer.step(1_000 + RETRY_MS)
    assert rig.writer.problem == ""
    assert rig.rows() == 1
    assert len(list(rig.path.parent.glob("j.damaged-*Z"))) == 1
    assert any("damaged (file is not a database): set aside as j.damaged-" in line for line in caplog.messages)


def test_a_file_removed_under_the_bridge_is_begun_anew(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.put(1)
    rig.writer.step(0)
    for part in rig.path.parent.iterdir():
        part.unlink()
    rig.put(2)
    rig.writer.step(1_000)
    assert rig.writer.is_anew
    assert rig.rows() == 1
    assert "removed or replaced while the bridge ran" in caplog.text


def test_a_file_found_damaged_after_an_outage_is_begun_anew(rig: Rig) -> None:
    rig.put(1)
    rig.writer.step(0)
    rig.writer.is_anew = False
    rig.fails = lambda: sqlite3.OperationalError("disk I/O error")
    rig.put(2)
    rig.writer.step(1_000)
    rig.path.write_bytes(b"what a failing disk gave back" * 100)
    rig.fails = lambda: None
    rig.writer.step(1_000 + RETRY_MS)
    assert (rig.writer.is_anew, rig.rows()) == (True, 1)


def test_another_programs_lock_is_waited_out(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host_bridge.journal.opening.BUSY_S", 0.0)
    rig.put(1)
    rig.writer.step(0)
    other = connect(rig.path)
    other.execute("BEGIN IMMEDIATE")
    rig.put(2)
    rig.writer.step(1_000)
    assert "another program has locked it" in rig.writer.problem
    assert rig.rows() == 1, "a reader does not wait for the lock"
    other.execute("ROLLBACK")
    other.close()
    rig.writer.step(1_000 + RETRY_MS)
    assert (rig.writer.problem, rig.rows()) == ("", 2)


def test_text_that_sqlite_does_not_take_keeps_nothing_else_out(rig: Rig) -> None:
    rows = ((1, an_end(1)), (2, an_end(2, call="\udcff")), (3, an_end(3, hold_s=1 << 70)), (4, an_end(4)))
    rig.backlog.put(Batch(9_000, 0, rows, Live(), True), 0)
    rig.writer.step(0)
    assert (rig.rows(), rig.writer.unwritable, rig.writer.problem) == (2, 2, "")


def test_pruning_goes_in_slices_between_the_batches(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host_bridge.journal.writer.SLICE", 10)
    rows = tuple((row, an_end(row)) for row in range(1, 31))
    rig.backlog.put(Batch(99_000, 0, rows, Live(), True), 0)
    rig.writer.step(0)
    rig.writer.prune(26_000)
    left = []
    for now_ms in range(PACE_MS, 6 * PACE_MS, PACE_MS):
        rig.writer.step(now_ms)
        left.append(rig.rows())
    assert left == [20, 10, 5, 5, 5]
    assert rig.writer.step(10 * PACE_MS) is None


def test_only_what_changed_of_the_open_stays_is_written(rig: Rig) -> None:
    statements: list[str] = []
    rig.put(1)
    rig.writer.step(0)
    store = rig.writer._store
    assert store is not None
    store._connection.set_trace_callback(statements.append)
    rig.backlog.put(a_batch(1)._replace(at_ms=2_000, rows=()), 0)
    rig.writer.step(PACE_MS)
    touched = {
        line.split()[2 if line.startswith("DELETE") else 4] for line in statements if "INTO" in line or "DELETE" in line
    }
    assert touched == {"mark"}
