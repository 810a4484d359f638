"""Topics and payloads, version 1: what goes over MQTT between the bridge, the boards and other people's programs.

Payloads are JSON objects, UTF-8, whole numbers only (ms, permille, counts); a figure that is not known is absent. A
reader ignores keys that it does not know and refuses a higher `v` aloud. Every message of the bridge has `started`,
the ms of its clock at its start, which names that clock.
"""

import json

from firmware.core import check_records
from firmware.core.messages import ACK, BOARD, BRIDGE, NOTICE, QUEUE, RULES, SITE
from firmware.core.printable import one_line, unprintable

__all__ = [
    "ACK",
    "BOARD",
    "BRIDGE",
    "NOTICE",
    "QUEUE",
    "RULES",
    "SITE",
    "VERSION",
    "WireError",
    "decode_id",
    "dumps",
    "encode_id",
    "loads",
    "parts_of",
    "read",
    "topic",
]

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

VERSION = 1
MAX_BYTES = 256 * 1024  # `site` of 1,000 queues is some 150 KiB
MAX_DEPTH = 8
_ENCODED = "+#/%@\0"
_HEX = "0123456789ABCDEF"

try:
    json.dumps("", ensure_ascii=False)
    _OPTIONS: "dict[str, Any]" = {"separators": (",", ":"), "ensure_ascii": False}
except TypeError:  # MicroPython writes UTF-8 anyway
    _OPTIONS = {"separators": (",", ":")}


class WireError(ValueError):
    """A topic or payload that cannot be used; the text is one line for a log."""


def topic(site: str, *parts: str) -> str:
    """`wallboard/<site>/<part>/…`. A part that is a queue's name must have gone through encode_id()."""
    return "/".join(("wallboard", site) + parts)


def parts_of(site: str, name: str) -> "tuple[str, ...]":
    """The parts of a topic of this site; WireError for a topic of another."""
    prefix = topic(site, "")
    if not name.startswith(prefix):
        raise WireError("%s: expected a topic that begins with %s" % (one_line(name, 80), prefix))
    return tuple(name[len(prefix) :].split("/"))


def encode_id(name: str) -> str:
    """The PBX's name of a queue → its id, on topics and in payloads alike; so `%40all` is no group, `@all` is.

    `+ # / % @` and NUL are percent-encoded; so is what no MQTT string may hold and what brokers cut a client off for:
    control characters and bytes that are no UTF-8 (lone surrogates U+DC80 to U+DCFF, as Python reads them).
    """
    encoded = ""
    for char in name:
        if char in _ENCODED or unprintable(char):
            code = ord(char)
            for byte in bytes((code - 0xDC00,)) if 0xDC80 <= code <= 0xDCFF else _utf8(code):
                encoded += "%" + _HEX[byte >> 4] + _HEX[byte & 15]
        else:
            encoded += char
    return encoded


def decode_id(encoded: str) -> str:
    """The queue's name on the PBX; WireError when it holds bytes that are no UTF-8."""
    raw = b""
    pieces = encoded.split("%")
    raw = pieces[0].encode()
    for piece in pieces[1:]:
        high, low = _HEX.find(piece[:1].upper() or "-"), _HEX.find(piece[1:2].upper() or "-")
        raw += bytes((high * 16 + low,)) + piece[2:].encode() if high >= 0 and low >= 0 else b"%" + piece.encode()
    try:
        return str(raw, "utf-8")
    except UnicodeError:
        raise WireError("%s: a queue whose name is no UTF-8" % one_line(encoded, 80)) from None


def dumps(message: "dict[str, Any]") -> bytes:
    """The payload of a message: compact JSON. WireError when it holds a number that is not whole."""
    _check(message, 0)
    return json.dumps(message, **_OPTIONS).encode("utf-8", "replace")


def loads(payload: "bytes | bytearray | memoryview") -> "dict[str, Any]":
    """The JSON object of a payload, of a version that is known. Raises WireError, whatever the bytes are."""
    if len(payload) > MAX_BYTES:
        raise WireError("%d bytes, expected at most %d" % (len(payload), MAX_BYTES))
    try:
        message = json.loads(str(payload, "utf-8"))
    except (ValueError, RuntimeError, MemoryError) as error:  # nested deeper than the stack, or a small board's heap
        raise WireError("no JSON: " + one_line(str(error), 60)) from None
    if not isinstance(message, dict):
        raise WireError("expected a JSON object")
    version = message.get("v")
    if type(version) is not int or version < 1:
        raise WireError("v is missing, expected %d" % VERSION)
    if version > VERSION:
        raise WireError("v is %d, this board knows %d: update it" % (min(version, 10**9), VERSION))
    _check(message, 0)
    return message


def read(schema: check_records.Record, payload: "bytes | bytearray | memoryview") -> "dict[str, Any]":
    """A payload by one of the schemas: all its fields, absent ones as None. Raises WireError."""
    clean, problems = check_records.read(schema, loads(payload), wire=True)
    if problems:
        path, message = problems[0]
        more = " (and %d more)" % (len(problems) - 1) if len(problems) > 1 else ""
        raise WireError("%s: %s%s" % (".".join([str(part) for part in path]), message, more))
    found: "dict[str, Any]" = clean
    return found


def _check(value: "Any", depth: int) -> None:
    """Whole numbers only, and no deeper than any message is."""
    if isinstance(value, float):
        raise WireError("holds a number that is not whole")
    if not isinstance(value, (dict, list, tuple)):
        return
    if depth > MAX_DEPTH:  # before going deeper: the stack of a small board is short
        raise WireError("nested deeper than %d levels" % MAX_DEPTH)
    for item in value.values() if isinstance(value, dict) else value:
        _check(item, depth + 1)


def _utf8(code: int) -> bytes:
    """The bytes of one character, of a lone surrogate too (which str.encode refuses)."""
    if code < 0x80:
        return bytes((code,))
    if code < 0x800:
        return bytes((0xC0 | code >> 6, 0x80 | code & 63))
    return bytes((0xE0 | code >> 12, 0x80 | code >> 6 & 63, 0x80 | code & 63))
