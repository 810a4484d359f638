"""A manager connection for the tests, plain and blocking: it makes the calls and asks Asterisk for the truth.

It shares no line with the bridge's reader, so that an error in that one cannot hide itself here.
"""

from __future__ import annotations

import hashlib
import itertools
import socket
import threading
import time
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

Frame = dict[str, str]  # the first value of a repeated key


class Event(NamedTuple):
    """An event and when its bytes were read: `at` in seconds of time.monotonic()."""

    at: float
    frame: Frame


class AmiError(RuntimeError):
    """Asterisk refused an action, closed the line or did not answer in time."""


class Ami:
    """One logged-in connection; a thread reads, any thread may ask.

    `events` grows with every event that belongs to no list that was asked for. `tape` gets every byte read, as it came.
    """

    def __init__(self, port: int, username: str, secret: str, tape: BinaryIO | None = None) -> None:
        """Connect and log in; OSError when nothing listens, AmiError when the login is refused."""
        self.events: list[Event] = []
        self.closed = False
        self._answers: dict[str, list[Frame]] = {}
        self._news = threading.Condition()
        self._numbers = itertools.count(1)
        self._tape = tape
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._socket.settimeout(None)
        # OriginateResponse goes to every connection: the local port tells whose action it answers.
        self._name = f"rig-{self._socket.getsockname()[1]}"
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._read, name=f"ami-{username}", daemon=True).start()
        challenge = self.act("Challenge", AuthType="MD5")["Challenge"]
        key = hashlib.md5((challenge + secret).encode()).hexdigest()
        self.act("Login", AuthType="MD5", Username=username, Key=key)

    def act(self, action: str, timeout: float = 5.0, **fields: str) -> Frame:
        """Send one action and return its response; AmiError when it is an error or takes over `timeout` seconds."""
        return self._ask(action, fields, timeout, lambda frames: True)[0]

    def items(self, action: str, timeout: float = 5.0, **fields: str) -> list[Frame]:
        """Send an action that answers with a list and return its events, without the response and the end mark."""
        return self._ask(action, fields, timeout, lambda frames: frames[-1].get("EventList") == "Complete")[1:-1]

    def wait_for(self, event: str, timeout: float = 10.0, since: int = 0, **match: str) -> Event:
        """The first event of that name with those fields, in `events[since:]` or still to come within `timeout` s."""

        wanted = {"Event": event, **match}
        return self.wait_for_any(lambda frame: wanted.items() <= frame.items(), timeout, since, str(wanted))

    def wait_for_any(self, fits: Callable[[Frame], bool], timeout: float, since: int, what: str) -> Event:
        """The first event that `fits`, in `events[since:]` or still to come; AmiError says that `what` did not come."""

        def find() -> Event | None:
            return next((seen for seen in self.events[since:] if fits(seen.frame)), None)

        with self._news:
            found = self._news.wait_for(lambda: find() or (self.closed and "closed"), timeout)
        if not isinstance(found, Event):
            raise AmiError(f"no event {what} within {timeout} s{' (the line is closed)' if found else ''}")
        return found

    def close(self) -> None:
        """Cut the line; harmless when it is cut already."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()

    def _ask(
        self, action: str, fields: dict[str, str], timeout: float, whole: Callable[[list[Frame]], bool]
    ) -> list[Frame]:
        number = f"{self._name}-{next(self._numbers)}"
        lines = [f"Action: {action}", f"ActionID: {number}"]
        for key, value in fields.items():
            # One Variable line for each assignment: `Variable="A=1|B=2"` is two of them.
            parts = value.split("|") if key == "Variable" else [value]
            lines += [f"{key}: {part}" for part in parts]
        with self._news:
            self._answers[number] = []
        try:
            self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        except OSError as problem:
            raise AmiError(f"{action}: the line is cut ({problem})") from problem

        def ready() -> bool:
            frames = self._answers[number]
            return bool(frames) and (frames[0].get("Response") != "Success" or whole(frames))

        with self._news:
            self._news.wait_for(lambda: self.closed or ready(), timeout)
            answered = ready()
            frames = self._answers.pop(number)
        if not answered:
            raise AmiError(f"{action}: {'the line was cut' if self.closed else f'no answer within {timeout} s'}")
        if frames[0].get("Response") != "Success":
            raise AmiError(f"{action} {fields}: {frames[0].get('Message')}")
        return frames

    def _read(self) -> None:
        pending = b""
        banner = True
        while True:
            try:
                got = self._socket.recv(65536)
            except OSError:
                got = b""
            now = time.monotonic()
            if self._tape is not None:
                self._tape.write(got)
            pending += got
            if banner and b"\r\n" in pending:
                pending = pending.split(b"\r\n", 1)[1]
                banner = False
            *frames, pending = pending.split(b"\r\n\r\n")
            with self._news:
                for raw in frames:
                    self._sort(_frame(raw), now)
                self.closed = not got
                self._news.notify_all()
            if not got:
                return

    def _sort(self, frame: Frame, now: float) -> None:
        """File a frame under the action it answers, or among the events; OriginateResponse is an event of its own."""
        waiting = self._answers.get(frame.get("ActionID", ""))
        if waiting is not None and frame.get("Event") != "OriginateResponse":
            waiting.append(frame)
        elif "Event" in frame:
            self.events.append(Event(now, frame))


def _frame(raw: bytes) -> Frame:
    frame: Frame = {}
    for line in raw.decode(errors="replace").split("\r\n"):
        key, colon, value = line.partition(":")
        if colon:
            frame.setdefault(key, value.strip())
    return frame
