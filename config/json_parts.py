"""What schemas of several kinds have in common, and what holds of a section as a whole: one key that calls for another.

Written so that yaml-language-server offers what people would type and nothing else, and says of a mistake what check
would: `errorMessage` holds for its own part of a schema, so a part that has one says one thing.
"""

from __future__ import annotations

from collections.abc import Iterable

from config.described import Schema
from config.json_patterns import whole_text
from firmware.core.check import Kind

_SCALAR = ("string", "number", "boolean")


def section(kind: Kind, *, empty: bool) -> Schema:
    """What is a section, or nothing if it may be `empty`: then an editor sees null, or a text without a letter."""
    what = {"errorMessage": f"expected {kind.expected()}"}
    if empty:
        return {"if": {"type": ["array", *_SCALAR]}, "then": {"type": ["object", "string"], "pattern": "^$"} | what}
    return {"if": {"type": ["array", *_SCALAR, "null"]}, "then": {"type": "object"} | what}


def text(kind: Kind) -> Schema:
    """What is text whatever an editor sees in it, a number or a truth value.

    Not by `type`, where editors would take "boolean" for a wish and offer true and false.
    """
    what = f"expected {kind.expected()}"
    return {"if": {"type": ["object", "array", "null"]}, "then": {"type": "string", "errorMessage": what}}


def words(kind: Kind, pattern: str) -> Schema:
    """Text of a shape that an editor never takes for anything else."""
    return {"type": "string", "pattern": whole_text(pattern), "errorMessage": f"expected {kind.expected()}"}


def when(condition: Schema, then: Schema, other: Schema | None = None) -> Schema:
    """An entry of `allOf`: what holds in a section that is so, and else."""
    return {"if": condition, "then": then} | ({"else": other} if other else {})


def given(name: str, value: Schema | None = None) -> Schema:
    """The condition that a key is there, with such a value."""
    return {"required": [name]} | ({"properties": {name: value}} if value else {})


def parts(**inner: Schema) -> Schema:
    """What holds besides of the values of some keys; editors are not to offer these keys a second time."""
    return {"properties": {name: {"doNotSuggest": True} | schema for name, schema in inner.items()}}


def one_of(numbers: list[int], why: str) -> Schema:
    """That a number, where an editor sees one, is one of these. There may be none."""
    return {"if": {"type": "integer"}, "then": {"enum": numbers or [None], "errorMessage": why}}


def without(names: Iterable[str], why: str) -> Schema:
    """That these keys are not there."""
    return {"properties": dict.fromkeys(names, False), "errorMessage": why}
