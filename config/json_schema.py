"""JSON Schema of a settings file, made from the definitions that check it, for editors that complete and explain.

    document(SCHEMA, "board.yaml", "One board: …")  → a dict, draft-07: what yaml-language-server reads best

The schema never refuses what check accepts, as far as an editor shows it, and refuses as much of the rest as can be
said in it. Our reader takes every scalar as text, an editor does not: it sees a number in `port: 5038` and in a queue
called `0600`, a boolean in `count_exits: no` if it still speaks YAML 1.1, and nothing (null) in an empty section. So
each kind says here what an editor may see in its place. Kinds of other modules bring a method json_schema() of their
own (described.py); those of firmware/core are read by kind here, for a small board has no room for it.

Keywords that yaml-language-server knows and a plain validator passes over: errorMessage, defaultSnippets, doNotSuggest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from config.described import Described, Distinct, Explained, Named, Schema, SchemaOf, Written
from config.json_parts import section, text, words
from config.json_patterns import decimal, duration, either, whole, whole_text, word
from firmware.core import check
from firmware.core.check import (
    Bool,
    Duration,
    Either,
    Field,
    Frequency,
    Int,
    Kind,
    ListOf,
    MapOf,
    OneOf,
    Record,
    Share,
    Text,
)
from firmware.core.check_kinds import MAX_INT, NO, YES
from firmware.core.units import duration_text, scaled

DRAFT = "http://json-schema.org/draft-07/schema#"
MADE_BY = "Made by `wallboardctl schema` from the definitions that check the file: change those."

_REF = "#/definitions/"


def document(schema: Record, title: str, description: str) -> Schema:
    """The whole schema of a file, whose root is a record."""
    maker = _Maker()
    root = {"type": "object", **maker.build(schema)}
    made: Schema = {"$schema": DRAFT, "$comment": MADE_BY, "title": title, "description": description, **root}
    return _settled(made | {"definitions": maker.definitions})


def written(kind: Kind, value: Any) -> Any:
    """A clean value as people write it: 20000 → `20s`. Numbers stay numbers, as an editor sees them."""
    if isinstance(kind, Written):
        return kind.written(value)
    if isinstance(kind, Duration):
        return duration_text(value)
    if isinstance(kind, Share):
        return scaled(value, 10) + "%"
    if isinstance(kind, Frequency):
        return scaled(value, 1000) + "hz"
    if isinstance(kind, Bool):
        return "yes" if value else "no"
    if isinstance(kind, ListOf):
        return [written(kind.item, each) for each in value]
    if isinstance(kind, Either):
        for each in kind.kinds:
            try:
                text = written(each, value)
            except TypeError:  # a value of another of them
                continue
            if check.read(each, str(text)) == (value, []):
                return text
    return value


class _Maker:
    """Makes the schemas; of sections each once, as a definition: several keys may lead to the same."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self._names: dict[int, str] = {}
        self._kinds: list[Kind] = []  # kept alive, for their ids

    def of(self, kind: Kind, name: str) -> Schema:
        """The schema of a kind; `name` is for the definition, if it is a section's."""
        if kind.shape != "map":
            return self.build(kind)
        if id(kind) not in self._names:
            self._kinds.append(kind)
            unique = name
            while unique in self.definitions:
                unique += "_"
            self._names[id(kind)] = unique
            self.definitions[unique] = {}  # its place, before those that it holds
            self.definitions[unique] = self.build(kind)
        return {"$ref": _REF + self._names[id(kind)]}

    def build(self, kind: Kind) -> Schema:
        if isinstance(kind, Explained):
            return kind.json_schema(self.of)
        for base in type(kind).__mro__:
            if base in _CORE:
                return _CORE[base](kind, self.of)
        raise TypeError(f"{type(kind).__name__} has no json_schema()")


def fields(of: SchemaOf, known: tuple[Field, ...]) -> dict[str, Schema]:
    """The `properties` of fields, each with its description, default and example."""
    return {field.name: _field(of, field) for field in known}


def _field(of: SchemaOf, field: Field) -> Schema:
    kind = field.kind
    absent = getattr(field, "absent", None)
    default = field.default if absent is None else absent
    shown = None if default is None or kind.shape == "map" else written(kind, default)
    parts = [_sentence(field.doc)]
    if kind.shape != "map" and not isinstance(kind, OneOf):
        parts.append(_sentence(kind.expected()))
    if shown is not None:
        parts.append(f"Default: {', '.join(map(str, shown)) if isinstance(shown, list) else shown}.")
    made: Schema = {"description": " ".join(part for part in parts if part)}
    if shown is not None:
        made["default"] = shown
    elif isinstance(field, Described) and field.example is not None:
        made["examples"] = [field.example]
    made |= of(kind, field.name)
    if shown is not None and "defaultSnippets" in made:  # the default is offered in any case
        made["defaultSnippets"] = [each for each in made["defaultSnippets"] if each["label"] != shown]
    return made


def _sentence(words: str) -> str:
    return words and words[0].upper() + words[1:] + ("" if words.endswith((".", "…")) else ".")


def record(kind: Record, of: SchemaOf) -> Schema:
    """A section of known keys."""
    required = [field.name for field in kind.fields if field.required]
    made = {"properties": fields(of, kind.fields), "additionalProperties": False}
    return made | ({"required": required} if required else {}) | section(kind, empty=not required)


def map_of(kind: MapOf, of: SchemaOf) -> Schema:
    """A section of names that people choose."""
    item = of(kind.item, kind.one if isinstance(kind, Named) else "item")
    if isinstance(kind, Named):
        item = {"description": _sentence(kind.doc)} | item
    made: Schema = {"additionalProperties": item, "maxProperties": kind.most}
    if kind.key is not None:  # an editor shows a key `0600` as the number it is to YAML: no type
        names = of(kind.key, "key")
        made["propertyNames"] = {name: names[name] for name in names if name not in ("type", "if", "then")}
    return made | section(kind, empty=True)


def _list(kind: ListOf, of: SchemaOf) -> Schema:
    made: Schema = {"type": "array", "items": of(kind.item, "item"), "maxItems": kind.most}
    if isinstance(kind, Distinct):  # of numbers an editor cannot tell: 0600 and 600 are one to it, and two to a PBX
        made |= {"if": {"items": {"type": "string"}}, "then": {"uniqueItems": True}}
    return made | ({"minItems": kind.least} if kind.least else {})


def _either(kind: Either, of: SchemaOf) -> Schema:
    choices = [of(each, "choice") for each in kind.kinds]
    patterns = []
    for each in choices:
        if "enum" in each:
            patterns.append(f"^(?:{either(map(word, each['enum']))})$")
        elif each.get("type") == "string":
            patterns.append(each["pattern"])
    if len(patterns) < len(choices):
        return {"anyOf": choices}
    known = [one for each in choices for one in each.get("enum", ())]  # one pattern for one message about all of it
    snippets = {"defaultSnippets": [{"label": one, "body": one} for one in known]} if known else {}
    return {"type": "string", "pattern": either(patterns), "errorMessage": f"expected {kind.expected()}"} | snippets


def _text(kind: Text, of: SchemaOf) -> Schema:
    barred = "".join("\\" + each if each in "\\]^-" else each for each in kind.without)
    pattern = rf"^[^{barred}\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"
    return {"minLength": kind.least, "maxLength": kind.most, "pattern": pattern} | text(kind) | {
        "errorMessage": f"expected {kind.expected()}"
    }  # fmt: skip


def _bool(kind: Bool, of: SchemaOf) -> Schema:
    pattern = either(word(each, any_case=True) for each in (*YES, *NO))
    made = {"pattern": whole_text(pattern), "errorMessage": f"expected {kind.expected()}"}
    snippets = [{"label": each, "body": each} for each in ("yes", "no")]
    wrong = {"if": {"type": ["object", "array", "null", "number"]}, "then": {"type": "string"} | made}
    return made | wrong | {"defaultSnippets": snippets}


def _int(kind: Int, of: SchemaOf) -> Schema:
    bounds = {"minimum": kind.lo} | ({"maximum": kind.hi} if kind.hi < MAX_INT else {})
    made = {"type": ["integer", "string"], **bounds, "pattern": whole_text(whole(kind.lo, kind.hi))}
    return made | {"errorMessage": f"expected {kind.expected()}"}


def _one_of(kind: OneOf, of: SchemaOf) -> Schema:
    return {"type": "string", "enum": list(kind.choices)}


_CORE: dict[type, Callable[[Any, SchemaOf], Schema]] = {
    Bool: _bool,
    Duration: lambda kind, of: words(kind, duration(kind.lo, kind.hi)),
    Either: _either,
    Frequency: lambda kind, of: words(kind, rf"{decimal(kind.lo, kind.hi, 3)}\s*[Hh][Zz]"),
    Int: _int,
    ListOf: _list,
    MapOf: map_of,
    OneOf: _one_of,
    Record: record,
    Share: lambda kind, of: words(kind, rf"{decimal(kind.lo, kind.hi, 1)}\s*%"),
    Text: _text,
}


def _settled(made: Schema) -> Schema:
    """With what only one key leads to put in its place."""
    uses: dict[str, int] = {}
    for name in _references(made):
        uses[name] = uses.get(name, 0) + 1
    definitions = made.pop("definitions")

    def settle(part: Any) -> Any:
        if isinstance(part, list):
            return [settle(each) for each in part]
        if not isinstance(part, dict):
            return part
        name = str(part.get("$ref", "")).removeprefix(_REF)
        if uses.get(name) == 1:
            part = {**definitions[name], **{key: part[key] for key in part if key != "$ref"}}
            part = {key: part[key] for key in sorted(part, key=lambda key: key not in ("description", "default"))}
        return {key: settle(value) for key, value in part.items()}

    shared = {name: settle(definition) for name, definition in definitions.items() if uses.get(name, 0) > 1}
    settled: Schema = settle(made)
    return settled | ({"definitions": shared} if shared else {})


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].removeprefix(_REF)
        for each in part.values():
            yield from _references(each)
    elif isinstance(part, list):
        for each in part:
            yield from _references(each)
