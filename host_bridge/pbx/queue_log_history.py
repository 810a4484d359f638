"""The files that queue_log was rotated to, and the live one: opened, known by how they begin, in the order of time."""

from __future__ import annotations

import bz2
import contextlib
import errno
import gzip
import lzma
import math
import os
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from host_bridge.pbx.queue_log_lines import LINE_BYTES, parse_line

HEAD_BYTES = 4096  # by which a file is known: its first lines, each with a second and a call's id
BLOCK_BYTES = 2 * LINE_BYTES  # a whole line is in it, wherever it begins

_SUFFIX = re.compile(r"[.-]\d[\d-]*(\.(gz|bz2|xz))?")  # .1, .0, .2.gz, -20261122, -20261122-1795374063.xz
# Any: three classes of files without one name for them all
_PACKED: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
NO_PACKED_DATA = (EOFError, zlib.error, lzma.LZMAError)
"""What reading damaged packed data raises, beside OSError."""
_DAMAGED = (*NO_PACKED_DATA, OSError)
_TRIES = 20  # a rotation renames all files one after the other, within ms


def unpacked(plain: IO[bytes], begin: bytes) -> Any:
    """The content of a file that begins with `begin`, packed or not, whatever its name."""
    opener = next((_PACKED[magic] for magic in _PACKED if begin.startswith(magic)), None)
    return plain if opener is None else opener(plain)


class Part:
    """One open file. `offset`: how much of its content was read; `problem`: why no more can be, in one line."""

    def __init__(self, path: Path) -> None:
        """Raise OSError when it cannot be opened."""
        self.path = path
        self.offset = 0
        self.problem = ""
        self._plain = path.open("rb", buffering=0)
        try:
            begin = self._plain.read(HEAD_BYTES)
            self._plain.seek(0)
            self._content = unpacked(self._plain, begin)
            self.is_packed = self._content is not self._plain
            self.head = begin
            if self.is_packed:
                self.head = b""
                while len(self.head) < HEAD_BYTES and (more := self._unpacked(HEAD_BYTES - len(self.head))):
                    self.head += more
            self._content.seek(0)
            self.offset = 0
            at_s = next((line.at_s for line in map(parse_line, self.head.split(b"\n")) if line is not None), None)
            stat = self.stat()
        except BaseException:
            self._plain.close()
            raise
        self.begins = (stat.st_mtime_ns // 10**9 if at_s is None else at_s, stat.st_mtime_ns)
        """When, for the order of files: the second of its first line, and when it was last written."""

    def read(self, most: int) -> bytes:
        """Return the next bytes of the content, b"" at its present end."""
        if self.is_packed:
            return self._unpacked(most)
        chunk: bytes = self._content.read(most)
        self.offset += len(chunk)
        return chunk

    def skip(self, offset: int) -> None:
        """Go on at `offset` of the content."""
        with contextlib.suppress(*_DAMAGED):
            self._content.seek(offset)
        self.offset = offset

    def skip_before(self, at_s: int) -> None:
        """Leave out most of what was written before this second: a log that nobody rotates has years in it."""
        if self.is_packed:
            return
        low, high = 0, self.stat().st_size
        while high - low > BLOCK_BYTES:
            middle = (low + high) // 2
            if at_s > self._second_at(middle):
                low = middle
            else:
                high = middle
        if low:
            self.skip(low + os.pread(self._plain.fileno(), BLOCK_BYTES, low).find(b"\n") + 1)

    def _second_at(self, offset: int) -> float:
        """Of the first line that begins behind `offset`; one without any is taken for new, as it must be read."""
        lines = os.pread(self._plain.fileno(), BLOCK_BYTES, offset).split(b"\n")[1:-1]
        return next((line.at_s for line in map(parse_line, lines) if line is not None), math.inf)

    def stat(self) -> os.stat_result:
        """Of the open file, whatever its name is by now."""
        return os.fstat(self._plain.fileno())

    def is_cut(self) -> bool:
        """Whether it was truncated, and perhaps written anew, since it was opened."""
        if self.is_packed:
            return False
        return self.stat().st_size < self.offset or not _agree(os.pread(self._plain.fileno(), HEAD_BYTES, 0), self.head)

    def is_same(self, other: Part) -> bool:
        """Whether both are the same file, the one perhaps a copy, or longer by now."""
        return _agree(self.head, other.head)

    def close(self) -> None:
        """Be done with it."""
        self._content.close()
        self._plain.close()

    def _unpacked(self, most: int) -> bytes:
        try:
            chunk: bytes = self._content.read1(most)  # read() would lose what it has when damage follows
        except _DAMAGED as error:
            self.problem = f"{self.path} is damaged after {self.offset} bytes of its content: {error}"
            return b""
        self.offset += len(chunk)
        return chunk


def history(path: Path, since_s: int) -> list[Part]:
    """Open `path` and what it was rotated to, oldest first, but for files that end before `since_s`.

    Files without a whole line are left out, and of a file and its copy the copy. Raises OSError when the folder or a
    file cannot be read, and when files are renamed all the time: one of them might be missing among those opened.
    """
    for _ in range(_TRIES):
        parts = _opened(path)
        if {part.path for part in parts} == set(_names(path)) and all(_is_in_place(part) for part in parts):
            break
        for part in parts:
            part.close()
    else:
        raise OSError(errno.EBUSY, "its files are renamed all the time", str(path))
    parts.sort(key=lambda part: (part.begins, part.path == path))
    kept: list[Part] = []
    for part in parts:
        twin = next((other for other in kept if other.is_same(part)), None)
        if b"\n" not in part.head and len(part.head) < HEAD_BYTES:
            part.close()
        elif twin is None:
            kept.append(part)
        else:
            worse = min(part, twin, key=lambda each: (each.path == path, not each.is_packed, each.stat().st_size))
            worse.close()
            kept[kept.index(twin)] = twin if worse is part else part
    while len(kept) > 1 and kept[1].begins[0] < since_s:
        kept.pop(0).close()
    return kept


def _names(path: Path) -> list[Path]:
    """What the folder has of this log now. A file that is renamed later than this may be known by neither name."""
    return [
        each
        for each in path.parent.iterdir()
        if each.name == path.name
        or (each.name.startswith(path.name) and _SUFFIX.fullmatch(each.name[len(path.name) :]))
    ]


def _opened(path: Path) -> list[Part]:
    parts: list[Part] = []
    for each in _names(path):
        with contextlib.suppress(FileNotFoundError):  # renamed meanwhile
            parts.append(Part(each))
    return parts


def _is_in_place(part: Part) -> bool:
    try:
        return os.path.samestat(part.path.stat(), part.stat())
    except FileNotFoundError:
        return False


def _agree(one: bytes, other: bytes) -> bool:
    """Whether the shorter of two beginnings is that of the longer. Nothing at all agrees with nothing."""
    length = min(len(one), len(other))
    return length > 0 and one[:length] == other[:length]
