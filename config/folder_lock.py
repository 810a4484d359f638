"""One at a time in a folder: whoever writes several files that belong together keeps others from doing so meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


@contextmanager
def alone(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Keep others out of a folder that need not be there; it is free again when this process ends, however it does.

    Raises OSError when the folder cannot be read, and BlockingIOError when somebody is at work there and we do not
    `wait`. Windows has no such lock on a folder, and some network file systems have none: there it is up to the person.
    """
    if fcntl is None or not folder.is_dir():
        yield
        return
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            if isinstance(error, BlockingIOError):
                raise
        yield
    finally:
        os.close(handle)
