"""Acknowledgements of queues and rules that there are not, cleared from the broker.

Every board may write ack/+/+, as its button needs it, and a broker keeps what is retained there for good. So a board
that was stolen could leave any number of them: they take the broker's memory, and whoever connects is sent them all.
Those of queues that are gone go the same way.

What comes faster than it can be cleared, or than the broker hands it on, is found by the next round, which hears all
that is retained anew; the round that hears of nothing is the last.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from firmware.core import wire
from firmware.core.wire import WireError
from host_bridge.announce.publisher import Publisher

MOST_UNACKED = 10_000  # publishes on their way, a MB at most: a figure that waits behind it waits for a moment
ROUND_MS = 10_000  # from one round to the next
MOST_MS = 600_000  # from one line in the log to the next: twice as long each time, up to this
MANY = 100  # at a time: so many are no leftovers


class Strays:
    """`known`: the PBX has told its queues. `listen` subscribes to `filter`, again if need be."""

    def __init__(
        self,
        site: str,
        publisher: Publisher,
        known: Callable[[], bool],
        listen: Callable[[], None],
        log: logging.Logger,
    ) -> None:
        self.filter = wire.topic(site, "ack", "+", "+")
        self._site = site
        self._publisher = publisher
        self._known = known
        self._listen = listen
        self._log = log
        self._rules: dict[str, tuple[bytes, frozenset[str]]] = {}  # by topic: the message, and the rules' names in it
        self._cleared = 0  # and not told yet
        self._tell_ms, self._gap_ms = 0, ROUND_MS
        self._due_ms: int | None = None  # when the next round begins
        self._anew = False  # there is something that it would hear

    def look(self, now_ms: int) -> None:
        """A round is due: there are other queues or rules than before."""
        self._due_ms, self._anew = now_ms, True

    def take(self, topic: str, payload: bytes, now_ms: int) -> bool:
        """Clear an acknowledgement of nothing that there is. False: it is another, or that cannot be told yet."""
        try:
            parts = wire.parts_of(self._site, topic)
        except WireError:
            return False
        if len(parts) != 3 or parts[0] != "ack" or not self._known() or parts[2] in self._rules_of(parts[1]):
            return False
        if payload:  # an empty one is the echo of our clearing
            self._anew = True
            if self._due_ms is None:
                self._due_ms = now_ms + ROUND_MS
            if self._publisher.unacked < MOST_UNACKED:
                self._publisher.forget(topic, now_ms)
                self._cleared += 1
        return True

    def beat(self, now_ms: int) -> None:
        """With each heartbeat while the broker is there."""
        if self._due_ms is None or now_ms < self._due_ms or not self._known():
            return
        if self._cleared and (now_ms >= self._tell_ms or not self._anew):
            self._tell()
            self._tell_ms = now_ms + self._gap_ms
            self._gap_ms = min(2 * self._gap_ms, MOST_MS)
        if not self._anew:
            self._due_ms, self._tell_ms, self._gap_ms = None, 0, ROUND_MS
            return
        self._due_ms, self._anew = now_ms + ROUND_MS, False
        self._listen()

    def _tell(self) -> None:
        many = self._cleared > MANY
        text = "cleared from the broker: %d acknowledgements of queues or rules that there are not%s"
        who = "; does a stolen board write them? See config/SECURITY.md" if many else ""
        self._log.log(logging.WARNING if many else logging.INFO, text, self._cleared, who)
        self._cleared = 0

    def _rules_of(self, queue: str) -> frozenset[str]:
        """Names, as boards were told them."""
        topic = wire.topic(self._site, "rules", queue)
        message = self._publisher.newest(topic) or b""
        if topic not in self._rules or self._rules[topic][0] != message:
            if not message:
                self._rules.pop(topic, None)
                return frozenset()
            rules = wire.read(wire.RULES, message)["rules"]
            self._rules[topic] = message, frozenset(rule["id"] for rule in rules)
        return self._rules[topic][1]
