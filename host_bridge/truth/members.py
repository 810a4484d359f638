"""The agents of one queue: who is in, free, busy and paused, as Asterisk's own QueueSummary counts them.

From manager_queues_summary() in app_queue.c: LoggedIn are the members whose device is neither unavailable nor
invalid; Available are those of them that are not paused and whose device is idle or of unknown state.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from host_bridge.pbx.events import MemberChanged

UNKNOWN, IDLE, INVALID, UNAVAILABLE = 0, 1, 4, 5  # Asterisk's device states, main/devicestate.c


class Agents(NamedTuple):
    """Counts of agents. Those in are free, paused or, all others, busy: a paused one in a call is paused."""

    logged_in: int
    free: int
    busy: int
    paused: int


class Members:
    """The members of one queue by interface; counted when asked, as a device state touches many queues."""

    __slots__ = ("_agents", "_members")

    def __init__(self) -> None:
        self._members: dict[str, tuple[int, bool]] = {}  # interface → device state, paused
        self._agents: Agents | None = None

    def change(self, event: MemberChanged) -> bool:
        """Take over one member; tells whether a count may have changed."""
        now = (event.status, event.paused)
        if self._members.get(event.interface) == now:
            return False
        self._members[event.interface] = now
        self._agents = None
        return True

    def remove(self, interface: str) -> bool:
        """Take one member out; tells whether it was in."""
        if self._members.pop(interface, None) is None:
            return False
        self._agents = None
        return True

    def replace(self, members: Iterable[MemberChanged]) -> bool:
        """Take over a snapshot's members, all of them; tells whether anything changed."""
        now = {event.interface: (event.status, event.paused) for event in members}
        if now == self._members:
            return False
        self._members = now
        self._agents = None
        return True

    @property
    def agents(self) -> Agents:
        """The counts now."""
        if self._agents is None:
            self._agents = _count(self._members.values())
        return self._agents


def _count(members: Iterable[tuple[int, bool]]) -> Agents:
    logged_in = free = paused_in = 0
    for status, paused in members:
        if status in (UNAVAILABLE, INVALID):
            continue
        logged_in += 1
        if paused:
            paused_in += 1
        elif status in (IDLE, UNKNOWN):
            free += 1
    return Agents(logged_in, free, logged_in - free - paused_in, paused_in)
