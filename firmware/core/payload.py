"""Payloads: JSON objects of whole numbers, read by a schema, whatever the bytes are."""

import json

from firmware.core import check_records
from firmware.core.printable import one_line

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

VERSION = 1
MAX_BYTES = 256 * 1024  # `site` of 1,000 queues is some 150 KiB
USUAL_BYTES = 64 * 1024  # any other message: 64 rules of two levels are some 30 KiB
MAX_DEPTH = 8

try:
    json.dumps("", ensure_ascii=False)
    _OPTIONS: "dict[str, Any]" = {"separators": (",", ":"), "ensure_ascii": False}
except TypeError:  # MicroPython writes UTF-8 anyway
    _OPTIONS = {"separators": (",", ":")}

SMALL = "ensure_ascii" not in _OPTIONS  # MicroPython, so a board with little memory


class WireError(ValueError):
    """A topic or payload that cannot be used; the text is one line for a log. `kind`: what is wrong with it, in a word:
    of many that are alike, the first alone is told.
    """

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.kind = kind


def dumps(message: "dict[str, Any]") -> bytes:
    """The payload of a message: compact JSON. WireError when it holds a number that is not whole."""
    _check(message, 0)
    return json.dumps(message, **_OPTIONS).encode("utf-8", "replace")


def loads(payload: "bytes | bytearray | memoryview", most: int = MAX_BYTES) -> "dict[str, Any]":
    """The JSON object of a payload, of a version that is known. Raises WireError, whatever the bytes are."""
    if len(payload) > most:
        raise WireError("%d bytes, expected at most %d" % (len(payload), most), "bytes")
    try:
        message = json.loads(str(payload, "utf-8"))
    except (ValueError, RuntimeError, MemoryError) as error:  # nested deeper than the stack, or a small board's heap
        raise WireError("no JSON: " + one_line(str(error), 60), "JSON") from None
    if not isinstance(message, dict):
        raise WireError("expected a JSON object", "JSON")
    version = message.get("v")
    if type(version) is not int or version < 1:
        raise WireError("v is missing, expected %d" % VERSION, "v")
    if version > VERSION:
        raise WireError("v is %d, this board knows %d: update it" % (min(version, 10**9), VERSION), "version")
    _check(message, 0)
    return message


def read(
    schema: check_records.Record, payload: "bytes | bytearray | memoryview", most: int = MAX_BYTES
) -> "dict[str, Any]":
    """A payload by one of the schemas: all its fields, absent ones as None. Raises WireError."""
    clean, problems = check_records.read(schema, loads(payload, most), wire=True)
    if problems:
        from firmware.core.spelling import first_of

        raise WireError(first_of(problems), ".".join([part for part in problems[0][0] if isinstance(part, str)]))
    found: "dict[str, Any]" = clean
    return found


def _check(value: "Any", depth: int) -> None:
    """Whole numbers only, and no deeper than any message is."""
    if isinstance(value, float):
        raise WireError("holds a number that is not whole", "whole")
    if not isinstance(value, (dict, list, tuple)):
        return
    if depth > MAX_DEPTH:  # before going deeper: the stack of a small board is short
        raise WireError("nested deeper than %d levels" % MAX_DEPTH, "deep")
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, (dict, list, tuple, float)):  # most are neither, and a call takes its time
            _check(item, depth + 1)
