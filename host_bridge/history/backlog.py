"""Entries that are not on the disk yet: bounded, put by the event loop and taken by the writer's thread."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import NamedTuple

from host_bridge.history.entries import Entry
from host_bridge.history.schema import KEYS

MOST = 20_000  # entries kept while nothing can be written: days of alarms, some 10 MB


class Work(NamedTuple):
    """What one transaction writes, in the order in which it came."""

    entries: dict[Hashable, Entry]

    @property
    def at_ms(self) -> int | None:
        """Each entry stands for itself: there is no instant of which all is in."""
        return None


class Backlog:
    """Every method may be called by any thread, and none of them waits for a disk."""

    def __init__(self) -> None:
        self.dropped = 0  # entries that never got to the disk
        self._lock = threading.Lock()
        self._entries: dict[Hashable, Entry] = {}
        self._is_news = False

    @property
    def is_noticed(self) -> bool:
        """Whether the writer has looked since the last put."""
        return not self._is_news

    def notice(self) -> None:
        """The writer looked."""
        self._is_news = False

    def put(self, entry: Entry) -> None:
        """Add an entry; one that has its key is replaced, and keeps its place."""
        with self._lock:
            self._entries[key(entry)] = entry
            self._bound()
            self._is_news = True

    def take(self) -> Work | None:
        """All of it, for one transaction; None when there is nothing."""
        with self._lock:
            entries, self._entries = self._entries, {}
            return Work(entries) if entries else None

    def give_back(self, work: Work) -> None:
        """It could not be written; what was put meanwhile is newer."""
        with self._lock:
            self._entries = {**work.entries, **self._entries}
            self._bound()

    def _bound(self) -> None:
        """Give up the oldest beyond the limit."""
        while len(self._entries) > MOST:
            del self._entries[next(iter(self._entries))]
            self.dropped += 1


def key(entry: Entry) -> Hashable:
    """What two entries of the same thing share."""
    kind = type(entry)
    return (kind, *entry[: KEYS[kind]]) if kind in KEYS else (kind, *entry)
