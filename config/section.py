"""A section of a file as read, for what no key alone can tell: a wrong value is told elsewhere, and is None here."""

from __future__ import annotations

from typing import Any

from config.yaml_file import KeyPath, Problem, YamlFile


class Section:
    """`section[key]` is the clean value, None when it is absent or wrong; `given` tells these two apart."""

    def __init__(self, data: Any, clean: dict[str, Any] | None, *path: str | int) -> None:
        """`data`: the section as it stands in the file, `clean`: as its schema reads it, `path`: where it is."""
        self._data = data if isinstance(data, dict) else {}
        self._clean = clean or {}
        self._path = path

    def __getitem__(self, key: str) -> Any:
        return self._clean.get(key)

    def given(self, key: str) -> bool:
        """True when the file says something there, right or wrong."""
        return key in self._data

    def at(self, key: str) -> KeyPath:
        """The path of a key."""
        return (*self._path, key)

    def section(self, key: str) -> Section:
        """The section of that name; an empty one when it is absent, or is none."""
        inner = self._clean.get(key)
        return Section(self._data.get(key), inner if isinstance(inner, dict) else None, *self._path, key)


def given_twice(file: YamlFile, *path: str | int) -> list[Problem]:
    """A problem for each text of the list at `path` that stands above already; none where there is no list."""
    found: list[Problem] = []
    first: dict[str, int] = {}
    texts = file.at(*path)
    for index, text in enumerate(texts if isinstance(texts, list) else ()):
        here = (*path, index)
        if isinstance(text, str) and text in first:
            found.append((here, f"{text!r} is given twice, first in line {first[text]}: keep one"))
        elif isinstance(text, str):
            first[text] = file.place(here).line
    return found
