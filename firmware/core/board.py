"""A board: messages in, and what to show, to sound and to say out. No socket, no pin and no clock of its own.

    board = Board(Setup("main", "north-wall", None, PAGES, 100, (), ""), screen)
    board.link(True, now_ms)                        # after each connection, before what comes over it
    board.receive(topic, payload, retained, now_ms)
    board.tick(now_ms)                              # after messages, and when next_wake_ms() has come
    view, sound = board.view(now_ms), board.buzzer(now_ms)
    sleep_until(board.next_wake_ms(now_ms))

`now_ms` is the board's own monotonic clock everywhere. Nothing that arrives raises: what cannot be used is counted in
`problems`, and told once in lines().
"""

from collections import namedtuple

from firmware.core import showing
from firmware.core.freshness import BRIDGE
from firmware.core.knowledge import Knowledge
from firmware.core.pages import TURN_MS, choose
from firmware.core.payload import VERSION
from firmware.core.rules import CRITICAL
from firmware.core.sounder import Sounder
from firmware.core.topics import topic
from firmware.core.view import QUEUES, View

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any, Protocol

    from firmware.core.watch import Watch

    class Look(Protocol):
        """What the board asks of its Screen."""

        def slots(self, n_queues: int) -> int: ...

        def scroll_px(self, text: str) -> int: ...


SLEEP_MS = 60_000  # longest sleep: nothing changes by time alone
_WARN_MHZ, _CRITICAL_MHZ = 500, 1000  # unless the site says otherwise


PAGES = ("queues", "centre", "clock")  # all that there are, and the default

# What stands in the board's settings. site, board: its names in topics; queues: names on the PBX, or `@group`, of those
# to show, in this order, or None: all of the site's; pages: of PAGES; brightness: percent by day, 1 to 100; night:
# (from, until, percent) in minutes since local midnight, until may be the next day's, 0 percent is dark; version: text.
Setup = namedtuple("Setup", "site board queues pages brightness night version")


class Board:
    """All that one board knows and does. `screen`: what it is drawn by, asked for what fits.

    `stored`: what stored() gave before the last restart; what of it cannot be used is left out.
    """

    def __init__(self, setup: Setup, screen: "Look", stored: "dict[str, Any] | None" = None) -> None:
        self.setup = setup
        self.site: str = setup.site
        self.board_id: str = setup.board
        self.version: str = setup.version
        self.state_topic = topic(setup.site, "board", setup.board, "state")
        self._screen = screen
        self._known = Knowledge(setup.site, setup.queues, stored)
        self._sounder = Sounder()

    def subscriptions(self) -> "list[tuple[str, int]]":
        """(topic filter, QoS) of all that the board listens to."""
        filters = [topic(self.site, "bridge", "state"), topic(self.site, "site")]
        for queue in self._known.inventory.wanted or ["+"]:
            filters += [topic(self.site, kind, queue) for kind in ("queue", "rules")]
            filters.append(topic(self.site, "ack", queue, "+"))
        return [(each, 1) for each in filters]

    def link(self, up: bool, now_ms: int) -> None:
        """The board's own connection to the broker is up, or lost."""
        self._known.link(up, now_ms)

    def receive(self, topic: str, payload: bytes, retained: bool, now_ms: int) -> None:
        """Take one message of the subscriptions. tick() follows, once after several messages."""
        self._known.receive(topic, payload, retained, now_ms)

    def tick(self, now_ms: int) -> None:
        """Advance the alarms and the sound to `now_ms`."""
        known = self._known
        known.look(now_ms)
        known.unstepped = False
        rises = []
        loud = []
        for watch in known.inventory.shown():
            if watch.dirty or (watch.due_ms is not None and watch.due_ms <= now_ms):
                rises += watch.step(known.freshness, now_ms)
            loud += watch.loud(known.freshness, now_ms)
        self._sounder.set(known.settings["repeat_ms"], known.settings["longest_ms"])
        self._sounder.update(now_ms, [alarm for alarm in rises if alarm in loud], loud, self._quiet())

    def view(self, now_ms: int) -> View:
        """What to show now."""
        known = self._known
        known.look(now_ms)
        watches, page, pages = self._page(now_ms)
        fault = known.fault
        if [watch for watch in watches if watch.orphaned(known.freshness, now_ms)]:
            fault = BRIDGE
        tiles = [showing.tile(watch, known.freshness, now_ms, self._blink_mhz(watch)) for watch in watches]
        local_ms = self._local_ms(now_ms)
        return View(
            QUEUES,
            tuple(tiles),
            None,
            page,
            pages,
            fault,
            None,
            None if local_ms is None else local_ms // 60_000 % 1440,
            None,
            None,
            0,
            False,
            self.setup.brightness,
            "",
        )

    def buzzer(self, now_ms: int) -> bool:
        """Whether the buzzer is on now."""
        return self._sounder.on(now_ms)

    def next_wake_ms(self, now_ms: int) -> int:
        """When the view, the buzzer or an alarm may change by time alone; `now_ms` when a tick() is due already."""
        if self._known.unstepped:
            return now_ms
        freshness = self._known.freshness
        times = [now_ms + SLEEP_MS, freshness.changes_ms(now_ms), self._sounder.next_ms(now_ms, self._quiet())]
        times += [watch.due_ms for watch in self._known.inventory.shown()]
        watches, _, pages = self._page(now_ms)
        times += [showing.changes_ms(watch, freshness, now_ms, self._blink_mhz(watch)) for watch in watches]
        bridge_ms = freshness.bridge_ms(now_ms)
        if pages > 1:
            times.append(freshness.board_ms(bridge_ms + TURN_MS - bridge_ms % TURN_MS))
        local_ms = self._local_ms(now_ms)
        if local_ms is not None:
            times.append(freshness.board_ms(bridge_ms + 60_000 - local_ms % 60_000))
        return max(min([at for at in times if at is not None]), now_ms)

    def state(self, now_ms: int) -> "dict[str, Any]":
        """The message for `state_topic`; the last will is offline(). The board's shell adds what it measures."""
        known = self._known
        known.look(now_ms)
        alarms: "list[dict[str, Any]]" = []
        for watch in known.inventory.shown():
            alarms += watch.report(known.freshness, now_ms)
        message = {"v": VERSION, "online": True, "alarms": alarms, "page": self._page(now_ms)[1]}
        if self.version:
            message["version"] = self.version
        if known.fault is not None:
            message["fault"] = known.fault
        return message

    def offline(self) -> "dict[str, Any]":
        """The last will, and the good-bye."""
        return {"v": VERSION, "online": False}

    @property
    def problems(self) -> int:
        """How many messages, or parts of them, could not be used."""
        return self._known.problems

    def lines(self) -> "list[str]":
        """What went wrong since the last call, for the log: each line once in the board's life."""
        return self._known.lines()

    @property
    def stored_changed(self) -> bool:
        """stored() has something new."""
        return self._known.stored_changed

    def stored(self) -> "dict[str, Any]":
        """The last good site and rules, for the board's state file; clears `stored_changed`."""
        return self._known.stored()

    def _page(self, now_ms: int) -> "tuple[list[Watch], int, int]":
        shown = self._known.inventory.shown()
        severities = [watch.severity for watch in shown]
        slots = self._screen.slots(len(shown))
        places, page, pages = choose(severities, slots, self._known.freshness.bridge_ms(now_ms))
        return [shown[place] for place in places], page, pages

    def _blink_mhz(self, watch: "Watch") -> int:
        blink = self._known.settings["blink"]
        if watch.severity == CRITICAL:
            return blink["critical"] if blink else _CRITICAL_MHZ
        return blink["warn"] if blink else _WARN_MHZ

    def _quiet(self) -> bool:
        beat = self._known.freshness.beat
        return beat is not None and bool(beat["quiet"])

    def _local_ms(self, now_ms: int) -> "int | None":
        """ms since local midnight, as the bridge says; it may be past the day's end until the next heartbeat."""
        beat = self._known.freshness.beat
        if beat is None or beat["local"] is None:
            return None
        local: int = beat["local"] + self._known.freshness.bridge_ms(now_ms) - beat["now"]
        return local
