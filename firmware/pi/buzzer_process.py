"""The buzzer in a process of its own, so that it is silent when the board dies, hangs or forgets it.

The board says "sound" again and again while it is to sound; each lasts for LEASE_MS. Whoever has the pin goes silent
when the lease ends, when the board's end of the socket closes (kill -9 included) and when it is started anew: a pin is
claimed silent. It says after each word what it has done; one that does not is killed, for the kernel lets go of a dead
process's pin. What is left to the hardware, a pull-down resistor at the transistor, is the moment after that.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable

from firmware.pi.buzzer import Buzzer
from firmware.pi.nursery import heard, say

NAME = "buzzer"
LEASE_MS = 1500
RENEW_MS = 500
HUNG_MS = 2000  # without an answer
_ON, _OFF, _DONE, _DEAD = b"1", b"0", b".", b"x"


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
            say(end, _DEAD if buzzer.dead else _DONE)
    finally:
        buzzer.close()


class BuzzerLink:
    """A buzzer in the process at the other end of `end`; None: there is none. Times are the board's ms.

    `kill`: ends that process when it hangs.
    """

    def __init__(self, end: socket.socket | None, kill: Callable[[], None]) -> None:
        self.dead = False  # it has said that it never sounds
        self._end = end
        self._kill = kill
        self._on = False
        self._said_ms: int | None = None
        self._unanswered_ms: int | None = None  # when it was told what it has not answered yet

    def sound(self, on: bool, now_ms: int) -> int | None:
        """Sound from now on, or be silent; when to look or say it again."""
        if self._end is None:
            return None
        while answer := heard(self._end, 16):
            self.dead = answer == _DEAD
            self._unanswered_ms = None
        due_ms = self._renewal_ms(on)
        if on != self._on or (due_ms is not None and now_ms >= due_ms):
            say(self._end, _ON if on else _OFF)  # else it has died, or its socket is full: the lease ends
            self._on = on
            self._said_ms = now_ms
            if self._unanswered_ms is None:
                self._unanswered_ms = now_ms
        if self._unanswered_ms is not None and now_ms >= self._unanswered_ms + HUNG_MS:
            self._kill()
            self._unanswered_ms = None
        return self._renewal_ms(on)

    def _renewal_ms(self, on: bool) -> int | None:
        """When what was said last is to be said again: while it sounds, and until it is answered."""
        if self._said_ms is None or not (on or self._unanswered_ms is not None):
            return None
        return self._said_ms + RENEW_MS
