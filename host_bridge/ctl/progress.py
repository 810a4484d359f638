"""A progress bar for a replay that takes a moment: on a terminal only, and gone when it is done."""

from __future__ import annotations

import os
import signal
import time
from typing import TextIO

_BAR = 40
_AFTER_S = 0.4  # what is done sooner needs no bar
_EVERY_S = 0.1


class Progress:
    """Called with how much is done of `what`, from 0 to 1. A context manager that clears its line at the end."""

    def __init__(self, out: TextIO, what: str, *, shown: bool) -> None:
        """`shown`: False when `out` is no terminal, or a program reads along."""
        self._out = out
        self.what = what
        self._shown = shown
        self._started = time.monotonic()
        self._next = self._started + _AFTER_S
        self._drawn = False

    def __enter__(self) -> Progress:
        if self._shown and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            self._drawn = False
            self._out.write("\r\x1b[K")
            self._out.flush()

    def _interrupted(self, *_: object) -> None:
        """Ctrl-C ends the program as it does without a handler, and leaves no half of a bar."""
        self.__exit__()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)

    def __call__(self, done: float) -> None:
        """Draw, if enough time has passed for anybody to see it."""
        now = time.monotonic()
        if not self._shown or now < self._next:
            return
        self._next = now + _EVERY_S
        self._drawn = True
        self._out.write(f"\r{bar(self.what, done)}\x1b[K")
        self._out.flush()


def bar(what: str, done: float) -> str:
    """`replaying ━━━━━━━━──────── 48 %`."""
    part = min(1.0, max(0.0, done))
    full = int(part * _BAR)
    return f"{what} {'━' * full}{'─' * (_BAR - full)} {int(part * 100):3} %"
