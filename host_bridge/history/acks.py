"""Who acknowledged: ack/<queue>/<rule> as rows. Pure; clocks as in firings.py.

Anybody may publish there, as often as he likes: what is no acknowledgement of a rule that there is, and what comes
more often than people can press, is counted and not kept.
"""

from __future__ import annotations

from firmware.core import wire
from firmware.core.printable import one_line
from firmware.core.wire import WireError
from host_bridge.history.entries import Ack

OFTEN, WITHIN_MS = 30, 3_600_000  # of one rule: more in this time are not kept
MAX_BY = 64  # characters
MAX_BYTES = 4_096  # of a message: one of ours has some 100
MOST_EARLY = 1_000  # of queues that are not known: at the start, all that a broker holds


class Acks:
    """Takes the messages of all rules."""

    def __init__(self) -> None:
        self.refused = 0
        self._rules: dict[str, frozenset[str]] = {}  # by queue, both by their ids on the wire
        self._early: list[tuple[str, str, bytes, int]] = []  # of queues that are not known yet: the first bytes heard
        self._seen: dict[tuple[str, str], dict[int, int]] = {}  # by queue and rule: `at` as said → when it came

    def rules(self, queue: str, rules: frozenset[str], shift_ms: int) -> list[Ack]:
        """Which rules a queue has. Gives what was acknowledged before that was known."""
        self._rules[queue] = rules
        early, self._early = self._early, []
        found = (self.take(*message, shift_ms) for message in early)
        return [ack for ack in found if ack is not None]

    def take(self, queue: str, rule: str, payload: bytes, now_ms: int, shift_ms: int) -> Ack | None:
        """The row of a message, None when there is nothing new in it."""
        if not payload:
            return None  # taken back: that it was given stays true
        if len(payload) > MAX_BYTES:
            self.refused += 1
            return None
        rules = self._rules.get(queue)
        if rules is None and len(self._early) < MOST_EARLY:
            self._early.append((queue, rule, payload, now_ms))
            return None
        try:
            message = wire.read(wire.ACK, payload)
        except WireError:
            self.refused += 1
            return None
        if rules is None or rule not in rules:
            self.refused += 1
            return None
        said: int = message["at"]
        seen = self._seen.setdefault((queue, rule), {})
        if said in seen:
            return None  # delivered again, as with each connection
        for old in [at for at, came_ms in seen.items() if now_ms - came_ms >= WITHIN_MS and len(seen) > 1]:
            del seen[old]
        if len(seen) >= OFTEN:
            self.refused += 1
            return None
        seen[said] = now_ms
        until_ms = None if message["until"] is None else message["until"] + shift_ms
        by = one_line(message["by"] or "", MAX_BY)
        return Ack(queue, rule, said, min(said, now_ms) + shift_ms, until_ms, by)
