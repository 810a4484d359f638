"""What other threads tell the board's loop: in order, bounded, and able to wake it.

The loop sleeps in Waker.wait(), a select on a socket pair: messages of the broker's thread and signals both end it at
once, and nothing else does before its time.
"""

from __future__ import annotations

import select
import socket
import threading
from itertools import islice
from typing import NamedTuple, Protocol

MANY = 256  # messages that wait: from here on only the newest of each topic is kept
MOST = 32_768  # messages, and MOST_BYTES of payloads: somebody floods the broker while the loop stands still
MOST_BYTES = 16 << 20
BATCH = 128  # messages that the loop takes at once: alarms, panel and buzzer do not wait for more


class HasFileno(Protocol):
    """Something that select() can wait for."""

    def fileno(self) -> int: ...


class Press(NamedTuple):
    """The button's contact closed, or opened, at that moment of the board's clock."""

    down: bool
    at_ms: int


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
    """Link changes and messages in order, those that cannot be kept counted in `discarded`.

    A loop that keeps up hears every message. For one that does not, a newer message of a topic replaces the one before,
    which is all it needs: what the board hears is state. But not at once, lest nonsense on a queue's topic, sent right
    behind its figures, keeps these from ever being read.
    """

    def __init__(self, waker: Waker) -> None:
        self._waker = waker
        self._lock = threading.Lock()
        self._items: dict[int, LinkChange | Message] = {}  # by number, in order of arrival
        self._newest: dict[str, int] = {}  # each topic's newest message since the last link change
        self._number = 0
        self._bytes = 0
        self.discarded = 0

    def link(self, up: bool) -> None:
        """From the broker's thread: the connection came up or went down."""
        with self._lock:
            self._newest.clear()  # a message never replaces one from before a link change
            self._number += 1
            self._items[self._number] = LinkChange(up)
        self._waker.wake()

    def message(self, message: Message) -> bool:
        """From the broker's thread. False: there is no room for it."""
        with self._lock:
            if len(self._items) >= MANY:
                self._drop(self._newest.get(message.topic, 0))
            if len(self._items) >= MOST or self._bytes + len(message.payload) > MOST_BYTES:
                self.discarded += 1
                return False
            self._number += 1
            self._items[self._number] = message
            self._newest[message.topic] = self._number
            self._bytes += len(message.payload)
        self._waker.wake()
        return True

    def discard(self) -> None:
        """From the broker's thread: a message came that is not even worth a place."""
        with self._lock:
            self.discarded += 1

    def take(self) -> list[LinkChange | Message]:
        """What has come since the last take, oldest first; the next wait ends at once when there is more."""
        with self._lock:
            if len(self._items) > BATCH:
                taken = [self._drop(number) for number in list(islice(self._items, BATCH))]
                self._waker.wake()
                return [item for item in taken if item is not None]
            items, self._items = self._items, {}
            self._newest.clear()
            self._bytes = 0
        return list(items.values())

    def _drop(self, number: int) -> LinkChange | Message | None:
        """Remove the item of this number, if it is there."""
        item = self._items.pop(number, None)
        if isinstance(item, Message):
            self._bytes -= len(item.payload)
            if self._newest.get(item.topic) == number:
                del self._newest[item.topic]
        return item
