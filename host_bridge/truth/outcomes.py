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

    `at_ms` is when the wait ended (queue_log has its line in that second) and decides about day and window. `wait_ms`
    is for display; `hold_s` are the PBX's own whole seconds, which alone are compared with limits, so that every
    share equals queue_log. `call` and `journey` as in pbx.events; a stay is known again by queue, call and `joined_ms`.
    """

    queue: str
    outcome: Outcome
    wait_ms: int
    hold_s: int
    at_ms: int
    call: str = ""
    journey: str = ""
    joined_ms: int = 0


class Talk(NamedTuple):
    """A conversation that ended; `talk_s` and `hold_s` are the PBX's own whole seconds. `call` is "" if not known."""

    queue: str
    talk_s: int
    transferred: bool
    at_ms: int
    call: str = ""
    hold_s: int = 0


class JourneyEnd(NamedTuple):
    """A caller's clock that stopped, at the first answer or when he was gone; `queue` is where that was.

    `wait_ms` runs from the call's start over all queues.
    """

    queue: str
    journey: str
    wait_ms: int
    answered: bool
    at_ms: int


class Estimate(NamedTuple):
    """A gap that nobody saw and no queue_log tells: what Asterisk's own counters say ended in it, waits unknown."""

    queue: str
    answered: int
    abandoned: int  # Asterisk has timeouts and emptied queues among them
    at_ms: int


Record = End | Talk | JourneyEnd | Estimate
"""What is counted once and kept: in the windows, in the ledger and in the journal."""


# QUEUESTATUS of a caller who waited (app_queue.c, queue_results). CONTINUE follows an answered call.
ENDED_BY_STATUS = {
    "TIMEOUT": Outcome.OVERFLOWED,
    "LEAVEEMPTY": Outcome.OVERFLOWED,
    "LEAVEUNAVAIL": Outcome.OVERFLOWED,
    "WITHDRAW": Outcome.REMOVED,
}
# … and of one who was turned away at the door.
REJECTED_BY_STATUS = frozenset(("FULL", "JOINEMPTY", "JOINUNAVAIL"))
