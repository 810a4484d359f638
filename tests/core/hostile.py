"""A board, and messages that are wrong in every way. They are written as JSON text, as only so they can be."""

import gc

from firmware.core.payload import dumps
from firmware.core.view import QUEUES
from tests.core.feeder import Feeder

SMALL_HEAP = hasattr(gc, "threshold") and hasattr(gc, "mem_alloc")  # MicroPython
MISSING = ""
TOPICS = ("bridge/state", "site", "rules/sales", "queue/sales", "ack/sales/rule", "notice", "board/wall/command")


def message(topic):
    """All that can be said under a topic; leaves are JSON."""
    label = '"label"'
    if topic == "bridge/state":
        return {
            "v": "1", "started": "START", "online": "true", "pbx": '"up"', "now": "NOW", "seq": "SEQ",
            "version": '"1"', "local": "3600000", "date": '"2026-11-23"', "quiet": "false", "problem": '"none"',
        }  # fmt: skip
    if topic == "site":
        queue = {"id": '"sales"', "label": label, "label_visual": label, "rtl": "false"}
        return {
            "v": "1", "started": "START", "queues": [queue, {"id": '"help"'}],
            "blink": {"warn": "500", "critical": "1000"}, "repeat_ms": "60000", "longest_ms": "5000",
            "wait_limit_ms": "360000", "offer_at_ms": "180000",
        }  # fmt: skip
    if topic == "rules/sales":
        condition = {"metric": '"waiting"', "op": '">="', "value": "1"}
        level = {"severity": '"critical"', "all": [condition], "clear": [condition]}
        sound = {"warn": '"none"', "critical": '"double"'}
        one = {"id": '"rule"', "for_ms": "0", "hold_ms": "0", "sound": sound, "levels": [level]}
        return {"v": "1", "started": "START", "rules": [one]}
    if topic == "queue/sales":
        return {
            "v": "1", "started": "START", "ts": "NOW", "open": "true", "label": label, "label_visual": label,
            "rtl": "false", "waiting": "1", "oldest_ms": "500", "avg_wait_ms": "1",
            "next_breach_ms": "100", "sla": "900", "sla_target": "800", "over_limit": "5",
            "offered": "2", "answered": "1", "abandoned": "1", "agents_in": "3", "agents_free": "1", "approx": "true",
        }  # fmt: skip
    if topic == "ack/sales/rule":
        return {"v": "1", "at": "NOW", "until": "NOW", "by": '"somebody"'}
    if topic == "notice":
        text = {"text": '"text"', "text_visual": '"text"', "rtl": "true", "until": "NOW"}
        return dict(text, v="1", started="START")
    return {"v": "1", "do": '"page"', "value": "1", "for_ms": "5000"}


def rule(value=6, **fields):
    """A rule over the number who wait."""
    condition = {"metric": "waiting", "op": ">=", "value": value}
    sound = {"warn": "none", "critical": "double"}
    one = {"id": "rule", "hold_ms": 0, "sound": sound, "levels": [{"severity": "critical", "all": [condition]}]}
    one.update(fields)
    return one


class TwoPlaces:
    """A screen that shows both queues; a notice of many words runs."""

    def slots(self, n_queues):
        return min(max(n_queues, 1), 2)

    def scroll_px(self, text, rtl):
        return len(text) * 8 if len(text) > 20 else 0


class Hostile(Feeder):
    """A board of two queues, of which the first has a rule that clears at once."""

    def __init__(self, pages=("queues",)):
        Feeder.__init__(self, TwoPlaces(), pages=pages)
        self.told = 0  # lines
        self.board.link(True, self.now)
        self.good()

    def good(self):
        """What the bridge says anew when it has to."""
        self.site("sales", "help")
        self.rules("sales", rule())
        self.seq += 1  # somebody may have made one up
        self.beat()
        self.queue("help", waiting=0)
        self.queue("sales", waiting=1, oldest_ms=0)
        self.send(("notice",))

    def hear(self, topic, payload, retained=False):
        """Somebody's message, and all that a shell asks of the board after it."""
        self.board.receive("wallboard/main/" + topic, payload, retained, self.now)
        for _ in range(2):
            self.board.tick(self.now)
            self.board.view(self.now)
            self.board.buzzer(self.now)
            self.board.outbox()
            dumps(self.board.state(self.now))
            wake = self.board.next_wake_ms(self.now)
            self.told += len(self.board.lines())
            assert wake > self.now, (topic, payload, "it spins")
            self.now = min(wake, self.now + 20)

    def pass_ms(self, ms):
        """Let time pass; the bridge lives."""
        end = self.now + ms
        while self.now < end:
            self.step(end)

    def fires(self, about):
        """The bridge goes on, and a breach is seen and told, and is over again."""
        self.good()
        self.queue("sales", waiting=6, oldest_ms=1000)
        view = self.view()
        assert (view.kind, view.fault) == (QUEUES, None), about
        assert (view.tiles[0].id, view.tiles[0].severity) == ("sales", 2), about
        assert self.alarms() == ["critical"], about
        self.queue("sales", waiting=0)
        assert self.alarms() == [], about

    def alarms(self):
        return [each["severity"] for each in self.board.state(self.now)["alarms"] if each["queue"] == "sales"]


def render(rig, node, at=None, new=None, path=()):
    """The JSON of a message; the node of path `at` is `new` instead, or not there when that is MISSING."""
    if path == at:
        return new
    if isinstance(node, str):
        numbers = {"START": rig.started, "NOW": rig.bridge_now(), "SEQ": rig.seq + 1}
        return str(numbers[node]) if node in numbers else node
    if isinstance(node, list):
        parts = [render(rig, item, at, new, path + (place,)) for place, item in enumerate(node)]
        return "[" + ",".join([part for part in parts if part]) + "]"
    parts = [(name, render(rig, node[name], at, new, path + (name,))) for name in node]
    return "{" + ",".join(['"%s":%s' % (name, part) for name, part in parts if part]) + "}"


def paths(node, path=()):
    found = [path]
    if isinstance(node, dict):
        for name in sorted(node):
            found += paths(node[name], path + (name,))
    elif isinstance(node, list):
        for place, item in enumerate(node):
            found += paths(item, path + (place,))
    return found


def lcg(seed):
    """Numbers below 2**31 without end; no interpreter's own."""
    while True:
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        yield seed >> 8
