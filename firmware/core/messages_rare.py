"""The schemas of messages that a board may never hear: loaded when the first one comes."""

from firmware.core.check_kinds import Bool, Int, OneOf, Text
from firmware.core.check_records import Field, Record
from firmware.core.messages import MS, STARTED, V
from firmware.core.payload import USUAL_BYTES, WireError, read

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

MAX_NOTICE = 500  # characters
COMMANDS = ("identify", "test", "mute", "unmute", "brightness", "page", "restart")


def notice() -> Record:
    """`notice`: a text for everybody, until it is taken back or `until` has come."""
    return Record(
        (
            V,
            STARTED,
            Field("text", Text(MAX_NOTICE), required=True),
            Field("text_visual", Text(MAX_NOTICE), doc="the text in display order"),
            Field("rtl", Bool(), default=False),
            Field("until", MS),
        )
    )


def command() -> Record:
    """`board/<id>/command`: what one board is to do."""
    return Record(
        (
            V,
            Field("do", OneOf(COMMANDS), required=True),
            Field(
                "value", Int(0, 1000), doc="of brightness: percent, absent: as scheduled; of page: its number, from 0"
            ),
            Field("for_ms", Int(1000, 86_400_000), doc="how long; of identify, mute and page"),
        )
    )


def read_command(payload: bytes, retained: bool) -> "dict[str, Any]":
    """A command for this board. Raises WireError."""
    if retained:
        raise WireError("a command that is retained would be carried out at each connection: clear it", "retained")
    return read(command(), payload, USUAL_BYTES)
