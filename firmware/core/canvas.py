"""Inks, their colours, and what a canvas is.

A pixel is an ink: an index 0..14 into one palette. Brightness is a matter of the palette alone, and a golden is text,
one character an ink. Colours are perceptual (the panel drivers correct luminance), chosen on the LED look: severity has
pure hues, what is stale has none of them, and a fault is blue, which nothing else here is.
"""

BLACK, WHITE, GREY, DIM, GREEN, AMBER, RED, TINT_AMBER, TINT_RED, MID_AMBER, MID_RED, STALE, FAULT, HATCH, LINE = range(
    15
)
CHARS = ".Wg-GARarmnsFh_"  # of goldens, an ink each
COLOURS = (  # 0xRRGGBB
    0x000000,
    0xFFFFFF,
    0xA0A4AC,  # GREY: figures that are not alarms by themselves, the calm service level
    0x3A3C42,  # DIM: what is empty, a busy agent's cell, the rest of a bar
    0x00DC46,
    0xFF9600,
    0xFF1E14,
    0x3C2200,  # TINT_AMBER: ground of the second phase
    0x4A0000,  # TINT_RED
    0x8A5A18,  # MID_AMBER: what is empty, on a tint
    0x96302C,  # MID_RED
    0x5C6270,  # STALE: figures that may no longer be true
    0x0040D0,  # FAULT: the band that names a fault
    0x0A1C50,  # HATCH: its edges
    0x202228,  # LINE: between two queues
)
CLEAR = 15  # never an ink: canvases may use it for "leave the pixel as it is"


def palette(brightness: int = 100) -> bytes:
    """16 colours as R, G, B bytes, scaled to `brightness` percent (0..100); inks that do not exist are black."""
    table = bytearray(48)
    for index, rgb in enumerate(COLOURS):
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
