"""What can be wrong with a journal, in words for people; and which of it means that the file itself is damaged."""

from __future__ import annotations

import shutil
from pathlib import Path


class JournalError(OSError):
    """The journal cannot be used as it is configured; the text says what to do."""


class NewerError(JournalError):
    """The file is of a newer version of the wallboard."""

    def __init__(self, text: str, version: int) -> None:
        super().__init__(text)
        self.version = version


class DamageError(Exception):
    """The file is no sound journal; the text says why."""


class OlderError(DamageError):
    """The file is sound, and of an older version, which the bridge brings up to ours when it starts."""

    def __init__(self, version: int) -> None:
        super().__init__(f"of an older wallboard (version {version}): the bridge makes it new at its next start")
        self.version = version


ROOM = 1 << 20  # bytes; with less the disk is as good as full

# sqlite.org/rescode.html. Primary codes are the low byte of the extended ones.
_ERROR, _BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 1, 5, 6, 8, 10, 11, 13, 14, 26
# Content that no disk gives back, or less of it than the file's length says. (Of the other I/O errors many are a full
# disk's: setting the file aside for these would lose what is safe.)
_UNREADABLE = frozenset((266, 522, 8202, 8458))  # IOERR_READ, _SHORT_READ, _DATA, _CORRUPTFS

_WORDS = {
    _FULL: "the disk is full: free some space there",
    _READONLY: "it is read-only: let the bridge's user write it, or see why the disk was mounted read-only",
    _BUSY: "another program has locked it: end that program",
    _LOCKED: "another program has locked it: end that program",
    _CANTOPEN: "it cannot be opened: let the bridge's user read and write it, and its folder",
    _NOTADB: "no {word} of a bridge: name the file that bridge.yaml calls journal",
    _IOERR: "the disk fails: see the system's log, and replace it",
}


def is_damage(error: BaseException) -> bool:
    """Whether the file's content is wrong, so that trying again is in vain.

    _ERROR is "no such table" and the like: every statement of ours fits a sound journal of this version.
    """
    if isinstance(error, UnicodeDecodeError):  # sqlite3 cannot even put SQLite's complaint about the file into words
        return True
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF in (_ERROR, _CORRUPT, _NOTADB) or code in _UNREADABLE)


def explain(error: BaseException, path: Path, word: str = "journal") -> str:
    """One line: which journal (or other file, by its `word`), what is wrong, what to do."""
    if isinstance(error, JournalError):
        return str(error)
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary == _IOERR and not _has_room(path):  # of shared memory that could not grow SQLite says no more than that
        primary = _FULL
    words = _WORDS.get(primary) if primary is not None else None
    if words is None:
        words = getattr(error, "strerror", None) or str(error)
    return f"{word} {path}: {words.format(word=word) if primary == _NOTADB else words}"


def _has_room(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free > ROOM
    except OSError:
        return True


def reason(error: Exception) -> str:
    """SQLite's own words for a damage."""
    return str(error) or type(error).__name__
