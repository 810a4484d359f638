"""Reading what a person names as a file: a pipe or a device, which could keep us waiting or never end, is refused."""

from __future__ import annotations

import os
import stat
from pathlib import Path

# Without O_NONBLOCK the open itself waits, for a pipe's other end. Windows has neither of the first two, and without
# O_BINARY it would end a file at its first Ctrl-Z and change line ends.
_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_regular(path: Path, most: int) -> bytes:
    """The first `most` bytes of a file. Raises OSError, with an own `strerror` for what is no regular file."""
    descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    try:
        _must_be_regular(os.fstat(descriptor), path)
        with open(descriptor, "rb", closefd=False) as stream:
            return stream.read(most)
    finally:
        os.close(descriptor)


def must_be_regular(path: Path) -> None:
    """Raise OSError when another's code, that would open `path` by its name, had better not."""
    _must_be_regular(path.stat(), path)


def _must_be_regular(status: os.stat_result, path: Path) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(21, "Is a directory", str(path))
    if kind != stat.S_IFREG:
        raise OSError(22, "it is a pipe or a device, expected a file", str(path))
