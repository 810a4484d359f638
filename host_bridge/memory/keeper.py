"""Keeps the journal: batch after batch of the truth's records goes in, and an earlier run's come back at the start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from host_bridge.clock import Clock, PbxClock
from host_bridge.journal import Batch, Journal, JournalError, Restored, shifted, shifted_live
from host_bridge.memory.told import Told
from host_bridge.truth.outcomes import Record
from host_bridge.truth.truth import Truth

BATCH_S = 0.5
MARK_MS = 2_000  # how often the journal notes that all was heard, when nothing happened
MOST_ROWS = 10_000  # in a batch: the journal takes several of them before it must give records up


class Keeper:
    """The sink of `truth`, which is set before `load`; without a journal it does nothing.

    The journal has the PBX's times, so what an earlier run knew sleeps until the PBX has told its clock: laid down by a
    wall clock that is wrong (a machine without one of its own boots so), it would not be known again in queue_log, and
    the whole day would count twice. Call `wake` before the first event while `is_asleep`.
    """

    truth: Truth

    def __init__(
        self,
        journal: Journal | None,
        *,
        clock: Clock,
        pbx_clock: PbxClock,
        heard: Callable[[], int],
        is_whole: Callable[[], bool],
        log: logging.Logger,
    ) -> None:
        """`heard`: when anything came of the PBX last; `is_whole`: it is up, and all that it told is counted."""
        self._journal = journal
        self._clock = clock
        self._pbx_clock = pbx_clock
        self._heard_ms = heard
        self._is_whole = is_whole
        self._log = log
        self._told = Told(log)
        self._rows: list[tuple[int, Record]] = []  # since the last batch
        self._is_news = False  # whether anything happened since
        self._mark_due_ms = 0
        self._batch_ms = 0  # when the last batch was put
        self._known: Restored | None = None  # what an earlier run knew, until `wake`
        self._unusable = ""  # why there is no journal though there should be one

    # the truth's sink (truth.ledger.Sink)

    def added(self, row: int, record: Record) -> None:
        """A new record, for the next batch."""
        if self._journal is not None:
            self._rows.append((row, record))

    def revised(self, row: int, old: Record, new: Record) -> None:
        """A record that is known better now, for the next batch."""
        self.added(row, new)

    def changed(self) -> None:
        """Something happened: what is open may be another thing now."""
        self._is_news = True

    @property
    def is_asleep(self) -> bool:
        """Whether what an earlier run knew is still to be given to the truth."""
        return self._known is not None

    @property
    def problem(self) -> str:
        """Why nothing is kept, in one line for people; "" when all is well."""
        return self._journal.problem if self._journal is not None else self._unusable

    def load(self, keep_from_pbx_ms: int, *, even_if_new: bool) -> int:
        """Read what an earlier run knew of all that ended since, and begin to write.

        Gives until when everything is in it, in ms of the PBX's clock; 0: there is nothing. A journal that nobody wrote
        before is no gap, only a beginning; `even_if_new` makes it one, as there is something to fill it from.
        """
        if self._journal is None:
            return 0
        try:
            known = self._journal.load(keep_from_pbx_ms)
        except JournalError as error:  # a wall without memory is better than a dark one
            self._log.error("%s", error)
            self._journal.close()
            self._journal, self._unusable = None, str(error)
            return 0
        self._journal.start()
        self._pbx_clock.pbx_minus_wall_ms = known.clock_pbx_minus_wall_ms
        if even_if_new or known.rows or known.seen_pbx_ms is not None:
            self._known = known
        return known.seen_pbx_ms or 0

    def wake(self, now_ms: int) -> None:
        """Give the truth what an earlier run knew; the PBX has told its clock, and its first event is still to come."""
        known, self._known = self._known, None
        if known is not None:
            by_ms = -self._pbx_clock.shift_ms()
            rows = [(row, shifted(record, by_ms)) for row, record in known.rows]
            self.truth.restore(rows, shifted_live(known.live, by_ms), now_ms, known.next_row)
            if rows:
                self._log.info("journal: %d records of what was counted before are taken over", len(rows))

    def prune(self, before_pbx_ms: int) -> None:
        """Days that ended before are not asked for any more."""
        if self._journal is not None:
            self._journal.prune(before_pbx_ms)

    async def run(self) -> None:
        """Batch after batch, until cancelled or at once when there is no journal."""
        while self._journal is not None:
            await asyncio.sleep(BATCH_S)
            hangs = self._journal.problem and len(self._rows) > MOST_ROWS  # then the journal counts what it gives up
            if hangs or (self._journal.ready() and not self._is_silent()):
                self._put_batch(self._journal, self._clock.ms())
            self._told.count(
                "%d records never got into the journal: they will be missing after a restart", self._journal.dropped
            )

    async def close(self) -> None:
        """Write what is left. For the end of the bridge, after `run` was cancelled."""
        if self._journal is not None:
            self._put_batch(self._journal, self._clock.ms())
            while self._rows and not self.is_asleep:
                self._put_batch(self._journal, self._clock.ms())
            await asyncio.to_thread(self._journal.close)

    def _put_batch(self, journal: Journal, now_ms: int) -> None:
        """Records, what is open and the mark together, so that the file is always the state of one instant."""
        if self.is_asleep:
            return  # what is open in the file is not known here yet
        if journal.begun_anew():
            self._rows = self.truth.rows()
        if not (self._rows or self._is_news or now_ms >= self._mark_due_ms):
            return
        is_silent, self._batch_ms = self._is_silent(), now_ms
        rows, self._rows = tuple(self._rows[:MOST_ROWS]), self._rows[MOST_ROWS:]
        self._is_news = False
        self._mark_due_ms = now_ms + MARK_MS
        seen = self._is_whole() and not is_silent and not self._rows
        journal.put(Batch(now_ms, self._pbx_clock.shift_ms(), rows, self.truth.live(), seen))

    def _is_silent(self) -> bool:
        """A PBX that said nothing since the last batch may be held up with much to say: nobody knows what was seen."""
        return self._is_whole() and self._heard_ms() < self._batch_ms
