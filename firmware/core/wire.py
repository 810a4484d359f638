"""Topics and payloads, version 1: what goes over MQTT between the bridge, the boards and other people's programs.

Payloads are JSON objects, UTF-8, whole numbers only (ms, permille, counts); a figure that is not known is absent. A
reader ignores keys that it does not know and refuses a higher `v` aloud. Every message of the bridge has `started`,
the ms of its clock at its start, which names that clock.

All of it under one name, for programs that have the room; a small board imports the parts.
"""

from firmware.core import messages, messages_rare
from firmware.core.messages import BRIDGE, MAX_FLASH_MHZ, QUEUE, SEVERITIES
from firmware.core.pattern import SOUNDS
from firmware.core.payload import VERSION, WireError, dumps, loads, read
from firmware.core.printable import one_line
from firmware.core.reports import BOARD, NOTICE_SET
from firmware.core.topics import HEX, encode_id, parts_of, topic

__all__ = [
    "ACK",
    "BOARD",
    "BRIDGE",
    "COMMAND",
    "MAX_FLASH_MHZ",
    "NOTICE",
    "NOTICE_SET",
    "QUEUE",
    "RULES",
    "SEVERITIES",
    "SITE",
    "SOUNDS",
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

ACK = messages.ack()
COMMAND = messages_rare.command()
NOTICE = messages_rare.notice()
RULES = messages.rules()
SITE = messages.site()


def decode_id(encoded: str) -> str:
    """The queue's name on the PBX; WireError when it holds bytes that are no UTF-8."""
    raw = b""
    pieces = encoded.split("%")
    raw = pieces[0].encode()
    for piece in pieces[1:]:
        high, low = HEX.find(piece[:1].upper() or "-"), HEX.find(piece[1:2].upper() or "-")
        raw += bytes((high * 16 + low,)) + piece[2:].encode() if high >= 0 and low >= 0 else b"%" + piece.encode()
    try:
        return str(raw, "utf-8")
    except UnicodeError:
        raise WireError("%s: a queue whose name is no UTF-8" % one_line(encoded, 80)) from None
