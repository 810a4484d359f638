"""Who runs the tests in a shell's background has Ctrl-C ignored, and so would all that the tests start."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_a_prompt() -> Iterator[None]:
    """A program that is started meanwhile hears Ctrl-C, whoever runs the tests. For the main thread.

    A signal that is ignored stays so in a program that is started; one with a handler of ours gets its default there.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
