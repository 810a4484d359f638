"""How a stay can end, and the record of one that did: the words between `stays` and `figures`."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """How a stay ended; each value is also the name of its counter in the queue snapshot."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    OVERFLOWED = "overflowed"  # timeout, or the queue became empty of agents
    EXITED = "exited"  # pressed a key
    REMOVED = "removed"  # withdrawn or redirected
    UNRESOLVED = "unresolved"  # found missing, and no event ever said how
    REJECTED = "rejected"  # queue full or empty: never a stay, and never among the offered


class End(NamedTuple):
    """A stay that ended, or a caller who was rejected.

    `at_ms` is when the outcome was known and decides about the window. `wait_ms` is for display; `hold_s` are
    the PBX's own whole seconds, which alone are compared with limits, so that every share equals queue_log.
    """

    queue: str
    outcome: Outcome
    wait_ms: int
    hold_s: int
    at_ms: int


class Talk(NamedTuple):
    """A conversation that ended; `talk_s` are the PBX's own whole seconds."""

    queue: str
    talk_s: int
    transferred: bool
    at_ms: int


# QUEUESTATUS of a caller who waited (app_queue.c, queue_results). CONTINUE follows an answered call.
ENDED_BY_STATUS = {
    "TIMEOUT": Outcome.OVERFLOWED,
    "LEAVEEMPTY": Outcome.OVERFLOWED,
    "LEAVEUNAVAIL": Outcome.OVERFLOWED,
    "WITHDRAW": Outcome.REMOVED,
}
# … and of one who was turned away at the door.
REJECTED_BY_STATUS = frozenset(("FULL", "JOINEMPTY", "JOINUNAVAIL"))
