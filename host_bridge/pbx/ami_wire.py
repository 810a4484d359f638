"""Asterisk Manager Interface on the wire: bytes to frames, actions to bytes. No socket, no clock.

A connection opens with one banner line, `Asterisk Call Manager/N`, that no blank line follows. Then come
frames: `Key: Value` lines ended by CR LF, closed by an empty line. There is no escaping, keys repeat, values
contain ": ", and empty frames occur (read in Asterisk's main/manager.c, seen on Asterisk 22).
"""

from __future__ import annotations

from collections.abc import Iterable

FRAME_CAP = 1 << 20
"""Bytes after which a frame that does not end is an error: the largest real ones are some 3 KiB."""

LINE_CAP = 1024
"""Bytes of an inbound line, its CR LF included, past which Asterisk cuts it without a word (main/manager.c)."""

ALLOWED_ACTIONS = frozenset({"Challenge", "Login", "Ping", "QueueStatus", "QueueSummary", "Logoff"})
"""All that may ever be sent. A manager user without any write class may still call QueueReset,
QueueReload and QueueWithdrawCaller, so reading only is a promise that this side has to keep."""

_BANNER = b"Asterisk Call Manager"
_BANNER_CAP = 256
_END = b"\r\n\r\n"


class AmiWireError(ValueError):
    """The bytes are no AMI, or an action must not be sent. The message is one line for a person."""


class _Needles(dict[str, bytes]):
    """Key → the bytes that precede its value, made once for each key the program asks for."""

    def __missing__(self, key: str) -> bytes:
        needle = self[key] = b"\r\n" + key.encode() + b": "
        return needle


_needles = _Needles()


class Frame:
    """One frame, read like a dict of text. Values are searched for when asked: few of some 25 ever are.

    `event` is the event's name, "" for a response. Bytes that are no UTF-8 become U+FFFD; a value is cut out
    of the whole frame before it is decoded, so a character is never torn by a TCP segment.
    """

    __slots__ = ("_raw", "event")

    def __init__(self, event: str, raw: bytes) -> None:
        self.event = event
        self._raw = raw

    def get(self, key: str, default: str = "") -> str:
        """Return the first value of `key`, or `default`. The first line is read through `event`/`response`."""
        raw = self._raw
        needle = _needles[key]
        start = raw.find(needle)
        if start < 0:
            return default
        start += len(needle)
        end = raw.find(b"\r\n", start)
        return (raw[start:] if end < 0 else raw[start:end]).decode("utf-8", "replace")

    @property
    def response(self) -> str:
        """`Success`, `Error`, `Goodbye` …; "" for an event."""
        first, _, _ = self._raw.partition(b"\r\n")
        key, _, value = first.partition(b": ")
        return value.decode("utf-8", "replace") if key == b"Response" else ""

    def all(self, key: str) -> list[str]:
        """Return every value of a key that repeats (ChanVariable, Output), in the order sent."""
        return [value for name, value in self.lines() if name == key]

    def lines(self) -> list[tuple[str, str]]:
        """Return every line as (key, value), in the order sent. A line without ": " has an empty value."""
        split = [line.partition(": ") for line in self._raw.decode("utf-8", "replace").split("\r\n")]
        return [(key, value) for key, _, value in split]

    def fields(self) -> dict[str, str]:
        """Return the whole frame as a dict, of a repeated key the first value."""
        fields = {}
        for line in reversed(self._raw.decode("utf-8", "replace").split("\r\n")):  # so that the first value stands
            key, _, value = line.partition(": ")
            fields[key] = value
        return fields


class AmiParser:
    """Bytes in, frames out: `feed` returns what is complete and keeps the rest.

    `interesting` names the events to return; others are passed over after a look at their first line and
    counted in `skipped`. None returns all. `banner` is the protocol's version once the first line is in.
    """

    def __init__(self, interesting: Iterable[str] | None = None, cap: int = FRAME_CAP) -> None:
        self.banner: str | None = None
        self.skipped = 0
        self._names = None if interesting is None else {name.encode(): name for name in interesting}
        self._cap = cap
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that `data` completes.

        Raises AmiWireError for a first line that is no AMI banner and for a frame longer than the cap; the
        connection is of no use after that.
        """
        if self.banner is None:
            self._rest += data
            if not self._take_banner():
                return []
            data, self._rest = bytes(self._rest), bytearray()
        rest = self._rest
        if rest:
            # Only the seam can complete what the rest alone did not: a slow frame costs no rescans.
            seam = bytes(rest[-3:]) + data
            rest += data
            if _END not in seam:
                self._check_cap(len(rest))
                return []
            data = bytes(rest)
        parts = data.split(_END)
        self._rest = bytearray(parts.pop())
        if len(data) > self._cap:
            self._check_cap(max(len(self._rest), *map(len, parts)) if parts else len(self._rest))
        return self._frames(parts)

    def _frames(self, parts: list[bytes]) -> list[Frame]:
        names = self._names
        frames = []
        for part in parts:
            if part[:2] == b"\r\n":  # an empty frame before this one
                part = part[2:]
            if part[:7] == b"Event: ":
                end = part.find(b"\r\n")
                event = part[7:] if end < 0 else part[7:end]
                name = event.decode("utf-8", "replace") if names is None else names.get(event)
                if name is None:
                    self.skipped += 1
                else:
                    frames.append(Frame(name, part))
            elif part:
                frames.append(Frame("", part))
        return frames

    def _take_banner(self) -> bool:
        head = bytes(self._rest[: len(_BANNER)])
        end = self._rest.find(b"\r\n")
        if not _BANNER.startswith(head) or (end < 0 and len(self._rest) > _BANNER_CAP):
            seen = bytes(self._rest[:40]).decode("ascii", "replace").splitlines()[0]
            raise AmiWireError(f"what answers is no Asterisk manager: it begins with {seen!r}")
        if end < 0:
            return False
        self.banner = bytes(self._rest[len(_BANNER) : end]).decode("ascii", "replace").lstrip("/")
        del self._rest[: end + 2]
        return True

    def _check_cap(self, size: int) -> None:
        if size > self._cap:
            raise AmiWireError(f"a frame of more than {self._cap} bytes that does not end")


def encode_action(name: str, **fields: str) -> bytes:
    """Return one action as bytes, its fields in the order given.

    Raises AmiWireError for an action that is not in ALLOWED_ACTIONS, and for a value that the protocol cannot
    carry: there is no escaping, so CR, LF or NUL would start a line of their own, and a long line is cut.
    """
    if name not in ALLOWED_ACTIONS:
        raise AmiWireError(f"action {name!r} is not one that a reader sends ({', '.join(sorted(ALLOWED_ACTIONS))})")
    lines = [f"Action: {name}".encode()]
    for key, value in fields.items():
        if _breaks_line(value):
            raise AmiWireError(f"{key} of action {name} holds a line break or NUL, which AMI cannot carry")
        line = f"{key}: {value}".encode()
        if len(line) + 2 > LINE_CAP:
            raise AmiWireError(f"{key} of action {name} is longer than the {LINE_CAP} bytes a line may have")
        lines.append(line)
    return b"\r\n".join(lines) + _END


def can_carry(key: str, value: str) -> bool:
    """Whether an action's field may have this value: a name out of a frame may be longer than a line."""
    return not _breaks_line(value) and len(f"{key}: {value}".encode()) + 2 <= LINE_CAP


def _breaks_line(value: str) -> bool:
    return any(char in value for char in "\r\n\0")
