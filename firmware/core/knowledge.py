"""All that a board has been told, and how far it can be trusted. What comes here has gone through its schema: intake.py
reads messages.
"""

from firmware.core.freshness import AHEAD_MS, Freshness
from firmware.core.inventory import Inventory
from firmware.core.payload import WireError
from firmware.core.printable import one_line

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class Knowledge:
    """fault: as last looked at; unstepped: something is new since the alarms were last advanced; odd_rules: what is
    wrong with the stored rules, a line each.
    """

    def __init__(self, queues: "Sequence[str] | None", stored: "dict[str, Any] | None", centre: bool = False) -> None:
        self.freshness = Freshness()
        self.inventory = Inventory(queues, centre)
        self.fault = self.freshness.fault(0)
        self.unstepped = True
        self.stored_changed = False
        self.settings: "dict[str, Any]" = {
            "blink": None, "repeat_ms": 60_000, "longest_ms": 5000, "wait_limit_ms": None, "offer_at_ms": None,
        }  # fmt: skip
        self.notice: "dict[str, Any] | None" = None
        self.commands: "list[dict[str, Any]]" = []  # to be carried out
        self.odd_rules: "list[str]" = []
        self._site: "dict[str, Any] | None" = None
        if stored:
            from firmware.core.restore import restore  # a board that has nothing stored has the memory for more

            restore(self, stored)

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

    def stored(self) -> "dict[str, Any]":
        """The last good site and rules, to start with next time; clears `stored_changed`."""
        self.stored_changed = False
        rules = {}
        for watch in self.inventory.watched():
            if watch.rules is not None:
                rules[watch.queue] = watch.rules
        return {"site": self._site, "rules": rules}

    def take_bridge(self, message: "dict[str, Any]", retained: bool, now_ms: int) -> None:
        """A heartbeat, or the last will. Raises WireError, see Freshness.receive()."""
        freshness = self.freshness
        self._freeze(now_ms)
        clock = (freshness.started, freshness.board_ms(0))
        try:
            live = freshness.receive(message, retained, now_ms)
        finally:
            if (freshness.started, freshness.board_ms(0)) != clock:
                self.inventory.soil()  # all ages have moved, if by a ms: what was due at one moment is at another
            if freshness.started != clock[0]:
                for watch in self.inventory.watched():
                    watch.follow(freshness, now_ms)
            self.look(now_ms)
        if live and self.fault is None:
            proved_ms = freshness.proved_ms()
            for watch in self.inventory.watched():
                watch.prove(freshness, proved_ms)

    def take_site(self, message: "dict[str, Any]") -> bool:
        """What holds for every board; whether there is something new in it."""
        if self._site is not None and _content(message) == _content(self._site):
            return False
        self._site = message
        self.settings = message
        self.stored_changed = True
        self.inventory.take_site(message["queues"])
        return True

    def take_rules(self, queue: str, message: "dict[str, Any]") -> "list[str]":
        """A queue's rules; what is wrong with them, a line each."""
        watch = self.inventory.get(queue)
        if watch.rules is not None and _content(message) == _content(watch.rules):
            return []
        self.stored_changed = True
        return ["rules/%s: %s" % (one_line(queue, 60), problem) for problem in watch.take_rules(message)]

    def take_snapshot(self, queue: str, values: "dict[str, Any]", now_ms: int) -> None:
        """A queue's figures. WireError when they are of a time that has not come."""
        freshness = self.freshness
        if values["started"] == freshness.started and values["ts"] - freshness.bridge_ms(now_ms) > AHEAD_MS:
            raise WireError("ts is ahead of the bridge's clock", "ahead")
        watch = self.inventory.get(queue)
        known = watch.values is not None
        watch.take_snapshot(values, freshness, now_ms)
        if not known:
            self.inventory.snapshots_changed()

    def take_notice(self, message: "dict[str, Any] | None") -> None:
        """A text for everybody; None: it is taken back."""
        self.notice = message

    def take_back(self, parts: "tuple[str, ...]", now_ms: int) -> None:
        """An empty retained payload under a topic of these parts: a queue, its rules or an acknowledgement is gone."""
        watch = self.inventory.find(parts[1])
        if watch is None:
            return
        if parts[0] == "ack":
            watch.take_ack(parts[2], None, now_ms)
        elif parts[0] == "queue":
            watch.forget()
            self.inventory.snapshots_changed()
        elif watch.rules is not None:
            watch.take_rules(None)
            self.stored_changed = True

    def _freeze(self, now_ms: int) -> None:
        """Keep all ages as they are, or were when the bridge fell silent: what follows may end or replace the clock."""
        at_ms = self.freshness.last_fresh_ms(now_ms)
        if at_ms is not None:
            bridge_ms = self.freshness.bridge_ms(at_ms)
            for watch in self.inventory.watched():
                watch.freeze(self.freshness, bridge_ms)


def _content(message: "dict[str, Any]") -> "dict[str, Any]":
    """A message without `started`: settings that a new bridge sends again are no new settings."""
    content = dict(message)
    content.pop("started", None)
    return content
