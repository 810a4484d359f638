"""queue_log, one line at a time: bytes in, `LogLine` out. No file, no clock.

    epoch|callid|queue|agent|EVENT|data…

Nothing is escaped, so `|` may stand in a caller's name or number; the fields wanted are those that cannot hold one, or
are counted from the end of the line. Which data an event has was read in app_queue.c of Asterisk 1.4 to 22:

===============================================  =============================================================
ENTERQUEUE                                       url|caller|position      (position since 1.8)
CONNECT                                          hold|agent's call|ring   (s)
COMPLETECALLER, COMPLETEAGENT                    hold|talk|position       (s)
BLINDTRANSFER, TRANSFER (until 11)               extension|context|hold|talk|position
ATTENDEDTRANSFER                                 BRIDGE, APP or LINK|one or two names|hold|talk|position
ABANDON, EXITWITHTIMEOUT, EXITEMPTY, WITHDRAW    position|position at the start|hold
EXITWITHKEY                                      key|position|position at the start|hold
QUEUESTART                                       the PBX started: calls still open are over
===============================================  =============================================================

Every other event (PAUSE, RINGNOANSWER, CONFIGRELOAD, FreePBX's DID …) tells of no caller's coming or going: such a
line is understood, and its data not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

LINE_BYTES = 65_536
"""A longer line is no line of queue_log, and is not kept in memory."""

_START = b"|NONE|NONE|NONE|QUEUESTART|"
_EPOCH_DIGITS = 10
_EVENT = re.compile(r"[A-Z][A-Z0-9_]*")


class LogLine(NamedTuple):
    """One line. Seconds are the PBX's own whole ones, `at_s` since 1970; `position` counts from 1.

    What an event does not tell is 0; `agent` is a member's name, or NONE. `hold_s` is None where an old Asterisk
    does not tell how long the caller waited.
    """

    at_s: int
    call: str
    queue: str
    agent: str
    event: str
    position: int = 0
    hold_s: int | None = None
    talk_s: int = 0
    ring_s: int = 0


class _Data(NamedTuple):
    position: int = 0
    hold_s: int | None = None
    talk_s: int = 0
    ring_s: int = 0


def parse_line(raw: bytes) -> LogLine | None:
    """Return the line, or None for what is no line of queue_log: too few fields, or text where a number belongs.

    NUL bytes, which a power cut leaves in a file, are passed over. What is no UTF-8 becomes U+FFFD, as it does in the
    AMI reader, so a queue has one name in both.
    """
    text = raw.replace(b"\0", b"").decode("utf-8", "replace").rstrip("\r\n")
    fields = text.split("|")
    if len(fields) < 5 or len(raw) > LINE_BYTES:
        return None
    at, call, queue, agent, event = fields[:5]
    reader = _READERS.get(event)
    if reader is None and not _EVENT.fullmatch(event):  # then it is part of a member's name that holds a bar
        place = next((place for place in range(5, len(fields)) if fields[place] in _READERS), None)
        if place is not None:
            agent, event = "|".join(fields[3:place]), fields[place]
            reader, fields = _READERS[event], fields[place - 4 :]
    try:
        at_s = _number(at)
        data = _NO_DATA if reader is None else reader(fields[5:])
    except (ValueError, IndexError):
        return None
    return LogLine(at_s, call, queue, agent, event, *data)


def split_lines(raw: bytes) -> list[bytes]:
    """The lines of a file's line: two when the PBX died in the middle of one and began the next behind it."""
    if _START in raw and raw.count(b"|") > _START.count(b"|") and raw.rstrip(b"\r\n").endswith(_START):
        cut = raw.rindex(_START) - _EPOCH_DIGITS
        return [raw[:cut], raw[cut:]] if cut > 0 else [raw]
    return [raw]


def _number(text: str) -> int:
    """A count or seconds; never negative. A clock that was set back makes a wait of less than nothing: none."""
    if len(text) <= 15 and text.isascii():
        if text.isdigit():
            return int(text)
        if text.lstrip("-").isdigit():
            return max(0, int(text))
    raise ValueError(text)


def _entered(data: list[str]) -> _Data:
    return _Data(position=_number(data[-1]) if len(data) >= 3 and data[-1] else 0)


def _connected(data: list[str]) -> _Data:
    return _Data(hold_s=_number(data[0]), ring_s=_number(data[2]) if len(data) > 2 and data[2] else 0)


def _completed(data: list[str]) -> _Data:
    return _Data(hold_s=_number(data[0]), talk_s=_number(data[1]))


def _transferred(data: list[str]) -> _Data:
    return _completed(data[2:])


def _attended(data: list[str]) -> _Data:
    hold_s, talk_s, _ = map(_number, data[-3:])
    return _Data(hold_s=hold_s, talk_s=talk_s)


def _gone(data: list[str]) -> _Data:
    return _Data(position=_number(data[0]), hold_s=_number(data[2]) if len(data) > 2 else None)


def _key(data: list[str]) -> _Data:
    return _gone(data[1:])


def _started(data: list[str]) -> _Data:
    return _NO_DATA


_NO_DATA = _Data()
_READERS: dict[str, Callable[[list[str]], _Data]] = {
    "ENTERQUEUE": _entered,
    "CONNECT": _connected,
    "COMPLETECALLER": _completed,
    "COMPLETEAGENT": _completed,
    "BLINDTRANSFER": _transferred,
    "TRANSFER": _transferred,
    "ATTENDEDTRANSFER": _attended,
    "ABANDON": _gone,
    "EXITWITHTIMEOUT": _gone,
    "EXITEMPTY": _gone,
    "WITHDRAW": _gone,
    "EXITWITHKEY": _key,
    "QUEUESTART": _started,
}
