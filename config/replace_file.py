"""A file gets another content, whole or not at all: a crash, a full disk or a power cut leaves the one or the other."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

from config.regular_file import must_be_regular

# The new content lies under such a name until it takes the file's place; kill -9 in between leaves it lying.
PREFIX, SUFFIX = ".wallboard-", ".new"
_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)  # Windows has the second alone
# What stands in the way of another file, and not of another content: a folder that may not be written, an owner who is
# somebody else, a file that is mounted by itself into a container. A full or a dying disk is none of these.
_IN_PLACE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV)


def replace_file(
    path: Path, data: bytes, *, mode: int | None = None, like: Path | None = None, in_place: bool = False
) -> None:
    """Let the file hold `data`; a symlink stays one, and the file that it leads to is meant.

    A file that is there keeps its owner and, unless `mode` is given, its rights. A new one has `mode`, else owner and
    rights of the file `like`, else the mode 0644; until it is complete nobody but its owner can read it. Where that
    cannot be done, `in_place` has the present file written over, which a power cut can spoil. Raises OSError, which
    names `path`: then its content is what it was.
    """
    real = Path(os.path.realpath(path))
    try:
        present = real.exists()
        if present:
            must_be_regular(real)
        try:
            _replace(real, data, mode, real if present else like)
        except OSError as error:
            if not (in_place and present and error.errno in _IN_PLACE):
                raise
            _write_over(real, data)
    except OSError as error:
        # By itself a full disk names no file, and others name the one beside it.
        number = getattr(error, "winerror", None)  # says more than errno: a card at LOCK is just EACCES
        raise OSError(error.errno, error.strerror or str(error), str(path), number) from None


def _replace(real: Path, data: bytes, mode: int | None, like: Path | None) -> None:
    handle, new = _begin(real)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if like is not None:
            _resemble(new, like)
        if mode is not None or like is None:
            with suppress(OSError):  # FAT and Windows have no modes
                new.chmod(0o644 if mode is None else mode)
        new.replace(real)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
    with suppress(OSError):  # some network file systems cannot; and the file has its new content already
        _sync(real, 0)  # FAT keeps a file's size and place beside its name: until this the new name has none
        sync_folder(real.parent)


def _begin(real: Path) -> tuple[int, Path]:
    """A new file beside it, open, for its owner alone.

    Not by tempfile.mkstemp, which on Windows tries another name, and another, where none can be written at all.
    """
    new = real.with_name(f"{PREFIX}{os.urandom(8).hex()}{SUFFIX}")
    return os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600), new


def _resemble(new: Path, like: Path) -> None:
    """Owner, mode and access list of another file; raises OSError when the owner cannot be had."""
    wanted, made = like.stat(), new.stat()
    if (wanted.st_uid, wanted.st_gid) != (made.st_uid, made.st_gid):
        os.chown(new, wanted.st_uid, wanted.st_gid)
    with suppress(OSError):  # as above
        shutil.copystat(like, new)
    os.utime(new)  # it was changed now


def _write_over(real: Path, data: bytes) -> None:
    with real.open("r+b", buffering=0) as stream:
        before = stream.read()
        try:
            _put(stream.fileno(), data)
        except OSError:
            with suppress(OSError):  # it had room for this
                _put(stream.fileno(), before)
            raise


def _put(descriptor: int, data: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    os.ftruncate(descriptor, len(data))
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Names that were changed in it stay changed after a power cut. Raises OSError."""
    _sync(folder, getattr(os, "O_DIRECTORY", 0))


def _sync(path: Path, flags: int) -> None:
    if not hasattr(os, "O_DIRECTORY"):  # Windows has no such call, and writes removable disks through
        return
    descriptor = os.open(path, os.O_RDONLY | flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
