"""Topics: `wallboard/<site>/…`, and the names of queues in them."""

from firmware.core.payload import WireError
from firmware.core.printable import one_line, unprintable

_ENCODED = "+#/%@\0"
HEX = "0123456789ABCDEF"


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
                encoded += "%" + HEX[byte >> 4] + HEX[byte & 15]
        else:
            encoded += char
    return encoded


def _utf8(code: int) -> bytes:
    """The bytes of one character, of a lone surrogate too (which str.encode refuses)."""
    if code < 0x80:
        return bytes((code,))
    if code < 0x800:
        return bytes((0xC0 | code >> 6, 0x80 | code & 63))
    return bytes((0xE0 | code >> 12, 0x80 | code >> 6 & 63, 0x80 | code & 63))
