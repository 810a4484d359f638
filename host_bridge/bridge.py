"""The bridge as a whole: PBX events in, MQTT messages out, all in one event loop.

The path of one event: AmiLink calls on_event() in the callback that got the bytes; the truth takes it over; and as soon
as that callback is through, _flush() hands the changed snapshots to the publisher and what is due to the broker link.
Nothing on this path waits for anything.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from firmware.core import wire
from host_bridge.clock import Clock, Now
from host_bridge.messages import Messages
from host_bridge.mqtt_link import MqttLink
from host_bridge.pbx.ami_link import AmiLink
from host_bridge.pbx.events import Event, LinkDown, Snapshot
from host_bridge.publisher import GAP_MS, Publisher
from host_bridge.settings import BridgeSettings
from host_bridge.thresholds import Thresholds
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth

HEARTBEAT_S = 2.0  # DESIGN 5
LEFTOVERS_S = 5.0  # how long after a connection retained messages of an earlier run may still arrive
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
        self._messages = Messages(settings.site, self._clock.ms(), version, thresholds)
        self._truth = Truth(self._service_level, settings.ami.queues)
        self._publisher = Publisher()
        self.ami = AmiLink(settings.ami, self.on_event, self._clock.ms, log)
        self.mqtt = MqttLink(settings.mqtt, (self._messages.state_topic, self._messages.offline()), self, log)
        self._filters = [wire.topic(settings.site, kind, "+") for kind in ("queue", "rules")]
        self._stop = asyncio.Event()
        self._flush_asked = False
        self._timer: asyncio.TimerHandle | None = None
        self._listed: tuple[str, ...] = ()  # the queues that boards were told of
        self._told: dict[str, tuple[dict[str, int], bool]] = {}  # of each queue: figures and open, as published
        self._pbx_told = ("", "")  # up, down or syncing, and the problem
        self._down_because = ""
        self._leftovers: set[str] = set()  # retained topics of an earlier run
        self._day_ends_ms = 0
        self._strangers: list[str] = []  # queues of thresholds.yaml that the PBX does not have, as told
        self._rejections_told = False

    async def run(self) -> None:
        """Until stop(): then say goodbye to boards, broker and PBX, in this order."""
        tasks = [asyncio.create_task(each) for each in (self.ami.run(), self.mqtt.run(), self._heartbeats())]
        stopped = asyncio.create_task(self._stop.wait())
        try:
            done, _ = await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # a task that ended by itself is a bug: let it be seen
        finally:
            await self.mqtt.close(self._messages.offline())
            for task in (stopped, *tasks):
                task.cancel()
            await asyncio.gather(stopped, *tasks, return_exceptions=True)

    def stop(self) -> None:
        """End run(). For signal handlers."""
        self._stop.set()

    # from the PBX

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

    # from the broker, see mqtt_link.MqttEvents

    def mqtt_up(self) -> None:
        """Send everything anew: a broker without persistence has lost what was retained."""
        now = self._clock.now()
        self.mqtt.subscribe(self._filters)
        self._loop.call_later(LEFTOVERS_S, self.mqtt.unsubscribe, self._filters)
        self._publisher.connected(now.ms)
        self._told.clear()
        if self._listed:
            self._tell_site(now)
        for queue in self._listed:
            self._offer_queue(queue, now.ms)
        self._offer_state(now.ms)
        self._send(now.ms)

    def mqtt_down(self) -> None:
        """What goes on changing is kept by the publisher, the newest of each topic."""

    def mqtt_acked(self, topic: str) -> None:
        """The next publish of the topic may follow."""
        self._publisher.acked(topic)
        self._send(self._clock.ms())

    def mqtt_message(self, topic: str, payload: bytes, retained: bool) -> None:
        """Something retained that this run did not publish belongs to a queue that is gone, or to one not yet seen."""
        if retained and payload:
            self._leftovers.add(topic)
            self._clear_leftovers(self._clock.ms())

    # by time alone

    async def _heartbeats(self) -> None:
        due_s = self._loop.time()
        count = 0
        while True:
            now = self._clock.now()
            if now.ms >= self._day_ends_ms or count % NEW_DAY_EVERY == 0:
                self._new_day(now.ms)
            for queue, (_, was_open) in list(self._told.items()):
                if was_open != self._thresholds.is_open(queue, now.utc_ms):
                    self._offer_queue(queue, now.ms)
            self._offer_state(now.ms)
            self._flush()
            count += 1
            due_s = max(due_s + HEARTBEAT_S, self._loop.time())
            await asyncio.sleep(due_s - self._loop.time())

    def _new_day(self, now_ms: int) -> None:
        """Let `today` begin anew when it has; to the ms, lest a call of the first second count for yesterday."""
        utc_ms = self._clock.now().utc_ms
        calendar = self._thresholds.calendar
        self._truth.roll(calendar.day_id(utc_ms), now_ms)
        self._day_ends_ms = now_ms + calendar.next_day_ms(utc_ms) - utc_ms

    def _on_timer(self) -> None:
        self._timer = None
        self._flush()

    # to the broker

    def _flush(self) -> None:
        """Hand over what changed, ask what must be asked, send what is due, and set the timer for the rest."""
        self._flush_asked = False
        now_ms = self._clock.ms()
        settle_ms = self._truth.next_ms()
        if settle_ms is not None and settle_ms <= now_ms:
            self._truth.settle(now_ms)
        for queue in self._truth.take_asks():
            self.ami.ask_status(queue)
        for queue in self._truth.gone():
            self._told.pop(queue, None)
            self._publisher.forget(self._messages.queue_topic(queue), now_ms)
            self._publisher.forget(self._messages.rules_topic(queue), now_ms)
        if self._truth.queues != self._listed:
            self._listed = self._truth.queues
            self._tell_site(self._clock.now())
            self._clear_leftovers(now_ms)
        is_up_again = self._pbx()[0] == "up" != self._pbx_told[0]
        dirty = self._truth.take_dirty()
        for queue in self._listed if is_up_again else dirty:
            self._offer_queue(queue, now_ms, 0 if is_up_again else GAP_MS)
        if self._pbx() != self._pbx_told:
            self._offer_state(now_ms)  # last: boards must not take old figures for live ones
        self._send(now_ms)

    def _send(self, now_ms: int) -> None:
        if self.mqtt.up:
            for topic, payload in self._publisher.take(now_ms):
                self.mqtt.publish(topic, payload)
        publish_ms = self._publisher.next_ms() if self.mqtt.up else None
        settle_ms = self._truth.next_ms()
        due_ms = min((each for each in (publish_ms, settle_ms) if each is not None), default=None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due_ms is not None:
            self._timer = self._loop.call_later(max(due_ms - now_ms, 1) / 1000, self._on_timer)

    def _offer_queue(self, queue: str, now_ms: int, gap_ms: int = GAP_MS) -> None:
        self._publisher.offer(self._messages.queue_topic(queue), partial(self._make_queue, queue), now_ms, gap_ms)

    def _offer_state(self, now_ms: int) -> None:
        self._pbx_told = self._pbx()
        self._publisher.offer(self._messages.state_topic, self._make_state, now_ms, gap_ms=0)

    def _tell_site(self, now: Now) -> None:
        for queue in self._listed:
            self._publisher.offer(self._messages.rules_topic(queue), self._messages.rules(queue), now.ms, gap_ms=0)
        self._publisher.offer(self._messages.site_topic, self._messages.site(self._listed), now.ms, gap_ms=0)

    def _make_state(self, now_ms: int) -> bytes:
        return self._messages.state(Now(now_ms, self._clock.now().utc_ms), *self._pbx())

    def _pbx(self) -> tuple[str, str]:
        """The PBX's state and what is wrong with it; the link itself knows a new reason only after the event."""
        pbx = self.ami.pbx
        return pbx, self.ami.problem or (self._down_because if pbx == "down" else "")

    def _make_queue(self, queue: str, now_ms: int) -> bytes | None:
        """The snapshot, or None when it would say what the last one said: that a wait grows older is no change."""
        try:
            figures = self._truth.figures(queue, now_ms)
        except KeyError:  # gone meanwhile; its topic is cleared
            return None
        now = Now(now_ms, self._clock.now().utc_ms)
        same = dict(figures)
        if "oldest_ms" in same:
            same["oldest_ms"] = now_ms - same["oldest_ms"]
        what = (same, self._thresholds.is_open(queue, now.utc_ms))
        if self._told.get(queue) == what:
            return None
        self._told[queue] = what
        return self._messages.queue(queue, figures, now)

    # what is not ours, or not known

    def _clear_leftovers(self, now_ms: int) -> None:
        """Empty the retained topics of queues that are no more; not before the PBX said which queues there are."""
        if not self._listed:
            return
        topics = self._messages.queue_topic, self._messages.rules_topic
        known = {topic(queue) for queue in self._listed for topic in topics}
        for topic in self._leftovers - known:
            self._publisher.forget(topic, now_ms)
        self._leftovers.clear()
        self._send(now_ms)

    def _name_strangers(self) -> None:
        """Tell once which queues of thresholds.yaml the PBX does not have: a misspelt name, mostly."""
        known = frozenset(self._truth.queues)
        strangers = [queue for queue in self._thresholds.queues if queue not in known]
        if strangers and strangers != self._strangers:
            self._log.warning("thresholds name queues that the PBX does not have: %s", ", ".join(strangers))
        self._strangers = strangers
        if self._truth.unplaced and not self._rejections_told:
            self._rejections_told = True
            self._log.warning("rejected callers cannot be counted: let class dialplan pass to the AMI user")

    def _service_level(self, queue: str) -> ServiceLevel:
        return self._thresholds.queue(queue).service_level
