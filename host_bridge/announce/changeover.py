"""Tells boards of other thresholds while calls go on: what differs, queue by queue, a few ms at a time.

A queue's rules and its figures go out next to each other, in the order that raises nothing for a moment (handover.py).
Then the site: a board lets what it does not list wait, so a new group has all that belongs to it when it comes up. What
is gone is cleared last, when no list has it any more. A thousand queues take half a second, in which what the PBX tells
must not wait: there is a break every few ms.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from host_bridge.announce.handover import Told, moved, rules_first
from host_bridge.announce.publisher import GAP_MS, Publisher
from host_bridge.announce.shown import Shown
from host_bridge.announce.teller import Teller
from host_bridge.clock import Clock
from host_bridge.memory.recorder import Recorder

SLICE_S = 0.002  # of telling new thresholds, between two breaks for what else the loop has to do
MOST_UNACKED = 24  # publishes on their way while it goes on: what the PBX tells meanwhile stands behind no more


class Changeover(Teller):
    """A teller that knows who is not told of the newest thresholds yet.

    `send` lets out what was offered; `tell_site` offers the site, once all queues are told; `told_all` comes last.
    """

    def __init__(
        self,
        publisher: Publisher,
        recorder: Recorder | None,
        clock: Clock,
        *,
        send: Callable[[int], None],
        tell_site: Callable[[int], None],
        told_all: Callable[[], None],
    ) -> None:
        super().__init__(publisher, recorder, clock)
        self.goes_on = False
        """Not all is told yet."""
        self._send = send
        self._tell_site = tell_site
        self._told_all = told_all
        self._loop = asyncio.get_running_loop()
        self._untold: dict[str, tuple[Shown, dict[str, Any] | None]] = {}  # by topic: and its old label
        self._gone: dict[str, Shown] = {}  # what old thresholds had, to be cleared after that
        self._soon: asyncio.Handle | None = None

    def begin(self, shown: Iterable[Shown], gone: Iterable[Shown], labels: Mapping[str, dict[str, Any]]) -> None:
        """Other thresholds hold from now on: `shown` is to be told, `gone` cleared. `labels`: by topic, as before."""
        for lost in gone:
            self._gone[lost.topic] = lost
            self._untold.pop(lost.topic, None)
        for each in shown:
            self._gone.pop(each.topic, None)
            before = self._untold.get(each.topic)
            self._untold[each.topic] = each, labels.get(each.topic) if before is None else before[1]
        self.goes_on = True
        self._go_on()

    def acked(self) -> bool:
        """The broker has confirmed something: go on, if that was waited for. False: there is nothing to go on with."""
        if not self.goes_on or self._soon is not None or self.publisher.unacked >= MOST_UNACKED:
            return False
        self._go_on()
        return True

    def offer(self, what: Iterable[Shown], now_ms: int, gap_ms: int = GAP_MS) -> None:
        """One that is not told of new thresholds yet has its rules told too, and in the right order."""
        for shown in what:
            if shown.topic in self._untold:
                for queue, rules in self._hand_over(shown.topic, now_ms):
                    self.record_rules(queue, rules)
            super().offer((shown,), now_ms, gap_ms)

    def forget(self, lost: Shown, now_ms: int) -> None:
        self._untold.pop(lost.topic, None)
        super().forget(lost, now_ms)

    def _go_on(self) -> None:
        """Hand over what boards are not told of yet, as much as fits into a few ms."""
        now_ms, until_s = self._clock.ms(), self._loop.time() + SLICE_S
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        after: list[tuple[str, bytes]] = []
        while self._untold and self.publisher.unacked < MOST_UNACKED:
            after += self._hand_over(next(iter(self._untold)), now_ms)
            self._send(now_ms)
            if self._loop.time() >= until_s:
                break
        if not self._untold:
            self.goes_on = False
            self._tell_site(now_ms)
            for lost in self._gone.values():
                self.forget(lost, now_ms)
            self._gone.clear()
            self._told_all()
        elif self.publisher.unacked < MOST_UNACKED:  # else the next acknowledgement lets it go on
            self._soon = self._loop.call_soon(self._go_on)
        self._send(now_ms)
        for queue, rules in after:
            self.record_rules(queue, rules)

    def _hand_over(self, topic: str, now_ms: int) -> list[tuple[str, bytes]]:
        """Offer one queue's rules and figures; gives its id and the rules if these go out after the figures."""
        shown, old_label = self._untold.pop(topic)
        told, rules = self.told.get(topic), shown.rules()
        old_rules = self.publisher.newest(shown.rules_topic)
        is_first = False
        if told is not None and old_rules not in (None, rules):
            old = Told(old_rules or b"", moved(told[0], now_ms), told[1])
            is_first = rules_first(old, Told(rules, shown.figures(now_ms), shown.is_open(self._clock.now().utc_ms)))
        if shown.label() != old_label:
            self.told.pop(topic, None)  # it goes out, whatever the figures
        if is_first:
            self.offer_news(shown.rules_topic, rules, now_ms)
            self.record_rules(shown.id, rules)
        super().offer((shown,), now_ms, gap_ms=0)
        if is_first or rules == old_rules:
            return []
        self.offer_news(shown.rules_topic, rules, now_ms)
        return [(shown.id, rules)]
