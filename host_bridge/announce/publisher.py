"""What goes out to the broker, when: the newest of a topic, at once after a quiet moment, else at most five a second.

Pure: no socket, no clock; `now_ms` is integer ms of the bridge's steady clock. A payload may be bytes, or a function
that makes them at the moment of going out, so that what is coalesced is never computed. At most one publish a topic
awaits its acknowledgement (QoS 1): a slow broker sees fewer, newer messages instead of a growing queue. After a new
connection everything is sent again, because a broker without persistence has lost what was retained.

    publisher.offer("queue/support", make_snapshot, now_ms)
    for topic, payload in publisher.take(now_ms):   # whenever next_ms() says so and the broker is connected
        link.publish(topic, payload)
    publisher.acked("queue/support")
"""

import heapq
from collections.abc import Callable

Maker = Callable[[int], bytes | None]  # now_ms → payload; None: nothing to tell that was not told before
Payload = bytes | Maker

GAP_MS = 200  # DESIGN 5: the first change after 200 ms of quiet at once, the rest at most 5/s


class _Topic:
    """One topic: what is to go out, what went out last and whether its acknowledgement is awaited."""

    __slots__ = ("awaits_ack", "due_ms", "gap_ms", "resend", "sent", "sent_ms", "source")

    def __init__(self) -> None:
        self.source: Payload | None = None  # None: what went out last is the newest
        self.sent: bytes | None = None
        self.sent_ms: int | None = None
        self.gap_ms = GAP_MS
        self.due_ms: int | None = None  # None: nothing to send
        self.awaits_ack = False
        self.resend = False


class Publisher:
    """The newest payload of every topic and the moment when it may go out."""

    def __init__(self) -> None:
        self._topics: dict[str, _Topic] = {}
        # (due_ms, number, topic), the earliest first. One that a newer schedule outdated stays until it comes up.
        self._schedule: list[tuple[int, int, str]] = []
        self._number = 0  # topics due in the same ms go out in the order in which they were offered
        self.unacked = 0  # publishes whose acknowledgement is awaited
        self.sent = 0
        self.coalesced = 0  # payloads that a newer one replaced before they went out
        self.unchanged = 0  # payloads whose maker had nothing new
        self._held = ""  # the topic that waits for others; "" for none
        self._before_it: set[str] = set()  # … and those others

    def offer(self, topic: str, payload: Payload, now_ms: int, gap_ms: int = GAP_MS) -> None:
        """Let `payload` be the newest of `topic`; at least `gap_ms` lie between two publishes of it."""
        entry = self._topics.get(topic)
        if entry is None:
            entry = self._topics[topic] = _Topic()
        if entry.source is not None:
            self.coalesced += 1
        entry.source = payload
        entry.gap_ms = gap_ms
        self._plan(topic, entry, now_ms)

    def forget(self, topic: str, now_ms: int) -> None:
        """Clear the retained message of `topic`: an empty payload at once, and not again after a new connection."""
        self.offer(topic, b"", now_ms, gap_ms=0)

    def hold(self, topic: str) -> None:
        """Let `topic` follow all that is to go out at present; only one topic can be held, and new payloads of it are.

        It orders what an acknowledgement that is awaited, or a new connection, would put into another order.
        """
        self._held = topic
        self._before_it = {name for name, entry in self._topics.items() if entry.due_ms is not None and name != topic}
        if not self._before_it:
            self.release()

    def release(self) -> None:
        """Hold nothing any longer."""
        topic, self._held = self._held, ""
        self._before_it.clear()
        entry = self._topics.get(topic)
        if entry is not None and entry.due_ms is not None:
            self._push(topic, entry.due_ms)

    def newest(self, topic: str) -> bytes | None:
        """What of `topic` was offered last, or sent; None: nothing, or it is to be made when it goes out."""
        entry = self._topics.get(topic)
        if entry is None or callable(entry.source):
            return None
        return entry.sent if entry.source is None else entry.source

    def take(self, now_ms: int) -> list[tuple[str, bytes]]:
        """What is to go out now, the longest due first. Each awaits its acknowledgement from here on."""
        out: list[tuple[str, bytes]] = []
        while (due_ms := self.next_ms()) is not None and due_ms <= now_ms:
            topic = heapq.heappop(self._schedule)[2]
            entry = self._topics[topic]
            payload = entry.source(now_ms) if callable(entry.source) else entry.source
            if self._held:
                self._before_it.discard(topic)
                if not self._before_it:
                    self.release()
            if payload is None and entry.resend:
                payload = entry.sent
            entry.due_ms = entry.source = None
            entry.resend = False
            if payload is None:
                self.unchanged += 1
                continue
            entry.sent, entry.sent_ms, entry.awaits_ack = payload, now_ms, True
            self.unacked += 1
            self.sent += 1
            out.append((topic, payload))
        return out

    def acked(self, topic: str) -> None:
        """The broker has the last publish of `topic`: the next may go out. An unknown topic is no error."""
        entry = self._topics.get(topic)
        if entry is None or not entry.awaits_ack:
            return
        entry.awaits_ack = False
        self.unacked -= 1
        if entry.due_ms is not None:
            self._push(topic, entry.due_ms)
        elif entry.sent == b"":
            del self._topics[topic]  # cleared for good: a thousand queues that came and went leave nothing behind

    def connected(self, now_ms: int) -> None:
        """A new connection: nothing awaits an acknowledgement any more, and everything goes out again."""
        self.unacked = 0
        for topic, entry in self._topics.items():
            entry.awaits_ack = False
            entry.resend = entry.sent is not None
            entry.sent_ms = entry.due_ms = None
            self._plan(topic, entry, now_ms)

    def next_ms(self) -> int | None:
        """When take() will have something, or None. Past or present: now."""
        while self._schedule:
            due_ms, _, topic = self._schedule[0]
            entry = self._topics.get(topic)
            if entry is not None and entry.due_ms == due_ms and not entry.awaits_ack and topic != self._held:
                return due_ms
            heapq.heappop(self._schedule)
        return None

    def _plan(self, topic: str, entry: _Topic, now_ms: int) -> None:
        earliest = now_ms if entry.sent_ms is None else max(now_ms, entry.sent_ms + entry.gap_ms)
        if entry.due_ms is None or earliest < entry.due_ms:
            entry.due_ms = earliest
            self._push(topic, earliest)

    def _push(self, topic: str, due_ms: int) -> None:
        self._number += 1
        heapq.heappush(self._schedule, (due_ms, self._number, topic))
