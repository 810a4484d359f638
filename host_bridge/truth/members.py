"""Agents: who is in, free, busy and paused in one queue, as Asterisk's own QueueSummary counts them, and in several.

From manager_queues_summary() in app_queue.c: LoggedIn are the members whose device is neither unavailable nor
invalid; Available are those of them that are not paused and whose device is idle or of unknown state.

All counts follow each change: a centre of 10,000 agents is never counted through for one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from host_bridge.pbx.events import MemberChanged

UNKNOWN, IDLE, INVALID, UNAVAILABLE = 0, 1, 4, 5  # Asterisk's device states, main/devicestate.c


class Agents(NamedTuple):
    """Counts of agents. Those in are free, paused or, all others, busy: a paused one in a call is paused."""

    logged_in: int
    free: int
    busy: int
    paused: int


class Kind(IntEnum):
    """What an agent who is in does; also his place in a list of counts."""

    FREE = 0
    BUSY = 1
    PAUSED = 2


class Crowd:
    """The agents of several queues, each counted once by his interface, whichever queues he is in.

    He is free where any queue may ring him, paused when all that he is in have him paused, else busy.
    """

    __slots__ = ("_counts", "_places")

    def __init__(self) -> None:
        self._counts = [0, 0, 0]  # agents, by Kind
        self._places: dict[str, list[int]] = {}  # interface → in how many of the queues he is each Kind

    def moved(self, interface: str, before: Kind | None, after: Kind | None) -> None:
        """In one of the queues this agent was `before` and is `after`; None: not in."""
        places = self._places.setdefault(interface, [0, 0, 0])
        was = _over_all(places)
        if before is not None:
            places[before] -= 1
        if after is not None:
            places[after] += 1
        now = _over_all(places)
        if now is None:
            del self._places[interface]
        if was is not now:
            _move(self._counts, was, now)

    @property
    def agents(self) -> Agents:
        """The counts now."""
        return _agents(self._counts)


class Members:
    """The members of one queue by interface. A queue that is gone must be emptied: `replace(())`."""

    __slots__ = ("_counts", "_crowds", "_members")

    def __init__(self, crowds: tuple[Crowd, ...] = ()) -> None:
        """`crowds`: those that this queue's agents are counted in too."""
        self._crowds = crowds
        self._counts = [0, 0, 0]  # by Kind
        self._members: dict[str, tuple[int, bool]] = {}  # interface → device state, paused

    def change(self, event: MemberChanged) -> bool:
        """Take over one member; tells whether a count may have changed."""
        return self._set(event.interface, (event.status, event.paused))

    def remove(self, interface: str) -> bool:
        """Take one member out; tells whether it was in."""
        return self._set(interface, None)

    def replace(self, members: Iterable[MemberChanged]) -> bool:
        """Take over a snapshot's members, all of them; tells whether anything changed."""
        now = {event.interface: (event.status, event.paused) for event in members}
        if now == self._members:
            return False
        for interface in self._members.keys() - now.keys():
            self._set(interface, None)
        for interface, state in now.items():
            self._set(interface, state)
        return True

    def join(self, crowds: tuple[Crowd, ...]) -> None:
        """Count this queue's agents in these crowds from now on, which did not have them yet."""
        self._crowds = crowds
        for interface, state in self._members.items():
            kind = _kind(state)
            for crowd in crowds if kind is not None else ():
                crowd.moved(interface, None, kind)

    @property
    def agents(self) -> Agents:
        """The counts now."""
        return _agents(self._counts)

    def _set(self, interface: str, state: tuple[int, bool] | None) -> bool:
        old = self._members.get(interface)
        if old == state:
            return False
        if state is None:
            del self._members[interface]
        else:
            self._members[interface] = state
        before, after = _kind(old), _kind(state)
        if before is not after:
            _move(self._counts, before, after)
            for crowd in self._crowds:
                crowd.moved(interface, before, after)
        return True


def _kind(state: tuple[int, bool] | None) -> Kind | None:
    if state is None or state[0] in (UNAVAILABLE, INVALID):
        return None
    if state[1]:
        return Kind.PAUSED
    return Kind.FREE if state[0] in (IDLE, UNKNOWN) else Kind.BUSY


def _over_all(places: list[int]) -> Kind | None:
    free, busy, paused = places
    if free:
        return Kind.FREE
    if busy:
        return Kind.BUSY
    return Kind.PAUSED if paused else None


def _move(counts: list[int], before: Kind | None, after: Kind | None) -> None:
    if before is not None:
        counts[before] -= 1
    if after is not None:
        counts[after] += 1


def _agents(counts: list[int]) -> Agents:
    free, busy, paused = counts
    return Agents(free + busy + paused, free, busy, paused)
