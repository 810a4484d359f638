"""YAML files that people write: every scalar as text, every value with its place, every mistake as one line.

YAML 1.1 would turn queue `0600` into 384, `1:30` into 90 and `on` into true, so nothing is typed here: the result is
plain data of dict, list and str, and a schema (firmware.core.check) types it. A byte-order mark, CRLF, UTF-16 and the
invisible direction marks that a Hebrew editor leaves behind do no harm. Duplicate keys and tags are mistakes.

    file = load(Path("board.yaml"))
    settings = file.typed(SCHEMA)           # raises ConfigError with all mistakes of the file
    file.refuse([(("buzzer", "gpio"), "18 is the panel's output-enable …")])    # and so can any later check
"""

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from config.mistakes import WARNING, ConfigError, Mistake, Place
from config.regular_file import read_regular
from config.yaml_tree import MAX_BYTES, MAX_DEPTH, MAX_VALUES, TOO_DEEP, TOO_MANY, Node, read
from firmware.core import check
from firmware.core.check_kinds import MAX_OF_A_FILE
from firmware.core.spelling import one_line

__all__ = ["ConfigError", "KeyPath", "Mistake", "Place", "Problem", "Value", "YamlFile", "dotted", "load", "parse"]

Value = dict[str, "Value"] | list["Value"] | str
KeyPath = tuple[str | int, ...]
Problem = tuple[KeyPath, str]

MAX_PATH = 200  # characters of a path in a message
# Of problems of the key itself, not of its value: there is nothing right to write behind it.
_AT_THE_KEY = ("unknown key", "unknown day", "the day ")
_NOTHING = ("~", "null", "Null", "NULL")  # as editors see them, and people mean them: no file called "null"
_QUOTES = "“”„‟«»״‘’‚‛"  # as word processors and Hebrew keyboards make them; to YAML they are letters


class YamlFile:
    """One file as read: `name` for messages, `data`, and the place of each of its values."""

    def __init__(self, name: str, root: Node) -> None:
        self.name = name
        self._places: dict[KeyPath, Place] = {}
        self._key_places: dict[KeyPath, Place] = {}
        self._own: list[Mistake] = []
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

    def has(self, *path: str | int) -> bool:
        """True when the file says something at `path`, right or wrong."""
        return path in self._places

    def at(self, *path: str | int) -> Value | None:
        """What the file says at `path`, as it stands there; None when it says nothing."""
        value: Value | None = self.data
        for part in path:
            if isinstance(value, dict) and isinstance(part, str):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def line(self, path: KeyPath, message: str, *, key: bool = False) -> str:
        """One line that tells a mistake: `FILE:LINE:COLUMN: PATH: message`."""
        return str(Mistake(self.name, self.place(path, key=key), dotted(path), message))

    def typed(self, schema: check.Kind) -> Any:
        """The data as `schema` types it. Raises ConfigError with every mistake of the file."""
        clean, problems = check.read(schema, self.data)
        self.refuse(problems)
        return clean

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Raise ConfigError with these problems and the file's own (duplicate keys); return when there are none."""
        found = self.mistakes(problems)
        if found:
            raise ConfigError(found)

    def mistakes(self, problems: Iterable[Problem]) -> list[Mistake]:
        """These problems and the file's own, in the order of its lines, at most MAX_OF_A_FILE.

        What is wrong with a key, and not with its value, is told at the key.
        """
        told = [*self._own]
        for path, message in islice(problems, MAX_OF_A_FILE - len(told)):
            place = self.place(path, key=message.startswith(_AT_THE_KEY))
            told.append(Mistake(self.name, place, dotted(path), message))
        told.sort(key=lambda mistake: mistake.place or Place(1, 1))
        if len(told) == MAX_OF_A_FILE:
            told.append(Mistake(self.name, None, "", f"{MAX_OF_A_FILE} mistakes or more: mend these first"))
        return told

    def warnings(self, problems: Iterable[Problem]) -> list[Mistake]:
        """These problems as warnings, in the order of the file's lines; those of a section are told at its name."""
        found = [
            Mistake(self.name, self.place(path, key=isinstance(self.at(*path), dict)), dotted(path), message, WARNING)
            for path, message in islice(problems, MAX_OF_A_FILE)
        ]
        found.sort(key=lambda mistake: mistake.place or Place(1, 1))
        if len(found) == MAX_OF_A_FILE:
            found.append(Mistake(self.name, None, "", f"{MAX_OF_A_FILE} of these or more", WARNING))
        return found

    def _tell(self, place: Place, path: KeyPath, message: str) -> None:
        if len(self._own) < MAX_OF_A_FILE:
            self._own.append(Mistake(self.name, place, dotted(path), message))

    def _convert(self, node: Node, path: KeyPath) -> Value:
        self._count += 1
        if self._count > MAX_VALUES:
            raise ConfigError([Mistake(self.name, None, "", TOO_MANY)])
        self._places.setdefault(path, node.place)
        if node.text is not None:
            return "" if node.plain and node.text in _NOTHING else self._unquoted(node, path)
        if len(path) >= MAX_DEPTH:  # by aliases: the reader has counted all else
            raise ConfigError([Mistake(self.name, node.place, "", TOO_DEEP)])
        if node.is_list:
            return [self._convert(item, (*path, index)) for index, (_, item) in enumerate(node.items)]
        result: dict[str, Value] = {}
        for key, value in node.items:
            if key is None or key.text is None:
                self._tell(value.place, path, "a key must be plain text")
                continue
            name = self._unquoted(key, (*path, key.text))
            here = (*path, name)
            if name in result:
                first = self._key_places[here].line
                self._tell(key.place, here, f"given twice, first in line {first}: keep one")
            elif key.plain and (problem := _run_together(name, value)):
                self._tell(key.place, here, problem)
            else:
                self._key_places[here] = key.place
                # A section in the block style "begins" at its first child, a line below: people look for its own name.
                self._places[here] = key.place if value.text is None and value.plain else value.place
                result[name] = self._convert(value, here)
        return result

    def _unquoted(self, node: Node, path: KeyPath) -> str:
        """A scalar's text. Quotes that are none to YAML are a mistake, and told once: what is inside is checked on."""
        text = node.text or ""
        if not (node.plain and len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES):
            return text
        inside = text[1:-1]
        message = f'{text[0]} is a letter here and no quote; did you mean "{one_line(inside, 40)}"?'
        self._tell(node.place, (*path[:-1], inside) if path and path[-1] == text else path, message)
        return inside


def _run_together(name: str, value: Node) -> str:
    """What is wrong with a key that is one with its value, as in `warn:30s` and `rules {a: 1}`; "" if nothing is."""
    if re.search(r"^[ \xa0]*\xa0|:\xa0", name):
        return "a no-break space, which is none to YAML, stands here: delete it and type a space"
    bracket = re.search(r"\s*[{[]", name)
    if bracket and bracket.start():
        key = name[: bracket.start()]
        what = "space after ':'" if key.endswith(":") else f"':' after '{one_line(key, 40)}'"
        return f"the {what} is missing"
    key, colon, rest = name.partition(":")
    if colon and value.text == "" and value.plain:
        return f"the space after ':' is missing; did you mean '{one_line(key, 40)}: {one_line(rest, 40)}'?"
    return ""


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
        data = read_regular(path, MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError([Mistake(name, None, "", f"cannot be read: {error.strerror or error}")]) from None
    return parse(data, name)


def parse(data: bytes, name: str) -> YamlFile:
    """Read the bytes of one file; see load()."""
    return YamlFile(name, read(data, name))
