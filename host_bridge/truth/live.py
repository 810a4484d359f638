"""What is open at one instant: all that a bridge started anew must know beside the records of what has ended."""

from __future__ import annotations

from typing import NamedTuple


class OpenStay(NamedTuple):
    """A stay without an outcome yet: its caller waits, or left and nobody has told why.

    `queue`, `call` and `journey` as in pbx.events; `call` is the id of the join. `gave_up` and `asked`: an Abandon or
    a HangupRequest was seen. `hold_s` is the wait as the PBX told it, None before.
    """

    queue: str
    call: str
    journey: str
    joined_ms: int
    gave_up: bool
    asked: bool
    hold_s: int | None


class OpenJourney(NamedTuple):
    """A caller whose clock runs, or ran out in an answer while his call goes on.

    `call` and `queue` are where he was last. `started_ms`: when the clock began. `left_ms`: when he left `queue`,
    None while he waits there.
    """

    journey: str
    call: str
    queue: str
    started_ms: int
    answered: bool
    left_ms: int | None


class PbxCounters(NamedTuple):
    """The PBX's own counters of a queue, as they are now by the last list and by the events since.

    They rise when a call ends, so `talking` are those answered and not completed yet.
    """

    queue: str
    completed: int
    abandoned: int
    talking: int


class Live(NamedTuple):
    """Everything open at one instant, all times of the same clock."""

    stays: tuple[OpenStay, ...] = ()
    journeys: tuple[OpenJourney, ...] = ()
    counters: tuple[PbxCounters, ...] = ()
