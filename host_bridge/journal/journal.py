"""The journal as the bridge uses it: loaded at the start, then written by a thread, never in the reader's way.

journal = open_journal(path, site, log)         # raises JournalError
restored = journal.load(since_pbx_ms)
journal.start()
if journal.ready():
    journal.put(Batch(…))                       # never waits
journal.close()
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from io import FileIO
from pathlib import Path

from host_bridge.journal.backlog import Backlog, Work
from host_bridge.journal.batch import Batch, Restored
from host_bridge.journal.errors import JournalError, explain, is_damage, reason
from host_bridge.journal.opening import lock, open_store, read_without_room, set_aside
from host_bridge.journal.schema import JOURNAL
from host_bridge.journal.store import Store
from host_bridge.journal.thread import WriterThread, now_ms
from host_bridge.journal.writer import Writer
from host_bridge.truth.live import Live

_NOTHING = Restored([], Live(), None, 0, 1)


def open_journal(path: Path, site: str, log: logging.Logger) -> Journal:
    """Open or begin the journal of a site.

    A damaged one is set aside and told. A full disk is no error here, but the journal's `problem` until it has room.
    Raises JournalError, in one line, when the folder or the file cannot be written, when another bridge has it, or when
    it is of another site, or of a newer version that left no copy of ours.
    """
    held = lock(path, log)
    try:
        return Journal(path, held, partial(open_store, path, site, log), log)
    except BaseException:
        if held is not None:
            held.close()
        raise


class Journal:
    """One file, one writer thread."""

    def __init__(self, path: Path, held: FileIO | None, opener: Callable[..., Store], log: logging.Logger) -> None:
        """`held` is the file whose lock is ours; `opener(check=…)` opens the file. See open_journal for the errors."""
        self._path = path
        self._held = held
        self._log = log
        self._backlog = Backlog()
        self._thread = WriterThread(path, JOURNAL.word)
        self._prior: Store | None = None  # what can be read of it when it cannot be opened for writing
        self._reopen = partial(opener, check=False)
        try:
            self._store: Store | None = opener(check=True)
            self._writer: Writer[Work] = Writer(path, self._backlog, self._store, self._reopen, log)
        except sqlite3.Error as error:
            self._store = None
            self._prior = read_without_room(path, error)
            self._writer = Writer(path, self._backlog, None, self._reopen, log)
            self._writer.fail(error, now_ms())

    def load(self, since_pbx_ms: int) -> Restored:
        """What ended since then and what was open; once, before `start`. What is damaged is set aside and told."""
        store = self._store or self._prior
        if store is None:
            return _NOTHING
        try:
            restored = store.load(since_pbx_ms)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise JournalError(explain(error, self._path)) from None
            store.close()
            set_aside(self._path, reason(error), self._log)
            self._writer = Writer(self._path, self._backlog, None, self._reopen, self._log)
            return _NOTHING
        if store.unreadable:
            self._log.error("journal %s: %d rows make no sense and were left out", self._path, store.unreadable)
        if self._prior is not None:
            self._prior.close()
            self._prior = None
        self._backlog.resume(restored.seen_pbx_ms)
        return restored

    def start(self) -> None:
        """Let the writer's thread begin."""
        self._thread.start(self._writer)

    def ready(self) -> bool:
        """Whether the last batch was taken over: only then is the next one worth making. At most twice a second."""
        return self._backlog.is_noticed

    def put(self, batch: Batch) -> None:
        """Hand over what became known. Never waits; beyond 50,000 records not written the oldest are given up."""
        self._backlog.put(batch, time.time_ns() // 1_000_000)
        self._thread.wake()

    def put_day(self, day: str, queue: str, figures: dict[str, int], pbx_ms: int) -> None:
        """Keep the figures of a queue's day (YYYY-MM-DD), known at `pbx_ms`; later ones replace them. Never waits."""
        self._backlog.put_day(day, queue, figures, pbx_ms)
        self._thread.wake()

    def prune(self, before_pbx_ms: int) -> None:
        """Forget what ended before, a little at a time. Never waits."""
        self._writer.prune(before_pbx_ms)
        self._thread.wake()

    @property
    def problem(self) -> str:
        """Why nothing can be written at present, in one line; "" is fine."""
        return self._thread.problem or self._writer.problem

    @property
    def dropped(self) -> int:
        """Records that never got into the file."""
        return self._backlog.dropped + self._writer.unwritable

    @property
    def saved_ms(self) -> int | None:
        """`at_ms` of the newest batch that is safe on the disk."""
        return self._writer.saved_ms

    def begun_anew(self) -> bool:
        """True once after the file was lost while running: then put all records of the kept span again."""
        if not self._writer.is_anew:  # never cleared unseen: the writer's thread may set it at any time
            return False
        self._writer.is_anew = False
        return True

    def close(self) -> None:
        """Write what is left, waiting for the disk at most 5 s, and let another bridge have the file."""
        if not self._thread.close(self._writer.finish):
            self._log.error("journal %s: the disk does not answer; what is not written is lost", self._path)
            return  # the lock ends with the process
        if self._backlog.take() is not None:
            self._log.error("journal %s: what ended last could not be written", self._path)
        if self._held is not None:
            self._held.close()
            self._held = None
