"""Ctrl-C at the very start of a program."""

from __future__ import annotations

import signal


def quietly() -> None:
    """Let Ctrl-C end the program without a word until it has its own handler, and not with Python's traceback.

    For the second in which a program imports its modules. Who ignores it (started in the background) goes on doing so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
