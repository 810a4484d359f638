"""A board with a bridge that is only its messages, two clocks that differ, and no sleep."""

from firmware.core.board import Board, Setup
from firmware.core.payload import dumps
from firmware.core.topics import topic
from tests.core.rulebook import rule

STARTED = 1_780_000_000_000  # the bridge's clock at its start
WAIT = rule("oldest >= 30", "oldest >= 60", sound=("short", "double"))


class AnyScreen:
    """A screen that shows `slots` queues at once; a notice moves `scroll` LEDs."""

    def __init__(self, slots, scroll=0):
        self._slots = slots
        self._scroll = scroll

    def slots(self, n_queues):
        return min(max(n_queues, 1), self._slots)

    def scroll_px(self, text):
        return self._scroll


class Rig:
    """`now`: the board's ms. The bridge's clock is `ahead` of it; each message takes `latency` ms."""

    def __init__(self, slots=2, queues=None, stored=None, pages=("queues",), night=(), scroll=0):  # noqa: PLR0917
        self.now = 5000
        self.ahead = STARTED - 4000
        self.started = STARTED
        self.seq = 0
        self.latency = 0
        self.next_beat = self.now
        self.board = Board(Setup("main", "wall", queues, pages, 100, night, ""), AnyScreen(slots, scroll), stored)

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

    def will(self, started=None):
        self.send(("bridge", "state"), {"online": False, "started": started or self.started})

    def site(self, *ids, **fields):
        queues = [{"id": each, "label": each.upper(), "label_visual": each.upper(), "rtl": False} for each in ids]
        self.send(("site",), {"queues": queues}, True, **fields)

    def rules(self, queue, *rules):
        self.send(("rules", queue), {"rules": list(rules)}, True)

    def queue(self, queue, retained=False, **figures):
        self.send(("queue", queue), {"ts": self.bridge_now() - self.latency}, retained, **figures)

    def ack(self, queue, at=None, **fields):
        self.send(("ack", queue, "rule"), {"at": self.bridge_now() if at is None else at}, True, **fields)

    def up(self, *ids, **fields):
        """Connected, a site of these queues, each with the rule WAIT, and a bridge that lives."""
        self.board.link(True, self.now)
        self.site(*ids, **fields)
        for queue in ids:
            self.rules(queue, WAIT)
        self.beat()
        return self

    def step(self, end, beats=True):
        """Sleep to the board's next wake-up, the bridge's next heartbeat or `end`, whichever is first, and tick."""
        wake = max(self.board.next_wake_ms(self.now), self.now + 1)
        self.now = min(wake, end, max(self.next_beat, self.now + 1) if beats else end)
        if beats and self.now >= self.next_beat:
            self.beat()
        self.board.tick(self.now)

    def pass_ms(self, ms, beats=True):
        """Let time pass: the board is ticked when it asks for it, the bridge beats every 2 s."""
        end = self.now + ms
        while self.now < end:
            self.step(end, beats)

    def view(self):
        return self.board.view(self.now)

    def tile(self, place=0):
        return self.view().tiles[place]

    def sounds(self, ms, beats=True):
        """When the buzzer goes on, off, on, … in the next `ms`, in ms from now."""
        start = self.now
        edges = []
        while True:
            if self.board.buzzer(self.now) != len(edges) % 2:
                edges.append(self.now - start)
            if self.now >= start + ms:
                return edges
            self.step(start + ms, beats)
