"""The history as people read it: a day's events in order of time, one line each, and what they come to.

The first letters of a line are Latin, so that a name in Hebrew further on does not turn the line around.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterator
from typing import NamedTuple

from firmware.core.printable import one_line
from firmware.core.wire import WireError, decode_id
from host_bridge.boards.words import listed, span
from host_bridge.history import Applied, BoardEvent, Outage, Rows, Run, spans
from host_bridge.history.entries import GONE, UNKNOWN
from host_bridge.history.spans import Alarm, Offline

MOST_NAMED = 4
SEVERITIES = ("", "warn", "critical")
_NAMES = {"pbx": "PBX", "broker": "broker"}


class Told(NamedTuple):
    """What is asked for. `zone` None: this machine's. `kinds`: of history.KINDS. `queue`: alarms of this one alone."""

    site: str
    span: tuple[int, int]
    name: str
    zone: dt.tzinfo | None
    now_ms: int
    kinds: frozenset[str]
    queue: str | None


class _Line(NamedTuple):
    at_ms: int
    what: str
    how_long: str
    rest: str


def lines(rows: Rows, told: Told) -> list[str]:
    """All of the output."""
    found = sorted(_lines(rows, told), key=_at_ms)
    out = [f"history of site {told.site}, {told.name}"]
    what = max((len(each.what) for each in found), default=0)
    how_long = max((len(each.how_long) for each in found), default=0)
    day = ""
    for each in found:
        date = local(each.at_ms, told.zone)
        if date.strftime("%Y-%m-%d") != day:
            day = date.strftime("%Y-%m-%d")
            out += ["", date.strftime("%A %Y-%m-%d")]
        cells = (f"  {date:%H:%M:%S}", each.what.ljust(what), each.how_long.rjust(how_long), each.rest)
        out.append("  ".join(cells).rstrip())
    return [*out, "", *_sums(rows, told)] if found else [*out, "nothing happened, as far as the bridge has seen"]


def moment(at_ms: int, zone: dt.tzinfo | None) -> str:
    """A time as the site reads it."""
    return local(at_ms, zone).strftime("%Y-%m-%d %H:%M")


def _lines(rows: Rows, told: Told) -> Iterator[_Line]:
    if "alarms" in told.kinds:
        for alarm in alarms_of(rows, told):
            yield _alarm(alarm, told)
    if "boards" in told.kinds:
        absent = spans.offline(rows, told.now_ms)
        during = spans.during(absent, spans.alarms(rows, told.now_ms), told.now_ms)
        for each, alarms in zip(absent, during, strict=True):
            yield _offline(each, alarms, told)
        for event in twins_of(rows, told):
            yield _Line(event.at_ms, "board", "", one_line(event.note, 300))
    if "rules" in told.kinds:
        for applied in rows.applied:
            yield _applied(applied)
    if "bridge" in told.kinds:
        for run in rows.runs:
            yield from _run(run, told)
        for outage in spans.outages(rows, told.now_ms):
            yield _outage(outage, told)


def _alarm(alarm: Alarm, told: Told) -> _Line:
    parts = [f"{one_line(queue_name(alarm.queue), 60)}: {one_line(alarm.rule, 60)}"]
    if alarm.until_ms is None:
        parts.append("fires now")
    elif alarm.end == UNKNOWN:
        parts.append("then the bridge stopped")
    elif alarm.end == GONE:
        parts.append("then its rule or queue was no more")
    if alarm.acks:
        first = alarm.acks[0]
        by = f" by {one_line(first.by, 60)}" if first.by else ""
        parts.append(f"acknowledged{by} after {span(first.at_ms - alarm.from_ms)}")
    if alarm.offline:
        parts.append(f"offline meanwhile: {listed(alarm.offline, MOST_NAMED)}")
    return _Line(
        alarm.from_ms, SEVERITIES[alarm.severity], _long(alarm.from_ms, alarm.until_ms, told), "; ".join(parts)
    )


def _offline(each: Offline, alarms: int, told: Told) -> _Line:
    """`alarms`: how many fired meanwhile."""
    machine = ", ".join(filter(None, (each.host, each.address)))
    rest = f"{each.board} ({machine})" if machine else each.board
    rest += " is offline" if each.until_ms is None else " was offline"
    if each.forgotten:
        rest += ", until somebody cleared its state"
    if alarms:
        rest += f", during {_many(alarms, 'alarm')}"
    return _Line(each.from_ms, "board", _long(each.from_ms, each.until_ms, told), rest)


def _applied(applied: Applied) -> _Line:
    note = f": {one_line(applied.note, 200)}" if applied.note else ""
    return _Line(applied.at_utc_ms, "rules", "", f"version {applied.number} in use{note}")


def _run(run: Run, told: Told) -> Iterator[_Line]:
    from_ms, until_ms = told.span
    if run.from_ms >= from_ms:
        yield _Line(run.from_ms, "bridge", "", f"started, version {one_line(run.version, 60)}")
    ended_ms = spans.end_ms(run, told.now_ms)
    if ended_ms is not None and from_ms <= ended_ms < until_ms:
        was = (
            "was seen alive for the last time: killed, or its machine went down" if is_killed(run, told) else "stopped"
        )
        yield _Line(ended_ms, "bridge", "", was)


def _outage(outage: Outage, told: Told) -> _Line:
    name = _NAMES.get(outage.what, outage.what)
    lost = "is lost" if outage.until_ms is None else "was lost"
    why = f": {one_line(outage.why, 200)}" if outage.why else ""
    return _Line(outage.from_ms, name, _long(outage.from_ms, outage.until_ms, told), lost + why)


def _sums(rows: Rows, told: Told) -> Iterator[str]:
    """What it comes to, in a line a kind."""
    if "alarms" in told.kinds:
        alarms = alarms_of(rows, told)
        critical = sum(each.severity > 1 for each in alarms)
        acked = [each.acks[0].at_ms - each.from_ms for each in alarms if each.acks]
        line = f"{_many(len(alarms), 'alarm')}, {critical} of them critical; {len(acked)} acknowledged"
        how_fast = "after" if len(acked) == 1 else "half of these within"
        yield f"{line}, {how_fast} {span(int(statistics.median(acked)))}" if acked else line
    if "boards" in told.kinds:
        absent = spans.offline(rows, told.now_ms)
        boards = {each.board for each in absent}
        now = sorted({each.board for each in absent if each.until_ms is None})
        line = f"{_many(len(boards), 'board')} offline at some time" if boards else "no board was offline"
        yield f"{line}; offline now: {listed(now, MOST_NAMED)}" if now else line


def alarms_of(rows: Rows, told: Told) -> list[Alarm]:
    """Those that are asked for."""
    every = spans.alarms(rows, told.now_ms)
    return [each for each in every if told.queue in (None, each.queue, queue_name(each.queue))]


def twins_of(rows: Rows, told: Told) -> list[BoardEvent]:
    """When two boards of one name were found."""
    return [each for each in rows.boards if each.what == "twins" and each.at_ms >= told.span[0]]


def queue_name(encoded: str) -> str:
    """The queue's name on the PBX; a group keeps its @."""
    try:
        return decode_id(encoded)
    except WireError:
        return encoded


def is_killed(run: Run, told: Told) -> bool:
    """Whether it ended without a word."""
    return run.until_ms is None and not spans.is_running(run, told.now_ms)


def _long(from_ms: int, until_ms: int | None, told: Told) -> str:
    return span((told.now_ms if until_ms is None else until_ms) - from_ms)


def local(at_ms: int, zone: dt.tzinfo | None) -> dt.datetime:
    """A time in the site's zone."""
    try:
        return dt.datetime.fromtimestamp(at_ms / 1000, zone)
    except (ValueError, OverflowError, OSError):  # a damaged row
        return dt.datetime.fromtimestamp(0, zone or dt.UTC)


def _many(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _at_ms(line: _Line) -> int:
    return line.at_ms
