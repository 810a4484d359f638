"""Batches for the tests of the journal, numbered so that what comes back shows of which instant it is."""

from __future__ import annotations

import logging
from pathlib import Path

from host_bridge.journal import Batch, Journal, Restored, open_journal
from host_bridge.truth.live import Live, OpenJourney, OpenStay, PbxCounters
from host_bridge.truth.outcomes import End, Outcome

SITE = "haifa"
SHIFT_MS = 5_000
LOG = logging.getLogger("test.journal")


def an_end(number: int, **fields: object) -> End:
    """The end of caller `number`, at that second of the bridge's clock."""
    at_ms = number * 1000
    end = End("support", Outcome.ANSWERED, 900, 1, at_ms, f"1.{number}", f"1.{number}", at_ms - 900)
    return end._replace(**fields)  # type: ignore[arg-type]


def live(number: int) -> Live:
    """What is open when caller `number` has ended: some wait, each since long, and one talks."""
    waiting = range(number + 1, number + 2 + number % 4)
    stays = tuple(OpenStay("support", f"1.{each}", f"1.{each}", each * 10, False, True, None) for each in waiting)
    talking = OpenJourney(f"1.{number}", f"1.{number}", "support", number * 10, True, number * 1000)
    return Live(stays, (talking,), (PbxCounters("support", number, 0, 1),))


def a_batch(number: int, *, seen: bool = True) -> Batch:
    """Caller `number` has ended, in row `number`, and it is that second."""
    return Batch(number * 1000, SHIFT_MS, ((number, an_end(number)),), live(number), seen)


def opened(path: Path, log: logging.Logger = LOG) -> tuple[Journal, Restored]:
    """The journal at `path` and all that it holds."""
    journal = open_journal(path, SITE, log)
    return journal, journal.load(0)


def written(path: Path, *batches: Batch) -> None:
    """A run of the bridge that leaves these batches."""
    journal, _ = opened(path)
    for batch in batches:
        journal.put(batch)
    journal.close()
