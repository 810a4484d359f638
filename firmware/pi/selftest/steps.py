"""The steps of the self-test: what each shows, sounds and waits for. Times are ms since the step began."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from firmware.core.pattern import SOUNDS, sound
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
from firmware.pi.selftest.pictures_parts import FINE, UNKNOWN, WRONG, Button, Buzzer, Verdict
from firmware.pi.selftest.plan import Plan
from firmware.pi.selftest.way import TURN_MS, Way

SWEEP_MS = 4000  # of a row over the panel, and again of a column
WHITE_MS = 2000  # what a supply must bear; longer would heat the panel for nothing
VERDICT_MS = 5000
HINT_MS = 2000
PAUSE_MS = 900  # between two sounds
LONGEST_SOUND_MS = 2000  # of the one that has no end of its own
PATIENCE_MS = 15_000  # for a press
LATE_MS = 4000  # how long it is said that none came
PRESSED_MS = 2000
LINK_MS, LINK_PATIENCE_MS = 6000, 45_000  # of a way that holds, and of one that may yet come: Wi-Fi takes its time
POLL_MS = 500


class Facts(NamedTuple):
    """What is known now. `pressed_ms`: ms since the button's first press, None before; `down`: its contact is closed;
    `low`: the Pi has seen its supply sag during the test; `dead_button`, `silent_buzzer`: why, in a few words.
    """

    way: Way
    address: str = ""
    pressed_ms: int | None = None
    down: bool = False
    stuck: bool = False
    low: bool | None = None
    dead_button: str = ""
    silent_buzzer: str = ""


class Step(Protocol):
    """One step; pure."""

    name: str

    def picture(self, at_ms: int, facts: Facts) -> Picture:
        """What it shows."""

    def sounds(self, at_ms: int) -> bool:
        """The buzzer is on."""

    def over(self, at_ms: int, facts: Facts) -> bool:
        """It has been seen, or nobody came."""

    def next_ms(self, at_ms: int) -> int:
        """When any of these may change by time alone."""


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


class Sounds:
    """Every sound that a rule may name, once, with its name; the waves stand while it is to be heard."""

    name = "buzzer"

    def __init__(self, plan: Plan) -> None:
        self._there = bool(plan.buzzer)
        self._spans: list[tuple[int, int, str]] = []  # from, until, name
        self._edges: list[int] = []  # on, off, on, …
        at_ms = PAUSE_MS
        for name in SOUNDS:
            edges = sound(name, LONGEST_SOUND_MS)
            if edges and self._there:
                self._spans.append((at_ms, at_ms + edges[-1], name))
                self._edges += [at_ms + edge for edge in edges]
                at_ms += edges[-1] + PAUSE_MS
        self._length_ms = at_ms if self._there else 2 * PRESSED_MS

    def picture(self, at_ms: int, facts: Facts) -> Picture:
        """See Step."""
        why = facts.silent_buzzer if self._there else "no buzzer"
        if why:
            return Buzzer("", False, why)
        for begin_ms, end_ms, name in self._spans:
            if at_ms < end_ms:
                return Buzzer(name, at_ms >= begin_ms)
        return Buzzer("heard?", False)

    def sounds(self, at_ms: int) -> bool:
        """See Step."""
        return sum(edge <= at_ms for edge in self._edges) % 2 == 1

    def over(self, at_ms: int, facts: Facts) -> bool:
        """See Step."""
        return at_ms >= (2 * PRESSED_MS if facts.silent_buzzer else self._length_ms)

    def next_ms(self, at_ms: int) -> int:
        """See Step."""
        times = [edge for edge in (*self._edges, 2 * PRESSED_MS, self._length_ms) if edge > at_ms]
        return min(times, default=at_ms + POLL_MS)


class Press:
    """The button: press me; pressed; or nobody did, and where it is connected."""

    name = "button"

    def __init__(self, plan: Plan) -> None:
        self._where = plan.button

    def picture(self, at_ms: int, facts: Facts) -> Picture:
        """See Step."""
        if not self._where:
            return Button("no button")
        if facts.dead_button:
            return Button(facts.dead_button, mark=WRONG)
        if facts.stuck:
            return Button("STUCK", down=True, mark=WRONG)
        if facts.pressed_ms is not None:
            return Button("PRESSED", facts.down, FINE)
        if at_ms < PATIENCE_MS:
            return Button("PRESS ME", facts.down)
        return Button("NO PRESS" if at_ms < PATIENCE_MS + LATE_MS // 2 else self._where, facts.down, WRONG)

    def sounds(self, at_ms: int) -> bool:
        """See Step."""
        return False

    def over(self, at_ms: int, facts: Facts) -> bool:
        """See Step."""
        if not self._where or facts.dead_button:
            return at_ms >= 2 * PRESSED_MS
        if facts.pressed_ms is not None and not facts.down:
            return min(facts.pressed_ms, at_ms) >= PRESSED_MS
        return at_ms >= PATIENCE_MS + LATE_MS

    def next_ms(self, at_ms: int) -> int:
        """See Step."""
        return at_ms + POLL_MS


class Link:
    """The way to the PBX, live."""

    name = "link"

    def picture(self, at_ms: int, facts: Facts) -> Picture:
        """See Step."""
        return facts.way.chain(at_ms)

    def sounds(self, at_ms: int) -> bool:
        """See Step."""
        return False

    def over(self, at_ms: int, facts: Facts) -> bool:
        """See Step."""
        return at_ms >= (LINK_PATIENCE_MS if facts.way.broken else LINK_MS)

    def next_ms(self, at_ms: int) -> int:
        """See Step."""
        return min(at_ms + POLL_MS, (at_ms // TURN_MS + 1) * TURN_MS)


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
