"""The history as the bridge uses it: entries are handed over and written by a thread, never in the reader's way.

history = History.open(history_file(journal), site, log)     # never raises; `problem` says what is wrong
history.begin(started, version, now)
history.rules_applied(text, at_utc_ms, "thresholds.yaml was saved")
history.put(Firing(…))                                        # never waits
history.close()
"""

from __future__ import annotations

import logging
from collections.abc import Hashable
from io import FileIO
from pathlib import Path

from host_bridge.history.backlog import Backlog, Work, key
from host_bridge.history.entries import Entry, Firing, Outage, RulesApplied, Run
from host_bridge.history.schema import HISTORY
from host_bridge.history.store import Store
from host_bridge.journal.errors import JournalError
from host_bridge.journal.opening import lock, open_file
from host_bridge.journal.thread import WriterThread
from host_bridge.journal.writer import Writer

MARK_MS = 30_000  # how often the file is told that the bridge lives: so exactly a killed one's end is known


def history_file(journal: Path) -> Path:
    """Where the history of the bridge with this journal is."""
    return journal.with_name(journal.name + ".history")


class History:
    """One file, one writer thread."""

    def __init__(self, path: Path, site: str, log: logging.Logger, held: FileIO | None) -> None:
        """`held` is the file whose lock is ours. Use `open`."""
        self._path = path
        self._site = site
        self._log = log
        self._held = held
        self._unusable = ""
        self._is_checked = False
        self._backlog = Backlog()
        self._writer: Writer[Work] = Writer(path, self._backlog, None, self._open, log, word=HISTORY.word)
        self._thread = WriterThread(path, HISTORY.word)
        self._standing: dict[Hashable, Entry] = {}  # what is open, and the rules in force: for a file begun anew

    @classmethod
    def open(cls, path: Path, site: str, log: logging.Logger) -> History:
        """The history of a site; the file itself is opened, or begun, by the writer's thread. Never raises.

        Where another bridge has it, or its folder cannot be written, nothing is kept, which is told, and `problem`.
        """
        try:
            held = lock(path, log, HISTORY.word)
        except JournalError as error:
            history = cls(path, site, log, None)
            history._unusable = str(error)
            log.error("%s; until then no history is kept", error)
            return history
        history = cls(path, site, log, held)
        history._thread.start(history._writer)
        return history

    @property
    def problem(self) -> str:
        """Why nothing can be written at present, in one line; "" is fine."""
        return self._unusable or self._thread.problem or self._writer.problem

    @property
    def dropped(self) -> int:
        """Entries that never got into the file."""
        return self._backlog.dropped + self._writer.unwritable

    def put(self, entry: Entry) -> None:
        """Keep an entry. Never waits; beyond 20,000 entries not written the oldest are given up."""
        if self._unusable:
            return
        if isinstance(entry, Run | Firing | Outage):
            if entry.until_ms is None:
                self._standing[key(entry)] = entry
            else:
                self._standing.pop(key(entry), None)
        elif isinstance(entry, RulesApplied):
            self._standing[RulesApplied] = entry
        self._backlog.put(entry)
        self._thread.wake()

    def rules_applied(self, text: bytes, at_utc_ms: int, note: str) -> None:
        """The thresholds that are in force from now on, as the file has them; told again they change nothing."""
        self.put(RulesApplied(at_utc_ms, text, note))

    def prune(self, before_utc_ms: int) -> None:
        """Forget what was over before, a little at a time; of the rules the last 200 versions stay. Never waits."""
        if not self._unusable:
            self._writer.prune(before_utc_ms)
            self._thread.wake()

    def renew(self) -> None:
        """Put what still holds again, if the file was lost while running. Call it now and then."""
        if self._writer.is_anew:
            self._writer.is_anew = False
            for entry in self._standing.values():
                self._backlog.put(entry)
            self._thread.wake()

    def close(self) -> None:
        """Write what is left, waiting for the disk at most 5 s, and let another bridge have the file."""
        if self._unusable:
            return
        if not self._thread.close(self._writer.finish):
            self._log.error("history %s: the disk does not answer; what is not written is lost", self._path)
            return  # the lock ends with the process
        if self._backlog.take() is not None:
            self._log.error("history %s: what happened last could not be written", self._path)
        if self._held is not None:
            self._held.close()
            self._held = None

    def _open(self) -> Store:
        """By the writer's thread. See open_file for the errors."""
        connection, is_new = open_file(self._path, self._site, self._log, HISTORY, check=not self._is_checked)
        self._is_checked = True
        return Store(connection, self._path, is_new=is_new)
