"""Files of the folder `pki`: whole or not at all, and a key's is never readable by others, not for an instant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

from config.replace_file import replace_file
from host_bridge.pki.names import PkiError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

SECRET, PUBLIC = 0o600, 0o644
MOST_BYTES = 65_536


def read(path: Path) -> bytes:
    """The file. Raises PkiError."""
    try:
        with path.open("rb") as stream:
            return stream.read(MOST_BYTES)
    except OSError as error:
        raise PkiError(f"{path} cannot be read: {error.strerror or error}") from None


def write(path: Path, content: bytes, mode: int) -> None:
    """Write, or replace, a file. Raises PkiError, and leaves what was there before."""
    try:
        replace_file(path, content, mode=mode)
    except OSError as error:
        raise PkiError(f"{path} cannot be written: {error.strerror or error}") from None


def make_folder(path: Path, *, open_to_all: bool = False) -> None:
    """Make a folder, where there is none, for its owner alone or for all to look into. Raises PkiError."""
    try:
        path.mkdir(mode=0o755 if open_to_all else 0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PkiError(f"{path}: no such folder can be made: {error.strerror or error}") from None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait for whoever else is writing to this folder, and keep others waiting; it need not be there.

    Two at once would pair the key of one with the certificate of the other. Windows has no such lock on a folder: there
    it is up to the technician.
    """
    if fcntl is None or not folder.is_dir():
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise PkiError(f"{folder} cannot be read: {error.strerror or error}") from None
    try:
        with suppress(OSError):  # a network's file system may have no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def delete(path: Path) -> None:
    """Delete a file that may be there. Raises PkiError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise PkiError(f"{path} cannot be deleted: {error.strerror or error}") from None
