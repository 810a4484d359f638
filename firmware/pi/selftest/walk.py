"""The self-test from its first picture to its last: what is shown when, and what came of it.

    walk = Walk(plan, now_ms)
    walk.press(down, at_ms)                      # the button's edges
    walk.tick(now_ms, facts)
    walk.picture(now_ms), walk.buzzer(now_ms), walk.next_ms(now_ms)

A short press goes on to the next picture, two seconds end the test. Nobody may be there yet when a board starts for
the first time, so it goes round again until somebody has pressed the button, ROUNDS times at most. Times are the
board's ms.
"""

from __future__ import annotations

from typing import Any

from firmware.core.button import LONG, SHORT
from firmware.core.button import Button as Contact
from firmware.pi.selftest.pictures_panel import Picture
from firmware.pi.selftest.plan import Plan
from firmware.pi.selftest.step import Facts
from firmware.pi.selftest.steps import steps_of

ROUNDS = 2
LONGEST_MS = 6 * 60_000  # of all of it: a board is there to work
STUCK_MS = 10_000  # a contact that is closed for so long is no finger


class Walk:
    """`over`: it has ended; `held`: the button was down when the board started, and is no press."""

    def __init__(self, plan: Plan, now_ms: int, held: bool = False) -> None:
        self.over = False
        self._plan = plan
        self._steps = steps_of(plan)
        self._at = 0  # the present step
        self._round = 1
        self._began_ms = now_ms
        self._step_ms = now_ms
        self._contact = Contact()
        # Since when the contact is closed. One that was so from the start is no press: self._contact never hears of it.
        self._down_ms: int | None = now_ms if held else None
        self._pressed_ms: int | None = None  # when the first press ended
        self._stuck = False
        self._low: bool | None = None
        self._seen: set[str] = set()
        self._cut = False
        self._facts: Facts | None = None

    def press(self, down: bool, at_ms: int) -> None:
        """The contact closed, or opened; it may bounce. tick() follows."""
        self._down_ms = at_ms if down else None
        self._contact.edge(down, at_ms)

    def tick(self, now_ms: int, facts: Facts) -> None:
        """Go on. `facts` as the machine tells them; what the walk knows itself is filled in."""
        if self.over:
            return
        pressed = self._contact.take(now_ms)
        if pressed and self._pressed_ms is None:
            self._pressed_ms = now_ms
        self._stuck = self._down_ms is not None and now_ms - self._down_ms >= STUCK_MS
        if facts.low is not None:
            self._low = bool(self._low) or facts.low
        self._facts = facts._replace(
            pressed_ms=None if self._pressed_ms is None else now_ms - self._pressed_ms,
            down=self._down_ms is not None,
            stuck=self._stuck,
            low=self._low,
        )
        at_button = self._steps[self._at].name == "button"
        if pressed == LONG and not at_button:
            self._cut = True
            self.over = True
        elif pressed == SHORT and not at_button:
            self._next(now_ms)
        while not self.over and self._steps[self._at].over(now_ms - self._step_ms, self._facts):
            self._next(now_ms)
        if now_ms - self._began_ms >= LONGEST_MS:
            self.over = True

    def picture(self, now_ms: int) -> Picture | None:
        """What to show; None before the first tick and after the end."""
        if self.over or self._facts is None:
            return None
        return self._steps[self._at].picture(now_ms - self._step_ms, self._facts)

    def buzzer(self, now_ms: int) -> bool:
        """The buzzer is on."""
        return not self.over and self._steps[self._at].sounds(now_ms - self._step_ms)

    def next_ms(self, now_ms: int) -> int:
        """When to tick again by time alone."""
        at_ms = now_ms - self._step_ms
        times = [self._step_ms + self._steps[self._at].next_ms(at_ms)]
        contact_ms = self._contact.next_ms()
        if contact_ms is not None:
            times.append(contact_ms)
        return max(min(times), now_ms)

    def report(self) -> dict[str, Any]:
        """For the board's state message, see firmware.core.reports."""
        plan, facts = self._plan, self._facts
        dead, silent = (facts.dead_button, facts.silent_buzzer) if facts else ("", "")
        button = "stuck" if self._stuck else "pressed" if self._pressed_ms is not None else "dead" if dead else "silent"
        found: dict[str, Any] = {
            "state": "cut" if self._cut else "done" if self.over else "running",
            "seen": len(self._seen),
            "steps": len(self._steps),
            "button": button if plan.button else "none",
            "buzzer": "none" if not plan.buzzer else "dead" if silent else "played",
        }
        if self._low is not None:
            found["supply"] = "low" if self._low else "fine"
        if facts is not None:
            found["link"] = facts.way.broken or "fine"
        return found

    def _next(self, now_ms: int) -> None:
        self._seen.add(self._steps[self._at].name)
        self._step_ms = now_ms
        self._at += 1
        if self._at == len(self._steps):
            self._at = 0
            self.over = self._pressed_ms is not None or self._round == ROUNDS
            self._round += 1
