"""Watches thresholds.yaml: each save is read and checked once it is complete, and handed over.

The file is looked at ten times a second. A stat costs some microseconds and sees whatever way a file comes to have
other content: written in place, replaced by an editor (a rename), reached by a symlink that points elsewhere now, on a
network file system, mounted into a container. inotify sees none of the last three, loses its hold on the file with
each rename, and would need a second way beside it for all that; it would save 0.1 s of the two that a save may take.

A save is complete when the file has not changed for 300 ms: an editor that writes in place empties the file first and
may write it in pieces, and half of a YAML file is often a right one. By the file's own times no clock is compared:
only whether they differ.

All of this is done by a thread of its own, so neither a disk that hangs nor a file of a megabyte stands in the way of
the loop: reading YAML is Python, which lets the loop in after half a millisecond (sys.setswitchinterval in program.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from config.regular_file import read_regular
from config.yaml_file import ConfigError, parse
from config.yaml_tree import MAX_BYTES
from host_bridge import thresholds
from host_bridge.thresholds import Thresholds

POLL_S = 0.1
STILL_MS = 300
GONE_MS = 1_000  # an empty or a missing file: mostly one that is just being written
AGAIN_MS = 2_500  # a file system whose times are as coarse as two seconds hides a second save of the same length
HANGS_MS = 10_000  # a look takes some ms; a network file system whose server is gone lets it wait for ever


class Save(NamedTuple):
    """What was found: the file's bytes, None when it cannot be read; and what they say, or `errors`, a line each."""

    text: bytes | None
    thresholds: Thresholds | None
    errors: tuple[str, ...]


class Mark(NamedTuple):
    """What changes with the content of a file. `problem`: why it cannot be looked at, "" when it can."""

    problem: str
    device: int = 0
    inode: int = 0
    size: int = 0
    modified_ns: int = 0
    changed_ns: int = 0


class Stillness:
    """When a file is to be read, by its marks and a clock that never steps. Pure."""

    def __init__(self) -> None:
        self._seen: Mark | None = None
        self._since_ms = 0
        self._read: Mark | None = None
        self._again_ms: int | None = None

    def is_due(self, mark: Mark, now_ms: int) -> bool:
        """Whether to read it now; then tell by `was_read`."""
        if mark != self._seen:
            self._seen, self._since_ms = mark, now_ms
            return False
        if mark == self._read:
            return self._again_ms is not None and now_ms >= self._again_ms
        return now_ms - self._since_ms >= (STILL_MS if mark.size else GONE_MS)

    def was_read(self, mark: Mark, now_ms: int, *, is_read: bool) -> None:
        """It was, with this mark before and after; not `is_read`: it could not be, so it is tried again and again."""
        is_second = is_read and mark == self._read
        self._read = mark
        self._again_ms = None if is_second else now_ms + AGAIN_MS


class RulesFile:
    """One file, one thread. `known`: what was found in it already; only what is new is handed over."""

    def __init__(self, path: Path, known: Save) -> None:
        self._path = path
        self._known = known
        self._stillness = Stillness()
        self._stop = threading.Event()
        self._busy_since_ms: int | None = None

    def start(self, sink: Callable[[Save], None]) -> None:
        """Watch until `stop`; `sink` gets each save in the running loop."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, args=(loop, sink), name="thresholds", daemon=True).start()

    def stop(self) -> None:
        """End it; a thread that hangs in a disk ends with the process."""
        self._stop.set()

    @property
    def hangs(self) -> bool:
        """Whether the disk has not answered for ten seconds."""
        since_ms = self._busy_since_ms
        return since_ms is not None and _now_ms() - since_ms >= HANGS_MS

    def step(self, now_ms: int) -> Save | None:
        """One look, in the watching thread; `now_ms` of a clock that never steps. What is new, if it is complete."""
        self._busy_since_ms = now_ms
        mark = _mark(self._path)
        if not self._stillness.is_due(mark, now_ms):
            self._busy_since_ms = None
            return None
        text, problem = _read(self._path)
        is_whole = _mark(self._path) == mark
        self._busy_since_ms = None
        if not is_whole:
            return None
        self._stillness.was_read(mark, now_ms, is_read=text is not None)
        # A file of a megabyte is a million objects, none of them in a circle. To look for circles among them would hold
        # up the loop for 0.1 s and more, again and again; all of them being freed at once takes some ms.
        gc.disable()
        try:
            return self._judge(text, problem)
        finally:
            gc.enable()

    def _run(self, loop: asyncio.AbstractEventLoop, sink: Callable[[Save], None]) -> None:
        while not self._stop.wait(POLL_S):
            save = self.step(_now_ms())
            if save is not None and not self._stop.is_set():
                with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                    loop.call_soon_threadsafe(sink, save)

    def _judge(self, text: bytes | None, problem: str) -> Save | None:
        """None when it is what was found before."""
        if text is not None and text == self._known.text:
            return None
        save = judge(text, problem, self._path.name)
        if (save.text, save.errors) == (self._known.text, self._known.errors):
            return None
        self._known = save
        return save


def judge(text: bytes | None, problem: str, name: str) -> Save:
    """Check what was read; `name` stands in the errors."""
    if text is None:
        return Save(None, None, (f"{name}: cannot be read: {problem}",))
    try:
        return Save(text, thresholds.build(parse(text, name)), ())
    except ConfigError as error:
        return Save(text, None, tuple(error.errors))
    except Exception as error:  # a fault of ours: it ends neither the bridge nor the watching
        return Save(text, None, (f"{name}: cannot be checked, by a fault of the bridge: {error!r}",))


def look(path: Path) -> Save:
    """What is in the file at this moment."""
    return judge(*_read(path), path.name)


def _read(path: Path) -> tuple[bytes | None, str]:
    """The content, or None and why it cannot be read."""
    try:
        return read_regular(path, MAX_BYTES + 1), ""
    except OSError as error:
        return None, error.strerror or str(error)


def _mark(path: Path) -> Mark:
    try:
        found = path.stat()
    except OSError as error:
        return Mark(error.strerror or str(error))
    return Mark("", found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
