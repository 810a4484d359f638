"""YAML files that people write: every scalar as text, every value with its place, every mistake as one line.

YAML 1.1 would turn queue `0600` into 384, `1:30` into 90 and `on` into true, so nothing is typed here: the result is
plain data of dict, list and str, and a schema (firmware.core.check) types it. A byte-order mark, CRLF, UTF-16 and the
invisible direction marks that a Hebrew editor leaves behind do no harm. Duplicate keys and tags are mistakes.

    file = load(Path("board.yaml"))
    settings = file.typed(SCHEMA)           # raises ConfigError with all mistakes of the file
    file.refuse([(("buzzer", "gpio"), "18 is the panel's output-enable …")])    # and so can any later check
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from config.yaml_tree import MAX_BYTES, MAX_DEPTH, TOO_DEEP, ConfigError, Node, Place, read
from firmware.core import check
from firmware.core.spelling import one_line

__all__ = ["ConfigError", "KeyPath", "Place", "Problem", "Value", "YamlFile", "dotted", "load", "parse"]

Value = dict[str, "Value"] | list["Value"] | str
KeyPath = tuple[str | int, ...]
Problem = tuple[KeyPath, str]

MAX_PATH = 200  # characters of a path in a message
MAX_VALUES = 100_000  # aliases counted as often as they are used: a few lines of them can stand for billions
_AT_THE_KEY = "unknown key"  # a problem of the key itself, not of its value: there is nothing right to write behind it


class YamlFile:
    """One file as read: `name` for messages, `data`, and the place of each of its values."""

    def __init__(self, name: str, root: Node) -> None:
        self.name = name
        self._places: dict[KeyPath, Place] = {}
        self._key_places: dict[KeyPath, Place] = {}
        self._problems: list[tuple[Place, str]] = []
        self._count = 0
        self.data: Value = self._convert(root, ())
        self._places[()] = Place(1, 1)

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """The place of the value at `path` (or of its key), or of the nearest part of the path that the file has."""
        for end in range(len(path), -1, -1):
            known = path[:end]
            if key and known in self._key_places:
                return self._key_places[known]
            if known in self._places:
                return self._places[known]
        return Place(1, 1)

    def line(self, path: KeyPath, message: str, *, key: bool = False) -> str:
        """One line that tells a mistake: `FILE:LINE:COLUMN: PATH: message`."""
        return self._at(self.place(path, key=key), f"{dotted(path)}: {message}" if path else message)

    def typed(self, schema: check.Kind) -> Any:
        """The data as `schema` types it. Raises ConfigError with every mistake of the file."""
        clean, problems = check.read(schema, self.data)
        self.refuse(problems)
        return clean

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Raise ConfigError with these problems and the file's own (duplicate keys) in the order of its lines.

        Return when there are none. What is wrong with a key, and not with its value, is told at the key.
        """
        found = [(place, self._at(place, text)) for place, text in self._problems]
        for path, message in problems:
            key = message.startswith(_AT_THE_KEY)
            found.append((self.place(path, key=key), self.line(path, message, key=key)))
        if found:
            raise ConfigError(line for _, line in sorted(found, key=lambda each: each[0]))

    def _at(self, place: Place, text: str) -> str:
        return f"{self.name}:{place.line}:{place.column}: {text}"

    def _convert(self, node: Node, path: KeyPath) -> Value:
        self._count += 1
        if self._count > MAX_VALUES:
            raise ConfigError([f"{self.name}: more than {MAX_VALUES} values (aliases counted): no settings file"])
        self._places.setdefault(path, node.place)
        if node.text is not None:
            return node.text
        if len(path) >= MAX_DEPTH:  # by aliases: the reader has counted all else
            raise ConfigError([self._at(node.place, TOO_DEEP)])
        if node.is_list:
            return [self._convert(item, (*path, index)) for index, (_, item) in enumerate(node.items)]
        result: dict[str, Value] = {}
        for key, value in node.items:
            if key is None or key.text is None:
                self._problems.append((value.place, f"{dotted(path) or 'the file'}: a key must be plain text"))
                continue
            name, here = key.text, (*path, key.text)
            if name in result:
                first = self._key_places[here].line
                self._problems.append((key.place, f"{dotted(here)}: given twice, first in line {first}: keep one"))
                continue
            if ":" in name and key.plain and value.text == "" and value.plain:
                self._problems.append((key.place, f"{dotted(here)}: the space after ':' is missing"))
                continue
            self._key_places[here] = key.place
            # A section in the block style "begins" at its first child, a line below: people look for its own name.
            self._places[here] = key.place if value.text is None and value.plain else value.place
            result[name] = self._convert(value, here)
        return result


def dotted(path: KeyPath) -> str:
    """A path as people write it: `queues.support.hours`, `quiet.every[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return one_line(text, MAX_PATH)


def load(path: Path, name: str | None = None) -> YamlFile:
    """Read one file. ConfigError when it is missing, not readable, not text or not YAML. `name` stands in messages."""
    name = name or str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError([f"{name}: cannot be read: {error.strerror or error}"]) from None
    return parse(data, name)


def parse(data: bytes, name: str) -> YamlFile:
    """Read the bytes of one file; see load()."""
    return YamlFile(name, read(data, name))
