"""A board with a bridge that is only its messages, and what people do to it."""

from tests.core.feeder import STARTED, Feeder
from tests.core.rulebook import rule

__all__ = ["STARTED", "WAIT", "AnyScreen", "Rig", "lit"]

WAIT = rule("oldest >= 30", "oldest >= 60", sound=("short", "double"))


class AnyScreen:
    """A screen that shows `slots` queues at once; a notice moves `scroll` LEDs."""

    def __init__(self, slots, scroll=0):
        self._slots = slots
        self._scroll = scroll

    def slots(self, n_queues):
        return min(max(n_queues, 1), self._slots)

    def scroll_px(self, text, rtl):
        return self._scroll


class Rig(Feeder):
    """A Feeder whose board shows `slots` queues at once, on no real screen."""

    def __init__(self, slots=2, queues=None, stored=None, pages=("queues",), night=(), scroll=0):  # noqa: PLR0917
        Feeder.__init__(self, AnyScreen(slots, scroll), queues, stored, pages, night)

    def will(self, started=None):
        self.send(("bridge", "state"), {"online": False, "started": started or self.started})

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

    def pass_ms(self, ms, beats=True):
        """Let time pass: the board is ticked when it asks for it, the bridge beats every 2 s."""
        end = self.now + ms
        while self.now < end:
            self.step(end, beats)

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


def lit(*ids):
    """A live board of these queues, each with two callers, the first of whom waits since 20 s."""
    rig = Rig().up(*(ids or ("sales",)))
    for queue in ids or ("sales",):
        rig.queue(queue, waiting=2, oldest_ms=20_000, sla=900, agents_in=3, agents_free=2)
    assert rig.view().fault is None
    return rig
