"""What goes over the socket between the board and the process that drives its panel: one message, one kind.

Board → panel: FRAME (number, RGB bytes), ALIVE (the last frame is still true).
Panel → board: READY (the driver runs: send the newest frame; and why the panel is dark all the same, for people),
SHOWN (number, frames that the flash guard has delayed so far), SORRY (why the panel cannot be had, for people).
"""

from __future__ import annotations

import struct

FRAME, ALIVE, READY, SHOWN, SORRY = b"F", b"A", b"R", b"S", b"N"

_NUMBER = struct.Struct(">cI")
_SHOWN = struct.Struct(">cII")
HEAD = _NUMBER.size  # bytes of a FRAME before its pixels

ALIVE_MS = 2000  # the board says so at least so often …
SILENT_MS = 6000  # … and after so much silence nobody may take the frame on the panel for a live one


def frame(number: int, pixels: bytes) -> bytes:
    """A FRAME; `pixels`: three bytes an LED, row by row."""
    return _NUMBER.pack(FRAME, number & 0xFFFFFFFF) + pixels


def number_of(message: bytes) -> int:
    """Of a FRAME or SHOWN."""
    number: int = _NUMBER.unpack_from(message)[1]
    return number


def shown(number: int, held: int) -> bytes:
    """A SHOWN."""
    return _SHOWN.pack(SHOWN, number, held & 0xFFFFFFFF)


def held_of(message: bytes) -> int:
    """Of a SHOWN: how many frames the guard has delayed."""
    held: int = _SHOWN.unpack(message)[2]
    return held
