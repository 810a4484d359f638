"""Schemas of sections and lists: records of known keys, lists, alternatives; maps are in check_maps."""

from firmware.core.check_kinds import Kind, Problems, spelled

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
            self._refuse_unknown(value, path, problems)
        return clean

    def _refuse_unknown(self, value: "dict[Any, Any]", path: "Path", problems: Problems) -> None:
        names = [field.name for field in self.fields]
        for key in sorted([str(key) for key in value]):
            if key not in names:
                hint = spelled(key, names)
                problems.add(path + (key,), "unknown key, expected one of: %s%s" % (", ".join(names), hint))


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


class Either(Kind):
    """The first of some kinds that can read the value.

    When none can, and one of them alone has the value's shape (section, list or scalar), its problems are told.
    """

    def __init__(self, *kinds: Kind) -> None:
        self.kinds = kinds

    def expected(self) -> str:
        return " or ".join([kind.expected() for kind in self.kinds])

    def read(self, value: "Any", path: "Path", problems: Problems) -> "Any":
        told: "list[Problems]" = []
        for kind in self.kinds:
            attempt = Problems(problems.wire)
            clean = kind.read(value, path, attempt)
            if not attempt.found:
                return clean
            if kind.shape == _shape(value):
                told.append(attempt)
        if len(told) == 1:
            for where, message in told[0].found:
                problems.add(where, message)
        else:
            self.refuse(value, path, problems)
        return None


def read(schema: Kind, value: "Any", wire: bool = False) -> "tuple[Any, list[tuple[Path, str]]]":
    """(clean value, problems) of `value`, plain data of dict, list and scalars. Never raises for what it holds."""
    problems = Problems(wire)
    clean = schema.read(value, (), problems)
    return clean, problems.found


def _shape(value: "Any") -> str:
    return "map" if isinstance(value, dict) else "list" if isinstance(value, list) else "scalar"
