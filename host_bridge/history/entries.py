"""What the history keeps, one row each. Times are ms since 1970 by the bridge machine's wall clock.

`started` is the ms of the bridge's steady clock at its start, which names one run of the bridge; `number` counts within
the run. An entry that comes again with the same key replaces the one before: that is how what is open is closed.
"""

from __future__ import annotations

from typing import NamedTuple

CLEARED, GONE, UNKNOWN = "cleared", "gone", "unknown"


class Run(NamedTuple):
    """One run of the bridge. `seen_ms`: it lived then; `until_ms` None: it runs, or was killed after `seen_ms`."""

    started: int
    version: str
    from_ms: int
    seen_ms: int
    until_ms: int | None


class Outage(NamedTuple):
    """The PBX or the broker (`what`) was lost. `until_ms` None: still, as far as that run knew."""

    started: int
    number: int
    what: str
    why: str
    from_ms: int
    until_ms: int | None


class Firing(NamedTuple):
    """One alarm from its rise to its end. `queue` is the id on the wire, `severity` the highest reached (1, 2).

    `steps`: (at_ms, severity) of each change, the last of which is 0 when it has cleared. `until_ms` None: it fires, as
    far as that run knew. `end`: how it ended, "cleared", "gone" (the queue or the rule is no more) or "unknown" (the
    bridge stopped meanwhile); "" while it fires.
    """

    started: int
    number: int
    queue: str
    rule: str
    severity: int
    from_ms: int
    until_ms: int | None
    end: str
    steps: tuple[tuple[int, int], ...]


class Ack(NamedTuple):
    """Somebody acknowledged. `said`: `at` as on the wire, by the clock of the run that it was meant for; `at_ms`: that
    moment in ms since 1970. `by` is a board's id, or user@host."""

    queue: str
    rule: str
    said: int
    at_ms: int
    until_ms: int | None
    by: str


class BoardEvent(NamedTuple):
    """A board came, went or changed. `what`: "online", "offline", "twins" (two have this id), "forgotten"."""

    at_ms: int
    board: str
    what: str
    host: str
    address: str
    serial: str
    version: str
    note: str


class RulesApplied(NamedTuple):
    """These thresholds were taken into use; of those that are in use already, nothing is kept."""

    at_ms: int
    text: bytes
    note: str


Entry = Run | Outage | Firing | Ack | BoardEvent | RulesApplied
