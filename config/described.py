"""What a settings file's keys say to people beyond what check needs: what holds without them, examples, names.

firmware/core has the kinds of values and no room to spare on a small board, so what only people on a desktop read, in
an editor that completes and explains (json_schema.py), is added here, to the same definitions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from firmware.core.check import Field, Kind, ListOf, MapOf, OneOf, Problems

Schema = dict[str, Any]
SchemaOf = Callable[[Kind, str], Schema]  # a kind and a name for it → its JSON Schema


@runtime_checkable
class Explained(Protocol):
    """A kind outside the core that knows its own JSON Schema."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """What an editor may see where `read` is content: at least that, and as little else as can be said."""


@runtime_checkable
class Written(Protocol):
    """A kind outside the core whose clean value is not that of the kind it derives from."""

    def written(self, value: Any) -> str | int:
        """A clean value as people write it: 20 → `20s`."""


class Described(Field):
    """A field that says more of itself.

    `absent`: what holds without it, as a clean value, where that is decided elsewhere than by `default`.
    `example`: as people write it; what an editor puts in for a start.
    """

    def __init__(
        self,
        name: str,
        kind: Kind,
        required: bool = False,
        default: Any = None,
        doc: str = "",
        *,
        absent: Any = None,
        example: Any = None,
    ) -> None:
        super().__init__(name, kind, required, default, doc)
        self.absent = absent
        self.example = example


class Choices(OneOf):
    """One of some words, each with a line about it."""

    def __init__(self, about: dict[str, str]) -> None:
        super().__init__(tuple(about))
        self.about = about

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        return {"type": "string", "enum": list(self.choices), "enumDescriptions": list(self.about.values())}


class Distinct(ListOf):
    """A list in which nothing stands twice; in the file's place config.section.given_twice() looks for that."""


class Named(MapOf):
    """Sections by names that people choose. `one`: what one of them is called; `doc`: what it is."""

    def __init__(self, item: Kind, key: Kind, one: str, doc: str, most: int = 5000) -> None:
        super().__init__(item, key, most)
        self.one = one
        self.doc = doc

    def expected(self) -> str:
        return "a section of names, each with a section of its own"


class Parsed(Kind):
    """A text that a function reads; its ValueError is the problem.

    `what` is expected; `pattern`: how it looks, as a regular expression without anchors; `write` is the way back.
    `seen`: what an editor may see in it, where YAML has other ideas than text.
    """

    def __init__(
        self,
        parse: Callable[[str], Any],
        what: str,
        pattern: str,
        write: Callable[[Any], str] = str,
        seen: Schema | None = None,
    ) -> None:
        self._parse = parse
        self._what = what
        self._pattern = pattern
        self._write = write
        self._seen = seen or {"type": "string"}

    def expected(self) -> str:
        return self._what

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> Any:
        if not isinstance(value, str) or not value:
            self.refuse(value, path, problems)
            return None
        if problems.full():
            return None
        try:
            return self._parse(value)
        except ValueError as error:
            problems.add(path, str(error))
            return None

    def written(self, value: Any) -> str:
        return self._write(value)

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        return self._seen | {"pattern": f"^(?:{self._pattern})$", "errorMessage": f"expected {self._what}"}
