"""Writing a version back over thresholds.yaml: at once, with the file's own rights, and nothing of it is lost."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

ASIDE = ".before-undo"
MOST_ASIDE = 1_000


def keep_aside(path: Path) -> Path:
    """Keep what is in the file beside it, byte for byte; gives where. Raises OSError."""
    text = path.read_bytes()
    for number in range(1, MOST_ASIDE):
        aside = path.with_name(path.name + ASIDE + (f"-{number}" if number > 1 else ""))
        try:
            with aside.open("xb") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        except FileExistsError:
            with suppress(OSError):
                if aside.read_bytes() == text:
                    return aside
        else:
            return aside
    raise FileExistsError(17, f"{MOST_ASIDE} texts are kept aside already, delete some", str(path))


def write(path: Path, text: bytes) -> None:
    """Let the file hold this text: replaced whole, where the file is that a symlink leads to. Raises OSError.

    Mode and owner stay. Where they could not (we are not the owner), or where a file cannot be replaced (it is mounted
    by itself into a container), it is written in place.
    """
    real = Path(os.path.realpath(path))
    try:
        before: os.stat_result | None = real.stat()
    except FileNotFoundError:
        before = None
    if before is not None and not stat.S_ISREG(before.st_mode):
        raise OSError(22, "it is no regular file", str(real))
    if not _replace(real, text, before):
        with real.open("r+b") as stream:
            stream.write(text)
            stream.truncate()
            stream.flush()
            os.fsync(stream.fileno())


def _replace(real: Path, text: bytes, before: os.stat_result | None) -> bool:
    """False when it must be written in place."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
    except PermissionError:
        if before is None:
            raise
        return False
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
            if before is None:
                os.fchmod(stream.fileno(), 0o644)
            else:
                if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                    os.fchown(stream.fileno(), before.st_uid, before.st_gid)
                shutil.copystat(real, new)
        os.utime(new)
        new.replace(real)
    except OSError:
        new.unlink(missing_ok=True)
        if before is None:
            raise
        return False
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    with suppress(OSError):
        folder = os.open(real.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return True
