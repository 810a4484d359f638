"""What goes into the journal and what comes out; and records moved from one clock to another."""

from __future__ import annotations

from typing import NamedTuple

from host_bridge.truth.live import Live
from host_bridge.truth.outcomes import End, Record


class Batch(NamedTuple):
    """What became known since the batch before, and all that is open, at one instant of the bridge's clock.

    All times are ms of the bridge's clock; plus `shift_ms` they are ms of the PBX's, which is what the journal keeps.
    A row number that was there before is a revised record. `seen`: nothing that ended before `at_ms` is missing (the
    PBX is being read, and no gap waits to be filled); False while that cannot be said.
    """

    at_ms: int
    shift_ms: int
    rows: tuple[tuple[int, Record], ...]
    live: Live
    seen: bool


class Restored(NamedTuple):
    """What an earlier run of the bridge left; times are ms of the PBX's clock.

    `seen_pbx_ms`: until when everything is in, None when nothing ever was. `clock_pbx_minus_wall_ms`: the PBX's clock
    minus this machine's, as last known. New records are numbered from `next_row` on.
    """

    rows: list[tuple[int, Record]]
    live: Live
    seen_pbx_ms: int | None
    clock_pbx_minus_wall_ms: int
    next_row: int


class DayRow(NamedTuple):
    """A queue's figures of one day, as the bridge told them at `at_ms` (the PBX's clock); `day` is YYYY-MM-DD."""

    day: str
    queue: str
    figures: dict[str, int]
    at_ms: int


def shifted(record: Record, by_ms: int) -> Record:
    """The record in another clock's ms. A `joined_ms` of 0 means that it is not known, and stays 0."""
    if isinstance(record, End) and record.joined_ms:
        return record._replace(at_ms=record.at_ms + by_ms, joined_ms=record.joined_ms + by_ms)
    return record._replace(at_ms=record.at_ms + by_ms)


def shifted_live(live: Live, by_ms: int) -> Live:
    """What is open, in another clock's ms."""
    return Live(
        tuple(stay._replace(joined_ms=stay.joined_ms + by_ms) for stay in live.stays),
        tuple(
            journey._replace(
                started_ms=journey.started_ms + by_ms,
                left_ms=None if journey.left_ms is None else journey.left_ms + by_ms,
            )
            for journey in live.journeys
        ),
        live.counters,
    )
