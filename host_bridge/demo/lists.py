"""The lists that a PBX answers with: QueueStatus and QueueSummary of the centre as it is now.

What QueueSummary calls LoggedIn and Available is read in apps/app_queue.c: members whose device is not unavailable or
invalid, and of those the idle ones that are not paused.
"""

from __future__ import annotations

from collections.abc import Iterator

from host_bridge.demo.centre import Centre
from host_bridge.demo.frames import Pairs, frame, member_facts
from host_bridge.demo.happenings import IDLE, MemberState
from host_bridge.demo.people import Caller, Line


def queue_status(centre: Centre, now_ms: int, only: str, member: str, ident: Pairs) -> bytes:
    """Return the whole answer to QueueStatus; `only` and `member` narrow it unless "", as Asterisk's fields do."""
    events = [event for line in _lines(centre, only) for event in _status(centre, line, member, now_ms)]
    return _list("Queue status will follow", "QueueStatusComplete", events, ident)


def queue_summary(centre: Centre, now_ms: int, only: str, ident: Pairs) -> bytes:
    """Return the whole answer to QueueSummary."""
    events = [("QueueSummary", _summary(centre, line, now_ms)) for line in _lines(centre, only)]
    return _list("Queue summary will follow", "QueueSummaryComplete", events, ident)


def _list(message: str, last: str, events: list[tuple[str, Pairs]], ident: Pairs) -> bytes:
    answer = frame("Response", "Success", [*ident, ("EventList", "start"), ("Message", message)])
    for name, pairs in events:
        answer += frame("Event", name, pairs + ident)
    return answer + frame("Event", last, [*ident, ("EventList", "Complete"), ("ListItems", len(events))])


def _lines(centre: Centre, only: str) -> list[Line]:
    return [line for line in centre.lines.values() if only in ("", line.name)]


def _members(centre: Centre, queue: str) -> list[MemberState]:
    return [seat.member(queue) for seat in centre.seats if seat.logged_in and queue in seat.skills]


def _status(centre: Centre, line: Line, only: str, now_ms: int) -> Iterator[tuple[str, Pairs]]:
    yield "QueueParams", params(line)
    for member in _members(centre, line.name):
        if only in ("", member.interface):
            named: Pairs = [("Queue", line.name), ("Name", member.name), ("Location", member.interface)]
            yield "QueueMember", named + member_facts(member)
    for position, caller in enumerate(line.callers, 1):
        yield "QueueEntry", _entry(line, position, caller, now_ms)


def params(line: Line) -> Pairs:
    """Return what QueueParams says of a queue."""
    in_time, ended = line.completed_in_time, line.completed
    all_in_time, all_ended = in_time + line.abandoned_in_time, ended + line.abandoned
    return [
        ("Queue", line.name),
        ("Max", line.longest),
        ("Strategy", "leastrecent"),
        ("Calls", len(line.callers)),
        ("Holdtime", line.hold_s),
        ("TalkTime", line.talk_s),
        ("Completed", ended),
        ("Abandoned", line.abandoned),
        ("ServiceLevel", line.service_level_s),
        ("ServicelevelPerf", _percent(in_time, ended)),
        ("ServicelevelPerf2", _percent(all_in_time, all_ended)),
        ("Weight", 0),
    ]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "0.0"


def _entry(line: Line, position: int, caller: Caller, now_ms: int) -> Pairs:
    """A QueueEntry says `unknown` where the events say `<unknown>`."""
    leg = caller.leg
    return [
        ("Queue", line.name),
        ("Position", position),
        ("Channel", leg.name),
        ("Uniqueid", leg.uniqueid),
        ("CallerIDNum", leg.number or "unknown"),
        ("CallerIDName", "unknown"),
        ("ConnectedLineNum", leg.connected or "unknown"),
        ("ConnectedLineName", "unknown"),
        ("Wait", caller.hold_s(now_ms)),
        ("Priority", 0),
    ]


def _summary(centre: Centre, line: Line, now_ms: int) -> Pairs:
    members = _members(centre, line.name)
    free = sum(member.status == IDLE and not member.paused for member in members)
    return [
        ("Queue", line.name),
        ("LoggedIn", len(members)),
        ("Available", free),
        ("Callers", len(line.callers)),
        ("HoldTime", line.hold_s),
        ("TalkTime", line.talk_s),
        ("LongestHoldTime", max((caller.hold_s(now_ms) for caller in line.callers), default=0)),
    ]
