"""What a log is told of what could not be used: the first of each kind at once, and once an hour how many more came.

A kind is what is wrong with which sort of message, never with which queue: a thousand unknown queues are one line.
"""

from firmware.core.payload import SMALL

AGAIN_MS = 3_600_000
MOST_KINDS = 16 if SMALL else 64  # of what other people may make up; what goes beyond is counted


class Told:
    """Times are the board's ms."""

    def __init__(self) -> None:
        self._kinds: "set[str]" = set()  # told
        self._lines: "list[str]" = []
        self._more = 0  # since then, of kinds that are told already
        self._example = ""  # the last of them
        self._more_ms = 0  # when the first of them came

    def add(self, kind: str, line: str, now_ms: int) -> None:
        """A message could not be used; `line` says which and why, for the log."""
        if kind not in self._kinds and len(self._kinds) < MOST_KINDS:
            self._kinds.add(kind)
            self._lines.append(line)
            return
        if not self._more:
            self._more_ms = now_ms
        self._more += 1
        self._example = line

    def tick(self, now_ms: int) -> None:
        """Say how many more there were, when an hour has passed since the first of them."""
        if self._more and now_ms - self._more_ms >= AGAIN_MS:
            self._lines.append("%d more messages could not be used since, the last: %s" % (self._more, self._example))
            self._more = 0

    def lines(self) -> "list[str]":
        """What is to be told since the last call."""
        lines, self._lines = self._lines, []
        return lines
