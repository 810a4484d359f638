"""queue_log files that a person named: plain, .gz, .bz2 or .xz, rotated or not, in whatever order.

    log = LogSet(paths)                  # raises SourceError
    for line in log.lines(): ...         # from the oldest file to the newest, in the order written

For a log that grows see queue_log_file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from host_bridge.pbx.queue_log_history import HEAD_BYTES, NO_PACKED_DATA, unpacked
from host_bridge.pbx.queue_log_lines import LINE_BYTES, LogLine, parse_line, split_lines

FAR_S = 35 * 86_400  # more than the longest silence of a log that is in use
LONG_AGO_S = 4 * 86_400  # a bridge that reads the log live looks back so far
_READ_BYTES = 4 * LINE_BYTES


class SourceError(OSError):
    """A file that cannot be used; one clear line."""


class LogSet:
    """Several files as one log. Raises SourceError for one that cannot be read, at any time.

    `dropped` counts the lines that were not understood, or are of a time that cannot be; `late` those that are older
    than one before them, by `late_s` at most. `read_bytes` of `all_bytes` is how far it has come; `paths` are the files
    from the oldest to the newest.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        """Look at the beginning of each file, and put them in order."""
        for place, path in enumerate(paths):
            if any(path.resolve() == other.resolve() for other in paths[:place]):
                raise SourceError(f"{path}: named twice, its calls would count twice")
        self.paths = sorted(paths, key=_first_second)
        heads = [_head(path) for path in self.paths]
        for place, (head, newer) in enumerate(zip(heads[1:], self.paths[1:], strict=True)):
            length = min(len(head), len(heads[place]))
            if length and head[:length] == heads[place][:length]:
                raise SourceError(
                    f"{newer}: begins as {self.paths[place]} does; name one of them, or calls count twice"
                )
        self.dropped = self.late = self.late_s = 0
        self.all_bytes = sum(path.stat().st_size for path in paths)
        self.read_bytes = 0

    def lines(self) -> Iterator[LogLine]:
        """All lines that are lines of queue_log.

        A second that is far from those before it is believed when the next line's is near it: a single one is damaged.
        """
        newest_s: int | None = None
        odd: LogLine | None = None
        for line in self._understood():
            if odd is not None:
                if abs(line.at_s - odd.at_s) <= FAR_S:
                    newest_s = odd.at_s
                    yield odd
                else:
                    self.dropped += 1
                odd = None
            if newest_s is None or line.at_s - newest_s > FAR_S:
                odd = line
                continue
            if line.at_s < newest_s:
                if newest_s - line.at_s > LONG_AGO_S:
                    self.dropped += 1
                    continue
                self.late += 1
                self.late_s = max(self.late_s, newest_s - line.at_s)
            else:
                newest_s = line.at_s
            yield line
        if odd is not None and newest_s is None:  # the only one
            yield odd
        else:
            self.dropped += odd is not None

    def _understood(self) -> Iterator[LogLine]:
        before = 0
        for path in self.paths:
            for raws, read_bytes in _batches(path):
                self.read_bytes = before + read_bytes
                for raw in raws:
                    line = parse_line(raw)
                    if line is not None:
                        yield line
                    elif raw.strip(b"\0 \t\r\n"):  # a power cut leaves NUL bytes
                        self.dropped += 1
            before = self.read_bytes

    @property
    def names(self) -> str:
        """The files, for a line of text."""
        return ", ".join(map(str, self.paths))


def no_line(log: LogSet) -> SourceError:
    """What to say of a log without any line."""
    return SourceError(f"{log.names}: no line in it is one of queue_log, expected epoch|call|queue|…")


def _head(path: Path) -> bytes:
    """How the file's content begins."""
    return b"\n".join(next((raws for raws, _ in _batches(path)), []))[:HEAD_BYTES]


def _first_second(path: Path) -> int:
    """When the file begins; one without any line of queue_log is the last."""
    lines = (parse_line(raw) for raws, _ in _batches(path) for raw in raws)
    return next((line.at_s for line in lines if line is not None), 1 << 62)


def _batches(path: Path) -> Iterator[tuple[list[bytes], int]]:
    """The file's lines, many at a time, and how many of its bytes were read; of one too long only the start."""
    count = 0
    try:
        with path.open("rb") as plain:
            begin = plain.read(HEAD_BYTES)
            plain.seek(0)
            content = unpacked(plain, begin)
            rest, is_too_long = b"", False
            while chunk := content.read(_READ_BYTES):
                pieces = (rest + chunk).split(b"\n")
                rest = pieces.pop()
                if is_too_long and pieces:
                    del pieces[0]
                    is_too_long = False
                if len(rest) > LINE_BYTES or is_too_long:
                    if not is_too_long:
                        pieces.append(rest[: LINE_BYTES + 1])  # so it is too long to be understood, and counted
                    rest, is_too_long = b"", True
                count += len(pieces)
                yield [line for piece in pieces for line in split_lines(piece)], plain.tell()
            if rest:
                yield split_lines(rest), plain.tell()
    except NO_PACKED_DATA as error:
        raise SourceError(f"{path}: damaged packed data after line {count}: {error}") from None
    except OSError as error:
        if error.errno is None:  # gzip and bz2 have no class of their own for it
            raise SourceError(f"{path}: damaged packed data after line {count}: {error}") from None
        raise SourceError(f"{path}: {error.strerror or error}") from None
