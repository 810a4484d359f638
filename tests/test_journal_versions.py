"""A journal that another version wrote: an older one is brought up, a newer one goes back to the copy of before."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from pathlib import Path

import pytest

from host_bridge.journal import JournalError, open_journal, read_day, shifted
from host_bridge.journal.opening import open_file
from host_bridge.journal.reader import reading
from host_bridge.journal.schema import JOURNAL, VERSION
from host_bridge.journal.versions import KEPT_S, copy_of
from tests.journals import LOG, SHIFT_MS, SITE, a_batch, an_end, opened, written

NEW = VERSION + 1
NEWER = JOURNAL._replace(
    version=NEW, steps={VERSION: ("ALTER TABLE stay RENAME TO visit", "CREATE TABLE lane (queue TEXT)")}
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of ours with one caller."""
    written(tmp_path / "j", a_batch(1))
    return tmp_path / "j"


def upgraded(path: Path) -> sqlite3.Connection:
    """The file as the next version opens it."""
    connection, is_new = open_file(path, SITE, LOG, NEWER, check=True)
    assert not is_new
    return connection


def names(path: Path) -> set[str]:
    return {each.name for each in path.parent.iterdir()}


def test_an_older_file_is_brought_up_and_a_copy_of_it_is_kept(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    connection = upgraded(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (NEW,)
    assert connection.execute("SELECT call FROM visit").fetchall() == [("1.1",)]
    connection.close()
    copy = copy_of(path, VERSION)
    assert read_day(copy, 0, 10**9) == [shifted(an_end(1), SHIFT_MS)]
    assert f"journal {path}: brought from version {VERSION} to {NEW}; as it was it is in {copy.name}" in caplog.messages


def test_the_version_before_takes_the_copy_back_and_keeps_the_newer_file(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    connection = upgraded(path)
    connection.execute("INSERT INTO lane VALUES ('new')")
    connection.close()
    journal, restored = opened(path)
    journal.close()
    assert [row for row, _ in restored.rows] == [1]
    assert (restored.seen_pbx_ms, restored.next_row) == (1_000 + SHIFT_MS, 2)
    (aside,) = path.parent.glob("j.newer-*")
    assert names(path) == {"j", "j.lock", aside.name}
    (told,) = [line for line in caplog.messages if "newer" in line]
    assert told == (
        f"journal {path}: a newer wallboard wrote it (version {NEW}): set aside as {aside.name}. What was in it before "
        "that is taken back; what ended since is a gap, as after any outage"
    )
    kept = sqlite3.connect(aside)
    assert kept.execute("SELECT queue FROM lane").fetchall() == [("new",)]
    kept.close()
    upgraded(path).close()  # once more: nothing stands in its way
    opened(path)[0].close()
    assert len(list(path.parent.glob("j.newer-*"))) == 2


def test_killed_while_it_writes_its_log_goes_with_the_newer_file(path: Path) -> None:
    connection = upgraded(path)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("INSERT INTO lane VALUES ('new')")
    parts = {part: path.with_name(f"j{part}").read_bytes() for part in ("", "-wal")}
    connection.close()
    for part, content in parts.items():
        path.with_name(f"j{part}").write_bytes(content)
    journal, restored = opened(path)
    journal.close()
    assert [row for row, _ in restored.rows] == [1]
    kept = sqlite3.connect(next(path.parent.glob("j.newer-*Z")))
    assert kept.execute("SELECT queue FROM lane").fetchall() == [("new",)]
    kept.close()


def test_a_file_that_cannot_be_brought_up_is_set_aside_as_it_was(path: Path) -> None:
    bad = NEWER._replace(steps={VERSION: ("CREATE TABLE lane (queue TEXT)", "INSERT INTO visit VALUES (1)")})
    open_file(path, SITE, LOG, bad, check=False)[0].close()
    (aside,) = path.parent.glob("j.damaged-*")
    assert read_day(aside, 0, 10**9) == [shifted(an_end(1), SHIFT_MS)]


def test_a_full_disk_leaves_the_file_as_it_was_and_no_half_copy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.replace

    def full(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        upgraded(path)
    assert names(path) == {"j", "j.lock"}
    assert read_day(path, 0, 10**9) == [shifted(an_end(1), SHIFT_MS)]


def test_a_copy_of_yesterday_is_gone_and_a_newer_file_is_then_left_as_it_is(path: Path) -> None:
    upgraded(path).close()
    old = time.time() - KEPT_S - 1
    os.utime(copy_of(path, VERSION), (old, old))
    content = path.read_bytes()
    with pytest.raises(JournalError, match="of a newer wallboard"):
        open_journal(path, SITE, LOG)
    assert path.read_bytes() == content and not copy_of(path, VERSION).exists()


def test_who_reads_meanwhile_is_told(path: Path) -> None:
    told = rf"of an older wallboard \(version {VERSION}\): the bridge makes it new"
    with pytest.raises(JournalError, match=told), reading(path, NEWER):
        pass


def test_what_cannot_be_set_aside_keeps_its_log_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = upgraded(path)  # and stays open, so that all this is in the log beside the file
    reader.execute("PRAGMA wal_autocheckpoint = 0")
    reader.execute("INSERT INTO lane VALUES ('new')")

    def no_links(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(JournalError, match=r"nor can its copy .* be taken back \(Operation not permitted\)"):
        open_journal(path, SITE, LOG)
    kept = sqlite3.connect(path)
    assert kept.execute("SELECT queue FROM lane").fetchall() == [("new",)]
    kept.close()
    reader.close()
