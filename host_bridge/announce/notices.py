"""Notices: a text that somebody sets on `notice/set` becomes the retained `notice`, which every board shows.

    mosquitto_pub -q 1 -t wallboard/main/notice/set -m '{"v": 1, "text": "ישיבת צוות ב-14:30", "for_ms": 3600000}'
    mosquitto_pub -q 1 -t wallboard/main/notice/set -m '{"v": 1, "text": ""}'     # takes it back

How long: `until`, in ms of the bridge's clock, or `for_ms`. That clock is the wall's as it was when the bridge started,
and never steps, so a program knows it only from bridge/state; people's programs have a wall clock of their own, in
another machine, and would be off by whatever the two differ. A length counted from when the bridge hears it needs no
clock. Boards are told `until` alone. Without either, a notice stays until it is taken back.

The bridge itself has something to say now and then: a board that is offline. That stands behind what somebody has set,
or alone, and goes when it is over; `said` in the message tells how many of its characters are somebody's.

A new run of the bridge has a new clock. Both began as the wall's, so a moment has the same number on both, and the
notice that an earlier run left retained is carried over with what remains of its time. It is taken from the boards
when that has passed, and when its clock began in the future of ours: the wall clock was set back since, and nobody
knows what remains. What this run decided goes before what a broker still holds.
"""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import Any

from firmware.core import check, wire
from firmware.core.messages_rare import MAX_NOTICE
from firmware.core.printable import one_line
from firmware.core.wire import WireError
from host_bridge.announce.bidi import printable
from host_bridge.announce.messages import Messages
from host_bridge.announce.publisher import Publisher

MAX_RAW = 8 * MAX_NOTICE  # characters, before control characters and points are dropped
_BETWEEN = " · "  # what somebody has set, and what the bridge itself says
MAX_SHOWN = 40  # characters of a notice in the log
# What differs between two mistakes of one kind: values, and what JSON's reader found where.
_VALUES = re.compile(r"(?<=no JSON: ).*|'.*'|[0-9]+")


class Notices:
    """The notice of the moment; what is to go out is offered to the publisher. Times are ms of the bridge's clock."""

    def __init__(self, messages: Messages, publisher: Publisher, log: logging.Logger) -> None:
        self.topic = messages.notice_topic
        self.set_topic = messages.notice_set_topic
        self.refused = 0
        """Messages on `notice/set` that could not be used, and changed nothing."""
        self._messages = messages
        self._publisher = publisher
        self._log = log
        self._told: set[str] = set()  # kinds of mistakes
        self._shown = False  # boards have one of us
        self._text = ""  # what somebody has set
        self._until_ms: int | None = None  # … and until when
        self._own = ""  # what the bridge itself says
        self._decided = False  # by somebody in this run: what an earlier one left counts no more

    def receive(self, topic: str, payload: bytes, retained: bool, now_ms: int) -> None:
        """Take a message of one of the two topics. Nothing that arrives raises."""
        if not payload:
            return  # one that was retained is cleared
        if topic == self.set_topic:
            self._set(payload, retained, now_ms)
        elif retained:
            self._found(payload, now_ms)

    def tick(self, now_ms: int) -> None:
        """Take the notice from the boards when its time has passed; they themselves show it no longer."""
        if self._until_ms is not None and now_ms >= self._until_ms:
            self._show("", None, now_ms)

    def add(self, text: str, now_ms: int) -> None:
        """What the bridge itself has to say from now on, "" for nothing."""
        if text != self._own:
            self._own = text
            self._show(self._text, self._until_ms, now_ms)

    def _set(self, payload: bytes, retained: bool, now_ms: int) -> None:
        try:
            if retained:
                raise WireError("is retained, and would be set at each connection: clear it, and set it without retain")
            text, until_ms = _wish(payload, now_ms)
        except WireError as error:
            self.refused += 1
            self._tell(str(error))
            return
        if text:
            self._show(text, until_ms, now_ms)
        elif self._text or not self._decided:
            self._show("", None, now_ms)
        self._decided = True

    def _found(self, payload: bytes, now_ms: int) -> None:
        """A broker that is new to us holds a notice: of an earlier run, or of this one and outdated."""
        if self._decided:
            if not self._shown:  # else ours goes out with every connection, and takes its place
                self._show("", None, now_ms)
            return
        self._decided = True
        try:
            left = wire.read(wire.NOTICE, payload)
            text, until_ms = _line(left["text"][: _said(payload)]), left["until"]
        except WireError as error:
            self._drop(f"nobody can read it: {error}", now_ms)
            return
        if not text:
            self._show("", None, now_ms)
        elif until_ms is not None and until_ms <= now_ms:
            self._drop(f"the time of '{one_line(text, MAX_SHOWN)}' has passed", now_ms)
        elif until_ms is not None and left["started"] > now_ms:
            since = "the clock was set back since, and nobody knows what remains of its time"
            self._drop(f"'{one_line(text, MAX_SHOWN)}': {since}", now_ms)
        else:
            self._show(text, until_ms, now_ms)

    def _show(self, text: str, until_ms: int | None, now_ms: int) -> None:
        """Let boards have this, and what the bridge itself says behind it; nothing when there is neither."""
        self._text, self._until_ms = text, until_ms
        self._shown = bool(text or self._own)
        if self._shown:
            self._publisher.offer(self.topic, partial(self._make, text, self._own, until_ms), now_ms)
        else:
            self._publisher.offer(self.topic, b"", now_ms)

    def _make(self, text: str, own: str, until_ms: int | None, now_ms: int) -> bytes:
        """Only when it goes out: what a newer notice replaces before costs nothing."""
        if not own:
            return self._messages.notice(text, until_ms)
        said = text[: MAX_NOTICE - len(own) - len(_BETWEEN)] if text else ""
        return self._messages.notice(f"{said}{_BETWEEN}{own}" if said else own, until_ms, len(said))

    def _drop(self, why: str, now_ms: int) -> None:
        self._log.warning("the notice of an earlier run is taken from the boards: %s", why)
        self._show("", None, now_ms)

    def _tell(self, line: str) -> None:
        kind = _VALUES.sub("", line)
        if kind not in self._told:
            self._told.add(kind)
            self._log.warning("notice/set: %s (told once; it changes nothing)", line)


def _said(payload: bytes) -> int:
    """How many characters of a notice of ours somebody has set; all when it does not say."""
    said = wire.loads(payload).get("said")
    return said if type(said) is int and said >= 0 else MAX_NOTICE


def _line(text: str) -> str:
    """The text as one line of what boards can draw, words parted by single spaces. WireError when it is too long."""
    if len(text) <= MAX_RAW:  # else not worth the time that it would take
        text = " ".join(printable(text).split())
    if len(text) > MAX_NOTICE:
        raise WireError(f"text: {len(text)} characters, expected at most {MAX_NOTICE}")
    return text


def _wish(payload: bytes, now_ms: int) -> tuple[str, int | None]:
    """The text, "" to take it back, and until when. Raises WireError."""
    message = wire.loads(payload)
    if isinstance(message.get("text"), str):
        message["text"] = _line(message["text"])
    clean: dict[str, Any]
    clean, problems = check.read(wire.NOTICE_SET, message, wire=True)
    if problems:
        path, problem = problems[0]
        raise WireError(f"{path[0]}: {problem}")
    until_ms, for_ms = clean["until"], clean["for_ms"]
    if not clean["text"]:
        return "", None
    if until_ms is not None and for_ms is not None:
        raise WireError("until and for_ms, expected one of them")
    if until_ms is not None and until_ms <= now_ms:
        raise WireError(f"until: {until_ms} has passed, the bridge's clock is at {now_ms} ms; for_ms needs no clock")
    return clean["text"], until_ms if for_ms is None else now_ms + for_ms
