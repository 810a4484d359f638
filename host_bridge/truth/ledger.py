"""Every record of the kept span, once: what may not be counted again, and what windows are counted anew from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from host_bridge.truth.merge import TALK_S
from host_bridge.truth.outcomes import End, Estimate, JourneyEnd, Outcome, Record, Talk

MAX_RECORDS = 430_000  # three a call, so some 140,000 calls: more than the largest site has in the 26 hours kept
RECENT = 32  # of one call: a caller who enters the same queue again and again; older ones are counted all the same


class Sink(Protocol):
    """Who is told of every record; `row` is its number for ever."""

    def added(self, row: int, record: Record) -> None:
        """A new record."""

    def revised(self, row: int, old: Record, new: Record) -> None:
        """`new` is known better than `old` and takes its place, in the same queue."""


class Ledger:
    """Records by row number. Their times are ms of one clock, which the caller chooses."""

    def __init__(self, sink: Sink) -> None:
        self.dropped = 0  # records forgotten before their time, as there were more than MAX_RECORDS
        self.since_ms: int | None = None  # nothing that ended before is kept
        self.unresolved: set[int] = set()  # rows of ends that no event told
        self._sink = sink
        self._records: dict[int, Record] = {}
        self._of_call: dict[str, tuple[int, ...]] = {}  # rows of ends and talks, the newest last
        self._next = 1

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: Record) -> int:
        """Keep a record and tell the sink; gives its row."""
        row = self._next
        self._put(row, record)
        self._sink.added(row, record)
        if len(self._records) > MAX_RECORDS:
            self._drop_oldest()
        return row

    def restore(self, rows: Iterable[tuple[int, Record]], next_row: int = 1) -> None:
        """Take back what an earlier run kept; the sink knows it already. New rows begin at `next_row` or later."""
        for row, record in rows:
            self._put(row, record)
        self._next = max(self._next, next_row)

    def revise(self, row: int, new: Record) -> None:
        """Let `new` take the place of a record of the same queue and call. Raises KeyError for a row not kept."""
        old = self._records[row]
        self._records[row] = new
        self._note_outcome(row, new)
        self._sink.revised(row, old, new)

    def ends(self, queue: str, call: str) -> list[tuple[int, End]]:
        """This call's recent ends in this queue, in the order in which they came."""
        found: list[tuple[int, End]] = []
        for row in self._of_call.get(call, ()):
            record = self._records.get(row)
            if isinstance(record, End) and record.queue == queue:
                found.append((row, record))
        return found

    def has_talk(self, talk: Talk, tolerance_ms: int) -> bool:
        """Whether this very conversation is in: of the same call, in the same queue, as long, at about that time.

        As long but for TALK_S: the PBX reads its clock once for the event and once for queue_log.
        """
        for row in self._of_call.get(talk.call, ()):
            record = self._records.get(row)
            if (
                isinstance(record, Talk)
                and record.queue == talk.queue
                and abs(record.talk_s - talk.talk_s) <= TALK_S
                and abs(record.at_ms - talk.at_ms) <= tolerance_ms
            ):
                return True
        return False

    def records(self, queues: Collection[str]) -> Iterator[Record]:
        """All records of these queues, by at_ms."""
        found = [record for record in self._records.values() if record.queue in queues]
        return iter(sorted(found, key=_at_ms))

    def rows(self) -> list[tuple[int, Record]]:
        """All that is kept, by row: for a journal that begins anew."""
        return list(self._records.items())

    def all_ends(self) -> Iterator[tuple[int, End]]:
        """All ends kept."""
        return ((row, record) for row, record in self._records.items() if isinstance(record, End))

    def all_talks(self) -> Iterator[tuple[int, Talk]]:
        """All conversations kept."""
        return ((row, record) for row, record in self._records.items() if isinstance(record, Talk))

    def all_journeys(self) -> Iterator[JourneyEnd]:
        """All ends of callers' clocks kept."""
        return (record for record in self._records.values() if isinstance(record, JourneyEnd))

    def estimates(self) -> list[tuple[int, Estimate]]:
        """All estimates kept."""
        return [(row, record) for row, record in self._records.items() if isinstance(record, Estimate)]

    def estimate(self, row: int) -> Estimate | None:
        """The estimate in this row, if it is still kept."""
        record = self._records.get(row)
        return record if isinstance(record, Estimate) else None

    def unresolved_ends(self) -> Iterator[tuple[int, End]]:
        """The ends that no event told."""
        for row in self.unresolved:
            record = self._records[row]
            if isinstance(record, End):
                yield row, record

    def prune(self, before_ms: int) -> None:
        """Forget what ended before; it will not be taken in again either."""
        self._keep({row: record for row, record in self._records.items() if record.at_ms >= before_ms}, before_ms)

    def _put(self, row: int, record: Record) -> None:
        self._records[row] = record
        self._next = max(self._next, row + 1)
        self._note_outcome(row, record)
        if isinstance(record, End | Talk) and record.call:
            self._of_call[record.call] = (*self._of_call.get(record.call, ()), row)[-RECENT:]

    def _note_outcome(self, row: int, record: Record) -> None:
        if isinstance(record, End) and record.outcome is Outcome.UNRESOLVED:
            self.unresolved.add(row)
        else:
            self.unresolved.discard(row)

    def _drop_oldest(self) -> None:
        """A tenth at a time, as each time all are looked at."""
        rows = sorted(self._records, key=lambda row: self._records[row].at_ms)
        keep = rows[len(rows) // 10 :]
        self.dropped += len(rows) - len(keep)
        self._keep({row: self._records[row] for row in sorted(keep)}, self._records[keep[0]].at_ms)

    def _keep(self, records: dict[int, Record], since_ms: int) -> None:
        self.since_ms = since_ms if self.since_ms is None else max(self.since_ms, since_ms)
        self._records = records
        self.unresolved &= records.keys()
        self._of_call = {}
        for row, record in records.items():
            if isinstance(record, End | Talk) and record.call:
                self._of_call[record.call] = (*self._of_call.get(record.call, ()), row)[-RECENT:]


def _at_ms(record: End | Talk | JourneyEnd | Estimate) -> int:
    return record.at_ms
