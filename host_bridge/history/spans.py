"""Rows of the history made into what people ask: alarms with who acknowledged, and spans in which boards were offline.

Pure; times are ms since 1970. `now_ms` is when the rows were read: what is open in a run of the bridge that still lives
is open, and what a killed one left open ended, as far as anybody knows, when that run was last seen alive.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from host_bridge.history.entries import UNKNOWN, Ack, Firing, Outage, Run
from host_bridge.history.history import MARK_MS
from host_bridge.history.reader import Rows

RESUME_MS = 900_000  # an alarm of which a bridge that stopped lost sight, and that fires when it is back, is one


class Alarm(NamedTuple):
    """One alarm. `until_ms` None: it fires. `end` as in entries.Firing; `acks` in order of time.

    `offline`: boards that were offline meanwhile, for some of the time at least.
    """

    queue: str
    rule: str
    severity: int
    from_ms: int
    until_ms: int | None
    end: str
    steps: tuple[tuple[int, int], ...]
    acks: tuple[Ack, ...]
    offline: tuple[str, ...]


class Offline(NamedTuple):
    """A board was offline. `until_ms` None: it is. `forgotten`: it ended as somebody cleared the board's state."""

    board: str
    host: str
    address: str
    from_ms: int
    until_ms: int | None
    forgotten: bool


def is_running(run: Run, now_ms: int) -> bool:
    """Whether this run of the bridge lives, by its last mark."""
    return run.until_ms is None and now_ms - run.seen_ms < 3 * MARK_MS


def end_ms(run: Run, now_ms: int) -> int | None:
    """When it ended, at the latest known; None while it runs."""
    return None if is_running(run, now_ms) else run.until_ms or run.seen_ms


def alarms(rows: Rows, now_ms: int) -> list[Alarm]:
    """All alarms by the time of their rise."""
    acks: dict[tuple[str, str], list[Ack]] = {}
    for ack in rows.acks:
        acks.setdefault((ack.queue, ack.rule), []).append(ack)
    absent: dict[str, list[Offline]] = {}  # by board: one after the other
    for each in offline(rows, now_ms):
        absent.setdefault(each.board, []).append(each)
    return [
        _alarm(firing, acks.get((firing.queue, firing.rule), ()), absent, now_ms) for firing in _whole(rows, now_ms)
    ]


def during(absent: Sequence[Offline], fired: Sequence[Alarm], now_ms: int) -> list[int]:
    """Of each span, how many of these alarms fired in it, for some of the time at least."""
    rose = sorted(alarm.from_ms for alarm in fired)
    ended = sorted(now_ms if alarm.until_ms is None else alarm.until_ms for alarm in fired)
    return [
        max(
            (len(rose) if each.until_ms is None else bisect_left(rose, each.until_ms))
            - bisect_right(ended, each.from_ms),
            0,
        )
        for each in absent
    ]


def offline(rows: Rows, now_ms: int) -> list[Offline]:
    """All spans by the time at which they began."""
    found: list[Offline] = []
    open_: dict[str, Offline] = {}
    for event in rows.boards:
        before = open_.get(event.board)
        if event.what == "offline" and before is None:
            open_[event.board] = Offline(event.board, event.host, event.address, event.at_ms, None, False)
        elif event.what in ("online", "forgotten") and before is not None:
            del open_[event.board]
            forgotten = event.what == "forgotten"
            found.append(before._replace(until_ms=max(event.at_ms, before.from_ms), forgotten=forgotten))
    return sorted([*found, *open_.values()], key=_from_ms)


def outages(rows: Rows, now_ms: int) -> list[Outage]:
    """Outages of PBX and broker, closed where a run ended."""
    ends = {run.started: end_ms(run, now_ms) for run in rows.runs}
    return [
        each if each.until_ms is not None else each._replace(until_ms=ends.get(each.started, each.from_ms))
        for each in rows.outages
    ]


def _whole(rows: Rows, now_ms: int) -> list[Firing]:
    """Firings with their true ends, and in one piece where the bridge was away for a moment."""
    ends = {run.started: end_ms(run, now_ms) for run in rows.runs}
    whole: list[Firing] = []
    last: dict[tuple[str, str], int] = {}  # by queue and rule: place in `whole`
    for firing in rows.firings:
        if firing.until_ms is None and (ended_ms := ends.get(firing.started, firing.from_ms)) is not None:
            until_ms = max(ended_ms, firing.from_ms, *(at_ms for at_ms, _ in firing.steps))
            firing = firing._replace(until_ms=until_ms, end=UNKNOWN)
        place = last.get((firing.queue, firing.rule))
        before = whole[place] if place is not None else None
        if place is not None and before is not None and _goes_on(before, firing):
            whole[place] = before._replace(
                started=firing.started,
                severity=max(before.severity, firing.severity),
                until_ms=firing.until_ms,
                end=firing.end,
                steps=before.steps + firing.steps,
            )
        else:
            last[firing.queue, firing.rule] = len(whole)
            whole.append(firing)
    return whole


def _goes_on(before: Firing, firing: Firing) -> bool:
    return before.end == UNKNOWN and before.until_ms is not None and firing.from_ms - before.until_ms <= RESUME_MS


def _alarm(firing: Firing, acks: Sequence[Ack], absent: dict[str, list[Offline]], now_ms: int) -> Alarm:
    """`acks`: those of its queue and rule, by time."""
    until_ms = now_ms if firing.until_ms is None else firing.until_ms
    mine = acks[bisect_left(acks, firing.from_ms, key=_given_ms) : bisect_right(acks, until_ms, key=_given_ms)]
    away = []
    for board, spans in absent.items():
        place = bisect_left(spans, until_ms, key=_from_ms)
        last_ms = spans[place - 1].until_ms if place else 0
        if last_ms is None or last_ms > firing.from_ms:
            away.append(board)
    return Alarm(
        firing.queue,
        firing.rule,
        firing.severity,
        firing.from_ms,
        firing.until_ms,
        firing.end,
        firing.steps,
        tuple(mine),
        tuple(sorted(away)),
    )


def _given_ms(ack: Ack) -> int:
    return ack.at_ms


def _from_ms(each: Offline) -> int:
    return each.from_ms
