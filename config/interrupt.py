"""Ctrl-C: no traceback at the very start of a program, and nothing that is left half done later on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


def quietly() -> None:
    """Let Ctrl-C end the program without a word until it has its own handler, and not with Python's traceback.

    For the second in which a program imports its modules. Who ignores it (started in the background) goes on doing so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def tidily() -> Iterator[None]:
    """Meanwhile Ctrl-C, kill and a terminal that is closed raise KeyboardInterrupt, once: then tidying up is let be.

    Who ignores one of them goes on doing so. For the main thread.
    """
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {each: signal.getsignal(each) for each in numbers if signal.getsignal(each) is not signal.SIG_IGN}

    def end(number: int, frame: FrameType | None) -> NoReturn:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    try:
        for each in before:
            signal.signal(each, end)
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
