"""Schemas of sections whose keys people choose: of settings alone, so no small board loads them."""

from firmware.core.check_kinds import Kind, Problems

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
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
            clean[name] = self.item.read(value[key], here, problems)
        return clean
