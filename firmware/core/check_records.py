"""Schemas of sections and lists: records of known keys, lists; what settings alone need is in check_maps."""

from firmware.core.check_kinds import Kind, Problems

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

    from firmware.core.check_kinds import Path


class Field:
    """A key of a record. `doc` is one line for people, with the unit."""

    required = False
    default: "Any" = None
    doc = ""

    def __init__(self, name: str, kind: Kind, required: bool = False, default: "Any" = None, doc: str = "") -> None:
        self.name = name
        self.kind = kind
        # What is as the class has it takes no memory in each of the many fields of all messages.
        if required:
            self.required = True
        if default is not None:
            self.default = default
        if doc:
            self.doc = doc


class Record(Kind):
    """Known keys, each of a kind of its own → dict with all of them. An empty section of a file has its defaults."""

    shape = "map"

    def __init__(self, fields: "tuple[Field, ...]") -> None:
        self.fields = fields

    def expected(self) -> str:
        return "a section with " + ", ".join([field.name for field in self.fields])

    def read(self, value: "Any", path: "Path", problems: Problems) -> "dict[str, Any] | None":
        if value == "" and not problems.wire:
            value = {}
        if not isinstance(value, dict):
            self.refuse(value, path, problems)
            return None
        clean: "dict[str, Any]" = {}
        for field in self.fields:
            here = path + (field.name,)
            given = value.get(field.name)
            if given is not None or (field.name in value and not problems.wire):  # null in a message: not known, absent
                clean[field.name] = field.kind.read(given, here, problems)
                continue
            clean[field.name] = field.default
            if field.required:
                about = " (%s)" % field.doc if field.doc and not problems.wire else ""
                problems.add(here, "missing, expected %s%s" % (field.kind.expected(), about))
        if not problems.wire:
            from firmware.core.check_maps import refuse_unknown

            refuse_unknown(self.fields, value, path, problems)
        return clean


class ListOf(Kind):
    """A list of `least` to `most` values of one kind → list."""

    shape = "list"

    def __init__(self, item: Kind, least: int = 0, most: int = 5000) -> None:
        self.item = item
        self.least = least
        self.most = most

    def expected(self) -> str:
        return "a list of " + self.item.expected()

    def read(self, value: "Any", path: "Path", problems: Problems) -> "list[Any] | None":
        if not isinstance(value, list):
            self.refuse(value, path, problems)
            return None
        if not self.least <= len(value) <= self.most:
            problems.add(path, "%d items, expected %d to %d" % (len(value), self.least, self.most))
            return None
        return [self.item.read(item, path + (index,), problems) for index, item in enumerate(value)]


def read(schema: Kind, value: "Any", wire: bool = False) -> "tuple[Any, list[tuple[Path, str]]]":
    """(clean value, problems) of `value`, plain data of dict, list and scalars. Never raises for what it holds."""
    problems = Problems(wire)
    clean = schema.read(value, (), problems)
    return clean, problems.found
