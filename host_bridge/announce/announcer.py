"""What boards are told: snapshots that changed, rules, the site, notices and the heartbeat, and nothing for nothing.

It owns the broker link. Whatever a broker still holds of an earlier run, and this run's PBX does not have, is cleared.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping

from firmware.core import wire
from host_bridge.announce.changeover import Changeover
from host_bridge.announce.messages import Messages
from host_bridge.announce.notices import Notices
from host_bridge.announce.publisher import Publisher
from host_bridge.announce.shown import Catalogue
from host_bridge.announce.strays import Strays
from host_bridge.clock import Clock, Now
from host_bridge.memory.witness import Witness
from host_bridge.mqtt.link import MqttLink, MqttSettings
from host_bridge.thresholds import Thresholds
from host_bridge.truth.truth import Truth

CHANGE_AHEAD_MS = 4_000  # two heartbeats: each sets the timer anew, as the wall clock may be corrected meanwhile
LEFTOVERS_S = 5.0  # how long after a connection retained messages of an earlier run may still arrive


class Announcer:
    """Publishes what `truth` knows.

    `pbx` tells the PBX's state (up, down, syncing) and what is wrong, `in_force` which version of thresholds.yaml is.
    """

    def __init__(
        self,
        settings: MqttSettings,
        *,
        site: str,
        messages: Messages,
        thresholds: Thresholds,
        truth: Truth,
        pbx: Callable[[], tuple[str, str]],
        witness: Witness,
        in_force: Callable[[], Mapping[str, str | int] | None],
        clock: Clock,
        log: logging.Logger,
    ) -> None:
        self._messages = messages
        self._thresholds = thresholds
        self._truth = truth
        self._pbx = pbx
        self._witness = witness
        self._in_force = in_force
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._publisher = Publisher()
        self._teller = Changeover(
            self._publisher,
            witness.recorder,
            clock,
            send=self._send,
            tell_site=self._tell_new_site,
            told_all=self._told_new,
        )
        self.mqtt = MqttLink(settings, (messages.state_topic, messages.offline()), self, log)
        self._notices = Notices(messages, self._publisher, log)
        self._retained = [wire.topic(site, kind, "+") for kind in ("queue", "rules")] + [self._notices.topic]
        self._timer: asyncio.TimerHandle | None = None
        self._change_timer: asyncio.TimerHandle | None = None  # for what opens or closes before the next heartbeat
        self._shown = Catalogue(messages, thresholds, truth)
        self._strays = Strays(site, self._publisher, lambda: bool(self._shown.queues), self._hear_acks, log)
        self._pbx_told = ("", "")
        self._leftovers: set[str] = set()  # retained topics of an earlier run

    async def close(self) -> None:
        """Say goodbye to the boards. Cancel mqtt.run() afterwards."""
        await self.mqtt.close(self._messages.offline())

    # from the broker, see mqtt/connection.MqttEvents

    def mqtt_up(self) -> None:
        """Send everything anew: a broker without persistence has lost what was retained."""
        now = self._clock.now()
        self.mqtt.subscribe([*self._retained, self._notices.set_topic, *self._witness.filters])
        self._hear_acks()
        self._loop.call_later(LEFTOVERS_S, self.mqtt.unsubscribe, self._retained)
        self._publisher.connected(now.ms)
        self._teller.told.clear()
        if self._shown.queues:
            self._tell_site(now.ms)
        self._teller.offer(self._shown.all(), now.ms)
        self._offer_live(now.ms)
        self._send(now.ms)
        self._witness.connected()

    def mqtt_down(self) -> None:
        """What goes on changing is kept by the publisher, the newest of each topic."""
        self._witness.disconnected(self.mqtt.problem)

    def mqtt_acked(self, topic: str) -> None:
        """The next publish of the topic may follow."""
        self._publisher.acked(topic)
        if not self._teller.acked():
            self._send(self._clock.ms())

    def mqtt_message(self, topic: str, payload: bytes, retained: bool) -> None:
        """Notices; and what is retained of a queue that this run did not publish: it is gone, or not yet seen."""
        now_ms = self._clock.ms()
        if topic in (self._notices.topic, self._notices.set_topic):
            self._notices.receive(topic, payload, retained, now_ms)
            self._send(now_ms)
        elif self._strays.take(topic, payload, now_ms):
            self._send(now_ms)
        elif not self._witness.message(topic, payload, retained) and retained and payload:
            self._leftovers.add(topic)
            self._clear_leftovers(now_ms)

    # from the bridge

    def beat(self) -> None:
        """A heartbeat, what opened or closed since it was told, and a notice whose time has passed."""
        now = self._clock.now()
        self._witness.beat()
        self._notices.add(self._witness.notice(), now.ms)
        self._notices.tick(now.ms)
        if self.mqtt.up:
            self._strays.beat(now.ms)
        listed = self._witness.listing()
        if listed is not None:
            self._publisher.offer(self._messages.boards_topic, self._messages.boards(listed), now.ms)
        self._tell_changes(now)

    def flush(self, dirty: Collection[str], gone: Iterable[str], now_ms: int) -> None:
        """Hand over what changed and send what is due. `dirty` and `gone` are queues."""
        for queue in gone:
            self._teller.forget(self._shown.queue(queue), now_ms)
        if tuple(self._shown.queues) != self._truth.queues:
            self._shown.take_list(self._truth.queues)
            self._tell_site(now_ms)
            self._strays.look(now_ms)
            self._clear_leftovers(now_ms)
        pbx = self._pbx()
        if pbx[0] == "up" != self._pbx_told[0]:  # at once, lest boards take what was held back for live
            self._teller.offer(self._shown.all(), now_ms, gap_ms=0)
            self._offer_live(now_ms)
        elif dirty:
            self._teller.offer(self._shown.touched(dirty), now_ms)
        if pbx != self._pbx_told:
            self._offer_state(now_ms)
        self._send(now_ms)

    def change(self, thresholds: Thresholds) -> None:
        """Other thresholds hold from now on, and the truth has them already: tell what differs, see Changeover."""
        labels = {shown.topic: shown.label() for shown in self._shown.all()}
        self._thresholds = thresholds
        self._messages.change(thresholds)
        gone = self._shown.change(thresholds)
        self._teller.begin(self._shown.all(), gone, labels)

    def _tell_changes(self, now: Now) -> None:
        """What opened or closed since it was told, and the state, which says whether it is quiet."""
        self._teller.offer_opened(self._shown.all(), now)
        self._offer_state(now.ms)
        if self._change_timer is not None:
            self._change_timer.cancel()
            self._change_timer = None
        change_ms = self._thresholds.next_change_ms(now.utc_ms)
        if change_ms is not None and change_ms - now.utc_ms <= CHANGE_AHEAD_MS:
            self._change_timer = self._loop.call_later((change_ms - now.utc_ms) / 1000, self._on_change, change_ms)

    def _on_change(self, change_ms: int) -> None:
        """Something opens or closes now. A timer may come some µs before its time."""
        now = self._clock.now()
        if now.utc_ms < change_ms:
            self._change_timer = self._loop.call_later((change_ms - now.utc_ms) / 1000, self._on_change, change_ms)
            return
        self._tell_changes(now)
        self._send(now.ms)

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

    def _offer_live(self, now_ms: int) -> None:
        """The state, and where it says that the PBX is up, behind all figures: boards take what they have for live."""
        self._offer_state(now_ms)
        if self._pbx_told[0] == "up":
            self._publisher.hold(self._messages.state_topic)

    def _offer_state(self, now_ms: int) -> None:
        self._pbx_told = self._pbx()
        if self._pbx_told[0] != "up":
            self._publisher.release()
        if self._witness.recorder is not None:
            self._witness.recorder.pbx(*self._pbx_told, now_ms)
        self._publisher.offer(self._messages.state_topic, self._make_state, now_ms, gap_ms=0)

    def _tell_site(self, now_ms: int) -> None:
        for shown in self._shown.all():
            self._teller.offer_rules(shown, now_ms)
        self._publisher.offer(self._messages.site_topic, self._messages.site(self._shown.queues), now_ms, gap_ms=0)

    def _tell_new_site(self, now_ms: int) -> None:
        if self._shown.queues:
            self._teller.offer_news(self._messages.site_topic, self._messages.site(self._shown.queues), now_ms)

    def _told_new(self) -> None:
        """All of other thresholds is told: what was acknowledged of rules that are no more may go."""
        now = self._clock.now()
        self._strays.look(now.ms)
        self._tell_changes(now)

    def _hear_acks(self) -> None:
        self.mqtt.subscribe([self._strays.filter])

    def _make_state(self, now_ms: int) -> bytes:
        return self._messages.state(Now(now_ms, self._clock.now().utc_ms), *self._pbx(), self._in_force())

    def _clear_leftovers(self, now_ms: int) -> None:
        """Empty the retained topics of queues that are no more; not before the PBX said which queues there are."""
        if not self._shown.queues:
            return
        known = {topic for shown in self._shown.all() for topic in (shown.topic, shown.rules_topic)}
        for topic in self._leftovers - known:
            self._publisher.forget(topic, now_ms)
        self._leftovers.clear()
        self._send(now_ms)
