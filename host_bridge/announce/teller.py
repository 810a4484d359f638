"""Hands over to the publisher what boards can show, and to the history what boards are told of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from host_bridge.announce.handover import still
from host_bridge.announce.publisher import GAP_MS, Publisher
from host_bridge.announce.shown import Shown
from host_bridge.clock import Clock, Now
from host_bridge.memory.recorder import Recorder


class Teller:
    """`told`: figures and open of each topic, as published; figures that go on by themselves as they stand still."""

    def __init__(self, publisher: Publisher, recorder: Recorder | None, clock: Clock) -> None:
        self.publisher = publisher
        self.recorder = recorder
        self.told: dict[str, tuple[dict[str, int], bool]] = {}
        self._clock = clock

    def offer(self, what: Iterable[Shown], now_ms: int, gap_ms: int = GAP_MS) -> None:
        """Their snapshots are to go out, if they say anything new by then."""
        for shown in what:
            self.publisher.offer(shown.topic, partial(self._make, shown), now_ms, gap_ms)

    def offer_news(self, topic: str, payload: bytes, now_ms: int) -> None:
        """A message is to go out, unless it is what was said last."""
        if self.publisher.newest(topic) != payload:
            self.publisher.offer(topic, payload, now_ms, gap_ms=0)

    def offer_rules(self, shown: Shown, now_ms: int) -> None:
        """Its rules are to go out, whatever was said."""
        rules = shown.rules()
        self.publisher.offer(shown.rules_topic, rules, now_ms, gap_ms=0)
        self.record_rules(shown.id, rules)

    def offer_opened(self, what: Iterable[Shown], now: Now) -> None:
        """Those that opened or closed since it was told are to go out at once."""
        for shown in what:
            told = self.told.get(shown.topic)
            if told is not None and told[1] != shown.is_open(now.utc_ms):
                self.offer((shown,), now.ms, gap_ms=0)

    def forget(self, lost: Shown, now_ms: int) -> None:
        """It is no more: its retained messages are cleared."""
        self.told.pop(lost.topic, None)
        self.publisher.forget(lost.topic, now_ms)
        self.publisher.forget(lost.rules_topic, now_ms)
        if self.recorder is not None:
            self.recorder.gone(lost.id, now_ms)

    def record_rules(self, queue: str, rules: bytes) -> None:
        """For the history: boards go by these rules from now on. `queue` by its id."""
        if self.recorder is not None:
            self.recorder.rules(queue, rules)

    def _make(self, shown: Shown, now_ms: int) -> bytes | None:
        """The snapshot, or None when it would say what the last one said: that a wait grows older is no change."""
        try:
            figures = shown.figures(now_ms)
        except KeyError:  # gone meanwhile; its topic is cleared
            return None
        now = Now(now_ms, self._clock.now().utc_ms)
        what = (still(figures, now_ms), shown.is_open(now.utc_ms))
        if self.told.get(shown.topic) == what:
            return None
        self.told[shown.topic] = what
        if self.recorder is not None:
            self.recorder.snapshot(shown.id, figures, what[1], now_ms)
        return shown.message(figures, now)
