"""A queue_log that grows, and is rotated as Asterisk and logrotate do it."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

BEGIN_S = 1_795_000_000


class GrowingLog:
    """Writes numbered lines, one second each, through one open file as Asterisk does; `count` are the lines so far."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "queue_log"
        self.count = 0
        self._torn = b""
        self._file = self.path.open("ab", buffering=0)

    def write(self, lines: int = 1) -> None:
        for _ in range(lines):
            line = self._line() if not self._torn else self._torn
            self._torn = b""
            self._file.write(line)
            self.count += 1

    def tear(self, at: int = 20) -> None:
        """The first bytes of the next line; `write` brings the rest."""
        if not self._torn:
            line = self._line()
            self._file.write(line[:at])
            self._torn = line[at:]

    def reopen(self) -> None:
        """What Asterisk does when it is told to (logger reload)."""
        self.write(bool(self._torn))
        self._file.close()
        self._file = self.path.open("ab", buffering=0)

    def rename(self) -> None:
        """logrotate: the older ones one number up, the live one to .1; Asterisk writes on to it until `reopen`."""
        self._shift()
        self.path.rename(self._rotated(1))

    def rename_upwards(self) -> None:
        """Asterisk's own rotation (rotatestrategy = sequential): the live one gets the next number, no other moves."""
        number = sum(1 for _ in self.path.parent.glob(f"{self.path.name}.*"))
        self.path.rename(self._rotated(number))

    def copy_and_truncate(self) -> None:
        """logrotate's copytruncate."""
        self._shift()
        shutil.copy2(self.path, self._rotated(1))
        os.truncate(self.path, 0)

    def compress(self) -> None:
        """The youngest rotated file becomes a .gz, as with delaycompress."""
        plain = self._rotated(1)
        if plain.exists():
            with gzip.open(f"{plain}.gz", "wb") as packed:
                packed.write(plain.read_bytes())
            plain.unlink()

    def close(self) -> None:
        self._file.close()

    def _shift(self) -> None:
        for number in range(30, 0, -1):
            for suffix in ("", ".gz"):
                old = Path(f"{self._rotated(number)}{suffix}")
                if old.exists():
                    old.rename(f"{self._rotated(number + 1)}{suffix}")

    def _rotated(self, number: int) -> Path:
        return Path(f"{self.path}.{number}")

    def _line(self) -> bytes:
        at_s = BEGIN_S + self.count
        return f"{at_s}|{at_s}.{self.count}|support|NONE|ENTERQUEUE||0500000000|1\n".encode()
