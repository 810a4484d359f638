"""Files of the folder `pki`: whole or not at all, and a key's is never readable by others, not for an instant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config import folder_lock
from config.replace_file import replace_file
from host_bridge.pki.names import PkiError

SECRET, PUBLIC = 0o600, 0o644
MOST_BYTES = 1 << 20  # of a list of 20,000 that are revoked, or an access list that somebody has added to


def read(path: Path) -> bytes:
    """The file. Raises PkiError."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise PkiError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(content) > MOST_BYTES:
        raise PkiError(f"{path} is too long: expected {MOST_BYTES} bytes at most")
    return content


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
    """Wait for whoever else writes to this folder: two at once would pair one's key with the other's certificate."""
    with ExitStack() as stack:
        try:
            stack.enter_context(folder_lock.alone(folder))
        except OSError as error:
            raise PkiError(f"{folder} cannot be read: {error.strerror or error}") from None
        yield


def delete(path: Path) -> None:
    """Delete a file that may be there. Raises PkiError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise PkiError(f"{path} cannot be deleted: {error.strerror or error}") from None
