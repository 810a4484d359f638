"""What is wrong with a journal, in one line that says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from host_bridge.journal.errors import explain, is_damage

PATH = Path("/var/lib/wallboard/haifa.journal")


class Usage(NamedTuple):
    free: int


def an_error(code: int, words: str = "") -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = code
    return error


def with_free(free: int) -> Callable[[Path], Usage]:
    return lambda folder: Usage(free)


def test_an_io_error_on_a_full_disk_is_called_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when SQLite's shared memory cannot grow."""
    shm_size = an_error(4874)  # SQLITE_IOERR_SHMSIZE
    monkeypatch.setattr("host_bridge.journal.errors.shutil.disk_usage", with_free(4096))
    assert explain(shm_size, PATH) == f"journal {PATH}: the disk is full: free some space there"
    monkeypatch.setattr("host_bridge.journal.errors.shutil.disk_usage", with_free(1 << 30))
    assert explain(shm_size, PATH) == f"journal {PATH}: the disk fails: see the system's log, and replace it"
    assert not is_damage(shm_size)


@pytest.mark.parametrize(
    ("code", "damage"),
    [
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_NOTADB, True),
        (266, True),
        (sqlite3.SQLITE_FULL, False),
        (sqlite3.SQLITE_BUSY, False),
        (sqlite3.SQLITE_READONLY, False),
        (778, False),
    ],
)  # 266 is IOERR_READ, 778 IOERR_WRITE
def test_only_what_no_retry_mends_is_damage(code: int, damage: bool) -> None:
    assert is_damage(an_error(code)) == damage


def test_an_unknown_error_is_told_in_its_own_words() -> None:
    assert explain(an_error(sqlite3.SQLITE_TOOBIG, "string or blob too big"), PATH).endswith("string or blob too big")
    assert explain(OSError(116, "Stale file handle"), PATH) == f"journal {PATH}: Stale file handle"
