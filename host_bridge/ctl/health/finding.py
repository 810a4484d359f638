"""What a check says: how grave it is, what it is about, what was found, and what to do about it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from firmware.core.spelling import one_line

MOST = 500  # characters of a part: foreign text may be of any length


class Level(StrEnum):
    """How grave a finding is; the order is that of the report, the worst last."""

    OK = "ok"
    UNKNOWN = "unknown"  # it could not be checked: `what` says why
    WARNING = "warning"  # it works, and may not tomorrow or not well
    PROBLEM = "problem"  # it does not work


class Finding(NamedTuple):
    """One line of the report. `do` is "" when there is nothing to do."""

    level: Level
    area: str
    what: str
    do: str = ""

    @property
    def text(self) -> str:
        """Finding and advice in one line, fit for a terminal."""
        what = one_line(self.what, MOST)
        return f"{what} → {one_line(self.do, MOST)}" if self.do else what


class NotCheckedError(Exception):
    """Raised by a check that cannot look: the reason, and what would help."""

    def __init__(self, why: str, do: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.do = do


def ok(area: str, what: str) -> Finding:
    """It is as it should be."""
    return Finding(Level.OK, area, what)


def unknown(area: str, what: str, do: str = "") -> Finding:
    """It could not be checked."""
    return Finding(Level.UNKNOWN, area, what, do)


def warning(area: str, what: str, do: str = "") -> Finding:
    """It works, and could be better."""
    return Finding(Level.WARNING, area, what, do)


def problem(area: str, what: str, do: str = "") -> Finding:
    """It does not work."""
    return Finding(Level.PROBLEM, area, what, do)
