"""What the bridge missed: gaps are filled from queue_log, or estimated from the PBX's own counters.

A gap is the time in which nobody heard the PBX's events: an outage of its line, or of the bridge itself. Once the PBX
is up again, what ended in the gap is taken from queue_log, or else estimated from Asterisk's own counters. Until that
is done the figures are not whole, and the bridge says `syncing`.

queue_log is read in a thread; the event loop never waits for a disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from firmware.core.units import duration_text
from host_bridge.clock import Clock, PbxClock
from host_bridge.journal import Journal
from host_bridge.memory.keeper import Keeper
from host_bridge.memory.told import Told
from host_bridge.pbx.events import Event, LinkDown, LinkUp, Snapshot
from host_bridge.pbx.queue_log_file import LogFile
from host_bridge.truth.live import Live
from host_bridge.truth.log_fold import LogFold
from host_bridge.truth.truth import Truth

SEAM_S = 0.5  # events of what queue_log told at LinkUp are in by then: on a live PBX they took under a millisecond
FOLLOW_S = 1.0
LONGEST_CALL_S = 4 * 3_600  # of a stay that ends today, the log tells the join so long before
LATE_LINE_MS = 2_000  # lines have whole seconds
SETTLE_MS = 120_000  # a ghost is known as one only after the line that tells of it
CLOCK_STEP_MS = 1_000  # a PBX's clock that moved farther was set: the lines of before are of another one
EVER_MS = 1 << 62


class Recall:
    """Fills gaps, and has the journal kept by its `keeper`, which is the truth's sink. First of all comes `attach`."""

    def __init__(
        self,
        journal: Journal | None,
        queue_log: Path | None,
        *,
        is_source: bool,
        clock: Clock,
        pbx_clock: PbxClock,
        heard: Callable[[], int],
        changed: Callable[[], None],
        log: logging.Logger,
    ) -> None:
        """`is_source`: queue_log is the PBX's own line too, so what is wrong with it is told there.

        `heard`: when anything came of the PBX last. `changed` is called when something else than an event changed
        figures.
        """
        self.keeper = Keeper(
            journal, clock=clock, pbx_clock=pbx_clock, heard=heard, is_whole=lambda: self._is_whole, log=log
        )
        self._truth: Truth
        self._queue_log = LogFile(queue_log) if queue_log else None
        self._queue_log_path = queue_log
        self._is_source = is_source
        self._fold = LogFold()
        self._clock = clock
        self._pbx_clock = pbx_clock
        self._changed = changed
        self._log = log
        self._up_ms: int | None = None  # since when the PBX is heard; None while it is not
        self._kick = asyncio.Event()
        self._fold_from_ms = 0  # by the PBX's clock: nothing that ended before is asked for any more
        self._newest_line_ms = 0  # of queue_log, by the PBX's clock
        self._seen_until_ms = 0  # by the PBX's clock: when the gap began, or the last one did
        self._lost_shift_ms: int | None = None  # to the PBX's clock when its line was lost
        self._forget = False  # what the fold has: it is of another clock
        self._told = Told(log)

    def attach(self, truth: Truth) -> None:
        """The truth whose gaps are filled, and whose sink the keeper is."""
        self._truth = self.keeper.truth = truth

    @property
    def pending(self) -> bool:
        """Whether a gap is still to be filled, so that no figure may be taken for the truth."""
        return self.keeper.is_asleep or self._truth.has_gap

    @property
    def _is_whole(self) -> bool:
        return self._up_ms is not None and not self._truth.has_gap

    @property
    def problem(self) -> str:
        """What a person should do, for bridge/state; "" when all is well."""
        queue_log = self._queue_log.problem if self._queue_log is not None and not self._is_source else ""
        return "; ".join(filter(None, (self.keeper.problem, queue_log)))

    def start(self, keep_from_pbx_ms: int) -> None:
        """Read what an earlier run knew of all that ended since `keep_from_pbx_ms`."""
        self._fold_from_ms = keep_from_pbx_ms
        self._seen_until_ms = self.keeper.load(keep_from_pbx_ms, even_if_new=self._queue_log is not None)
        if self._queue_log is not None:
            self._queue_log.since_s = keep_from_pbx_ms // 1000 - LONGEST_CALL_S
            if not self.keeper.is_asleep:
                self._truth.restore((), Live(), self._clock.ms())  # all of today is a gap

    async def run(self) -> None:
        """Until cancelled."""
        without_end = asyncio.get_running_loop().create_future()  # neither of the two may be there to wait for
        await asyncio.gather(self.keeper.run(), self._follow(), without_end)

    def on_event(self, event: Event, now_ms: int) -> None:
        """Watch the PBX's line. Call it after the truth took the event over."""
        self.keeper.changed()
        if type(event) is LinkDown and self._up_ms is not None:  # else amid of a login: the gap is open since before
            self._up_ms = None
            self._lost_shift_ms = self._pbx_clock.shift_ms()
            self._seen_until_ms = event.at_ms + self._lost_shift_ms
        elif type(event) is LinkUp:
            self._up_ms = now_ms
            self._linked(self._pbx_clock.shift_ms(), now_ms)
        elif type(event) is Snapshot:
            self._told.count("%d facts passed over: the PBX told more than memory is kept for", self._truth.dropped)

    def _linked(self, shift_ms: int, now_ms: int) -> None:
        """The PBX is heard again; `shift_ms` to its clock."""
        self._truth.shift(shift_ms)
        if self._queue_log is not None:
            set_by_ms = 0 if self._lost_shift_ms is None else shift_ms - self._lost_shift_ms
            if abs(set_by_ms) > CLOCK_STEP_MS and not self._is_source:  # which has no counters to estimate by
                self._log.warning(
                    "the PBX's clock was set by %+.1f s: its queue_log is of two clocks", set_by_ms / 1000
                )
                self._forget = True
            elif self._truth.has_gap:
                self._kick.set()
                return
        if self._truth.has_gap:
            self._estimate(now_ms)

    def prune(self, before_ms: int, keep_from_ms: int) -> None:
        """A day is over: no window reaches back before `before_ms`, nor does the journal before `keep_from_ms`."""
        self._truth.prune(before_ms)
        shift_ms = self._pbx_clock.shift_ms()
        self._fold_from_ms = before_ms + shift_ms
        self.keeper.prune(keep_from_ms + shift_ms)

    async def _follow(self) -> None:
        """Keep up with queue_log, so that little is left to read when a gap must be filled."""
        while self._queue_log is not None:
            self._kick.clear()
            up_ms, read_until_ms = self._up_ms, self._newest_line_ms
            is_news = await asyncio.to_thread(self._read, self._queue_log)
            read_ms = self._clock.ms()
            if not self._is_source:
                problem, hole = self._queue_log.problem, self._queue_log.hole
                line = f"{problem}: gaps are estimated until it can; see pbx.queue_log of bridge.yaml"
                self._told.problem("queue_log", problem, line, over=f"{self._queue_log_path} can be read again")
                self._told.problem("hole", hole, f"calls are missing: {hole}")
            if up_ms is not None and self._truth.has_gap:
                await asyncio.sleep(SEAM_S)
                if self._up_ms == up_ms:  # else it was lost again, and there is more to fill
                    self._fill(self._queue_log, read_ms)
            elif is_news and self._truth.unsettled:
                self._settle(read_until_ms)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._kick.wait(), FOLLOW_S)

    def _read(self, queue_log: LogFile) -> bool:
        """In a thread: all that is new in the file; nobody else touches the fold meanwhile. False: nothing is."""
        is_news = False
        while lines := queue_log.read():
            self._fold.apply(lines)
            self._newest_line_ms = max(self._newest_line_ms, lines[-1].at_s * 1000)
            is_news = True
        if self._forget:
            self._forget = False
            self._fold.prune(EVER_MS)
        self._fold.prune(self._fold_from_ms)
        return is_news

    def _fill(self, queue_log: LogFile, read_ms: int) -> None:
        now_ms = self._clock.ms()
        problem = queue_log.problem
        if not problem and self._truth.missed and self._newest_line_ms < self._seen_until_ms - LATE_LINE_MS:
            problem = f"{self._queue_log_path} is not being written: calls ended since its last line"
            self._log.warning("%s; see logger.conf of the PBX, and pbx.queue_log of bridge.yaml", problem)
        if problem:
            self._estimate(now_ms)
            return
        by_ms = -self._pbx_clock.shift_ms()
        filled = self._truth.fill(*self._fold.shifted(by_ms), now_ms, self._fold.waiting(by_ms), read_ms=read_ms)
        if filled.added or filled.revised:
            self._log.info("%s filled from queue_log: %s", self._gap(now_ms), filled)
        self._recalled()

    def _settle(self, since_ms: int) -> None:
        """Ghosts: how a caller ended whom no event told of, by the lines since `since_ms` of the PBX's clock."""
        now_ms = self._clock.ms()
        ends, _ = self._fold.shifted(-self._pbx_clock.shift_ms(), since_ms - SETTLE_MS)
        if self._truth.settle_from(ends, now_ms):
            self._recalled()

    def _gap(self, now_ms: int) -> str:
        """How long nobody heard the PBX, in words."""
        if not self._seen_until_ms:
            return "what ended before the start"
        gap_ms = now_ms + self._pbx_clock.shift_ms() - self._seen_until_ms
        return f"gap of {duration_text(max(gap_ms, 0) // 1000 * 1000)}"

    def _estimate(self, now_ms: int) -> None:
        estimates = self._truth.estimate(now_ms)
        answered, abandoned = sum(e.answered for e in estimates), sum(e.abandoned for e in estimates)
        if answered or abandoned:
            self._log.warning(
                "gap filled by estimate from the PBX's own counters: %d answered, %d abandoned; the figures say approx",
                answered,
                abandoned,
            )
        self._recalled()

    def _recalled(self) -> None:
        self.keeper.changed()
        self._changed()
