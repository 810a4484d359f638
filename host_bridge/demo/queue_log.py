"""What happens in the centre as queue_log, as Asterisk 22 writes them: `epoch|call|queue|agent|EVENT|data…`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from host_bridge.demo.happenings import (
    Completed,
    Connected,
    GaveUp,
    Happening,
    Joined,
    MembersChanged,
    NotAnswered,
    PressedKey,
    RingCancelled,
)

_NOBODY = "NONE"


def started(at_ms: int) -> str:
    """Return the line of a PBX that starts: calls still open in the lines before it are over."""
    return _line(at_ms, _NOBODY, _NOBODY, _NOBODY, "QUEUESTART", "")


def lines(happening: Happening) -> Iterator[str]:
    """Yield the lines of one happening; most have one or none."""
    at_ms = happening.at_ms
    match happening:
        case Joined(leg, queue, position):
            yield _line(at_ms, leg.uniqueid, queue, _NOBODY, "ENTERQUEUE", "", leg.number, position)
        case Connected(leg, phone, member, hold_s, ring_s):
            yield _line(at_ms, leg.uniqueid, member.queue, member.name, "CONNECT", hold_s, phone.uniqueid, ring_s)
        case Completed(leg, _, member, hold_s, talk_s, reason, first_position, moved_to):
            name, data = _completed(reason, moved_to)
            yield _line(at_ms, leg.uniqueid, member.queue, member.name, name, *data, hold_s, talk_s, first_position)
        case GaveUp(leg, queue, position, first_position, hold_s, timed_out):
            name = "EXITWITHTIMEOUT" if timed_out else "ABANDON"
            yield _line(at_ms, leg.uniqueid, queue, _NOBODY, name, position, first_position, hold_s)
        case PressedKey(leg, queue, key, position, first_position, hold_s):
            yield _line(at_ms, leg.uniqueid, queue, _NOBODY, "EXITWITHKEY", key, position, first_position, hold_s)
        case NotAnswered(leg, _, member, ring_ms):
            yield _line(at_ms, leg.uniqueid, member.queue, member.name, "RINGNOANSWER", ring_ms)
        case RingCancelled(leg, member, ring_ms):
            yield _line(at_ms, leg.uniqueid, member.queue, member.name, "RINGCANCELED", ring_ms)
        case MembersChanged():
            yield from _members(happening)


def _completed(reason: str, moved_to: tuple[str, str] | None) -> tuple[str, tuple[str, ...]]:
    if moved_to is not None:
        return "BLINDTRANSFER", moved_to
    return ("COMPLETECALLER" if reason == "caller" else "COMPLETEAGENT"), ()


def _members(change: MembersChanged) -> Iterator[str]:
    """An agent who comes or goes is told by each queue; a pause in all queues has one line more, before them."""
    if change.what in ("Added", "Removed"):
        name = "ADDMEMBER" if change.what == "Added" else "REMOVEMEMBER"
        for member in change.members:
            yield _line(change.at_ms, "MANAGER", member.queue, member.name, name, "")
    elif change.what == "Pause":
        name = "PAUSE" if change.members[0].paused else "UNPAUSE"
        first = change.members[0]
        yield _line(change.at_ms, _NOBODY, _NOBODY, first.name, f"{name}ALL", first.reason)
        for member in change.members:
            yield _line(change.at_ms, _NOBODY, member.queue, member.name, name, member.reason)


def _line(at_ms: int, call: str, queue: str, agent: str, event: str, *data: object) -> str:
    return "|".join([str(at_ms // 1000), call, queue, agent, event, *map(str, data)])


class QueueLog:
    """A queue_log file, appended to; each batch of lines is on disk when `write` returns, for whoever follows it.

    Raises OSError when the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    def write(self, text_lines: Iterable[str]) -> None:
        """Append lines."""
        self._file.writelines(f"{line}\n" for line in text_lines)
        self._file.flush()

    def close(self) -> None:
        """Be done with the file."""
        self._file.close()
