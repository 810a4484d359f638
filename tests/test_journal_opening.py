"""A damaged journal is set aside with a clear line, and the bridge starts."""

from __future__ import annotations

import errno
import random
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from host_bridge.journal import Batch, read_day, shifted
from host_bridge.journal.opening import lock, read_without_room
from host_bridge.truth.live import Live
from tests.journals import LOG, SHIFT_MS, a_batch, an_end, live, opened, written


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The content of a journal of 199 callers."""
    path = tmp_path_factory.mktemp("sound") / "j"
    rows = tuple((number, an_end(number)) for number in range(1, 200))
    written(path, Batch(200_000, SHIFT_MS, rows, live(200), True))
    return path.read_bytes()


def damaged(content: bytes, seed: int) -> bytes:
    """Garbled, zeroed, cut off, a wrong byte in the header, or no database at all."""
    chance = random.Random(seed)
    start = chance.randrange(len(content))
    end = min(start + chance.choice((1, 500, 4096)), len(content))
    header = chance.randrange(60)
    return (
        content[:start] + chance.randbytes(end - start) + content[end:],
        content[:start] + bytes(end - start) + content[end:],
        content[:start],
        content[:header] + chance.randbytes(1) + content[header + 1 :],
        chance.randbytes(chance.randrange(9000)),
    )[seed % 5]


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_damaged_the_bridge_starts_with_a_journal_that_works(
    tmp_path: Path, sound: bytes, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "j"
    path.write_bytes(damaged(sound, seed))
    journal, restored = opened(path)
    told = [line for line in caplog.messages if "damaged" in line or "make no sense" in line]
    asides = list(tmp_path.glob("j.damaged-*"))
    assert len(told) == (1 if len(restored.rows) < 199 or asides else 0), "what is missing is told, and nothing else"
    assert not asides or not restored.rows
    journal.put(Batch(10**6, SHIFT_MS, ((restored.next_row, an_end(1000)),), Live(), True))
    journal.close()
    assert journal.problem == ""
    assert shifted(an_end(1000), SHIFT_MS) in read_day(path, 0, 10**9)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param((b"SQLite format 3", b"SQLite format 9"), "file is not a database", id="first bytes"),
        pytest.param((b"\x10\x00\x02\x02", b"\x10\x00\x07\x02"), "its header makes no sense", id="format of writing"),
        pytest.param((b"LEDW", b"LEDX"), "its header makes no sense", id="application id"),
        pytest.param((b"estimate_at", b"estim\xdfte_at"), "could not decode|can't decode", id="schema, not even text"),
        pytest.param((b"site", b"sitz"), "it does not say of which site it is", id="site"),
        pytest.param(
            ((113_000).to_bytes(3, "big"), (113_001).to_bytes(3, "big")), "wrong # of entries|missing from", id="index"
        ),
    ],
)
def test_what_sqlite_would_overlook_or_stumble_over_is_damage(
    tmp_path: Path, sound: bytes, change: tuple[bytes, bytes], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "j"
    old, new = change
    assert old in sound
    path.write_bytes(sound.replace(old, new) if old == b"site" else sound.replace(old, new, 1))
    journal, restored = opened(path)
    journal.close()
    assert restored.rows == []
    (told,) = caplog.messages
    assert re.search(rf"damaged \(.*({why}).*\): set aside as j\.damaged-", told)


def test_a_bad_letter_costs_no_more_than_that_letter(tmp_path: Path, sound: bytes) -> None:
    path = tmp_path / "j"
    path.write_bytes(sound.replace(b"1.1771.177", b"1.1771.1\xdf7"))
    journal, restored = opened(path)
    journal.close()
    bad = shifted(an_end(177, journey="1.1\ufffd7"), SHIFT_MS)
    assert restored.rows[176] == (177, bad)
    assert bad in read_day(path, 0, 10**9)


def test_what_is_set_aside_is_whole_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "j"
    for number in range(3):
        path.write_bytes(b"garbage %d" % number)
        opened(path)[0].close()
    assert sorted(each.read_bytes() for each in tmp_path.glob("j.damaged-*")) == [
        b"garbage 0",
        b"garbage 1",
        b"garbage 2",
    ]


def test_a_row_that_makes_no_sense_is_left_out_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "j"
    written(path, a_batch(1), a_batch(2))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE stay SET outcome = 'lost' WHERE row = 1")
    connection.close()
    journal, restored = opened(path)
    journal.close()
    assert [row for row, _ in restored.rows] == [2]
    assert caplog.messages == [f"journal {path}: 1 rows make no sense and were left out"]
    assert read_day(path, 0, 10**9) == [shifted(an_end(2), SHIFT_MS)]


def test_a_journal_that_lacks_a_table_is_damaged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """SQLite finds nothing wrong with it: it shows when it is loaded."""
    path = tmp_path / "j"
    written(path, a_batch(1))
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE talk")
    connection.close()
    journal, restored = opened(path)
    assert restored.rows == []
    journal.put(a_batch(1))
    journal.close()
    assert read_day(path, 0, 10**9) == [shifted(an_end(1), SHIFT_MS)]
    assert "damaged (no such table: talk)" in caplog.text


def test_no_room_for_the_lock_is_told_and_no_reason_to_stay_away(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *how: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "open", full)
    assert lock(tmp_path / "j", LOG) is None
    (told,) = caplog.messages
    assert "no lock there (No space left on device)" in told


def test_with_no_room_to_open_it_what_is_in_it_is_read_all_the_same(tmp_path: Path) -> None:
    """As after kill -9 on a full disk: a write-ahead log, and no room for the shared memory that belongs to it."""
    written(tmp_path / "j", a_batch(1))
    left = sqlite3.connect(tmp_path / "j", isolation_level=None)
    left.execute("UPDATE stay SET hold_s = 77")
    copy = tmp_path / "copy"
    for part in ("", "-wal"):
        shutil.copy(tmp_path / f"j{part}", tmp_path / f"copy{part}")
    left.close()
    found = read_without_room(copy, sqlite3.OperationalError("database or disk is full"))
    assert found is not None
    (row,) = found.load(0).rows
    assert not (tmp_path / "copy-shm").exists()
    found.close()
    assert row == (1, shifted(an_end(1, hold_s=77), SHIFT_MS))
    assert read_without_room(tmp_path / "none", sqlite3.OperationalError("full")) is None
