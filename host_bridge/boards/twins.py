"""Two boards that bear one name: a broker has one client of a name, so each that comes cuts the other one off.

What they say of themselves tells them apart: the serial number, the host name, and when they started. A board that
restarts, or that gets another address, is another one than before and never the earlier one again; of two, the earlier
one comes back. Pure: no clock; `now_ms` is ms of the bridge's.
"""

from __future__ import annotations

from typing import NamedTuple

from host_bridge.boards.words import listed, span

APART_MS = 15_000  # starts that differ by less may be one: a message can be late by what a line bears before it is cut
QUIET_MS = 300_000  # so long without a change from one to the other, and there is one
MOST = 4  # instances remembered of one name


class Who(NamedTuple):
    """What a board's state says of the machine; "" and None are not known."""

    host: str = ""
    address: str = ""
    serial: str = ""
    uptime_ms: int | None = None

    @property
    def name(self) -> str:
        """For people: host and address, as far as they are known."""
        if self.host and self.address:
            return f"{self.host} ({self.address})"
        return self.host or self.address or (f"serial {self.serial}" if self.serial else "")


class _Instance:
    """One life of one machine."""

    def __init__(self, who: Who, boot_ms: int | None, now_ms: int) -> None:
        self.who = who
        self.boot_ms = boot_ms
        self.heard_ms = now_ms
        self.returns = 0  # how often it was heard again after another one had been

    def is_other_machine(self, who: Who) -> bool:
        """What they say of themselves differs; False when it does not tell."""
        if self.who.serial and who.serial:
            return self.who.serial != who.serial
        return bool(self.who.host and who.host and self.who.host != who.host)

    def is_same_life(self, boot_ms: int | None) -> bool:
        return self.boot_ms is None or boot_ms is None or abs(self.boot_ms - boot_ms) <= APART_MS


class Twins:
    """Those that have spoken under one name lately."""

    def __init__(self) -> None:
        self._instances: list[_Instance] = []  # the one heard last at the end
        self._changed_ms: int | None = None  # when one took over from another, of several known to live

    @property
    def found(self) -> tuple[Who, ...]:
        """The boards that share the name, the one heard first first; () while there is one."""
        if self._changed_ms is None:
            return ()
        shown = [each for each in self._instances if each.returns] or self._instances
        if len(shown) < 2:
            shown = self._instances[-2:]
        return tuple(sorted((each.who for each in shown), key=_order))

    def heard(self, who: Who, now_ms: int) -> None:
        """A live state message under this name."""
        boot_ms = None if who.uptime_ms is None else now_ms - who.uptime_ms
        last = self._instances[-1] if self._instances else None
        known = [each for each in self._instances if not each.is_other_machine(who) and each.is_same_life(boot_ms)]
        mine = known[-1] if known else _Instance(who, boot_ms, now_ms)
        if known and mine is not last and last is not None:
            mine.returns += 1
            if self._is_proven(mine, last):
                self._changed_ms = now_ms
        elif self._changed_ms is not None and mine is not last:
            self._changed_ms = now_ms
        mine.who, mine.heard_ms = who, now_ms
        if boot_ms is not None and (mine.boot_ms is None or boot_ms < mine.boot_ms):
            mine.boot_ms = boot_ms  # a message that is late makes it later than it was, and none makes it earlier
        others = [each for each in self._instances if each is not mine]
        self._instances = [*others[-(MOST - 1) :], mine]

    def tick(self, now_ms: int) -> None:
        """Forget what has not been heard of for some minutes."""
        if self._changed_ms is not None and now_ms - self._changed_ms >= QUIET_MS:
            self._changed_ms = None
            self._instances = self._instances[-1:]
            self._instances[0].returns = 0
        elif len(self._instances) > 1:
            last = self._instances[-1]
            self._instances = [
                each for each in self._instances if each is last or now_ms - each.heard_ms < 2 * QUIET_MS
            ]

    def _is_proven(self, mine: _Instance, last: _Instance) -> bool:
        """Both live: the one came back though the other had taken its place."""
        if self._changed_ms is not None:
            return True
        told_apart = mine.is_other_machine(last.who) and mine.boot_ms is not None
        # Else both have to come back: a single message that is very late looks like a life of its own.
        return told_apart or (mine.returns > 0 and last.returns > 0)


def _order(who: Who) -> tuple[str, str, str]:
    return who.host, who.address, who.serial


def sentence(board: str, found: tuple[Who, ...]) -> str:
    """One line for people; `found` as Twins has it, not empty."""
    names = [each.name or _age(each) for each in found]
    if len(set(names)) < len(names):  # a copied card has the host name too, and may be behind the same router
        names = [f"{name}, serial {who.serial}" if who.serial else name for name, who in zip(names, found, strict=True)]
    count = {2: "two", 3: "three", 4: "four"}.get(len(names), str(len(names)))
    return f"{count} boards call themselves '{board}': {listed(names, MOST)}: give one another name in board.yaml"


def _age(who: Who) -> str:
    return "one that says nothing of itself" if who.uptime_ms is None else f"one that has run for {span(who.uptime_ms)}"
