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

from firmware.core.intake import Intake
from firmware.core.inventory import ALL
from firmware.core.knowledge import Knowledge
from firmware.core.payload import VERSION, dumps
from firmware.core.picture import Picture
from firmware.core.sounder import Sounder
from firmware.core.topics import topic
from firmware.core.view import SELF_TEST

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from typing import Any

    from firmware.core.service import Service
    from firmware.core.turns import Look
    from firmware.core.view import View

SLEEP_MS = 60_000  # longest sleep: nothing changes by time alone
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
        self._known = Knowledge(setup.queues, stored, "centre" in setup.pages)
        self._intake = Intake(setup.site, self._known)
        self._service: "Service | None" = None  # made when somebody first asks something of this board
        self._outbox: "list[tuple[str, bytes]]" = []
        self._sounder = Sounder()
        self._picture = Picture(setup, screen, self._known)

    def subscriptions(self) -> "list[tuple[str, int]]":
        """(topic filter, QoS) of all that the board listens to."""
        filters = [topic(self.site, "bridge", "state"), topic(self.site, "site"), topic(self.site, "notice")]
        filters.append(topic(self.site, "board", self.board_id, "command"))
        wanted = self._known.inventory.wanted
        queues = ["+"] if wanted is None else wanted + ([ALL] if "centre" in self.setup.pages else [])
        for queue in queues:
            filters += [topic(self.site, kind, queue) for kind in ("queue", "rules")]
            filters.append(topic(self.site, "ack", queue, "+"))
        return [(each, 1) for each in filters]

    def link(self, up: bool, now_ms: int) -> None:
        """The board's own connection to the broker is up, or lost."""
        self._known.link(up, now_ms)
        self._intake.link()

    def receive(self, topic: str, payload: bytes, retained: bool, now_ms: int) -> None:
        """Take one message of the subscriptions. tick() follows, once after several messages."""
        self._known.unstepped = True
        self._intake.receive(topic, payload, retained, now_ms)

    def press(self, down: bool, now_ms: int) -> None:
        """The button's contact closed, or opened; it may bounce. tick() follows."""
        self._serve().button.edge(down, now_ms)

    def self_test(self, now_ms: int) -> None:
        """Show the self-test, with a short sound. tick() follows."""
        from firmware.core.service import TEST_MS  # only where somebody asks for it

        self._serve().show(SELF_TEST, now_ms, TEST_MS)

    def tick(self, now_ms: int) -> None:
        """Advance the alarms and the sound to `now_ms`."""
        known = self._known
        self._intake.tick(now_ms)
        known.look(now_ms)
        known.unstepped = False
        self._obey(now_ms)
        rises = []
        loud = []
        for watch in known.inventory.watched():
            if watch.dirty or (watch.due_ms is not None and watch.due_ms <= now_ms):
                rises += watch.step(known.freshness, now_ms)
            loud += watch.loud(known.freshness, now_ms)
        self._sounder.set(known.settings["repeat_ms"], known.settings["longest_ms"])
        self._sounder.update(now_ms, [alarm for alarm in rises if alarm in loud], loud, self._silent())
        if self._service is not None and self._service.beep:
            self._service.beep = False
            self._sounder.beep(now_ms)

    def view(self, now_ms: int) -> "View":
        """What to show now."""
        return self._picture.view(now_ms)

    def buzzer(self, now_ms: int) -> bool:
        """Whether the buzzer is on now."""
        return self._sounder.on(now_ms)

    def outbox(self) -> "list[tuple[str, bytes]]":
        """(topic, payload) of what is to be published, retained, since the last call."""
        sent, self._outbox = self._outbox, []
        return sent

    @property
    def restart_asked(self) -> bool:
        """Somebody has sent the command `restart`."""
        return self._service is not None and self._service.restart_asked

    def next_wake_ms(self, now_ms: int) -> int:
        """When the view, the buzzer or an alarm may change by time alone; `now_ms` when a tick() is due already."""
        known = self._known
        if known.unstepped:
            return now_ms
        times = [now_ms + SLEEP_MS, known.freshness.changes_ms(now_ms), self._sounder.next_ms(now_ms, self._silent())]
        times += [watch.due_ms for watch in known.inventory.watched()]
        times += self._picture.times_ms(now_ms)
        if self._service is not None:
            times.append(self._service.next_ms())
        return max(min([at for at in times if at is not None]), now_ms)

    def state(self, now_ms: int) -> "dict[str, Any]":
        """The message for `state_topic`; the last will is offline(). The board's shell adds what it measures."""
        known = self._known
        known.look(now_ms)
        alarms: "list[dict[str, Any]]" = []
        for watch in known.inventory.watched():
            alarms += watch.report(known.freshness, now_ms)
        message = {"v": VERSION, "online": True, "alarms": alarms, "page": self._picture.page(now_ms)[2]}
        message["muted"] = self._muted()
        message["brightness"] = self._picture.lit
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
        return self._intake.problems

    def lines(self) -> "list[str]":
        """What went wrong since the last call, for the log: see told.py."""
        return self._intake.lines()

    @property
    def stored_changed(self) -> bool:
        """stored() has something new."""
        return self._known.stored_changed

    def stored(self) -> "dict[str, Any]":
        """The last good site and rules, for the board's state file; clears `stored_changed`."""
        return self._known.stored()

    def _serve(self) -> "Service":
        if self._service is None:
            from firmware.core.service import Service  # a board that nobody touches has the memory for more

            self._service = self._picture.service = Service()
        return self._service

    def _obey(self, now_ms: int) -> None:
        """Carry out commands, and what was pressed."""
        commands, self._known.commands = self._known.commands, []
        for message in commands:
            self._serve().command(message, now_ms)
        if self._service is not None and self._service.tick(now_ms):
            self._acknowledge(now_ms)

    def _acknowledge(self, now_ms: int) -> None:
        """Everything that is loud: here at once, on the other boards by way of the broker."""
        freshness = self._known.freshness
        for watch in self._known.inventory.watched():
            for alarm in watch.loud(freshness, now_ms):
                message = {"v": VERSION, "at": freshness.bridge_ms(now_ms), "by": self.board_id}
                watch.take_ack(alarm.rule.id, {"at": message["at"], "until": None}, now_ms)
                self._outbox.append((topic(self.site, "ack", watch.queue, alarm.rule.id), dumps(message)))

    def _muted(self) -> bool:
        return self._service is not None and self._service.muted_until_ms is not None

    def _silent(self) -> bool:
        """Quiet hours, or somebody has muted the buzzer."""
        beat = self._known.freshness.beat
        return self._muted() or (beat is not None and bool(beat["quiet"]))
