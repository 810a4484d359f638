"""All that a board has been told: messages in, and what is known and how far it can be trusted.

Nothing that arrives raises: what cannot be used is counted in `problems`, and told once in lines().
"""

from firmware.core import check_records, messages
from firmware.core.freshness import Freshness
from firmware.core.inventory import Inventory
from firmware.core.payload import WireError, read
from firmware.core.printable import one_line
from firmware.core.topics import parts_of

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_MOST_TOLD = 100


class Knowledge:
    """fault: as last looked at; unstepped: something is new since the alarms were last advanced."""

    def __init__(
        self, site: str, queues: "Sequence[str] | None", stored: "dict[str, Any] | None", centre: bool = False
    ) -> None:
        self.freshness = Freshness()
        self.inventory = Inventory(queues, centre)
        self.fault = self.freshness.fault(0)
        self.unstepped = True
        self.problems = 0
        self.stored_changed = False
        self.settings: "dict[str, Any]" = {
            "blink": None, "repeat_ms": 60_000, "longest_ms": 5000, "wait_limit_ms": None, "offer_at_ms": None,
        }  # fmt: skip
        self.notice: "dict[str, Any] | None" = None
        self.commands: "list[dict[str, Any]]" = []  # to be carried out
        self._name = site
        self._site: "dict[str, Any] | None" = None
        self._told: "list[str]" = []
        self._lines: "list[str]" = []
        self._restore(stored or {})

    def link(self, up: bool, now_ms: int) -> None:
        """The board's own connection to the broker is up, or lost."""
        self._freeze(now_ms)
        self.freshness.link(up, now_ms)
        self.look(now_ms)

    def look(self, now_ms: int) -> None:
        """Notice a fault that has come or gone, by a message or by time alone."""
        fault = self.freshness.fault(now_ms)
        if fault != self.fault:
            self._freeze(now_ms)
            self.fault = fault
            self.inventory.soil()
            self.unstepped = True

    def receive(self, topic: str, payload: bytes, retained: bool, now_ms: int) -> None:
        """Take one message of the board's subscriptions."""
        self.unstepped = True
        try:
            self._dispatch(parts_of(self._name, topic), payload, retained, now_ms)
        except WireError as error:
            self._tell("%s: %s" % (one_line(topic, 100), error))
        except MemoryError:  # a small board and a large centre
            self._tell("no memory left for a message")  # not even for its topic, perhaps

    def lines(self) -> "list[str]":
        """What went wrong since the last call, for the log: each line once in the board's life."""
        lines, self._lines = self._lines, []
        return lines

    def stored(self) -> "dict[str, Any]":
        """The last good site and rules, to start with next time; clears `stored_changed`."""
        self.stored_changed = False
        rules = {}
        for watch in self.inventory.watched():
            if watch.rules is not None:
                rules[watch.queue] = watch.rules
        return {"site": self._site, "rules": rules}

    def _dispatch(self, parts: "tuple[str, ...]", payload: bytes, retained: bool, now_ms: int) -> None:
        if parts == ("bridge", "state"):
            self._take_bridge(read(messages.BRIDGE, payload), retained, now_ms)
        elif parts == ("site",):
            if payload:
                self._take_site(read(messages.site(), payload))
        elif parts == ("notice",):
            self._take_notice(payload)
        elif parts[0] == "board" and len(parts) == 3:
            self._take_command(payload, retained)
        elif not payload and len(parts) in (2, 3) and parts[0] in ("rules", "queue", "ack"):
            self._take_back(parts, now_ms)
        elif len(parts) == 2 and parts[0] == "rules":
            self._take_rules(parts[1], read(messages.rules(), payload))
        elif len(parts) == 2 and parts[0] == "queue":
            values = read(messages.QUEUE, payload)  # first: what cannot be read makes no queue known
            self.inventory.get(parts[1]).take_snapshot(values, self.freshness, now_ms)
            self.inventory.snapshots_changed()
        elif len(parts) == 3 and parts[0] == "ack":
            ack = read(messages.ack(), payload)
            self.inventory.get(parts[1]).take_ack(parts[2], ack, now_ms)
        else:
            raise WireError("no topic that a board listens to")

    def _take_bridge(self, message: "dict[str, Any]", retained: bool, now_ms: int) -> None:
        freshness = self.freshness
        self._freeze(now_ms)
        clock = (freshness.started, freshness.board_ms(0))
        try:
            live = freshness.receive(message, retained, now_ms)
        finally:
            if (freshness.started, freshness.board_ms(0)) != clock:
                self.inventory.soil()  # all ages have moved, if by a ms: what was due at one moment is at another
            self.look(now_ms)
        if live:
            for watch in self.inventory.watched():
                watch.prove(freshness, now_ms)

    def _take_site(self, message: "dict[str, Any]") -> None:
        if self._site is not None and _content(message) == _content(self._site):
            return
        self._site = message
        self.settings = message
        self.stored_changed = True
        self.inventory.take_site(message["queues"])

    def _take_rules(self, queue: str, message: "dict[str, Any]") -> None:
        watch = self.inventory.get(queue)
        if watch.rules is None or _content(message) != _content(watch.rules):
            for problem in watch.take_rules(message):
                self._tell("rules/%s: %s" % (one_line(queue, 60), problem))
            self.stored_changed = True

    def _take_notice(self, payload: bytes) -> None:
        from firmware.core import messages_rare  # a small board may never hear one

        self.notice = read(messages_rare.notice(), payload) if payload else None

    def _take_command(self, payload: bytes, retained: bool) -> None:
        from firmware.core import messages_rare

        if retained:
            raise WireError("a command that is retained would be carried out at each connection: clear it")
        self.commands.append(read(messages_rare.command(), payload))

    def _take_back(self, parts: "tuple[str, ...]", now_ms: int) -> None:
        """An empty retained payload: a queue, its rules or an acknowledgement is gone."""
        watch = self.inventory.find(parts[1])
        if watch is None:
            return
        if parts[0] == "ack" and len(parts) == 3:
            watch.take_ack(parts[2], None, now_ms)
        elif parts[0] == "rules" and watch.rules is not None:
            watch.take_rules(None)
            self.stored_changed = True
        elif parts[0] == "queue":
            watch.forget()
            self.inventory.snapshots_changed()

    def _freeze(self, now_ms: int) -> None:
        """Keep all ages as they are, or were when the bridge fell silent: what follows may end or replace the clock."""
        at_ms = self.freshness.last_fresh_ms(now_ms)
        if at_ms is not None:
            for watch in self.inventory.watched():
                watch.freeze(self.freshness, at_ms)

    def _tell(self, line: str) -> None:
        self.problems += 1
        if line not in self._told and len(self._told) < _MOST_TOLD:
            self._told.append(line)
            self._lines.append(line)

    def _restore(self, stored: "dict[str, Any]") -> None:
        """Take the site and rules of the state file, through the same schemas as messages."""
        site, problems = check_records.read(messages.site(), stored.get("site"), wire=True)
        if site is not None and not problems:
            self._take_site(site)
        kept: "Any" = stored.get("rules")
        for queue in sorted(kept if isinstance(kept, dict) else {}):
            rules, problems = check_records.read(messages.rules(), kept[queue], wire=True)
            if rules is not None and not problems and self.inventory.wants(queue):
                self._take_rules(queue, rules)
        self.stored_changed = False


def _content(message: "dict[str, Any]") -> "dict[str, Any]":
    """A message without `started`: settings that a new bridge sends again are no new settings."""
    content = dict(message)
    content.pop("started", None)
    return content
