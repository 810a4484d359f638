"""Pictures of the buzzer, of the button and of what came of it all."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.core.canvas import AMBER, DIM, GREEN, GREY, RED, WHITE
from firmware.pi.selftest.sheet import Sheet

FINE, WRONG, UNKNOWN = "fine", "wrong", "unknown"
_MARKS = {FINE: ("t", GREEN), WRONG: ("x", RED)}


@dataclass(frozen=True)
class Buzzer:
    """The buzzer, with waves beside it while it is to be heard. `name`: of the sound; `why`: what keeps it silent."""

    name: str
    sounds: bool
    why: str = ""

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        scale = sheet.scale
        left = (sheet.width - 26 * scale) // 2
        sheet.sign("signs16", "s", left, scale, GREY if self.why else AMBER if self.sounds else WHITE)
        if self.sounds:
            sheet.sign("signs16", "w", left + 11 * scale, scale, AMBER)
        elif self.why:
            sheet.sign("signs16", "x", left + 10 * scale, scale, RED)
        sheet.words(self.why or self.name, sheet.height - 3 * scale, RED if self.why else WHITE)


@dataclass(frozen=True)
class Button:
    """The button. `mark`: FINE once it was pressed, WRONG when no press came; `down`: its contact is closed now."""

    words: str
    down: bool = False
    mark: str = UNKNOWN

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        scale = sheet.scale
        left = (sheet.width - (16 if self.mark == UNKNOWN else 36) * scale) // 2
        ink = GREEN if self.down or self.mark == FINE else WHITE
        sheet.sign("signs16", "p", left, scale + (scale if self.down else 0), ink)
        if self.mark in _MARKS:
            sign, ink = _MARKS[self.mark]
            sheet.sign("signs16", sign, left + 20 * scale, scale, ink)
        sheet.words(self.words, sheet.height - 3 * scale, RED if self.mark == WRONG else WHITE)


@dataclass(frozen=True)
class Verdict:
    """What the board itself could tell: (sign of signs8, FINE, WRONG or UNKNOWN) each, and a word for all."""

    words: str
    parts: tuple[tuple[str, str], ...]

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        scale = sheet.scale if sheet.width >= 128 else 1
        wide = sheet.width // max(len(self.parts), 1)
        for place, (sign, mark) in enumerate(self.parts):
            left = place * wide + (wide - 8 * scale) // 2
            ink = GREEN if mark == FINE else RED if mark == WRONG else GREY
            sheet.sign("signs8", sign, left, 2 * scale, ink, scale)
            self._mark(sheet, mark, left, 12 * scale, scale)
        sheet.words(self.words, sheet.height - 3 * sheet.scale, WHITE)

    @staticmethod
    def _mark(sheet: Sheet, mark: str, x: int, y: int, side: int) -> None:
        """A bar under what is fine, a broken one under what is not: it is not told by colour alone."""
        if mark == WRONG:
            sheet.rect(x, y, 3 * side, 3 * side, RED)
            sheet.rect(x + 5 * side, y, 3 * side, 3 * side, RED)
        else:
            sheet.rect(x, y + side, 8 * side, side, GREEN if mark == FINE else DIM)
