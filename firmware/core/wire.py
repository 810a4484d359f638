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
from firmware.core.reports import BOARD, NOTICE_SET
from firmware.core.topics import decode_id, encode_id, parts_of, topic

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
