"""Follows queue_log through every way of being rotated: renamed, copied and truncated, compressed.

A file is known again by how it begins, never by its name or inode: its first line holds a second and a call's id. So
it makes no difference whether `.1` or `.0` is the newer one (Asterisk's `rotatestrategy` has it both ways), whether a
file was compressed meanwhile, and whether an inode number is used again.

The open file is read on under whatever name it has by now; Asterisk goes on writing to it until it reopens its logs.
A newer file is begun only when there was something in it before the end of the older one was read, as nothing is
written to the older one after that.

Sans clock and sans thread: `read` may block for a disk, so call it in a thread.
"""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

from host_bridge.pbx.queue_log_history import Part, history
from host_bridge.pbx.queue_log_lines import LINE_BYTES, LogLine, parse_line, split_lines

STEP_BYTES = 1 << 20
"""How much one `read` takes at most: some 15,000 lines, a tenth of a second."""

CLOCK_SLACK_S = 3_600
"""How far the PBX's clock may have been set back: lines are not in the order of their seconds then."""

MISSING_LOOKS = 60
"""How often in a row the live file may be missing while the one before it is still open: logrotate renames it, and
tells Asterisk a moment later. A reader that looks once a second waits half a minute or a minute."""


class LogFile:
    """One queue_log. `read` gives what is new; `problem` says in one line why nothing can be read, "" when it can.

    `since_s`: lines from before this second (of the PBX's clock, since 1970) are left out, and files that end before
    it are not read. `dropped` counts lines that were not understood; `hole` tells where some are missing, "" nowhere.
    """

    def __init__(self, path: Path, since_s: int = 0, step_bytes: int = STEP_BYTES) -> None:
        self.since_s = since_s
        self.problem = ""
        self.dropped = 0
        self.hole = ""
        self._path = path
        self._step_bytes = step_bytes
        self._parts: deque[Part] = deque()  # the file being read, and newer ones that are known already
        self._ended: tuple[int, int] | None = None  # when the last part began that was truncated
        self._rest = b""  # a line that is not whole yet
        self._is_too_long = False  # in a line that is not kept
        self._missing = 0  # looks at the live file in a row that did not find it

    def read(self) -> list[LogLine]:
        """Return the next lines, in the order written; none when all is read that is there now."""
        lines: list[LogLine] = []
        try:
            while not lines and (chunk := self._next_chunk()):
                lines = self._lines(chunk)
        except OSError as error:
            self.problem = _said(error, self._path)
        return lines

    def close(self) -> None:
        """Be done with all files."""
        while self._parts:
            self._parts.popleft().close()

    def _next_chunk(self) -> bytes:
        """The next bytes of the oldest part, or of those after it; b"" when there are none."""
        while True:
            if len(self._parts) < 2:
                self._look()
            if not self._parts:
                return b""
            part = self._parts[0]
            chunk = part.read(self._step_bytes)
            if part.problem:
                self.hole = part.problem
                part.problem = ""
            if chunk or len(self._parts) == 1:
                return chunk
            if self._rest or self._is_too_long:  # it will never be whole: take it for a line, if it is one
                chunk = b"\n"
            part.close()
            self._parts.popleft()
            if chunk:
                return chunk

    def _look(self) -> None:
        """See to it that all parts there are by now are known: the one being read, and those after it."""
        if not self._parts:
            self._begin()
        try:
            live = self._path.stat()
            self._missing, self.problem = 0, ""
        except OSError as error:
            live = None
            self._missing += 1
            if not self._parts:
                raise
            if self._missing >= MISSING_LOOKS:  # not just renamed; if Asterisk still writes to it, that is still read
                self.problem = _said(error, self._path)
        if len(self._parts) != 1:
            return
        part = self._parts[0]
        # With no live file a rotated one may be newer than ours, and even be the one that is written to.
        is_newer = live is None or (live.st_size and not os.path.samestat(live, part.stat()))
        if is_newer or part.is_cut():
            self._change(part)

    def _begin(self) -> None:
        """From the oldest part that matters on; after one that was truncated and left nothing, from the next."""
        for part in history(self._path, self.since_s):
            if self._ended is None or part.begins > self._ended:
                part.skip_before(self.since_s - CLOCK_SLACK_S)
                self._parts.append(part)
            else:
                part.close()

    def _change(self, part: Part) -> None:
        """The file was rotated. One that was truncated in place is read on in its copy."""
        copy = None
        parts = history(self._path, 0)
        if part.is_cut():
            copy = next((other for other in parts if other.is_same(part)), None)
            if copy is not None:
                copy.skip(part.offset)
            else:
                self.hole = f"{self._path} was truncated before all of it was read, and there is no copy"
                self._rest, self._is_too_long = b"", False
            self._ended = part.begins
            self._parts.popleft().close()
        for other in parts:
            if other is copy or (other.begins > part.begins and not other.is_same(part)):
                self._parts.append(other)
            else:
                other.close()

    def _lines(self, chunk: bytes) -> list[LogLine]:
        found: list[LogLine] = []
        first, *others = chunk.replace(b"\0", b"").split(b"\n")  # after a power cut a file may hold a run of NUL
        pieces = [self._rest + first, *others]
        self._rest = pieces.pop()
        for piece in pieces:
            if self._is_too_long:
                self._is_too_long = False
                continue
            for raw in split_lines(piece):
                line = parse_line(raw)
                if line is not None:
                    if line.at_s >= self.since_s:
                        found.append(line)
                elif raw.strip():
                    self.dropped += 1
        if len(self._rest) > LINE_BYTES:
            self.dropped += not self._is_too_long
            self._rest, self._is_too_long = b"", True
        return found


def _said(error: OSError, path: Path) -> str:
    return f"{error.filename or path} cannot be read: {error.strerror or error}"
