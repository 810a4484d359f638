"""Pictures by which a person sees what is wrong with the panel itself: colours, rows and columns, modules, supply.

Each is what it shows, and equal ones look alike. Colours are named by words in them: the word is right whatever comes
of the colour, so that swapped lines (panel.led_rgb_sequence), a dead one and a dead LED are all seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from firmware.core.canvas import AMBER, BLACK, DIM, GREEN, GREY, RED, WHITE
from firmware.pi.selftest.sheet import BLUES, GREENS, GREYS, LEVELS, REDS, Sheet, shade

_PURE = LEVELS - 1
FILLS = {"RED": shade(REDS, _PURE), "GREEN": shade(GREENS, _PURE), "BLUE": shade(BLUES, _PURE)}
_DIAGONAL = 16  # LEDs between two diagonals


class Picture(Protocol):
    """One picture."""

    def draw(self, sheet: Sheet) -> None:
        """On a black sheet."""


@dataclass(frozen=True)
class Module:
    """One module of the panel: where it is, and its place: `2` is the second from the Pi, `B2` of the second chain.

    `first`: the Pi's own cable goes to it. `turned`: it is to hang upside down, so that its cable comes from the left.
    """

    x: int
    y: int
    w: int
    h: int
    name: str
    first: bool
    turned: bool = False


@dataclass(frozen=True)
class Fill:
    """The whole panel in one colour, with its name in it; `name`: of FILLS."""

    name: str

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        sheet.rect(0, 0, sheet.width, sheet.height, FILLS[self.name])
        sheet.words(self.name, (sheet.height + sheet.fonts[sheet.large[0][0]].cap) // 2, BLACK, letters=sheet.large)


@dataclass(frozen=True)
class Bars:
    """All colours side by side: what is swapped with what."""

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        sheet.canvas.fill(BLACK)
        wide = sheet.width // 4
        foot = 11 * sheet.scale
        for place, (letter, ink) in enumerate((("R", REDS), ("G", GREENS), ("B", BLUES), ("W", GREYS))):
            sheet.rect(place * wide + 1, 1, wide - 2, sheet.height - foot - 1, shade(ink, _PURE))
            sheet.words(letter, sheet.height - 1 - (foot - 10) // 2, WHITE, place * wide, wide)


@dataclass(frozen=True)
class Hint:
    """Where to look when what was just seen was wrong; `keys`: of board.yaml's panel, or words, a page of them each."""

    keys: tuple[str, ...]
    turn: int = 0

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        tall = 10 if sheet.scale == 1 else 16
        lines = sheet.pieces(self.keys[self.turn % len(self.keys)])
        head = tall * (len(lines) + 1) <= sheet.height
        if head:
            sheet.words("IF NOT:", tall - 2, AMBER)
        top = tall * head + (sheet.height - tall * (len(lines) + head)) // 2
        for place, line in enumerate(lines):
            sheet.words(line, top + (place + 1) * tall - 2, WHITE)


@dataclass(frozen=True)
class Corners:
    """The outermost rows and columns, and what is up: red is the first corner, green the next to the right."""

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        width, height, side = sheet.width, sheet.height, 5 * sheet.scale
        sheet.frame(0, 0, width, height, WHITE)
        places = (
            (0, 0, REDS),
            (width - side, 0, GREENS),
            (0, height - side, BLUES),
            (width - side, height - side, GREYS),
        )
        for x, y, ink in places:
            sheet.rect(x, y, side, side, shade(ink, _PURE))
        sheet.sign("signs16", "a", (width - 16 * sheet.scale) // 2, 2 * sheet.scale, GREEN)
        sheet.words(f"{width}x{height}", height - 3 * sheet.scale, WHITE, side, width - 2 * side)


@dataclass(frozen=True)
class Lines:
    """Diagonals, and one row or one column that goes over the panel: a wrong address of rows breaks or doubles them.

    `row`, `column`: which; None for the other.
    """

    row: int | None = None
    column: int | None = None

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        for y in range(sheet.height):
            for x in range(y % _DIAGONAL, sheet.width, _DIAGONAL):
                sheet.rect(x, y, 1, 1, GREY)
        if self.row is not None:
            sheet.rect(0, self.row, sheet.width, 1, shade(GREENS, _PURE))
        if self.column is not None:
            sheet.rect(self.column, 0, 1, sheet.height, shade(REDS, _PURE))


@dataclass(frozen=True)
class Modules:
    """Each module's number on it, upright, and an arrow the way the cable goes: one line over the whole chain."""

    modules: tuple[Module, ...]

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        for each in self.modules:
            sheet.frame(each.x, each.y, each.w, each.h, DIM)
            shaft = each.y + each.h - max(each.h // 4, 2)
            head = min(each.h // 8 + 1, 5)
            sheet.rect(each.x, shaft, each.w, 1, GREEN)
            for step in range(1, head):  # towards the end of the chain
                tip = each.w - 2 - step if each.turned else 1 + step
                sheet.rect(each.x + tip, shaft - step, 1, 2 * step + 1, GREEN)
            if each.first:  # the cable
                sheet.rect(each.x + (1 if each.turned else each.w - 3), each.y + 1, 2, each.h - 2, AMBER)
            letters = (("letters14", 2), ("letters10", 1)) if each.h >= 32 else (("letters8", 1),)
            cap = sheet.fonts[letters[0][0]].cap
            top = each.y + max((shaft - head - each.y - cap) // 2, 1)
            sheet.words(each.name, top + cap, WHITE, each.x + (3 if each.turned else 1), each.w - 4, letters)


@dataclass(frozen=True)
class Ramp:
    """Sixteen steps of each colour from dark to bright: each is to be brighter than the one before."""

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        tall = sheet.height // 4
        for place, row in enumerate((GREYS, REDS, GREENS, BLUES)):
            for level in range(LEVELS):
                left = sheet.width * level // LEVELS
                sheet.rect(left, place * tall, sheet.width // LEVELS, tall - 1, shade(row, level))


@dataclass(frozen=True)
class Supply:
    """What the supply is asked next, or how it fared: `low` when the Pi has seen its voltage sag."""

    low: bool = False

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        scale = sheet.scale
        if self.low:
            sheet.rect(0, 0, sheet.width, 18 * scale, RED)
        sheet.sign("signs16", "v", (sheet.width - 12 * scale) // 2, scale, WHITE if self.low else AMBER)
        words = "5 V TOO LOW" if self.low else "WHITE: EVEN?"
        sheet.words(words, sheet.height - 2 * scale, RED if self.low else WHITE)


@dataclass(frozen=True)
class White:
    """All LEDs at their brightest: the most that the panel ever draws. A sag is a pink, dim or flickering part."""

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        sheet.canvas.fill(shade(GREYS, _PURE))
        sheet.words("5 V", sheet.height // 2 + 4 * sheet.scale, BLACK)
