"""Any instant of a queue_log: what a board showed then, or would have, fed by a bridge that reads that log.

What fires then has its history: the board has been on since all was closed last, when no alarm can have been, or since
some hours before the day began. Nobody has acknowledged anything, as no log tells of it; nor does it tell of agents.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from firmware.core import wire
from host_bridge.backtest.moment import Moment as Replayed
from host_bridge.backtest.moment import OutsideError, leading_to
from host_bridge.ctl.pictures import notes
from host_bridge.ctl.pictures.board import Player, wall
from host_bridge.ctl.pictures.bridge import Fault, Speaker, Told, with_beats
from host_bridge.ctl.pictures.moment import LEAD_MS, Moment, Wish
from host_bridge.ctl.pictures.state import State
from host_bridge.ctl.pictures.when import WhenError, wall_text
from host_bridge.pbx.queue_log_set import LogSet
from host_bridge.thresholds import Thresholds
from host_bridge.thresholds.rule_kinds import Rule

_NEAR_MS = 30_000  # before the instant: from here on the heart beats as often as a bridge's


def log_moment(
    paths: Sequence[Path],
    thresholds: Thresholds,
    utc_ms: int,
    film_ms: int,
    wish: Wish,
    *,
    progress: Callable[[float], None] | None = None,
) -> Moment:
    """The board at `utc_ms`, and what it needs for `film_ms` more. Raises SourceError, WhenError.

    `progress` is told how much of the way to that moment is done, from 0 to 1, now and then.
    """
    log = LogSet(paths)
    replay = _Replay(leading_to(log, thresholds, utc_ms, utc_ms + film_ms), thresholds)
    fault = None if wish.fault is None else Fault(wish.fault[0], utc_ms - wish.fault[1])
    try:
        from_ms = replay.begin(utc_ms)
        near_ms = (utc_ms if fault is None else fault.since_ms) - _NEAR_MS
        told = with_beats(replay.told(near_ms), replay.speaker, from_ms, fault, near_ms=utc_ms - _NEAR_MS)
        player = Player(wish.wall or wall(wish.size, None), told, fault, from_ms)
        player.play(utc_ms, progress)
    except OutsideError as error:
        first, last = (wall_text(at_ms, thresholds.calendar)[4:] for at_ms in (error.first_ms, error.last_ms))
        asked = wall_text(utc_ms, thresholds.calendar)[4:]
        raise WhenError(f"--at: {log.names}: no line is of {asked}: the lines are from {first} to {last}") from None
    notes = replay.notes(utc_ms)
    if log.dropped:
        lines = "1 line" if log.dropped == 1 else f"{log.dropped} lines"
        notes.append(f"{log.names}: {lines} passed over, as no lines of queue_log")
    return Moment(player, thresholds, utc_ms, [*notes, *player.lines()])


class _Replay:
    """The bridge's messages out of replayed moments."""

    def __init__(self, moments: Iterator[Replayed], thresholds: Thresholds) -> None:
        self._moments = moments
        self._thresholds = thresholds
        self._state = State({}, {})  # as last told
        self._untold: dict[
            str, tuple[int, tuple[str, ...]]
        ] = {}  # by name: since when its figures are so; all queues then
        self._judged: dict[str, bool] = {}  # by name: it has rules
        self._next: Replayed | None = None

    def begin(self, utc_ms: int) -> int:
        """On to the moment at which the board is switched on. Raises OutsideError, SourceError."""
        first = next(self._moments)
        self.speaker = Speaker(self._thresholds, first.queues, first.at_ms - LEAD_MS, 0)
        from_ms = _last_closed_ms(self._thresholds, first.at_ms, utc_ms)
        self._take(first)
        for moment in self._moments:
            if moment.at_ms > from_ms:
                self._next = moment
                break
            self._take(moment)
        return from_ms

    def told(self, near_ms: int) -> Iterator[Told]:
        """All but the heartbeats; first what the broker has kept for a board that is switched on.

        Figures that no rule looks at make no history, so before `near_ms` a board does without: of the whole centre's,
        which change with every call of any queue, it gets the newest then.
        """
        yield from self.speaker.settings(self.speaker.started)
        yield from self._tell(list(self._untold))
        moments = self._moments if self._next is None else itertools.chain((self._next,), self._moments)
        for moment in moments:
            if moment.queues != self.speaker.queues:
                yield from self.speaker.meet(moment.queues, moment.at_ms)
            if moment.at_ms >= near_ms:
                yield from self._tell(list(self._untold))
            self._take(moment)
            yield from self._tell([name for name in moment.changed if moment.at_ms >= near_ms or self._has_rules(name)])
        yield from self._tell(list(self._untold))

    def notes(self, utc_ms: int) -> list[str]:
        """What the log cannot tell, and what is closed."""
        by_agents: dict[str, list[str]] = {}
        sections = [(name, self._thresholds.queue(name)) for name in self._state.queues]
        sections += [(f"@{name}", self._thresholds.group(name)) for name in self._state.groups]
        for name, section in sections:
            for rule in filter(_looks_at_agents, section.rules):
                by_agents.setdefault(wire.decode_id(rule["id"]), []).append(name)
        rules = "".join(f"; so {rule} of {notes.listed(names)} cannot fire" for rule, names in by_agents.items())
        return [
            f"a queue_log does not tell of agents, nor of acknowledgements{rules}",
            *self._strangers(),
            *notes.closed(self._state, None, self._thresholds, utc_ms),
        ]

    def _strangers(self) -> list[str]:
        absent = [name for name in self._thresholds.named_queues if name not in self._state.queues]
        return [f"not in the log by then, and so not shown: {notes.listed(absent)}"] if absent else []

    def _take(self, moment: Replayed) -> None:
        """The figures of a moment, which nobody is told of yet."""
        self.speaker.queues = moment.queues
        for name, figures in moment.changed.items():
            of, key = (self._state.groups, name[1:]) if name.startswith("@") else (self._state.queues, name)
            of[key] = figures
            self._untold[name] = moment.at_ms, moment.queues

    def _tell(self, names: Iterable[str]) -> Iterator[Told]:
        """Their snapshots, as of the moment at which the figures came to be so."""
        for name in names:
            at_ms, queues = self._untold.pop(name)
            if name.startswith("@"):
                yield self.speaker.group(name[1:], self._state.groups[name[1:]], at_ms, queues)
            else:
                yield self.speaker.queue(name, self._state.queues[name], at_ms)

    def _has_rules(self, name: str) -> bool:
        if name not in self._judged:
            of = self._thresholds.group(name[1:]) if name.startswith("@") else self._thresholds.queue(name)
            self._judged[name] = bool(of.rules)
        return self._judged[name]


def _last_closed_ms(thresholds: Thresholds, began_ms: int, utc_ms: int) -> int:
    """The last moment from `began_ms` to `utc_ms` at which nothing was open, or else `began_ms`."""
    sections = (*thresholds.queues.values(), *thresholds.groups.values(), thresholds.others)
    hours = {section.hours for section in sections if not getattr(section, "any_open", False)}
    closed_ms, at_ms = began_ms, began_ms
    while at_ms <= utc_ms:
        change_ms = thresholds.next_change_ms(at_ms)
        until_ms = utc_ms + 1 if change_ms is None else min(change_ms, utc_ms + 1)
        if None not in hours and not any(each and thresholds.calendar.within(each, at_ms) for each in hours):
            closed_ms = max(at_ms, until_ms - 1)
        at_ms = until_ms
    return closed_ms


def _looks_at_agents(rule: Rule) -> bool:
    return any(each["metric"] == "agents_free" for level in rule["levels"] for each in level["all"])
