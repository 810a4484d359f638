"""Logs on stderr, one line an event; journald and Docker add their own time, so a terminal alone gets one."""

from __future__ import annotations

import logging
import sys


class OneLine(logging.Formatter):
    """An event is one line, whatever a foreign name or message in it holds; a bug's traceback follows below."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return "".join(char if char.isprintable() else "?" for char in super().formatMessage(record))


def set_up(name: str, level: int = logging.INFO) -> logging.Logger:
    """The program's logger, writing to stderr."""
    time = "%(asctime)s " if sys.stderr.isatty() else ""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine(f"{time}{name}: %(message)s", datefmt="%H:%M:%S"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    log = logging.getLogger(name)
    log.setLevel(level)
    return log
