"""What boards are told: snapshots that changed, rules, the site, notices and the heartbeat, and nothing for nothing.

It owns the broker link. Whatever a broker still holds of an earlier run, and this run's PBX does not have, is cleared.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from firmware.core import wire
from host_bridge.clock import Clock, Now
from host_bridge.handover import Told, moved, rules_first, still
from host_bridge.messages import Messages
from host_bridge.mqtt_link import MqttLink, MqttSettings
from host_bridge.notices import Notices
from host_bridge.publisher import GAP_MS, Publisher
from host_bridge.shown import Catalogue, Shown
from host_bridge.thresholds import Thresholds
from host_bridge.truth.truth import Truth
from host_bridge.witness import Witness

CHANGE_AHEAD_MS = 4_000  # two heartbeats: each sets the timer anew, as the wall clock may be corrected meanwhile
SLICE_S = 0.002  # of telling new thresholds, between two breaks for what else the loop has to do
MOST_UNACKED = 24  # publishes on their way while it goes on: what the PBX tells meanwhile stands behind no more
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
        self._recorder = witness.recorder
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._publisher = Publisher()
        self.mqtt = MqttLink(settings, (messages.state_topic, messages.offline()), self, log)
        self._notices = Notices(messages, self._publisher, log)
        self._retained = [wire.topic(site, kind, "+") for kind in ("queue", "rules")] + [self._notices.topic]
        self._timer: asyncio.TimerHandle | None = None
        self._change_timer: asyncio.TimerHandle | None = None  # for what opens or closes before the next heartbeat
        self._shown = Catalogue(messages, thresholds, truth)
        self._told: dict[str, tuple[dict[str, int], bool]] = {}  # by topic: figures and open, as published
        self._untold: dict[str, tuple[Shown, dict[str, Any] | None]] = {}  # by topic, of new thresholds: and old label
        self._gone: dict[str, Shown] = {}  # groups of old ones, to be cleared after that
        self._is_changing = False  # not all is told yet
        self._go_on_soon: asyncio.Handle | None = None
        self._pbx_told = ("", "")
        self._leftovers: set[str] = set()  # retained topics of an earlier run

    async def close(self) -> None:
        """Say goodbye to the boards. Cancel mqtt.run() afterwards."""
        await self.mqtt.close(self._messages.offline())

    # from the broker, see mqtt_connection.MqttEvents

    def mqtt_up(self) -> None:
        """Send everything anew: a broker without persistence has lost what was retained."""
        now = self._clock.now()
        self.mqtt.subscribe([*self._retained, self._notices.set_topic, *self._witness.filters])
        self._loop.call_later(LEFTOVERS_S, self.mqtt.unsubscribe, self._retained)
        self._publisher.connected(now.ms)
        self._told.clear()
        if self._shown.queues:
            self._tell_site(now.ms)
        self._offer(self._shown.all(), now.ms)
        self._offer_live(now.ms)
        self._send(now.ms)
        self._witness.connected()

    def mqtt_down(self) -> None:
        """What goes on changing is kept by the publisher, the newest of each topic."""
        self._witness.disconnected(self.mqtt.problem)

    def mqtt_acked(self, topic: str) -> None:
        """The next publish of the topic may follow."""
        self._publisher.acked(topic)
        if self._is_changing and self._go_on_soon is None and self._publisher.unacked < MOST_UNACKED:
            self._go_on()
        else:
            self._send(self._clock.ms())

    def mqtt_message(self, topic: str, payload: bytes, retained: bool) -> None:
        """Notices; and what is retained of a queue that this run did not publish: it is gone, or not yet seen."""
        now_ms = self._clock.ms()
        if topic in (self._notices.topic, self._notices.set_topic):
            self._notices.receive(topic, payload, retained, now_ms)
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
        listed = self._witness.listing()
        if listed is not None:
            self._publisher.offer(self._messages.boards_topic, self._messages.boards(listed), now.ms)
        self._tell_changes(now)

    def flush(self, dirty: Collection[str], gone: Iterable[str], now_ms: int) -> None:
        """Hand over what changed and send what is due. `dirty` and `gone` are queues."""
        for queue in gone:
            self._forget(self._shown.queue(queue), now_ms)
        if tuple(self._shown.queues) != self._truth.queues:
            self._shown.take_list(self._truth.queues)
            self._tell_site(now_ms)
            self._clear_leftovers(now_ms)
        pbx = self._pbx()
        if pbx[0] == "up" != self._pbx_told[0]:  # at once, lest boards take what was held back for live
            self._offer(self._shown.all(), now_ms, gap_ms=0)
            self._offer_live(now_ms)
        elif dirty:
            self._offer(self._shown.touched(dirty), now_ms)
        if pbx != self._pbx_told:
            self._offer_state(now_ms)
        self._send(now_ms)

    def change(self, thresholds: Thresholds) -> None:
        """Other thresholds hold from now on, and the truth has them already: tell what differs.

        Queue by queue, its rules and its figures next to each other, in the order that raises nothing for a moment
        (see handover). Then the site: a board lets what it does not list wait, so a new group has all that belongs to
        it when it comes up. What is gone is cleared last, when no list has it any more. A thousand queues take half a
        second, in which what the PBX tells must not wait: there is a break every few ms.
        """
        labels = {shown.topic: shown.label() for shown in self._shown.all()}
        self._thresholds = thresholds
        self._messages.change(thresholds)
        for lost in self._shown.change(thresholds):
            self._gone[lost.topic] = lost
            self._untold.pop(lost.topic, None)
        for shown in self._shown.all():
            self._gone.pop(shown.topic, None)
            before = self._untold.get(shown.topic)
            self._untold[shown.topic] = shown, labels.get(shown.topic) if before is None else before[1]
        self._is_changing = True
        self._go_on()

    def _go_on(self) -> None:
        """Hand over to the boards what they are not told of yet, as much as fits into a few ms."""
        now_ms, until_s = self._clock.ms(), self._loop.time() + SLICE_S
        if self._go_on_soon is not None:
            self._go_on_soon.cancel()
            self._go_on_soon = None
        after: list[tuple[str, bytes]] = []
        while self._untold and self._publisher.unacked < MOST_UNACKED:
            after += self._hand_over(next(iter(self._untold)), now_ms)
            self._send(now_ms)
            if self._loop.time() >= until_s:
                break
        if not self._untold:
            self._is_changing = False
            if self._shown.queues:
                self._offer_news(self._messages.site_topic, self._messages.site(self._shown.queues), now_ms)
            for lost in self._gone.values():
                self._forget(lost, now_ms)
            self._gone.clear()
            self._tell_changes(self._clock.now())
        elif self._publisher.unacked < MOST_UNACKED:  # else the next acknowledgement lets it go on
            self._go_on_soon = self._loop.call_soon(self._go_on)
        self._send(now_ms)
        for queue, rules in after:
            self._record_rules(queue, rules)

    def _hand_over(self, topic: str, now_ms: int) -> list[tuple[str, bytes]]:
        """Offer one queue's rules and figures; gives its id and the rules if these go out after the figures."""
        shown, old_label = self._untold.pop(topic)
        told, rules = self._told.get(topic), shown.rules()
        old_rules = self._publisher.newest(shown.rules_topic)
        is_first = False
        if told is not None and old_rules not in (None, rules):
            old = Told(old_rules or b"", moved(told[0], now_ms), told[1])
            is_first = rules_first(old, Told(rules, shown.figures(now_ms), shown.is_open(self._clock.now().utc_ms)))
        if shown.label() != old_label:
            self._told.pop(topic, None)  # it goes out, whatever the figures
        if is_first:
            self._offer_news(shown.rules_topic, rules, now_ms)
            self._record_rules(shown.id, rules)
        self._offer((shown,), now_ms, gap_ms=0)
        if is_first or rules == old_rules:
            return []
        self._offer_news(shown.rules_topic, rules, now_ms)
        return [(shown.id, rules)]

    def _tell_changes(self, now: Now) -> None:
        """What opened or closed since it was told, and the state, which says whether it is quiet."""
        for shown in self._shown.all():
            told = self._told.get(shown.topic)
            if told is not None and told[1] != shown.is_open(now.utc_ms):
                self._offer((shown,), now.ms, gap_ms=0)
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

    def _forget(self, lost: Shown, now_ms: int) -> None:
        self._told.pop(lost.topic, None)
        self._untold.pop(lost.topic, None)
        self._publisher.forget(lost.topic, now_ms)
        self._publisher.forget(lost.rules_topic, now_ms)
        if self._recorder is not None:
            self._recorder.gone(lost.id, now_ms)

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

    def _offer(self, what: Iterable[Shown], now_ms: int, gap_ms: int = GAP_MS) -> None:
        for shown in what:
            if shown.topic in self._untold:  # its rules too, and in the right order
                for queue, rules in self._hand_over(shown.topic, now_ms):
                    self._record_rules(queue, rules)
            self._publisher.offer(shown.topic, partial(self._make, shown), now_ms, gap_ms)

    def _offer_news(self, topic: str, payload: bytes, now_ms: int) -> None:
        """… unless it is what was said last."""
        if self._publisher.newest(topic) != payload:
            self._publisher.offer(topic, payload, now_ms, gap_ms=0)

    def _offer_live(self, now_ms: int) -> None:
        """The state, and where it says that the PBX is up, behind all figures: boards take what they have for live."""
        self._offer_state(now_ms)
        if self._pbx_told[0] == "up":
            self._publisher.hold(self._messages.state_topic)

    def _offer_state(self, now_ms: int) -> None:
        self._pbx_told = self._pbx()
        if self._pbx_told[0] != "up":
            self._publisher.release()
        if self._recorder is not None:
            self._recorder.pbx(*self._pbx_told, now_ms)
        self._publisher.offer(self._messages.state_topic, self._make_state, now_ms, gap_ms=0)

    def _tell_site(self, now_ms: int) -> None:
        for shown in self._shown.all():
            rules = shown.rules()
            self._publisher.offer(shown.rules_topic, rules, now_ms, gap_ms=0)
            self._record_rules(shown.id, rules)
        self._publisher.offer(self._messages.site_topic, self._messages.site(self._shown.queues), now_ms, gap_ms=0)

    def _record_rules(self, queue: str, rules: bytes) -> None:
        if self._recorder is not None:
            self._recorder.rules(queue, rules)

    def _make_state(self, now_ms: int) -> bytes:
        return self._messages.state(Now(now_ms, self._clock.now().utc_ms), *self._pbx(), self._in_force())

    def _make(self, shown: Shown, now_ms: int) -> bytes | None:
        """The snapshot, or None when it would say what the last one said: that a wait grows older is no change."""
        try:
            figures = shown.figures(now_ms)
        except KeyError:  # gone meanwhile; its topic is cleared
            return None
        now = Now(now_ms, self._clock.now().utc_ms)
        what = (still(figures, now_ms), shown.is_open(now.utc_ms))
        if self._told.get(shown.topic) == what:
            return None
        self._told[shown.topic] = what
        if self._recorder is not None:
            self._recorder.snapshot(shown.id, figures, what[1], now_ms)
        return shown.message(figures, now)

    def _clear_leftovers(self, now_ms: int) -> None:
        """Empty the retained topics of queues that are no more; not before the PBX said which queues there are."""
        if not self._shown.queues:
            return
        known = {topic for shown in self._shown.all() for topic in (shown.topic, shown.rules_topic)}
        for topic in self._leftovers - known:
            self._publisher.forget(topic, now_ms)
        self._leftovers.clear()
        self._send(now_ms)
