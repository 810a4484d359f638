"""What boards are told: the snapshots that changed, the rules, the site and the heartbeat, and nothing for nothing.

It owns the broker link. Whatever a broker still holds of an earlier run, and this run's PBX does not have, is cleared.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial

from firmware.core import wire
from host_bridge.clock import Clock, Now
from host_bridge.messages import Messages
from host_bridge.mqtt_link import MqttLink, MqttSettings
from host_bridge.publisher import GAP_MS, Publisher
from host_bridge.thresholds import Thresholds
from host_bridge.truth.truth import Truth

LEFTOVERS_S = 5.0  # how long after a connection retained messages of an earlier run may still arrive


class Announcer:
    """Publishes what `truth` knows; `pbx` tells the PBX's state (up, down, syncing) and what is wrong with it."""

    def __init__(
        self,
        settings: MqttSettings,
        *,
        site: str,
        messages: Messages,
        thresholds: Thresholds,
        truth: Truth,
        pbx: Callable[[], tuple[str, str]],
        clock: Clock,
        log: logging.Logger,
    ) -> None:
        self._messages = messages
        self._thresholds = thresholds
        self._truth = truth
        self._pbx = pbx
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._publisher = Publisher()
        self.mqtt = MqttLink(settings, (messages.state_topic, messages.offline()), self, log)
        self._filters = [wire.topic(site, kind, "+") for kind in ("queue", "rules")]
        self._timer: asyncio.TimerHandle | None = None
        self._listed: tuple[str, ...] = ()  # the queues that boards were told of
        self._told: dict[str, tuple[dict[str, int], bool]] = {}  # of each queue: figures and open, as published
        self._pbx_told = ("", "")
        self._leftovers: set[str] = set()  # retained topics of an earlier run

    async def close(self) -> None:
        """Say goodbye to the boards. Cancel mqtt.run() afterwards."""
        await self.mqtt.close(self._messages.offline())

    # from the broker, see mqtt_connection.MqttEvents

    def mqtt_up(self) -> None:
        """Send everything anew: a broker without persistence has lost what was retained."""
        now = self._clock.now()
        self.mqtt.subscribe(self._filters)
        self._loop.call_later(LEFTOVERS_S, self.mqtt.unsubscribe, self._filters)
        self._publisher.connected(now.ms)
        self._told.clear()
        if self._listed:
            self._tell_site(now.ms)
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

    # from the bridge

    def beat(self) -> None:
        """A heartbeat, and the queues that opened or closed since they were told."""
        now = self._clock.now()
        for queue, (_, was_open) in list(self._told.items()):
            if was_open != self._thresholds.is_open(queue, now.utc_ms):
                self._offer_queue(queue, now.ms)
        self._offer_state(now.ms)

    def flush(self, dirty: Iterable[str], gone: Iterable[str], now_ms: int) -> None:
        """Hand over what changed and send what is due."""
        for queue in gone:
            self._told.pop(queue, None)
            self._publisher.forget(self._messages.queue_topic(queue), now_ms)
            self._publisher.forget(self._messages.rules_topic(queue), now_ms)
        if self._truth.queues != self._listed:
            self._listed = self._truth.queues
            self._tell_site(now_ms)
            self._clear_leftovers(now_ms)
        pbx = self._pbx()
        is_up_again = pbx[0] == "up" != self._pbx_told[0]
        for queue in self._listed if is_up_again else dirty:
            self._offer_queue(queue, now_ms, 0 if is_up_again else GAP_MS)
        if pbx != self._pbx_told:
            self._offer_state(now_ms)  # last: boards must not take old figures for live ones
        self._send(now_ms)

    def _send(self, now_ms: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self.mqtt.up:
            return
        for topic, payload in self._publisher.take(now_ms):
            self.mqtt.publish(topic, payload)
        due_ms = self._publisher.next_ms()
        if due_ms is not None:
            self._timer = self._loop.call_later(max(due_ms - now_ms, 1) / 1000, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._send(self._clock.ms())

    def _offer_queue(self, queue: str, now_ms: int, gap_ms: int = GAP_MS) -> None:
        self._publisher.offer(self._messages.queue_topic(queue), partial(self._make_queue, queue), now_ms, gap_ms)

    def _offer_state(self, now_ms: int) -> None:
        self._pbx_told = self._pbx()
        self._publisher.offer(self._messages.state_topic, self._make_state, now_ms, gap_ms=0)

    def _tell_site(self, now_ms: int) -> None:
        for queue in self._listed:
            self._publisher.offer(self._messages.rules_topic(queue), self._messages.rules(queue), now_ms, gap_ms=0)
        self._publisher.offer(self._messages.site_topic, self._messages.site(self._listed), now_ms, gap_ms=0)

    def _make_state(self, now_ms: int) -> bytes:
        return self._messages.state(Now(now_ms, self._clock.now().utc_ms), *self._pbx())

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
