"""All steps of the self-test in order: the panel's are here, the others in steps_parts.py. Times: see step.py."""

from __future__ import annotations

from collections.abc import Callable

from firmware.pi.selftest.pictures_link import Address
from firmware.pi.selftest.pictures_panel import (
    FILLS,
    Bars,
    Corners,
    Fill,
    Hint,
    Lines,
    Modules,
    Picture,
    Ramp,
    Supply,
    White,
)
from firmware.pi.selftest.pictures_parts import FINE, UNKNOWN, WRONG, Verdict
from firmware.pi.selftest.plan import Plan
from firmware.pi.selftest.step import Facts, Step
from firmware.pi.selftest.steps_parts import Link, Press, Sounds

SWEEP_MS = 4000  # of a row over the panel, and again of a column
WHITE_MS = 2000  # what a supply must bear; longer would heat the panel for nothing
VERDICT_MS = 5000
HINT_MS = 2000


class Still:
    """A picture for so long; it may depend on what is known."""

    def __init__(self, name: str, length_ms: int, picture: Picture | Callable[[Facts], Picture]) -> None:
        self.name = name
        self._length_ms = length_ms
        self._picture = picture

    def picture(self, at_ms: int, facts: Facts) -> Picture:
        """See Step."""
        return self._picture(facts) if callable(self._picture) else self._picture

    def sounds(self, at_ms: int) -> bool:
        """See Step."""
        return False

    def over(self, at_ms: int, facts: Facts) -> bool:
        """See Step."""
        return at_ms >= self._length_ms

    def next_ms(self, at_ms: int) -> int:
        """See Step."""
        return self._length_ms


class Ask(Still):
    """Where to look when the last picture was wrong, a page after the other."""

    def __init__(self, name: str, *keys: str) -> None:
        super().__init__(name, HINT_MS * len(keys), Hint(keys))
        self._keys = keys

    def picture(self, at_ms: int, facts: Facts) -> Picture:
        """See Step."""
        return Hint(self._keys, min(at_ms // HINT_MS, len(self._keys) - 1))

    def next_ms(self, at_ms: int) -> int:
        """See Step."""
        return (at_ms // HINT_MS + 1) * HINT_MS


class Sag(Still):
    """What the supply did under full white: skipped where nothing was seen of it."""

    def over(self, at_ms: int, facts: Facts) -> bool:
        """See Step."""
        return not facts.low or super().over(at_ms, facts)


class Sweep(Still):
    """A row from top to bottom, then a column from left to right."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("lines", 2 * SWEEP_MS, Corners())
        self._plan = plan
        self._pause_ms = SWEEP_MS // 64

    def picture(self, at_ms: int, facts: Facts) -> Picture:
        """See Step."""
        past_ms = at_ms // self._pause_ms * self._pause_ms
        if past_ms < SWEEP_MS:
            return Lines(row=min(past_ms * self._plan.height // SWEEP_MS, self._plan.height - 1))
        past_ms -= SWEEP_MS
        return Lines(column=min(past_ms * self._plan.width // SWEEP_MS, self._plan.width - 1))

    def next_ms(self, at_ms: int) -> int:
        """See Step."""
        return (at_ms // self._pause_ms + 1) * self._pause_ms


def steps_of(plan: Plan) -> list[Step]:
    """All of them, in order."""
    return [
        *(Still(name.lower(), 2500, Fill(name)) for name in FILLS),
        Still("bars", 4000, Bars()),
        Ask("bars?", "led_rgb_sequence"),
        Still("corners", 5000, Corners()),
        Sweep(plan),
        Ask("lines?", "multiplexing", "row_address_type", "gpio_slowdown"),
        Still("modules", 8000, Modules(plan.modules)),
        Ask("modules?", "pixel_mapper", "cable order", "arrow = from the Pi"),
        Still("ramp", 5000, Ramp()),
        Still("supply", 2500, Supply()),
        Still("white", WHITE_MS, White()),
        Sag("sag", VERDICT_MS, Supply(low=True)),
        Sounds(plan),
        Press(plan),
        Link(),
        Still("address", 8000, lambda facts: Address(plan.name, facts.address)),
        Still("verdict", VERDICT_MS, lambda facts: _verdict(plan, facts)),
    ]


def _verdict(plan: Plan, facts: Facts) -> Verdict:
    """What the board can tell by itself; whether it was seen and heard only a person can."""
    supply = UNKNOWN if facts.low is None else WRONG if facts.low else FINE
    buzzer = WRONG if plan.buzzer and facts.silent_buzzer else UNKNOWN
    bad_button = facts.dead_button or facts.stuck or facts.pressed_ms is None
    button = UNKNOWN if not plan.button else WRONG if bad_button else FINE
    link = WRONG if facts.way.broken else FINE
    return Verdict("TEST DONE", (("v", supply), ("s", buzzer), ("p", button), ("b", link)))
