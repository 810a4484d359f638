"""The steps of what hangs beside the panel: buzzer, button, and the way to the PBX."""

from __future__ import annotations

from firmware.core.pattern import SOUNDS, sound
from firmware.pi.selftest.pictures_panel import Picture
from firmware.pi.selftest.pictures_parts import FINE, WRONG, Button, Buzzer
from firmware.pi.selftest.plan import Plan
from firmware.pi.selftest.step import Facts
from firmware.pi.selftest.way import TURN_MS

PAUSE_MS = 900  # between two sounds
LONGEST_SOUND_MS = 2000  # of the one that has no end of its own
PATIENCE_MS = 15_000  # for a press
LATE_MS = 4000  # how long it is said that none came
PRESSED_MS = 2000
LINK_MS, LINK_PATIENCE_MS = 6000, 45_000  # of a way that holds, and of one that may yet come: Wi-Fi takes its time
POLL_MS = 500


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
