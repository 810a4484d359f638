"""YAML bytes to a tree of places: text only, no typing, one clear line for what is no YAML.

The tree is built from PyYAML's event stream, not by its composer: so depth, size and aliases are ours to limit, and
each scalar stays the text that stands in the file.
"""

import codecs
import re
from collections.abc import Iterable
from typing import Any, NamedTuple, NoReturn

import yaml

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels: no settings file"

# Left-to-right and right-to-left marks, embeddings, isolates, and byte-order marks that a copied text brought along.
_INVISIBLE = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_FAST_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_HINTS = (
    (r"'\\t' that cannot start", "a tab: indent with spaces"),
    (r"could not find expected ':'", "a ':' is missing here, or the space after one"),
    (
        r"mapping values are not allowed",
        "a wrong indent, or text with ': ' in it, which needs quotes",
    ),
    (r"expected <block end>", "the indent differs from that of the lines above it, or a ':' is missing"),
    (r"expected ',' or '[]}]'", "a ',' or a closing bracket is missing"),
    (r"unexpected end of stream", "a quote is opened and never closed"),
    (r"undefined alias", "text that begins with '*' needs quotes"),
)


class ConfigError(ValueError):
    """A configuration that cannot be used. `errors`: a line a mistake, `FILE:LINE:COLUMN: PATH: what, expected`."""

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = list(errors)
        super().__init__("\n".join(self.errors))


class Place(NamedTuple):
    """Line and column in the file, both from 1."""

    line: int
    column: int


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
        raise ConfigError([f"{name}: larger than {MAX_BYTES >> 20} MiB: no settings file"])
    text = _INVISIBLE.sub("", _decoded(data, name))
    try:
        try:
            events = _events(text, _FAST_LOADER, name)
        except yaml.YAMLError:
            events = _events(text, yaml.SafeLoader, name)  # slower, with the clearer messages
    except yaml.YAMLError as error:
        _fail_syntax(error, text, name)
    return _tree(events, name)


def _events(text: str, loader: type, name: str) -> list[yaml.Event]:
    """The parser's events. It stops where they get too deep: both parsers take quadratic time for open brackets."""
    events: list[yaml.Event] = []
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            place = _place(event.start_mark)
            raise ConfigError([f"{name}:{place.line}:{place.column}: {TOO_DEEP}"])
        events.append(event)
    return events


def _decoded(data: bytes, name: str) -> str:
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
        raise ConfigError([f"{name}:{line}:{column}: not {encoding.upper()} text: save the file as UTF-8"]) from None


def _tree(events: list[yaml.Event], name: str) -> Node:
    """The one document in `events`. Aliases know a node once it is complete, so none can hold itself."""
    root = Node("", [], False, True, Place(1, 1))
    anchors: dict[str, Node] = {}
    errors: list[str] = []
    open_nodes: list[tuple[Node, str | None]] = []
    pending_keys: list[Node | None] = []  # for each open mapping, the key whose value comes next

    def add(node: Node) -> None:
        nonlocal root
        if not open_nodes:
            root = node
            return
        parent = open_nodes[-1][0]
        if parent.is_list:
            parent.items.append((None, node))
        elif pending_keys[-1] is None:
            pending_keys[-1] = node
        else:
            parent.items.append((pending_keys[-1], node))
            pending_keys[-1] = None

    documents = 0
    for event in events:
        place = _place(event.start_mark)
        where = f"{name}:{place.line}:{place.column}"
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise ConfigError([f"{where}: a second document begins here ('---'): a settings file holds one"])
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchors:
                raise ConfigError(
                    [f"{where}: '*{event.anchor}' names nothing above it: text with '*' in front needs quotes"]
                )
            add(anchors[event.anchor]._replace(place=place))
        elif isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            if event.tag is not None:
                errors.append(f"{where}: tag {event.tag!r}: settings need none; text with '!' in front needs quotes")
            if isinstance(event, yaml.ScalarEvent):
                node = Node(event.value, [], False, not event.style, place)
                add(node)
                if event.anchor:
                    anchors[event.anchor] = node
            else:
                is_list = isinstance(event, yaml.SequenceStartEvent)
                open_nodes.append((Node(None, [], is_list, not event.flow_style, place), event.anchor))
                pending_keys.append(None)
        elif isinstance(event, yaml.CollectionEndEvent):
            node, anchor = open_nodes.pop()
            pending_keys.pop()
            add(node)
            if anchor:
                anchors[anchor] = node
    if errors:
        raise ConfigError(errors)
    if root.text == "" and root.plain:
        return Node(None, [], False, True, Place(1, 1))  # an empty file is a mapping without keys
    return root


def _place(mark: Any) -> Place:
    """PyYAML counts lines and columns from 0 and may know no place."""
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _fail_syntax(error: yaml.YAMLError, text: str, name: str) -> NoReturn:
    if isinstance(error, yaml.MarkedYAMLError):
        problem = error.problem or error.context or "unknown"
        # The end of the file says nothing about a quote that was never closed: show where it was opened.
        unclosed = "end of stream" in problem and error.context_mark
        line, column = _place(error.context_mark if unclosed else error.problem_mark)
        hint = next((hint for pattern, hint in _HINTS if re.search(pattern, problem)), "")
        raise ConfigError([f"{name}:{line}:{column}: not YAML: {problem}{hint and f' ({hint})'}"]) from None
    position = getattr(error, "position", 0)
    line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
    raise ConfigError(
        [f"{name}:{line}:{column}: character U+{ord(text[position]):04X} has no place in a settings file: remove it"]
    ) from None
