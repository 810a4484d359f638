"""A board, the messages of a bridge, and two clocks that differ; no sleep. As little as a small heap can bear."""

from firmware.core.board import Board, Setup
from firmware.core.payload import dumps
from firmware.core.topics import topic

STARTED = 1_780_000_000_000  # the bridge's clock at its start


class Feeder:
    """`now`: the board's ms. The bridge's clock is `ahead` of it; each message takes `latency` ms."""

    def __init__(self, screen, queues=None, stored=None, pages=("queues",), night=()):
        self.now = 5000
        self.ahead = STARTED - 4000
        self.started = STARTED
        self.seq = 0
        self.latency = 0
        self.next_beat = self.now
        self.board = Board(Setup("main", "wall", queues, pages, 100, night, ""), screen, stored)

    def bridge_now(self):
        return self.now + self.ahead

    def send(self, parts, message=None, retained=False, **fields):
        """A message of the bridge (None: an empty payload), which left it `latency` ms ago."""
        payload = b""
        if message is not None:
            full = {"v": 1, "started": self.started}
            full.update(message)
            full.update(fields)
            payload = dumps(full)
        self.board.receive(topic("main", *parts), payload, retained, self.now)
        self.board.tick(self.now)

    def beat(self, retained=False, **fields):
        self.seq += 1
        self.next_beat = self.now + 2000
        message = {"online": True, "pbx": "up", "now": self.bridge_now() - self.latency, "seq": self.seq}
        self.send(("bridge", "state"), message, retained, **fields)

    def site(self, *ids, **fields):
        queues = [{"id": each, "label": each.upper(), "label_visual": each.upper(), "rtl": False} for each in ids]
        self.send(("site",), {"queues": queues}, True, **fields)

    def rules(self, queue, *rules):
        self.send(("rules", queue), {"rules": list(rules)}, True)

    def queue(self, queue, retained=False, **figures):
        self.send(("queue", queue), {"ts": self.bridge_now() - self.latency}, retained, **figures)

    def step(self, end, beats=True):
        """Sleep to the board's next wake-up, the bridge's next heartbeat or `end`, whichever is first, and tick."""
        wake = max(self.board.next_wake_ms(self.now), self.now + 1)
        self.now = min(wake, end, max(self.next_beat, self.now + 1) if beats else end)
        if beats and self.now >= self.next_beat:
            self.beat()
        self.board.tick(self.now)

    def view(self):
        return self.board.view(self.now)
