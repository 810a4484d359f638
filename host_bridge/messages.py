"""The bridge's messages: what is true, put into the payloads of DESIGN section 5. Pure: no clock, no socket."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from firmware.core import wire
from host_bridge.bidi import visual
from host_bridge.clock import Now
from host_bridge.thresholds import Thresholds

MAX_PROBLEM = 1_000  # characters: bridge/state goes out every 2 s


class Messages:
    """Makes the payloads of one bridge: one site, one `started`, one set of thresholds."""

    def __init__(self, site: str, started: int, version: str, thresholds: Thresholds) -> None:
        self._site = site
        self._version = version
        self._thresholds = thresholds
        self._head = {"v": wire.VERSION, "started": started}
        self._labels: dict[str, dict[str, Any]] = {}
        self._seq = 0
        self.state_topic = wire.topic(site, "bridge", "state")
        self.site_topic = wire.topic(site, "site")

    def queue_topic(self, queue: str) -> str:
        """Where a queue's snapshot goes."""
        return wire.topic(self._site, "queue", wire.encode_id(queue))

    def rules_topic(self, queue: str) -> str:
        """Where a queue's rules go."""
        return wire.topic(self._site, "rules", wire.encode_id(queue))

    def offline(self) -> bytes:
        """The last will, and the last word of a bridge that is stopped."""
        return wire.dumps({**self._head, "online": False})

    def state(self, now: Now, pbx: str, problem: str) -> bytes:
        """A heartbeat; each has a `seq` of its own."""
        self._seq += 1
        calendar = self._thresholds.calendar
        message = {
            **self._head,
            "online": True,
            "pbx": pbx,
            "now": now.ms,
            "seq": self._seq,
            "version": self._version,
            "local": calendar.local_ms(now.utc_ms),
            "date": calendar.date(now.utc_ms),
            "quiet": self._thresholds.is_quiet(now.utc_ms),
        }
        if problem:
            message["problem"] = problem[:MAX_PROBLEM]
        return wire.dumps(message)

    def site(self, queues: Iterable[str]) -> bytes:
        """What holds for every board; `queues` as the PBX has them, told in the order of thresholds.yaml."""
        rank = {queue: number for number, queue in enumerate(self._thresholds.queues)}
        ordered = sorted(queues, key=lambda queue: rank.get(queue, len(rank)))
        listed = [{"id": wire.encode_id(queue), **self._label(queue)} for queue in ordered]
        return wire.dumps({**self._head, "queues": listed, **self._thresholds.site})

    def rules(self, queue: str) -> bytes:
        """The rules of one queue."""
        return wire.dumps({**self._head, "rules": list(self._thresholds.queue(queue).rules)})

    def queue(self, queue: str, figures: dict[str, int], now: Now) -> bytes:
        """The snapshot of one queue; `figures` as Truth has them."""
        is_open = self._thresholds.is_open(queue, now.utc_ms)
        return wire.dumps({**self._head, "ts": now.ms, "open": is_open, **self._label(queue), **figures})

    def _label(self, queue: str) -> dict[str, Any]:
        if queue not in self._labels:
            label = self._thresholds.queue(queue).label or printable(queue)
            label_visual, rtl = visual(label)
            self._labels[queue] = {"label": label, "label_visual": label_visual, "rtl": rtl}
        return self._labels[queue]


def printable(queue: str) -> str:
    """A queue's name on the PBX as a label: a message holds no lone surrogate and no control character."""
    return "".join(char if char.isprintable() else "?" for char in queue)
