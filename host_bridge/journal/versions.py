"""A file that another version of the wallboard wrote: an older one is brought up to ours, a newer one goes back.

An upgrade that does not work is undone (hw/deb), or somebody installs the version before again, and that one cannot
read what the new one has made of its file. So whoever brings a file up to date leaves a copy of it as it was, and the
version before takes that back: what ended since is a gap, filled or estimated as after any outage.
"""

from __future__ import annotations

import glob
import logging
import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from host_bridge.journal.errors import JournalError, NewerError
from host_bridge.journal.form import Form
from host_bridge.journal.transaction import Transaction

PARTS = ("", "-wal", "-shm")  # of one SQLite database
KEPT_S = 24 * 3_600  # by then an upgrade has proved itself; and what a copy lacks is more than a gap


def copy_of(path: Path, version: int) -> Path:
    """Where the file lies as it was while it had this version."""
    return path.with_name(f"{path.name}.version-{version}")


def bring_up(connection: sqlite3.Connection, path: Path, form: Form, found: int, log: logging.Logger) -> None:
    """Make a file of the version `found` one of `form`, all or nothing, with a copy of it as it was.

    Raises sqlite3.Error or OSError (a full disk); the file is as it was then.
    """
    copy = copy_of(path, found)
    _copy(connection, copy)
    with Transaction(connection, "BEGIN IMMEDIATE"):
        for version in range(found, form.version):
            for statement in form.steps[version]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {form.version}")
    log.info(
        "%s %s: brought from version %d to %d; as it was it is in %s", form.word, path, found, form.version, copy.name
    )


def take_back(path: Path, newer: NewerError, form: Form, log: logging.Logger) -> None:
    """Put the copy that the newer version left in the place of its file, which is set aside, and say so.

    Raises `newer` when there is no copy: what is in the file is worth more than a file that we can write.
    """
    copy = copy_of(path, form.version)
    if not copy.exists():
        raise newer
    aside = aside_name(path, "newer")
    try:
        # First, for some file systems have no links. No power cut leaves no file of this name.
        os.link(path, aside)
        for part in PARTS[1:]:
            with suppress(FileNotFoundError):
                path.with_name(path.name + part).replace(aside.with_name(aside.name + part))
        copy.replace(path)
    except OSError as error:
        raise JournalError(f"{newer}; nor can its copy {copy.name} be taken back ({error.strerror})") from None
    log.warning(
        "%s %s: a newer wallboard wrote it (version %d): set aside as %s. What was in it before that is taken back; "
        "what ended since is a gap, as after any outage",
        *(form.word, path, newer.version, aside.name),
    )


def forget_copies(path: Path) -> None:
    """Remove the copies that are of no use any more."""
    for copy in path.parent.glob(f"{glob.escape(path.name)}.version-*"):
        with suppress(OSError):
            if time.time() - copy.stat().st_mtime > KEPT_S:
                copy.unlink()


def aside_name(path: Path, what: str) -> Path:
    """A name beside the file that nothing has yet: `what` it is, and the time."""
    stem = path.with_name(f"{path.name}.{what}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
    aside, count = stem, 1
    while aside.exists():
        count += 1
        aside = stem.with_name(f"{stem.name}-{count}")
    return aside


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    """The whole file, as it is at one instant; it has its name when it is whole."""
    half = target.with_name(f"{target.name}.part")
    half.unlink(missing_ok=True)
    try:
        copy = sqlite3.connect(half)
        try:
            connection.backup(copy)
        finally:
            copy.close()
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
