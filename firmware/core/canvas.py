"""Inks, their colours, and what a canvas is.

A pixel is an ink: an index 0..14 into one palette. Brightness is a matter of the palette alone, and a golden is text,
one character an ink. Colours are perceptual (the panel drivers correct luminance), chosen on the LED look: severity has
pure hues, what is stale has none of them, and a fault is blue, which nothing else here is.
"""

# name, golden's character, 0xRRGGBB
INKS = (
    ("BLACK", ".", 0x000000),
    ("WHITE", "W", 0xFFFFFF),
    ("GREY", "g", 0xA0A4AC),  # figures that are not alarms by themselves: the calm service level
    ("DIM", "-", 0x3A3C42),  # what is empty: a busy agent's cell, the rest of a bar
    ("GREEN", "G", 0x00DC46),
    ("AMBER", "A", 0xFF9600),
    ("RED", "R", 0xFF1E14),
    ("TINT_AMBER", "a", 0x3C2200),  # ground of the second phase
    ("TINT_RED", "r", 0x4A0000),
    ("MID_AMBER", "m", 0x8A5A18),  # what is empty, on a tint
    ("MID_RED", "n", 0x96302C),
    ("STALE", "s", 0x5C6270),  # figures that may no longer be true
    ("FAULT", "F", 0x0040D0),  # the band that names a fault
    ("HATCH", "h", 0x0A1C50),  # its edges
    ("LINE", "_", 0x202228),  # between two queues
)
BLACK, WHITE, GREY, DIM, GREEN, AMBER, RED, TINT_AMBER, TINT_RED, MID_AMBER, MID_RED, STALE, FAULT, HATCH, LINE = range(
    15
)
CHARS = "".join(ink[1] for ink in INKS)
CLEAR = 15  # never an ink: canvases may use it for "leave the pixel as it is"


def palette(brightness: int = 100) -> bytes:
    """16 colours as R, G, B bytes, scaled to `brightness` percent (0..100); inks that do not exist are black."""
    table = bytearray(48)
    for index, (_, _, rgb) in enumerate(INKS):
        for part in range(3):
            table[index * 3 + part] = ((rgb >> (16 - 8 * part)) & 255) * brightness // 100
    return bytes(table)


class Canvas:
    """What `screen` draws on. All drawing is clipped; (0, 0) is the panel's top left LED."""

    width: int
    height: int

    def fill(self, ink: int) -> None:
        """Every pixel gets `ink`."""
        self.rect(0, 0, self.width, self.height, ink)

    def rect(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        """A filled rectangle."""
        raise NotImplementedError

    def glyph(  # noqa: PLR0917 - called for every character: positions cost least
        self, x: int, y: int, w: int, h: int, bits: bytes, ink: int
    ) -> None:
        """The 1-bits of `bits` (h rows of w pixels, each row padded to whole bytes, most significant bit first)."""
        raise NotImplementedError

    def ink_at(self, x: int, y: int) -> int:
        """The ink of one pixel: for goldens, never for drawing."""
        raise NotImplementedError


def dump(canvas: Canvas) -> str:
    """The canvas as a golden's text: a line a row, a character an ink."""
    return "".join(
        "".join(CHARS[canvas.ink_at(x, y)] for x in range(canvas.width)) + "\n" for y in range(canvas.height)
    )
