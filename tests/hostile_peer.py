"""Somebody who means ill, or a program gone wrong, with the right to publish on the site's topics; for tests.

What it says on topics of the site's own queues cannot be read, or is not true; of queues that nobody lists it says
anything. Everything follows from a seed.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

OWN = ("sales", "support")  # the queues of the site
WRONG = (None, True, 1.5, -1, 10**30, "", "x" * 300, "\ud800", "\x1b[31m", [], {}, [[[1]]], {"a": {}}, "many")


class HostilePeer:
    """A client of the broker that floods it."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.reconnect_delay_set(0.1, 0.5)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def publish(self, topic: str, payload: bytes, retain: bool = False, qos: int = 1) -> None:
        """One message under the site's prefix, which the broker has when this returns."""
        self.client.publish(f"wallboard/main/{topic}", payload, qos, retain).wait_for_publish(10)

    def storm(self, seconds: float, per_s: int, messages: Iterator[tuple[str, bytes]]) -> None:
        """Send at this rate from a thread of its own, until `seconds` have passed or calm() is called."""

        def run() -> None:
            start = time.monotonic()
            while not self._stop.is_set() and time.monotonic() - start < seconds:
                due = int((time.monotonic() - start) * per_s)
                while self.sent < due:
                    topic, payload = next(messages)
                    self.client.publish(f"wallboard/main/{topic}", payload)
                    self.sent += 1
                time.sleep(0.002)

        self.sent = 0
        self._stop.clear()
        self._thread = threading.Thread(target=run)
        self._thread.start()

    def calm(self) -> None:
        """Wait for the end of the storm."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        self._stop.set()
        self.calm()
        self.client.disconnect()
        self.client.loop_stop()


def nonsense(rng: random.Random, now: Callable[[], int], started: int) -> Iterator[tuple[str, bytes]]:
    """(topic, payload) without end. `now` and `started`: of the true bridge's clock, which everybody can hear."""
    while True:
        kind = rng.choice(("queue", "rules", "ack"))
        own, stranger = rng.choice(OWN), f"q{rng.randrange(400)}"
        topic = f"{kind}/{own}" + ("/wait" if kind == "ack" else "")
        messages = _messages(now(), started, rng.randrange(100))
        match rng.randrange(8):
            case 0 | 1:  # of a queue that nobody lists, and like a true one
                yield topic.replace(own, stranger), _json(messages[kind])
            case 2:
                yield topic, _json(_spoilt(rng, messages[kind]))
            case 3:
                yield "notice", _json(_spoilt(rng, messages["notice"]))
            case 4:
                yield topic, _json({**messages[kind], "v": rng.randrange(2, 10)})
            case 5:  # of a time that has not come
                yield f"queue/{own}", _json({**messages["queue"], "ts": 1 << 53})
                yield "bridge/state", _json({**messages["state"], "now": now() + 3_600_000})
            case 6:  # of a rule that the queue has not
                yield f"ack/{own}/{stranger}", _json(messages["ack"])
            case _:
                junk = rng.choice((b"[", b"\xff", b'{"v":1')) * rng.randrange(1, 99)
                yield rng.choice((topic, "site", "bridge/state")), junk


def _messages(now: int, started: int, waiting: int) -> dict[str, dict[str, Any]]:
    """True ones, but for who says them."""
    rule = {"id": "r", "levels": [{"severity": "critical", "all": [{"metric": "waiting", "op": ">=", "value": 0}]}]}
    messages: dict[str, dict[str, Any]] = {
        "queue": {"ts": now, "waiting": waiting, "oldest_ms": 99_000},
        "rules": {"rules": [rule]},
        "ack": {"at": now},
        "notice": {"text": "hello"},
        "state": {"online": True, "pbx": "down", "now": now, "seq": 1 << 52},
    }
    return {kind: {"v": 1, "started": started, **message} for kind, message in messages.items()}


def _spoilt(rng: random.Random, message: dict[str, Any]) -> dict[str, Any]:
    """A message that no board can take for good: a field that it must have is wrong."""
    field = rng.choice([name for name in ("ts", "rules", "at", "text", "v") if name in message])
    fine = {"rules": ([],), "text": tuple(wrong for wrong in WRONG if isinstance(wrong, str))}.get(field, ())
    return {**message, field: rng.choice([wrong for wrong in WRONG if wrong not in fine])}


def _json(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode()
