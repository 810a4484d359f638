"""The thread that writes: started once, woken when there is something, waited for at the end but not for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from host_bridge.journal.writer import Writer

CLOSE_S = 5.0  # how long a bridge that stops waits for the disk
SILENT_MS = 10_000  # a disk that takes longer for one transaction is a problem to tell


class WriterThread:
    """Runs a Writer; every method may be called by any thread, and only `close` waits."""

    def __init__(self, path: Path, word: str) -> None:
        self._path = path
        self._word = word
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_closing = False
        self._busy_since_ms: int | None = None

    def start(self, writer: Writer[Any]) -> None:
        """Let it begin."""
        self._thread = threading.Thread(target=self._run, args=(writer,), name=self._word, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something to write."""
        self._wake.set()

    @property
    def problem(self) -> str:
        """What is wrong with the thread itself, in one line; "" is fine."""
        if self._thread is not None and not self._thread.is_alive() and not self._is_closing:
            return (
                f"{self._word} {self._path}: its writer ended by an error of its own, see the log: restart the bridge"
            )
        since_ms = self._busy_since_ms
        if since_ms is not None and now_ms() - since_ms > SILENT_MS:
            return f"{self._word} {self._path}: the disk does not answer"
        return ""

    def close(self, finish: Callable[[int], None]) -> bool:
        """Have all written, waiting at most 5 s; whether it was. `finish` is the writer's, if none was started."""
        self._is_closing = True
        self._wake.set()
        if self._thread is None:
            finish(now_ms())
            return True
        self._thread.join(CLOSE_S)
        return not self._thread.is_alive()

    def _run(self, writer: Writer[Any]) -> None:
        """Write when there is something and its time has come."""
        while not self._is_closing:
            self._busy_since_ms = now_ms()
            due_ms = writer.step(self._busy_since_ms)
            self._busy_since_ms = None
            self._wake.wait(None if due_ms is None else max(due_ms - now_ms(), 1) / 1000)
            self._wake.clear()
        writer.finish(now_ms())


def now_ms() -> int:
    """Ms of a clock that never steps, for pauses and nothing else."""
    return time.monotonic_ns() // 1_000_000
