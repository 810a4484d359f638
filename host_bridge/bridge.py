"""The bridge as a whole: PBX events in, MQTT messages out, all in one event loop.

The path of one event: AmiLink calls on_event() in the callback that got the bytes; the truth takes it over; and as soon
as that callback is through, _flush() lets the announcer tell the boards what changed. Nothing on this path waits for
anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from host_bridge.announce.announcer import Announcer
from host_bridge.announce.messages import Messages
from host_bridge.clock import Clock, PbxClock
from host_bridge.days import Days
from host_bridge.history import History
from host_bridge.journal import Journal, JournalError, read_days
from host_bridge.memory.recall import Recall
from host_bridge.memory.recorder import Recorder
from host_bridge.memory.witness import Witness
from host_bridge.pbx.ami_link import AmiLink
from host_bridge.pbx.events import Event, LinkDown, Snapshot
from host_bridge.pbx.queue_log_link import QueueLogLink, QueueLogSettings
from host_bridge.reload.rule_book import RuleBook
from host_bridge.settings import BridgeSettings
from host_bridge.status import Status
from host_bridge.thresholds import Thresholds
from host_bridge.thresholds.strangers import Strangers
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth
from host_bridge.truth.windows import ALL

HEARTBEAT_S = 2.0  # DESIGN 5
LOOK_EVERY = 30  # heartbeats between two looks at when the day ends: a clock may have been corrected
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
# No window reaches back farther, by whatever thresholds: today may have 25 hours, a rolling one has 24 at most; the
# hour is for what ended at its very edge.
KEPT_MS = 26 * HOUR_MS


class Bridge:
    """Wires the parts together; run() is its life."""

    def __init__(
        self,
        settings: BridgeSettings,
        thresholds: Thresholds,
        version: str,
        log: logging.Logger,
        clock: Clock,
        *,
        journal: Journal | None = None,
        history: History | None = None,
        book: RuleBook | None = None,
        beat: Callable[[], object] = bool,
        problem: str = "",
    ) -> None:
        """`book`: brings other thresholds while the bridge runs; None: nobody does.

        `beat` is called with each heartbeat, every 2 s: who hears it knows that the loop runs.
        `problem`: something that a person should do, for as long as the bridge runs.
        """
        self._clock = clock
        self._keep_days = settings.keep_days
        self._journal_file = settings.journal if journal is not None else None
        self._thresholds = thresholds
        self._log = log
        self._book = book
        self._beat = beat
        self._problem = problem
        self._status = Status(settings.site)
        self._loop = asyncio.get_running_loop()
        self._pbx_clock = PbxClock(clock, lambda: self.pbx.shift_ms)
        self.pbx = self._link(settings)
        self._recall = Recall(
            journal,
            settings.queue_log,
            is_source=settings.ami is None,
            clock=clock,
            pbx_clock=self._pbx_clock,
            heard=lambda: self.pbx.heard_ms,
            changed=self._ask_flush,
            log=log,
        )
        self._truth = Truth(
            self._service_level,
            settings.queues,
            groups=thresholds.window_groups(),
            all_level=thresholds.group(ALL).service_level,
            wait_limit_ms=thresholds.wait_limit_ms,
            sink=self._recall.keeper,
            whole_seconds=settings.ami is None,
        )
        self._recall.attach(self._truth)
        self._days = Days(thresholds, self._truth, journal, log)
        self._strangers = Strangers(self._truth, log)
        started = clock.ms()
        recorder = Recorder(history, started=started, version=version, clock=clock, log=log) if history else None
        self._witness = Witness(settings.site, recorder, clock, log)
        self.boards = Announcer(
            settings.mqtt,
            site=settings.site,
            messages=Messages(settings.site, started, version, thresholds),
            thresholds=thresholds,
            truth=self._truth,
            pbx=self._pbx_state,
            witness=self._witness,
            in_force=lambda: None if book is None else book.in_force,
            clock=clock,
            log=log,
        )
        self._stop = asyncio.Event()
        self._flush_asked = False
        self._timer: asyncio.TimerHandle | None = None
        self._down_because = ""
        self._prune_ms = 0

    async def run(self) -> None:
        """Until stop(): then say goodbye to boards, broker and PBX, in this order."""
        now_ms = self._clock.ms()
        self._roll(now_ms)
        self._recall.start(now_ms - KEPT_MS + self._pbx_clock.shift_ms())
        if self._journal_file is not None:
            with contextlib.suppress(JournalError):  # whatever is wrong with it was told when it was opened
                for line in read_days(self._journal_file, self._days.day):
                    self._days.told(line.day, line.queue)
        parts = [self.pbx.run(), self.boards.mqtt.run(), self._heartbeats(), self._recall.run()]
        if self._book is not None:
            parts.append(self._book.run(self.change, self._ask_flush))
        tasks = [asyncio.create_task(each) for each in parts]
        stopped = asyncio.create_task(self._stop.wait())
        try:
            done, _ = await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # a task that ended by itself is a bug: let it be seen
        finally:
            await self.boards.close()
            for task in (stopped, *tasks):
                task.cancel()
            await asyncio.gather(stopped, *tasks, return_exceptions=True)
            await self._witness.close()
            await self._recall.keeper.close()

    def stop(self) -> None:
        """End run(). For signal handlers."""
        self._stop.set()

    def status(self) -> str:
        """What it does at this moment, in one line for people."""
        pbx, problem = self._pbx_state()
        return self._status.line(
            self._thresholds.calendar.local(self._clock.now().utc_ms),
            pbx=pbx,
            is_broker_up=self.boards.mqtt.up,
            queues=len(self._truth.queues),
            boards=self._witness.boards(),
            problem=problem,
        )

    def change(self, thresholds: Thresholds) -> None:
        """Other thresholds hold from now on: every board shows what it would had the bridge begun with them."""
        now_ms = self._clock.ms()
        if now_ms >= self._days.ends_ms:
            self._roll(now_ms)
        self._flush()
        today = self._days.change(thresholds, now_ms, self._pbx_clock.shift_ms())
        self._thresholds = thresholds
        all_level = thresholds.group(ALL).service_level
        self._truth.change(thresholds.window_groups(), all_level, thresholds.wait_limit_ms, today=today)
        self._truth.take_dirty()  # all of it, and all of it is told
        self.boards.change(thresholds)
        if self._truth.queues:
            self._strangers.tell(self._thresholds)
        self._ask_flush()  # rolling windows may empty sooner now

    def on_event(self, event: Event, now_ms: int) -> None:
        """Take over one event, and publish what it changed once the callback that brought it is through."""
        if self._recall.keeper.is_asleep:
            self._roll(now_ms)  # by the PBX's clock, which is known from here on
            self._recall.keeper.wake(now_ms)
        elif now_ms >= self._days.ends_ms:
            self._roll(now_ms)
        self._truth.apply(event, now_ms)
        self._recall.on_event(event, now_ms)
        if type(event) is LinkDown:
            self._down_because = event.reason
        if type(event) is Snapshot and event.whole:
            self._strangers.tell(self._thresholds)
        self._ask_flush()

    async def _heartbeats(self) -> None:
        due_s = self._loop.time()
        count = 0
        while True:
            now_ms = self._clock.ms()
            if now_ms >= self._days.ends_ms or count % LOOK_EVERY == 0:
                self._roll(now_ms)
            if self._pbx_state()[0] == "up":
                self._days.close(now_ms, self._pbx_clock.shift_ms())
            if self._book is not None:
                self._book.beat()
            self.boards.beat()
            self._flush()
            self._beat()
            count += 1
            due_s = max(due_s + HEARTBEAT_S, self._loop.time())
            await asyncio.sleep(due_s - self._loop.time())

    def _roll(self, now_ms: int) -> None:
        """Let `today` begin anew when it has; to the ms, lest a call of the first second count for yesterday."""
        self._days.roll(now_ms, self._pbx_clock.shift_ms())
        if now_ms >= self._prune_ms:
            self._prune_ms = now_ms + HOUR_MS
            self._recall.prune(now_ms - KEPT_MS, now_ms - self._keep_days * DAY_MS)
            if self._witness.recorder is not None:
                self._witness.recorder.prune(self._keep_days * DAY_MS)

    def _ask_flush(self) -> None:
        if not self._flush_asked:
            self._flush_asked = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """Decide what is due, ask what must be asked, tell the boards, and set the timer for the rest."""
        self._flush_asked = False
        now_ms = self._clock.ms()
        if self._is_due(now_ms):
            is_up = self.pbx.pbx == "up"  # else nothing more can come of what was
            self._truth.settle(now_ms, self.pbx.heard_ms if is_up else now_ms)
        for queue in self._truth.take_asks():
            self.pbx.ask_status(queue)
        self.boards.flush(self._truth.take_dirty(), self._truth.gone(), now_ms)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        settle_ms = self._truth.next_ms()
        if settle_ms is not None and settle_ms > now_ms:  # what is due still waits for the PBX to be heard
            self._timer = self._loop.call_later((settle_ms - now_ms) / 1000, self._flush)

    def _on_heard(self) -> None:
        if self._is_due(self._clock.ms()):
            self._ask_flush()

    def _is_due(self, now_ms: int) -> bool:
        settle_ms = self._truth.next_ms()
        return settle_ms is not None and settle_ms <= now_ms

    def _pbx_state(self) -> tuple[str, str]:
        """The PBX's state and what is wrong with it; the link itself knows a new reason only after the event."""
        pbx = self.pbx.pbx
        if pbx == "up" and self._recall.pending:
            pbx = "syncing"
        why = self.pbx.problem or (self._down_because if pbx == "down" else "")
        rules = "" if self._book is None else self._book.problem
        return pbx, "; ".join(filter(None, (why, rules, self._recall.problem, self._witness.problem, self._problem)))

    def _link(self, settings: BridgeSettings) -> AmiLink | QueueLogLink:
        if settings.ami is not None:
            return AmiLink(settings.ami, self.on_event, self._clock.ms, self._log, heard=self._on_heard)
        assert settings.queue_log is not None  # the settings see to it
        return QueueLogLink(
            QueueLogSettings(settings.queue_log, settings.queues, settings.silent_after_ms),
            self.on_event,
            self._clock.ms,
            self._log,
            shift_ms=self._pbx_clock.shift_ms,
            is_open=lambda: self._thresholds.is_group_open(ALL, self._truth.queues, self._clock.now().utc_ms),
        )

    def _service_level(self, queue: str) -> ServiceLevel:
        return self._thresholds.queue(queue).service_level
