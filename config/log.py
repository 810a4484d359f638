"""Logs on stderr, one line an event; journald and Docker add their own time, so a terminal alone gets one.

To journald a line says how grave it is (sd-daemon(3)), so that `journalctl -p warning` finds it, and not whose it is:
the journal knows that.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping

from firmware.core.spelling import one_line

MOST = 1000  # characters of a line
_GRAVITY = {logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class _OneLine(logging.Formatter):
    """An event is one line, whatever a foreign name or message in it holds; a bug's traceback follows below."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return one_line(super().formatMessage(record), MOST)


class _ForJournal(_OneLine):
    """Each line with its gravity before it, a bug's traceback too."""

    def format(self, record: logging.LogRecord) -> str:
        gravity = f"<{_GRAVITY.get(record.levelno, 6)}>"
        return gravity + super().format(record).replace("\n", f"\n{gravity}")


def set_up(name: str) -> logging.Logger:
    """The program's logger, writing to stderr."""
    handler = logging.StreamHandler()
    if is_journal(os.environ):
        handler.setFormatter(_ForJournal("%(message)s"))
    else:
        time = "%(asctime)s " if sys.stderr.isatty() else ""
        handler.setFormatter(_OneLine(f"{time}{name}: %(message)s", datefmt="%H:%M:%S"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)  # of the libraries
    log = logging.getLogger(name)
    log.setLevel(logging.INFO)
    return log


def is_journal(environment: Mapping[str, str]) -> bool:
    """Stderr itself goes to journald, and not only that of who started us ($JOURNAL_STREAM, systemd.exec(5))."""
    try:
        found = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
