"""What other threads tell the board's loop: newest first come, bounded, and able to wake it.

The loop sleeps in Waker.wait(), a select on a socket pair: messages of the broker's thread and signals both end it at
once, and nothing else does before its time.
"""

from __future__ import annotations

import select
import socket
import threading
from typing import NamedTuple, Protocol

MOST_TOPICS = 4096


class HasFileno(Protocol):
    """Something that select() can wait for."""

    def fileno(self) -> int: ...


class Press(NamedTuple):
    """The button's contact closed, or opened."""

    down: bool


class LinkChange(NamedTuple):
    """The broker connection came up or went down."""

    up: bool


class Message(NamedTuple):
    """One MQTT message; `retained` when the broker had kept it."""

    topic: str
    payload: bytes
    retained: bool


class Waker:
    """Ends a wait from another thread or, through signal.set_wakeup_fd(), from a signal handler."""

    def __init__(self) -> None:
        self._hear, self._call = socket.socketpair()
        self._hear.setblocking(False)
        self._call.setblocking(False)

    def fileno(self) -> int:
        """The descriptor to write to, for signal.set_wakeup_fd()."""
        return self._call.fileno()

    def wake(self) -> None:
        """End the present wait, or the next one."""
        try:
            self._call.send(b"\0")
        except (BlockingIOError, OSError):
            pass  # full: it will wake anyway; closed: nobody waits any more

    def wait(self, timeout_ms: int, *others: HasFileno) -> None:
        """Sleep until wake(), until one of `others` can be read, or for `timeout_ms`."""
        readable, _, _ = select.select([self._hear, *others], [], [], max(timeout_ms, 0) / 1000)
        if self._hear in readable:
            try:
                self._hear.recv(4096)
            except BlockingIOError:
                pass

    def close(self) -> None:
        """Free both ends."""
        self._hear.close()
        self._call.close()


class Inbox:
    """Link changes and messages in order. A newer message of a topic replaces one that the loop has not taken yet.

    Everything the board hears is state, retained or repeated, so the newest of a topic is all it needs. Past
    MOST_TOPICS topics at once a message is discarded and counted in `discarded`.
    """

    def __init__(self, waker: Waker) -> None:
        self._waker = waker
        self._lock = threading.Lock()
        self._items: dict[tuple[int, str], LinkChange | Message] = {}
        self._connection = 0  # a message never replaces one from before a link change
        self.discarded = 0

    def link(self, up: bool) -> None:
        """From the broker's thread: the connection came up or went down."""
        with self._lock:
            self._connection += 1
            self._items[self._connection, ""] = LinkChange(up)
        self._waker.wake()

    def message(self, message: Message) -> None:
        """From the broker's thread."""
        key = (self._connection, message.topic)
        with self._lock:
            self._items.pop(key, None)
            if len(self._items) >= MOST_TOPICS:
                self.discarded += 1
                return
            self._items[key] = message
        self._waker.wake()

    def take(self) -> list[LinkChange | Message]:
        """Everything since the last take, oldest first."""
        with self._lock:
            items, self._items = self._items, {}
        return list(items.values())
