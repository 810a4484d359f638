"""Text as YAML that every reader takes for the same text: always in double quotes."""

from __future__ import annotations

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    """`text` as a double-quoted scalar (YAML 1.1 and 1.2, section 5.7): no, 0600, 1:30 and Hebrew stay what they are.

    Letters stay letters, for people read and edit these files; only what cannot be seen is escaped. A surrogate, half
    of a character, cannot be written at all: ValueError.
    """
    return f'"{"".join(map(_character, text))}"'


def _character(each: str) -> str:
    if each in _ESCAPES:
        return _ESCAPES[each]
    if each.isprintable():
        return each
    code = ord(each)
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError(f"U+{code:04X} is half a character")
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
