"""A board: messages in, and what to show, to sound and to say out. No socket, no pin and no clock of its own.

    board = Board("main", "north-wall", layout.slots)
    board.link(True, now_ms)                        # after each connection, before what comes over it
    board.receive(topic, payload, retained, now_ms)
    board.tick(now_ms)                              # after messages, and when next_wake_ms() has come
    view, sound = board.view(now_ms), board.buzzer(now_ms)
    sleep_until(board.next_wake_ms(now_ms))

`now_ms` is the board's own monotonic clock everywhere. Nothing that arrives raises: what cannot be used is counted in
`problems`, and told once in lines().
"""

from firmware.core import wire
from firmware.core.check import read
from firmware.core.freshness import BRIDGE, Freshness
from firmware.core.inventory import Inventory
from firmware.core.pages import TURN_MS, choose
from firmware.core.pattern import phase
from firmware.core.rules import CRITICAL
from firmware.core.sounder import Sounder
from firmware.core.spelling import one_line
from firmware.core.view import View

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from firmware.core.watch import Watch

SLEEP_MS = 60_000  # longest sleep: nothing changes by time alone
_MOST_TOLD = 100


class Board:
    """All that one board knows. `slots_of`: number of its queues → tiles a page (Layout.slots).

    `queues`: names on the PBX, or `@group`, of those to show, in this order; None: all of the site's. `stored`: what
    stored() gave before the last restart; what of it cannot be used is left out.
    """

    def __init__(  # noqa: PLR0917 - what a board is made of, the last three by name
        self,
        site: str,
        board_id: str,
        slots_of: "Callable[[int], int]",
        queues: "Sequence[str] | None" = None,
        stored: "dict[str, Any] | None" = None,
        version: str = "",
    ) -> None:
        self.site = site
        self.board_id = board_id
        self.version = version
        self.problems = 0
        self.stored_changed = False
        self.state_topic = wire.topic(site, "board", board_id, "state")
        self._slots_of = slots_of
        self._told: "list[str]" = []
        self._lines: "list[str]" = []
        self._freshness = Freshness()
        self._fault = self._freshness.fault(0)  # as last seen by a look at the clock
        self._inventory = Inventory(queues)
        self._sounder = Sounder()
        self._site: "dict[str, Any] | None" = None
        self._blink = {"warn": 500, "critical": 1000}
        self._unstepped = True
        self._restore(stored or {})

    def subscriptions(self) -> "list[tuple[str, int]]":
        """(topic filter, QoS) of all that the board listens to."""
        filters = [wire.topic(self.site, "bridge", "state"), wire.topic(self.site, "site")]
        for queue in self._inventory.wanted or ["+"]:
            filters += [wire.topic(self.site, kind, queue) for kind in ("queue", "rules")]
            filters.append(wire.topic(self.site, "ack", queue, "+"))
        return [(each, 1) for each in filters]

    def link(self, up: bool, now_ms: int) -> None:
        """The board's own connection to the broker is up, or lost."""
        self._freeze(now_ms)
        self._freshness.link(up, now_ms)
        self._look(now_ms)

    def receive(self, topic: str, payload: bytes, retained: bool, now_ms: int) -> None:
        """Take one message of the subscriptions. tick() follows, once after several messages."""
        try:
            self._dispatch(wire.parts_of(self.site, topic), payload, retained, now_ms)
        except wire.WireError as error:
            self._tell("%s: %s" % (one_line(topic, 100), error))
        self._unstepped = True

    def tick(self, now_ms: int) -> None:
        """Advance the alarms and the sound to `now_ms`."""
        self._look(now_ms)
        self._unstepped = False
        rises = []
        loud = []
        freshness = self._freshness
        for watch in self._inventory.shown():
            if watch.dirty or (watch.due_ms is not None and watch.due_ms <= now_ms):
                rises += watch.step(freshness, now_ms)
            if watch.severity and not watch.acked and watch.live(freshness, now_ms):
                loud += [
                    alarm for alarm in watch.alarms if alarm.severity and not watch.is_acked(alarm, freshness, now_ms)
                ]
        self._sounder.update(now_ms, [alarm for alarm in rises if alarm in loud], loud, self._quiet())

    def view(self, now_ms: int) -> View:
        """What to show now."""
        self._look(now_ms)
        watches, page, pages = self._page(now_ms)
        freshness = self._freshness
        fault = self._fault
        if [watch for watch in watches if watch.orphaned(freshness, now_ms)]:
            fault = BRIDGE
        bridge_ms = freshness.bridge_ms(now_ms)
        tiles = [
            watch.tile(freshness, now_ms, phase(self._blink_mhz(watch), bridge_ms) if watch.severity else 0)
            for watch in watches
        ]
        local_ms = self._local_ms(now_ms)
        return View(tuple(tiles), page, pages, fault, None if local_ms is None else local_ms // 60_000 % 1440)

    def buzzer(self, now_ms: int) -> bool:
        """Whether the buzzer is on now."""
        return self._sounder.on(now_ms)

    def next_wake_ms(self, now_ms: int) -> int:
        """When the view, the buzzer or an alarm may change by time alone; `now_ms` when a tick() is due already."""
        if self._unstepped:
            return now_ms
        freshness = self._freshness
        times = [now_ms + SLEEP_MS, freshness.changes_ms(now_ms), self._sounder.next_ms(now_ms, self._quiet())]
        times += [watch.due_ms for watch in self._inventory.shown()]
        watches, _, pages = self._page(now_ms)
        times += [watch.changes_ms(freshness, now_ms, self._blink_mhz(watch)) for watch in watches]
        bridge_ms = freshness.bridge_ms(now_ms)
        if pages > 1:
            times.append(freshness.board_ms(bridge_ms + TURN_MS - bridge_ms % TURN_MS))
        local_ms = self._local_ms(now_ms)
        if local_ms is not None:
            times.append(freshness.board_ms(bridge_ms + 60_000 - local_ms % 60_000))
        return max(min([at for at in times if at is not None]), now_ms)

    def state(self, now_ms: int) -> "dict[str, Any]":
        """The message for `state_topic`; the last will is offline(). The board's shell adds what it measures."""
        self._look(now_ms)
        alarms: "list[dict[str, Any]]" = []
        for watch in self._inventory.shown():
            alarms += watch.report(self._freshness, now_ms)
        message = {"v": wire.VERSION, "online": True, "alarms": alarms, "page": self._page(now_ms)[1]}
        if self.version:
            message["version"] = self.version
        if self._fault is not None:
            message["fault"] = self._fault
        return message

    def offline(self) -> "dict[str, Any]":
        """The last will, and the good-bye."""
        return {"v": wire.VERSION, "online": False}

    def lines(self) -> "list[str]":
        """What went wrong since the last call, for the log: each line once in the board's life."""
        lines, self._lines = self._lines, []
        return lines

    def stored(self) -> "dict[str, Any]":
        """The last good site and rules, for the board's state file; clears `stored_changed`."""
        self.stored_changed = False
        rules = {}
        for watch in self._inventory.shown():
            if watch.rules is not None:
                rules[watch.queue] = _known(watch.rules)
        return {"site": _known(self._site), "rules": rules}

    def _dispatch(self, parts: "tuple[str, ...]", payload: bytes, retained: bool, now_ms: int) -> None:
        if parts == ("bridge", "state"):
            self._take_bridge(wire.read(wire.BRIDGE, payload), retained, now_ms)
        elif parts == ("site",):
            if payload:
                self._take_site(wire.read(wire.SITE, payload))
        elif len(parts) == 2 and parts[0] == "rules":
            self._take_rules(parts[1], wire.read(wire.RULES, payload) if payload else None)
        elif len(parts) == 2 and parts[0] == "queue":
            self._take_queue(parts[1], payload, now_ms)
        elif len(parts) == 3 and parts[0] == "ack":
            ack = wire.read(wire.ACK, payload) if payload else None
            self._inventory.get(parts[1]).take_ack(parts[2], ack, now_ms)
        else:
            raise wire.WireError("no topic that a board listens to")

    def _take_bridge(self, message: "dict[str, Any]", retained: bool, now_ms: int) -> None:
        freshness = self._freshness
        self._freeze(now_ms)
        clock = (freshness.started, freshness.board_ms(0))
        try:
            live = freshness.receive(message, retained, now_ms)
        finally:
            if (freshness.started, freshness.board_ms(0)) != clock:
                self._inventory.soil()  # all ages have moved, if by a ms: what was due at one moment is at another
            self._look(now_ms)
        if live:
            for watch in self._inventory.shown():
                watch.prove(freshness, now_ms)

    def _take_site(self, message: "dict[str, Any]") -> None:
        if self._site is not None and _content(message) == _content(self._site):
            return
        self._site = message
        self.stored_changed = True
        self._blink = message["blink"] or self._blink
        self._sounder.repeat_ms = message["repeat_ms"]
        self._sounder.longest_ms = message["longest_ms"]
        self._inventory.take_site(message["queues"])

    def _take_rules(self, queue: str, message: "dict[str, Any] | None") -> None:
        watch = self._inventory.get(queue)
        if message is None or watch.rules is None or _content(message) != _content(watch.rules):
            for problem in watch.take_rules(message):
                self._tell("rules/%s: %s" % (one_line(queue, 60), problem))
            self.stored_changed = True

    def _take_queue(self, queue: str, payload: bytes, now_ms: int) -> None:
        if payload:
            self._inventory.get(queue).take_snapshot(wire.read(wire.QUEUE, payload), self._freshness, now_ms)
        else:
            self._inventory.get(queue).forget()
        self._inventory.snapshots_changed()

    def _look(self, now_ms: int) -> None:
        """Notice a fault that has come or gone, by a message or by time alone."""
        fault = self._freshness.fault(now_ms)
        if fault != self._fault:
            self._freeze(now_ms)
            self._fault = fault
            self._inventory.soil()
            self._unstepped = True

    def _freeze(self, now_ms: int) -> None:
        """Keep all ages as they are, or were when the bridge fell silent: what follows may end or replace the clock."""
        at_ms = self._freshness.last_fresh_ms(now_ms)
        if at_ms is not None:
            for watch in self._inventory.shown():
                watch.freeze(self._freshness, at_ms)

    def _page(self, now_ms: int) -> "tuple[list[Watch], int, int]":
        shown = self._inventory.shown()
        severities = [watch.severity for watch in shown]
        slots = self._slots_of(len(shown))
        places, page, pages = choose(severities, slots, self._freshness.bridge_ms(now_ms))
        return [shown[place] for place in places], page, pages

    def _blink_mhz(self, watch: "Watch") -> int:
        return self._blink["critical" if watch.severity == CRITICAL else "warn"]

    def _quiet(self) -> bool:
        beat = self._freshness.beat
        return beat is not None and bool(beat["quiet"])

    def _local_ms(self, now_ms: int) -> "int | None":
        """ms since local midnight, as the bridge says; it may be past the day's end until the next heartbeat."""
        beat = self._freshness.beat
        if beat is None or beat["local"] is None:
            return None
        local: int = beat["local"] + self._freshness.bridge_ms(now_ms) - beat["now"]
        return local

    def _tell(self, line: str) -> None:
        self.problems += 1
        if line not in self._told and len(self._told) < _MOST_TOLD:
            self._told.append(line)
            self._lines.append(line)

    def _restore(self, stored: "dict[str, Any]") -> None:
        """Take the site and rules of the state file, through the same schemas as messages."""
        site, problems = read(wire.SITE, stored.get("site"), wire=True)
        if site is not None and not problems:
            self._take_site(site)
        kept: "Any" = stored.get("rules")
        for queue in sorted(kept if isinstance(kept, dict) else {}):
            rules, problems = read(wire.RULES, kept[queue], wire=True)
            if rules is not None and not problems and self._inventory.wants(queue):
                self._take_rules(queue, rules)
        self.stored_changed = False


def _content(message: "dict[str, Any]") -> "dict[str, Any]":
    """A message without `started`: settings that a new bridge sends again are no new settings."""
    content = dict(message)
    content.pop("started", None)
    return content


def _known(value: "Any") -> "Any":
    """A clean message as it came: what was absent is None in it, and None is nothing that the schemas take."""
    if isinstance(value, dict):
        return {key: _known(value[key]) for key in value if value[key] is not None}
    if isinstance(value, list):
        return [_known(each) for each in value]
    return value
