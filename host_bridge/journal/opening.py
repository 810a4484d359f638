"""Opening the journal's file: whose it is, whether it is whole, and setting a damaged one aside."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
from contextlib import suppress
from functools import partial
from io import FileIO
from pathlib import Path

from host_bridge.journal.errors import DamageError, JournalError, NewerError, OlderError, explain, is_damage, reason
from host_bridge.journal.form import MAX_VERSION, Form
from host_bridge.journal.schema import JOURNAL
from host_bridge.journal.store import Store
from host_bridge.journal.versions import PARTS, aside_name, bring_up, forget_copies, take_back

BUSY_S = 2.0  # how long to wait for another program's transaction
WAL_BYTES = 8 << 20  # the write-ahead log is cut back to this after a long reader kept it growing
DAMAGED_TEXT = partial(str, encoding="utf-8", errors="replace")  # one bad letter is no reason to lose a day
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def lock(path: Path, log: logging.Logger, word: str = "journal") -> FileIO | None:
    """Keep other bridges from this file as long as the file given is open; the kernel ends it with the process.

    Raises JournalError when another has it, or when the folder cannot be written. None, which is told, where the file
    system has no locks or no room for one. It is a file of its own: closing the database's own would drop SQLite's
    locks (sqlite.org/howtocorrupt.html).
    """
    import fcntl  # noqa: PLC0415 - there is none on Windows, where a copy of a journal may be read

    name = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = name.open("a+b", buffering=0)
    except OSError as error:
        if error.errno in _NO_ROOM:
            _tell_no_lock(path, error, log, word)
            return None
        raise JournalError(
            f"{word} {path}: its folder cannot be written ({error.strerror}): "
            "let the bridge's user write there, or name another file in bridge.yaml"
        ) from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.seek(0)
        owner = held.read(20).decode("ascii", "replace").strip() or "unknown"
        held.close()
        raise JournalError(
            f"{word} {path}: another bridge writes it (process {owner}): end that one, "
            "or give each its own journal in bridge.yaml"
        ) from None
    except OSError as error:
        held.close()
        _tell_no_lock(path, error, log, word)
        return None
    with suppress(OSError):  # a full disk: then the next one will not read who it was
        held.truncate(0)
        held.write(b"%d\n" % os.getpid())
    return held


def _tell_no_lock(path: Path, error: OSError, log: logging.Logger, word: str) -> None:
    log.warning("%s %s: no lock there (%s): let no second bridge use it", word, path, error.strerror)


def open_store(path: Path, site: str, log: logging.Logger, *, check: bool) -> Store:
    """The journal's file as a Store; see open_file."""
    connection, is_new = open_file(path, site, log, JOURNAL, check=check)
    return Store(connection, path, is_new=is_new)


def open_file(
    path: Path, site: str, log: logging.Logger, form: Form, *, check: bool
) -> tuple[sqlite3.Connection, bool]:
    """The file, made when there is none (then True); a damaged one is set aside first. `check` reads all of it.

    One of another version is brought up to ours, or goes back to the copy that a newer version has left (`versions`).
    Raises JournalError when it is not ours to write; sqlite3.Error when it cannot be opened now (a full disk).
    """
    if check:
        forget_copies(path)
    try:
        return _open(path, site, log, form, check=check)
    except NewerError as newer:
        take_back(path, newer, form, log)
    except DamageError as damage:
        set_aside(path, str(damage), log, form.word)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not is_damage(error):
            raise
        set_aside(path, reason(error), log, form.word)
    return _open(path, site, log, form, check=False)


def set_aside(path: Path, why: str, log: logging.Logger, word: str = "journal") -> None:
    """Rename the damaged file, and what SQLite keeps beside it. Raises JournalError."""
    aside = aside_name(path, "damaged")
    for part in PARTS:
        try:
            path.with_name(path.name + part).replace(aside.with_name(aside.name + part))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise JournalError(
                f"{word} {path}: damaged ({why}), and cannot be renamed ({error.strerror}): move it away by hand"
            ) from None
    log.error("%s %s: damaged (%s): set aside as %s, a new one is begun", word, path, why, aside.name)


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode, usable by any one thread at a time."""
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    connection.text_factory = DAMAGED_TEXT
    return connection


def identify(connection: sqlite3.Connection, path: Path, form: Form = JOURNAL) -> bool:
    """Whether the file is of this form and version; False for an empty one.

    Raises JournalError for another's file or a newer one, OlderError for one to be brought up, DamageError.
    """
    tables = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not tables and not application:
        return False
    if application != form.application_id and "mark" not in tables:
        raise JournalError(f"{form.word} {path}: a database of something else: name another file in bridge.yaml")
    if form.version < version <= MAX_VERSION:
        raise NewerError(
            f"{form.word} {path}: of a newer wallboard ({form.word} version {version}, this one reads {form.version}): "
            "install that one again, or name another file in bridge.yaml",
            version,
        )
    if application == form.application_id and version in form.steps:
        raise OlderError(version)
    if application != form.application_id or version != form.version:
        raise DamageError("its header makes no sense")
    return True


def _open(path: Path, site: str, log: logging.Logger, form: Form, *, check: bool) -> tuple[sqlite3.Connection, bool]:
    if path.is_dir():
        raise JournalError(f"{form.word} {path}: a folder: name a file in bridge.yaml")
    connection = connect(path)
    try:
        found = _version(connection, path, form)
        is_new = found is None
        if found is not None:
            if check:
                _check(connection)
            _of_this_site(connection, path, site, form.word)
            _set_modes(connection)
            _try_to_write(connection, path)
            if found != form.version:
                bring_up(connection, path, form, found, log)
        else:
            _set_modes(connection)
            form.create(connection, site)
            log.info("%s %s: begun", form.word, path)
    except BaseException:
        connection.close()
        raise
    return connection, is_new


def _version(connection: sqlite3.Connection, path: Path, form: Form) -> int | None:
    """Of which version the file is, if it is ours; None when it is empty. See identify for the errors."""
    try:
        return form.version if identify(connection, path, form) else None
    except OlderError as older:
        return older.version


def _set_modes(connection: sqlite3.Connection) -> None:
    """Readers and the writer do not wait for each other (WAL), and what was committed outlives a power cut (FULL)."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")


def _check(connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise DamageError(" ".join(str(verdict).split()))


def _try_to_write(connection: sqlite3.Connection, path: Path) -> None:
    """A file that we may write and SQLite may not is of a format unknown to it: a damaged header."""
    try:
        connection.execute("BEGIN IMMEDIATE")  # which alone would become a read transaction on such a file
        connection.execute("UPDATE mark SET value = value")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_READONLY and os.access(path, os.W_OK):
            raise DamageError("its header makes no sense") from None
        raise


def _of_this_site(connection: sqlite3.Connection, path: Path, site: str, word: str) -> None:
    found = connection.execute("SELECT value FROM mark WHERE name = 'site'").fetchone()
    if found is None or not isinstance(found[0], str):
        raise DamageError("it does not say of which site it is")
    if found[0] != site:
        raise JournalError(
            f"{word} {path}: of site {found[0]!r}, and bridge.yaml says {site!r}: name another file there"
        )


def read_without_room(path: Path, why: sqlite3.Error) -> Store | None:
    """The file as far as it can be read when it cannot be opened for writing; None when there is none yet.

    With its lock held alone, SQLite needs no shared memory, so that a full disk is no hindrance (sqlite.org/wal.html).
    Raises JournalError: to begin with empty counters beside a journal that is sound would be worse.
    """
    try:
        if not path.stat().st_size:
            return None
    except FileNotFoundError:
        return None
    connection = connect(path)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        identify(connection, path)
        return Store(connection, path)
    except (sqlite3.Error, DamageError):
        connection.close()
        raise JournalError(explain(why, path)) from None
