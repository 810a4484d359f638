"""The bridge as a whole: PBX events in, MQTT messages out, all in one event loop.

The path of one event: AmiLink calls on_event() in the callback that got the bytes; the truth takes it over; and as soon
as that callback is through, _flush() lets the announcer tell the boards what changed. Nothing on this path waits for
anything.
"""

from __future__ import annotations

import asyncio
import logging

from host_bridge.announcer import Announcer
from host_bridge.clock import Clock
from host_bridge.messages import Messages
from host_bridge.pbx.ami_link import AmiLink
from host_bridge.pbx.events import Event, LinkDown, Snapshot
from host_bridge.settings import BridgeSettings
from host_bridge.thresholds import Thresholds
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth
from host_bridge.truth.windows import ALL

HEARTBEAT_S = 2.0  # DESIGN 5
NEW_DAY_EVERY = 30  # heartbeats between two looks at when the day ends: the wall clock may have been corrected


class Bridge:
    """Wires the parts together; run() is its life."""

    def __init__(
        self, settings: BridgeSettings, thresholds: Thresholds, version: str, log: logging.Logger, clock: Clock
    ) -> None:
        self._clock = clock
        self._thresholds = thresholds
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._truth = Truth(
            self._service_level,
            settings.ami.queues,
            groups=thresholds.window_groups(),
            all_level=thresholds.group(ALL).service_level,
            wait_limit_ms=thresholds.wait_limit_ms,
        )
        self.pbx = AmiLink(settings.ami, self.on_event, clock.ms, log)
        messages = Messages(settings.site, clock.ms(), version, thresholds)
        self.boards = Announcer(
            settings.mqtt,
            site=settings.site,
            messages=messages,
            thresholds=thresholds,
            truth=self._truth,
            pbx=self._pbx_state,
            clock=clock,
            log=log,
        )
        self._stop = asyncio.Event()
        self._flush_asked = False
        self._timer: asyncio.TimerHandle | None = None
        self._down_because = ""
        self._day_ends_ms = 0
        self._strangers: list[str] = []  # queues of thresholds.yaml that the PBX does not have, as told
        self._rejections_told = False

    async def run(self) -> None:
        """Until stop(): then say goodbye to boards, broker and PBX, in this order."""
        tasks = [asyncio.create_task(each) for each in (self.pbx.run(), self.boards.mqtt.run(), self._heartbeats())]
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

    def stop(self) -> None:
        """End run(). For signal handlers."""
        self._stop.set()

    def on_event(self, event: Event, now_ms: int) -> None:
        """Take over one event, and publish what it changed once the callback that brought it is through."""
        if now_ms >= self._day_ends_ms:
            self._new_day(now_ms)
        self._truth.apply(event, now_ms)
        if type(event) is LinkDown:
            self._down_because = event.reason
        if type(event) is Snapshot and event.whole:
            self._name_strangers()
        if not self._flush_asked:
            self._flush_asked = True
            self._loop.call_soon(self._flush)

    async def _heartbeats(self) -> None:
        due_s = self._loop.time()
        count = 0
        while True:
            now_ms = self._clock.ms()
            if now_ms >= self._day_ends_ms or count % NEW_DAY_EVERY == 0:
                self._new_day(now_ms)
            self.boards.beat()
            self._flush()
            count += 1
            due_s = max(due_s + HEARTBEAT_S, self._loop.time())
            await asyncio.sleep(due_s - self._loop.time())

    def _new_day(self, now_ms: int) -> None:
        """Let `today` begin anew when it has; to the ms, lest a call of the first second count for yesterday."""
        utc_ms = self._clock.now().utc_ms
        calendar = self._thresholds.calendar
        self._truth.roll(now_ms + calendar.day_start_ms(utc_ms) - utc_ms, now_ms)
        self._day_ends_ms = now_ms + calendar.next_day_ms(utc_ms) - utc_ms

    def _flush(self) -> None:
        """Decide what is due, ask what must be asked, tell the boards, and set the timer for the rest."""
        self._flush_asked = False
        now_ms = self._clock.ms()
        settle_ms = self._truth.next_ms()
        if settle_ms is not None and settle_ms <= now_ms:
            self._truth.settle(now_ms)
        for queue in self._truth.take_asks():
            self.pbx.ask_status(queue)
        self.boards.flush(self._truth.take_dirty(), self._truth.gone(), now_ms)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        settle_ms = self._truth.next_ms()
        if settle_ms is not None:
            self._timer = self._loop.call_later(max(settle_ms - now_ms, 1) / 1000, self._flush)

    def _pbx_state(self) -> tuple[str, str]:
        """The PBX's state and what is wrong with it; the link itself knows a new reason only after the event."""
        pbx = self.pbx.pbx
        return pbx, self.pbx.problem or (self._down_because if pbx == "down" else "")

    def _name_strangers(self) -> None:
        """Tell once which queues of thresholds.yaml the PBX does not have: a misspelt name, mostly."""
        known = frozenset(self._truth.queues)
        strangers = [queue for queue in self._thresholds.named_queues if queue not in known]
        if strangers and strangers != self._strangers:
            self._log.warning("thresholds name queues that the PBX does not have: %s", ", ".join(strangers))
        self._strangers = strangers
        if self._truth.unplaced and not self._rejections_told:
            self._rejections_told = True
            self._log.warning("rejected callers cannot be counted: let class dialplan pass to the AMI user")

    def _service_level(self, queue: str) -> ServiceLevel:
        return self._thresholds.queue(queue).service_level
