"""Logs on stderr, one line an event; journald and Docker add their own time, so a terminal alone gets one."""

from __future__ import annotations

import logging
import sys

from firmware.core.spelling import one_line

MOST = 1000  # characters of a line


class _OneLine(logging.Formatter):
    """An event is one line, whatever a foreign name or message in it holds; a bug's traceback follows below."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return one_line(super().formatMessage(record), MOST)


def set_up(name: str) -> logging.Logger:
    """The program's logger, writing to stderr."""
    time = "%(asctime)s " if sys.stderr.isatty() else ""
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine(f"{time}{name}: %(message)s", datefmt="%H:%M:%S"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)  # of the libraries
    log = logging.getLogger(name)
    log.setLevel(logging.INFO)
    return log
