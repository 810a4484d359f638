"""What a log says once: a problem when it begins or changes, its end, and losses as they double."""

from __future__ import annotations

import logging


class Told:
    """Remembers what `log` was told already."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._problems: dict[str, str] = {}  # the last of each kind
        self._counts: dict[str, int] = {}

    def problem(self, kind: str, problem: str, line: str, over: str = "") -> None:
        """Log `line` when there is a `problem` ("" is none) other than the last of its kind, `over` at its end."""
        before, self._problems[kind] = self._problems.get(kind, ""), problem
        if problem and problem != before:
            self._log.warning("%s", line)
        elif before and not problem and over:
            self._log.info("%s", over)

    def count(self, text: str, count: int) -> None:
        """One line when there is a first, and when there are twice as many as told."""
        if count > 2 * self._counts.get(text, 0):
            self._log.warning(text, count)
            self._counts[text] = count
