"""The buzzer in a process of its own, so that it is silent when the board dies, hangs or forgets it.

The board says "sound" again and again while it is to sound; each lasts for LEASE_MS. Whoever has the pin goes silent
when the lease ends, when the board's end of the socket closes (kill -9 included) and when it is started anew: a pin is
claimed silent. What is left to the hardware, a pull-down resistor at the transistor, is the moment in which this
process itself has been killed.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable

from firmware.pi.buzzer import Buzzer

NAME = "buzzer"
LEASE_MS = 1500
RENEW_MS = 500
_ON, _OFF = b"1", b"0"


def drive(end: socket.socket, open_buzzer: Callable[[], Buzzer]) -> None:
    """Until `end` is closed on the board's side."""
    buzzer = open_buzzer()
    until_s: float | None = None  # None while it is silent
    try:
        while True:
            wait_s = None if until_s is None else max(until_s - time.monotonic(), 0)
            if select.select([end], [], [], wait_s)[0]:
                asked = end.recv(16)
                if not asked:
                    break
                until_s = time.monotonic() + LEASE_MS / 1000 if asked == _ON else None
            else:
                until_s = None
            buzzer.sound(until_s is not None)
    finally:
        buzzer.close()


class BuzzerLink:
    """A buzzer in the process at the other end of `end`; None: there is none. Times are the board's ms."""

    def __init__(self, end: socket.socket | None) -> None:
        self._end = end
        self._on = False
        self._said_ms: int | None = None

    def sound(self, on: bool, now_ms: int) -> int | None:
        """Sound from now on, or be silent; when to say it again."""
        if self._end is None:
            return None
        if on != self._on or (on and self._said_ms is not None and now_ms >= self._said_ms + RENEW_MS):
            try:
                self._end.send(_ON if on else _OFF)
            except OSError:
                pass  # it has died, and its successor begins silent; or its socket is full, and the lease ends
            self._on = on
            self._said_ms = now_ms
        return self._said_ms + RENEW_MS if on and self._said_ms is not None else None
