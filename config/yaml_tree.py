"""YAML bytes to a tree of places: text only, no typing, one clear line for what is no YAML.

The tree is built from PyYAML's event stream, not by its composer: so depth, size and aliases are ours to limit, and
each scalar stays the text that stands in the file. Events are taken one by one, and none after a limit is passed: both
parsers take quadratic time for open brackets, and some hundred bytes of memory for each event.
"""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

import yaml

from config.mistakes import ConfigError, Mistake, Place
from config.yaml_syntax import explain, place_of
from firmware.core.check_kinds import MAX_OF_A_FILE

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_VALUES = 50_000  # of 1,000 queues that each have 50; those behind aliases are counted as often as they are used
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels: no settings file"
TOO_MANY = f"more than {MAX_VALUES} values (aliases counted): no settings file"
_MAX_DIRECTIVES = 16  # libyaml compares each with all before it

# What people's programs save when they are not asked for plain text, or what is named in its place.
_OTHERS = {
    b"PK\x03\x04": "a file of Word, Excel or zip",
    b"\xd0\xcf\x11\xe0": "a file of Word or Excel",
    b"{\\rtf": "formatted text (RTF)",
    b"\x1f\x8b": "a packed file (gzip)",
    b"\x89PNG": "a picture",
    b"SQLite format 3\0": "a database",
}
# Left-to-right and right-to-left marks, embeddings, isolates, and byte-order marks that a copied text brought along.
_INVISIBLE = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Node(NamedTuple):
    """One value as read: `items` of a mapping are (key node, value node), of a list (None, value node)."""

    text: str | None
    items: "list[tuple[Node | None, Node]]"
    is_list: bool
    plain: bool  # a scalar without quotes, or a collection without brackets
    place: Place


def read(data: bytes, name: str) -> Node:
    """The one document of a file's bytes as a tree. Raises ConfigError; `name` stands in its message."""
    if len(data) > MAX_BYTES:
        raise ConfigError([Mistake(name, None, "", f"larger than {MAX_BYTES >> 20} MiB: no settings file")])
    text = _INVISIBLE.sub("", _decoded(data, name))
    for count, directive in enumerate(re.finditer("^%", text, re.MULTILINE)):
        if count == _MAX_DIRECTIVES:
            place = Place(text.count("\n", 0, directive.start()) + 1, 1)
            raise ConfigError([Mistake(name, place, "", "a line that begins with '%': a settings file needs none")])
    try:
        return _Tree(name).built(yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        place, message = explain(error, text)
        raise ConfigError([Mistake(name, place, "", message)]) from None


def _decoded(data: bytes, name: str) -> str:
    for begins, what in _OTHERS.items():
        if data.startswith(begins):
            message = f"this is {what} and no plain text: a settings file is saved as text, in UTF-8"
            raise ConfigError([Mistake(name, Place(1, 1), "", message)])
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"  # what Windows' Notepad calls "Unicode"
    else:
        encoding = "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"not {encoding.upper()} text: save the file as UTF-8"
        raise ConfigError([Mistake(name, Place(line, column), "", message)]) from None


class _Tree:
    """The one document of an event stream. Aliases know a node once it is complete, so none can hold itself."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._root = Node("", [], False, True, Place(1, 1))
        self._anchors: dict[str, Node] = {}
        self._mistakes: list[Mistake] = []
        self._open: list[tuple[Node, str | None]] = []
        self._keys: list[Node | None] = []  # for each open mapping, the key whose value comes next

    def built(self, events: Iterator[yaml.Event]) -> Node:
        """Take all events. Raises ConfigError, and yaml.YAMLError as the parser does."""
        documents = count = 0
        for event in events:
            place = place_of(event.start_mark)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(place, "a second document begins here ('---'): a settings file holds one")
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close()
            elif isinstance(event, yaml.NodeEvent):
                count += 1
                if count > 2 * MAX_VALUES:  # of a mapping's keys and values each is one here
                    raise ConfigError([Mistake(self._name, None, "", TOO_MANY)])
                self._take(event, place)
        if self._mistakes:
            raise ConfigError(self._mistakes)
        if self._root.text == "" and self._root.plain:
            return Node(None, [], False, True, Place(1, 1))  # an empty file is a mapping without keys
        return self._root

    def _take(self, event: yaml.NodeEvent, place: Place) -> None:
        if isinstance(event, yaml.AliasEvent):
            node = self._anchors.get(event.anchor or "")
            if node is None:
                self._refuse(place, f"'*{event.anchor}' names nothing above it: text with '*' in front needs quotes")
            self._add(node._replace(place=place))
            return
        assert isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent))
        if event.tag is not None and len(self._mistakes) < MAX_OF_A_FILE:
            message = f"tag {event.tag!r}: settings need none; text with '!' in front needs quotes"
            self._mistakes.append(Mistake(self._name, place, "", message))
        if isinstance(event, yaml.ScalarEvent):
            node = Node(event.value, [], False, not event.style, place)
            self._add(node)
            if event.anchor:
                self._anchors[event.anchor] = node
            return
        if len(self._open) == MAX_DEPTH:
            self._refuse(place, TOO_DEEP)
        is_list = isinstance(event, yaml.SequenceStartEvent)
        self._open.append((Node(None, [], is_list, not event.flow_style, place), event.anchor))
        self._keys.append(None)

    def _close(self) -> None:
        node, anchor = self._open.pop()
        self._keys.pop()
        self._add(node)
        if anchor:
            self._anchors[anchor] = node

    def _add(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        parent = self._open[-1][0]
        if parent.is_list:
            parent.items.append((None, node))
        elif self._keys[-1] is None:
            self._keys[-1] = node
        else:
            parent.items.append((self._keys[-1], node))
            self._keys[-1] = None

    def _refuse(self, place: Place, message: str) -> NoReturn:
        raise ConfigError([*self._mistakes, Mistake(self._name, place, "", message)])
