"""Schemas of names that people choose, alternatives, unknown keys: of settings alone, so no small board loads them."""

from firmware.core.check_kinds import Kind, Problems

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from firmware.core.check_kinds import Path


class MapOf(Kind):
    """Keys that people choose, values of one kind → dict. `key`, a Kind, types the keys: text of any sort if absent."""

    shape = "map"

    def __init__(self, item: Kind, key: "Kind | None" = None, most: int = 5000) -> None:
        self.item = item
        self.key = key
        self.most = most

    def expected(self) -> str:
        return "a section of names, each with " + self.item.expected()

    def read(self, value: "Any", path: "Path", problems: Problems) -> "dict[Any, Any] | None":
        if value == "" and not problems.wire:
            value = {}
        if not isinstance(value, dict):
            self.refuse(value, path, problems)
            return None
        if len(value) > self.most:
            problems.add(path, "%d names, expected at most %d" % (len(value), self.most))
            return None
        clean: "dict[Any, Any]" = {}
        for key in value:
            here = path + (key,)
            name = key if self.key is None else self.key.read(key, here, problems)
            item = self.item.read(value[key], here, problems)
            if name is not None:
                clean[name] = item
        return clean


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


def refuse_unknown(fields: "Sequence[Any]", value: "dict[Any, Any]", path: "Path", problems: Problems) -> None:
    """Add a problem for each key of a section that is none of its fields.

    It is told where else the key is known, or which one it was meant to be; that one then is not told as missing.
    """
    from firmware.core.check_hints import unknown
    from firmware.core.spelling import nearest

    names = [field.name for field in fields]
    for key in sorted([str(key) for key in value]):
        if key in names:
            continue
        if problems.full():
            return
        homes = [field.name for field in fields if key in [inner.name for inner in getattr(field.kind, "fields", ())]]
        if homes:
            problems.add(path + (key,), "unknown key: it belongs under %s" % " or ".join(homes))
            continue
        meant = nearest(key, names)
        missing = [each for each in problems.found if each[0] == path + (meant,) and each[1].startswith("missing")]
        if missing and meant not in value:
            problems.found.remove(missing[0])
        problems.add(path + (key,), unknown(key, names))


def _shape(value: "Any") -> str:
    return "map" if isinstance(value, dict) else "list" if isinstance(value, list) else "scalar"
