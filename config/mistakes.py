"""What is wrong in a settings file: each mistake as data and as a line for people, and the error that carries all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

ERROR, WARNING = "error", "warning"


class Place(NamedTuple):
    """Line and column in the file, both from 1."""

    line: int
    column: int


class Mistake(NamedTuple):
    """One mistake. `place` None: of the file as a whole; `path` "": of none of its keys, or of all."""

    file: str
    place: Place | None
    path: str
    message: str
    severity: str = ERROR  # or WARNING: legal, but odd

    def __str__(self) -> str:
        """`FILE:LINE:COLUMN: PATH: message`; a warning says that it is one before its path."""
        where = self.file if self.place is None else f"{self.file}:{self.place.line}:{self.place.column}"
        return f"{where}: {'warning: ' * (self.severity == WARNING)}{self.path and f'{self.path}: '}{self.message}"


class ConfigError(ValueError):
    """A configuration that cannot be used. `errors`: a line a mistake; `mistakes`: the same, in parts."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        self.errors = [str(mistake) for mistake in self.mistakes]
        super().__init__("\n".join(self.errors))
