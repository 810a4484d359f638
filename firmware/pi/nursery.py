"""The processes beside the board's own, each started again whenever it dies.

A panel driver can abort or segfault at any moment (DISPLAY.md), and a buzzer must fall silent when the board dies. So
both live in processes of their own, and a third, the nurse, forks them and forks them anew. It is forked itself before
the board has any thread (a process with threads cannot be forked safely), has neither a socket to the outside nor a
library in use, and keeps what root alone may do after the board has given it up.

All of them share the board's memory by copy on write, and end when it ends, kill -9 included: each helper sees the end
of its own socket, the nurse that of its line.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

FIRST_S = 0.1  # before a helper that died is started again …
MOST_S = 1.5  # … and at most, when it dies again and again; one that lived for STEADY_S begins anew
STEADY_S = 10.0
PATIENCE_S = 1.5  # for the helpers' own end, once the board has gone
MOST_BYTES = 1 << 18  # of a message between the board and a helper

_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the board's end is the signal for all


class Helper(NamedTuple):
    """A process to be kept running. `run(end)` is its whole life: it returns when `end` is closed on the other side."""

    name: str
    run: Callable[[socket.socket], None]


class NurseryError(RuntimeError):
    """The nurse itself is gone: nobody keeps the helpers running any more."""


class Nursery:
    """`ends`: the board's end of a socket to each helper, message by message, never blocking.

    An end stays the same however often its helper is started again.
    """

    def __init__(self, helpers: Sequence[Helper], log: logging.Logger) -> None:
        """Fork. To be made before the first thread of this process."""
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in helpers]
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # whoever started us may ignore it: then nobody can be waited for
        self._line, line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._pid = os.fork()
        if self._pid == 0:
            _never_return(lambda: _nurse([self._line, *(ours for ours, _ in pairs)], line, helpers, pairs), log)
        line.close()
        self.ends: dict[str, socket.socket] = {}
        for helper, (ours, theirs) in zip(helpers, pairs, strict=True):
            theirs.close()
            ours.setblocking(False)
            self.ends[helper.name] = ours
        self._line.setblocking(False)

    def fileno(self) -> int:
        """To be waited for: deaths() has something to say."""
        return self._line.fileno()

    def deaths(self) -> list[tuple[str, str]]:
        """(helper, how it ended) since the last call. Raises NurseryError when the nurse is gone."""
        found: list[tuple[str, str]] = []
        while True:
            try:
                told = self._line.recv(1000)
            except BlockingIOError:
                return found
            except OSError:
                told = b""
            if not told:
                raise NurseryError("the process that keeps the panel and the buzzer running is gone")
            name, _, how = told.decode().partition(" ")
            found.append((name, how))

    def kill(self, name: str) -> None:
        """End a helper that hangs; it is started again."""
        say(self._line, name.encode())  # when the nurse is gone deaths() says it

    def close(self) -> None:
        """End all helpers in good order, and wait for them."""
        for each in (*self.ends.values(), self._line):
            each.close()
        _wait_for(self._pid, PATIENCE_S + 0.5)


def say(end: socket.socket, message: bytes) -> bool:
    """Send without waiting. False when the other end is gone or reads nothing: its silence, or its death, says it."""
    try:
        end.send(message, socket.MSG_DONTWAIT)
    except OSError:
        return False
    return True


def heard(end: socket.socket, most: int) -> bytes:
    """The next message that has come, of `most` bytes; b"" when there is none, or the other end is gone."""
    try:
        return end.recv(most, socket.MSG_DONTWAIT)
    except OSError:
        return b""


class _Child:
    """A helper, from the nurse's side."""

    def __init__(self, helper: Helper, end: socket.socket) -> None:
        self.helper = helper
        self.end = end
        self.pid = 0
        self.watch = -1  # a descriptor that can be read once it is dead
        self.due_s = 0.0  # when to start it
        self._began_s = 0.0
        self._pause_s = FIRST_S

    def start(self, strangers: Sequence[socket.socket], now_s: float) -> None:
        """Fork it. `strangers`: what is none of its business."""
        self._began_s = now_s
        self.pid = os.fork()
        if self.pid == 0:
            for each in strangers:
                each.close()
            _never_return(lambda: self.helper.run(self.end), logging.getLogger("wallboard"))
        self.watch = os.pidfd_open(self.pid)

    def buried(self, now_s: float) -> str:
        """How it died; it is started again a little later."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self.watch)
        self.watch = -1
        self._pause_s = FIRST_S if now_s - self._began_s >= STEADY_S else min(self._pause_s * 2, MOST_S)
        self.due_s = now_s + self._pause_s
        code = os.waitstatus_to_exitcode(status)
        return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"


def _nurse(
    boards: Sequence[socket.socket],
    line: socket.socket,
    helpers: Sequence[Helper],
    pairs: Sequence[tuple[socket.socket, socket.socket]],
) -> None:
    """The nurse's life: until `line` is closed on the board's side."""
    for each in boards:
        each.close()
    children = [_Child(helper, theirs) for helper, (_, theirs) in zip(helpers, pairs, strict=True)]
    while True:
        now_s = time.monotonic()
        for child in children:
            if child.watch < 0 and child.due_s <= now_s:
                child.start([line, *(each.end for each in children if each is not child)], now_s)
        due_s = [child.due_s - now_s for child in children if child.watch < 0]
        waiting: list[socket.socket | int] = [line, *(child.watch for child in children if child.watch >= 0)]
        ready, _, _ = select.select(waiting, [], [], max(min(due_s), 0) if due_s else None)
        if line in ready:
            asked = _hear(line)
            if not asked:
                break
            for child in children:
                if child.helper.name == asked.decode() and child.watch >= 0:
                    os.kill(child.pid, signal.SIGKILL)
        for child in children:
            if child.watch in ready:
                say(line, f"{child.helper.name} {child.buried(time.monotonic())}".encode())
    for child in children:
        child.end.close()
    end_s = time.monotonic() + PATIENCE_S
    for child in children:
        if child.watch >= 0:
            _wait_for(child.pid, end_s - time.monotonic())


def _hear(line: socket.socket) -> bytes:
    """What the board asks for; empty when it is gone."""
    try:
        return line.recv(1000)
    except OSError:  # ECONNRESET: it has left something unread
        return b""


def _wait_for(pid: int, patience_s: float) -> None:
    """Until our child `pid` has ended; past `patience_s` it is killed."""
    watch = os.pidfd_open(pid)
    try:
        if not select.select([watch], [], [], max(patience_s, 0))[0]:
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    finally:
        os.close(watch)


def _never_return(life: Callable[[], None], log: logging.Logger) -> None:
    """Lead a forked process's life and end it here: what the board's own stack has to clean up is none of its."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in _IGNORED:
            signal.signal(number, signal.SIG_IGN)
        life()
        code = 0
    except BaseException:
        log.exception("a process beside the board has a bug")
    finally:
        os._exit(code)
