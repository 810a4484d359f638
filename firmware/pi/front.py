"""What has the panel before the board's own pages: the installer's self-test, and until a board has ever been linked,
how far the way to the PBX holds.

The test is due when the file `self-test` lies beside the state file (the first boot puts it there) or the button is
held at the start. It is removed once the test is over: a board whose power is cut in the middle shows it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from config.replace_file import sync_folder
from firmware.pi.inbox import Message
from firmware.pi.selftest.pictures_panel import Picture
from firmware.pi.selftest.plan import Plan
from firmware.pi.selftest.step import Facts
from firmware.pi.selftest.walk import Walk
from firmware.pi.selftest.way import TURN_MS, Broker, Network, Way, way

FILE = "self-test"
POLL_MS = 500  # how often the machine is asked
_NO_PIN = "NO GPIO"
NEVER_MS = 3_600_000
GRACE_MS = 6000  # from the start, in which a way that holds is found


class Outside(NamedTuple):
    """What the machine and the board's other parts tell. `low`: see step.Facts; `dead_…`: its pin cannot be had."""

    network: Network
    broker: Broker
    low: bool | None
    dead_button: bool
    dead_buzzer: bool


class Front:
    """`file`: the one that asks for the test. `look`: asks the machine, without waiting."""

    def __init__(self, plan: Plan, site: str, file: Path, look: Callable[[], Outside], log: logging.Logger) -> None:
        self._plan = plan
        self._site = site
        self._file = file
        self._look = look
        self._log = log
        self._known = False
        self._held = False
        self._due = _is_there(file)
        self._walk: Walk | None = None
        self._outside: Outside | None = None
        self._looked_ms = 0
        self._way: Way | None = None
        self._fault: str | None = None
        self._report: dict[str, Any] = {}

    def know(self) -> None:
        """The board has been linked before, for it has stored rules."""
        self._known = True

    def hold(self) -> None:
        """The button is held at the start: the self-test is asked for."""
        self._held = self._due = True

    @property
    def testing(self) -> bool:
        """The self-test has the panel, the buzzer and the button."""
        return self._walk is not None

    @property
    def wanted(self) -> bool:
        """tick() has something to do."""
        return self._due or self._walk is not None or not self._known

    def hear(self, message: Message) -> None:
        """A message for the board: the rules of a queue of its own are the last thing that it lacks."""
        if message.payload and message.topic.startswith(f"wallboard/{self._site}/rules/"):
            self._known = True

    def press(self, down: bool, at_ms: int) -> bool:
        """An edge of the button. True: it is the self-test's."""
        if self._walk is None:
            return False
        self._walk.press(down, at_ms)
        return True

    def tick(self, now_ms: int, fault: str | None, lit: bool) -> Picture | None:
        """What to show instead of the board's page; None: nothing. `lit`: a frame has been on the panel."""
        if self._due and lit:
            self._due = False
            self._walk = Walk(self._plan, now_ms, self._held)
            self._log.info("self-test: it begins; a press goes on, two seconds end it")
        if self._walk is None and self._known:
            return None
        self._ask(now_ms, fault)
        assert self._outside is not None and self._way is not None
        if self._walk is not None:
            outside = self._outside
            facts = Facts(
                self._way,
                outside.network.address,
                low=outside.low,
                dead_button=_NO_PIN if outside.dead_button else "",
                silent_buzzer=_NO_PIN if outside.dead_buzzer else "",
            )
            self._walk.tick(now_ms, facts)
            self._report = self._walk.report()
            if not self._walk.over:
                return self._walk.picture(now_ms)
            self._finish()
        if self._known or now_ms < GRACE_MS:
            return None
        return self._way.chain(now_ms, fault or "")

    def buzzer(self, now_ms: int) -> bool | None:
        """Whether it sounds for the self-test; None: that is the board's matter."""
        return None if self._walk is None else self._walk.buzzer(now_ms)

    def next_ms(self, now_ms: int) -> int:
        """When tick() has something to do by time alone."""
        if self._walk is not None:
            return min(self._walk.next_ms(now_ms), now_ms + POLL_MS)
        if self._known:
            return now_ms + (POLL_MS if self._due else NEVER_MS)
        if now_ms < GRACE_MS:
            return GRACE_MS
        return min((now_ms // TURN_MS + 1) * TURN_MS, now_ms + 2 * POLL_MS)

    def report(self) -> dict[str, Any]:
        """What the last self-test since the start has found; empty without one."""
        return self._report

    def _ask(self, now_ms: int, fault: str | None) -> None:
        if self._outside is None or fault != self._fault or now_ms >= self._looked_ms + POLL_MS:
            self._outside = self._look()
            self._looked_ms = now_ms
            self._fault = fault
        self._way = way(self._outside.network, self._outside.broker, fault, self._known, self._site)

    def _finish(self) -> None:
        """The test is over: the file goes, and a line tells what came of it."""
        self._walk = None
        words = ", ".join(f"{key} {self._report[key]}" for key in ("button", "buzzer", "supply", "link")
                          if key in self._report)  # fmt: skip
        state, seen, steps = (self._report[key] for key in ("state", "seen", "steps"))
        self._log.info("self-test: %s, %d of %d pictures shown; %s", state, seen, steps, words)
        try:
            self._file.unlink(missing_ok=True)
            sync_folder(self._file.parent)
        except OSError as error:
            why = error.strerror or error
            self._log.error(
                "%s cannot be removed: %s; the self-test comes again at each start: remove it", self._file, why
            )


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # a folder that this user may not look into
        return False
