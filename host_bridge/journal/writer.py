"""When a backlog is written; and when it cannot be: told in one line, tried again, begun anew if damaged.

It writes the journal, and what else the bridge keeps in a file of its own: what differs is in Pending, File and `word`.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from host_bridge.journal.errors import explain, is_damage, reason
from host_bridge.journal.opening import set_aside

PACE_MS = 500  # between two transactions: each waits for the disk, and wears an SD card
RETRY_MS = 1_000  # after the first failure; then twice as long each time
LONGEST_RETRY_MS = 30_000
SLICE = 500  # rows of a table deleted in one go


class Instant(Protocol):
    """What one transaction writes."""

    @property
    def at_ms(self) -> int | None: ...


WorkT = TypeVar("WorkT", bound=Instant)
WrittenT_contra = TypeVar("WrittenT_contra", bound=Instant, contravariant=True)


class Pending(Protocol[WorkT]):
    """What is not on the disk yet, as journal.backlog has it."""

    @property
    def dropped(self) -> int: ...

    @property
    def is_noticed(self) -> bool: ...

    def notice(self) -> None: ...

    def take(self) -> WorkT | None: ...

    def give_back(self, work: WorkT) -> None: ...


class File(Protocol[WrittenT_contra]):
    """An open file, as journal.store has it."""

    is_new: bool
    unwritable: int

    def is_in_place(self) -> bool: ...

    def write(self, work: WrittenT_contra) -> None: ...

    def prune(self, before_ms: int, most: int) -> bool: ...

    def close(self) -> None: ...


class Writer(Generic[WorkT]):
    """Called by one thread; `problem` and what else has no underscore may be read by any."""

    def __init__(
        self,
        path: Path,
        backlog: Pending[WorkT],
        store: File[WorkT] | None,
        reopen: Callable[[], File[WorkT]],
        log: logging.Logger,
        *,
        word: str = "journal",
    ) -> None:
        self.problem = ""
        self.saved_ms: int | None = None  # at_ms of the newest batch that is on the disk
        self.is_anew = False  # what was in the file is no longer in it
        self.unwritable = 0  # records that SQLite does not take
        self._path = path
        self._backlog = backlog
        self._store = store
        self._reopen = reopen
        self._log = log
        self._word = word
        self._pace_ms = 0  # not before
        self._retry_at_ms = 0  # not before
        self._retry_ms = RETRY_MS
        self._failed_ms: int | None = None  # since when
        self._prune_before_ms: int | None = None

    def prune(self, before_ms: int) -> None:
        """Delete what ended before, by the PBX's clock, in the pauses between the batches."""
        self._prune_before_ms = before_ms

    def step(self, now_ms: int) -> int | None:
        """Write what there is when it is time; gives when to call again, None: when something was put."""
        if now_ms < self._pace_ms:
            return self._pace_ms
        if self._backlog.is_noticed and self._failed_ms is None and self._prune_before_ms is None:
            return None
        self._pace_ms = now_ms + PACE_MS
        self._backlog.notice()  # while the disk fails too: a newer state is as welcome
        if now_ms >= self._retry_at_ms:
            self._try(self._backlog.take(), now_ms)
        return self._pace_ms

    def finish(self, now_ms: int) -> None:
        """Write what is left, at once, and close the file."""
        work = self._backlog.take()
        if work is not None:
            self._try(work, now_ms)
        if self._store is not None:
            self._store.close()
            self._store = None

    def fail(self, error: Exception, now_ms: int) -> None:
        """Say what is wrong, once an outage, and try again later."""
        problem = explain(error, self._path, self._word)
        if problem != self.problem:
            self._log.error("%s; the bridge goes on counting, and tries again", problem)
        self.problem = problem
        self._failed_ms = now_ms if self._failed_ms is None else self._failed_ms
        self._retry_at_ms = now_ms + self._retry_ms
        self._retry_ms = min(2 * self._retry_ms, LONGEST_RETRY_MS)

    def _try(self, work: WorkT | None, now_ms: int) -> None:
        try:
            self._do(work)
        except (sqlite3.Error, OSError) as error:
            if work is not None:
                self._backlog.give_back(work)
            self._let_go()
            self.fail((self._replace(error) if is_damage(error) else None) or error, now_ms)
        else:
            self._succeeded(now_ms)

    def _do(self, work: WorkT | None) -> None:
        if self._store is not None and not self._store.is_in_place():
            self._log.error("%s %s: removed or replaced while the bridge ran; it is begun anew", self._word, self._path)
            self._let_go()
            self.is_anew = True
        if self._store is None:
            self._store = self._reopen()
            self.is_anew |= self._store.is_new
        if work is not None:
            self._store.write(work)
            self.unwritable += self._store.unwritable
            self._store.unwritable = 0
            if work.at_ms is not None:
                self.saved_ms = work.at_ms
        before_ms = self._prune_before_ms
        if before_ms is not None and not self._store.prune(before_ms, SLICE) and self._prune_before_ms == before_ms:
            self._prune_before_ms = None

    def _succeeded(self, now_ms: int) -> None:
        if self._failed_ms is not None:
            lost = f", {self._backlog.dropped} records were lost" if self._backlog.dropped else ", nothing was lost"
            after_s = (now_ms - self._failed_ms) // 1000
            self._log.info("%s %s: written again after %d s%s", self._word, self._path, after_s, lost)
        self.problem = ""
        self._failed_ms = None
        self._retry_ms = RETRY_MS

    def _replace(self, error: Exception) -> Exception | None:
        """Set the damaged file aside; the next try begins a new one. What is wrong when that cannot be done."""
        try:
            set_aside(self._path, reason(error), self._log, self._word)
        except OSError as failure:
            return failure
        self.is_anew = True
        return None

    def _let_go(self) -> None:
        """A failed connection is not trusted again."""
        if self._store is not None:
            self._store.close()
            self._store = None
