"""What the self-test's pictures are drawn on: a canvas with pure colours and their shades, and words that fit."""

from __future__ import annotations

from firmware.core import canvas
from firmware.core.font import Fonts
from firmware.core.label_short import shorten
from firmware.pi.canvas_pillow import PillowCanvas, load_font

LEVELS = 16  # of each shade, dark to bright: few enough to be told apart one by one
_FIRST = 16  # ink; those below are the board's own
_PARTS = ((1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1))  # of R, G and B in each row of shades
GREYS, REDS, GREENS, BLUES = range(len(_PARTS))

# Of goldens, an ink each: those of the board's pages, and what is left of ASCII.
_MORE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in canvas.CHARS)
CHARS = canvas.CHARS + " " + _MORE[: LEVELS * len(_PARTS)]

Chain = tuple[tuple[str, int], ...]
_SMALL: Chain = (("letters8", 1),)
_MIDDLE: Chain = (("letters10", 2), ("letters10", 1), *_SMALL)
_LARGE: Chain = (("letters14", 2), ("letters14", 1), *_MIDDLE)


def shade(row: int, level: int) -> int:
    """The ink of a shade; `row` is GREYS, REDS, GREENS or BLUES, `level` 0 (black) to LEVELS - 1 (pure and full)."""
    return _FIRST + row * LEVELS + level


class ShadesCanvas(PillowCanvas):
    """The board's canvas with the inks of shade() besides."""

    def palette(self, brightness: int) -> bytes:
        """See PillowCanvas."""
        values = [255 * level // (LEVELS - 1) * brightness // 100 for level in range(LEVELS)]
        return canvas.palette(brightness) + bytes(
            part * value for parts in _PARTS for value in values for part in parts
        )


class Sheet:
    """One picture in the making. `scale`: of signs, so that those of a panel of 64 rows are twice as large."""

    def __init__(self, target: canvas.Canvas, fonts: Fonts | None = None) -> None:
        self.canvas = target
        self.fonts = fonts or Fonts(load_font)
        self.width = target.width
        self.height = target.height
        self.scale = 2 if self.height >= 64 else 1
        self.letters = _MIDDLE if self.scale == 2 else _SMALL

    def rect(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        """A filled rectangle."""
        self.canvas.rect(x, y, w, h, ink)

    def frame(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        """A rectangle's edge, one LED wide."""
        self.canvas.rect(x, y, w, 1, ink)
        self.canvas.rect(x, y + h - 1, w, 1, ink)
        self.canvas.rect(x, y, 1, h, ink)
        self.canvas.rect(x + w - 1, y, 1, h, ink)

    def sign(self, font: str, char: str, x: int, y: int, ink: int, scale: int = 0) -> None:  # noqa: PLR0917
        """One character of a font of signs, each of its LEDs a square of `scale`; (x, y) is its cell's corner."""
        side = scale or self.scale
        width, top, rows, bits = self.fonts[font].glyph(char)
        stride = (width + 7) // 8
        for row in range(rows):
            for column in range(width):
                if bits[row * stride + column // 8] & 0x80 >> column % 8:
                    self.canvas.rect(x + column * side, y + (top + row) * side, side, side, ink)

    def words(  # noqa: PLR0917 - as a font has it
        self, text: str, baseline: int, ink: int, x: int = 0, width: int = 0, letters: Chain = ()
    ) -> None:
        """A line in the middle of `width` columns from `x` on, in the largest letters that fit; cut where none do."""
        room = width or self.width - x
        for name, tracking in letters or self.letters:
            font = self.fonts[name]
            wide = font.measure(text, tracking)
            if wide <= room:
                break
        else:
            text = shorten(font, tracking, text, room, False)
            wide = font.measure(text, tracking)
        font.draw(self.canvas, x + (room - wide) // 2, baseline, text, ink, tracking)

    def pieces(self, line: str) -> list[str]:
        """A line too long even in the smallest letters in several, cut behind what is no letter and no figure."""
        font = self.fonts["letters8"]
        pieces = []
        while font.measure(line, 1) > self.width:
            fits = max(end for end in range(1, len(line) + 1) if font.measure(line[:end], 1) <= self.width or end == 1)
            cut = max((end for end in range(2, fits + 1) if not line[end - 1].isalnum()), default=fits)
            pieces.append(line[:cut].strip())
            line = line[cut:].strip()
        return [*pieces, line]

    @property
    def large(self) -> Chain:
        """The letters of what is to be read from far."""
        return _LARGE if self.scale == 2 or self.width >= 128 else _MIDDLE
