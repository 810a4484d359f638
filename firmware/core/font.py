"""Bitmap fonts in one packed form for both kinds of board.

A ``.wbf`` file, big-endian: ``WBF1``, ascent u8 (rows above the baseline), descent u8, tracking u8 (blank columns
between characters), cap u8 (height of a capital or a figure), count u16; then `count` entries sorted by code: code u16,
width u8, top u8 (first inked row, from the ascent line), rows u8, offset u24 into the data that follows; then the rows,
padded to bytes, most significant bit first.
"""

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.core.canvas import Canvas
    from firmware.core.layout import Box

_HEAD = 10
_ENTRY = 8


class FontError(ValueError):
    """Not a ``.wbf`` font, or a damaged one."""


class Font:
    """One font. A character that it lacks is drawn as a hollow box, never left out.

    `read(offset, length)` gives bytes of a ``.wbf`` file. Only characters that were drawn are kept, so that a small
    board reads its fonts out of flash. Raises FontError.
    """

    def __init__(self, read: "Callable[[int, int], bytes]") -> None:
        head = read(0, _HEAD)
        if len(head) < _HEAD or bytes(head[:4]) != b"WBF1":
            raise FontError("not a wbf font: expected it to begin with WBF1")
        self.ascent = head[4]
        self.descent = head[5]
        self.tracking = head[6]
        self.cap = head[7]
        self._count = head[8] << 8 | head[9]
        self._read = read
        self._known: "dict[str, tuple[int, int, int, bytes]]" = {}
        self._room = 256  # for characters that it lacks: labels may bring new ones without end

    @classmethod
    def load(cls, data: bytes) -> "Font":
        """The font in a ``.wbf`` file's bytes. Raises FontError."""
        return cls(lambda offset, length: data[offset : offset + length])

    def glyph(self, char: str) -> "tuple[int, int, int, bytes]":
        """(width, top, rows, bits) of one character; `top` counts from the ascent line."""
        found = self._known.get(char)
        if found is None:
            found = self._find(ord(char))
            if found is None:
                if not self._room:
                    return self._box()
                self._room -= 1
                found = self._box()
            self._known[char] = found
        return found

    def measure(self, text: str, tracking: "int | None" = None) -> int:
        """Width of `text` in pixels."""
        if not text:
            return 0
        gap = self.tracking if tracking is None else tracking
        width = -gap
        for char in text:
            width += self.glyph(char)[0] + gap
        return width

    def extent(self, text: str) -> "tuple[int, int]":
        """Rows that the ink of `text` needs (above, below) the baseline."""
        above = below = 0
        for char in text:
            _, top, rows, _ = self.glyph(char)
            if rows:
                above = max(above, self.ascent - top)
                below = max(below, top + rows - self.ascent)
        return above, below

    def draw(  # noqa: PLR0917 - called for every text: positions cost least
        self, canvas: "Canvas", x: int, baseline: int, text: str, ink: int, tracking: "int | None" = None
    ) -> None:
        """Draw `text`, given in display order; `baseline` is the first row below its letters."""
        gap = self.tracking if tracking is None else tracking
        for char in text:
            width, top, rows, bits = self.glyph(char)
            if rows:
                canvas.glyph(x, baseline - self.ascent + top, width, rows, bits, ink)
            x += width + gap

    def _find(self, code: int) -> "tuple[int, int, int, bytes] | None":
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            entry = self._read(_HEAD + middle * _ENTRY, _ENTRY)
            if len(entry) < _ENTRY:
                raise FontError("damaged wbf font: its index ends after %d of %d characters" % (middle, self._count))
            here = entry[0] << 8 | entry[1]
            if here == code:
                width, top, rows = entry[2], entry[3], entry[4]
                size = rows * ((width + 7) // 8)
                bits = self._read(_HEAD + self._count * _ENTRY + (entry[5] << 16 | entry[6] << 8 | entry[7]), size)
                if len(bits) < size:
                    raise FontError("damaged wbf font: it ends within character %d" % code)
                return width, top, rows, bits
            if here < code:
                low = middle + 1
            else:
                high = middle
        return None

    def _box(self) -> "tuple[int, int, int, bytes]":
        """The stand-in for a character that the font lacks."""
        rows = max(3, self.ascent * 3 // 4)
        sides = bytearray([0b10001000] * rows)
        sides[0] = sides[-1] = 0b11111000
        return 5, self.ascent - rows, rows, bytes(sides)


class Fonts:
    """Fonts by name; each is loaded when it is first asked for, and kept."""

    def __init__(self, load: "Callable[[str], Font]") -> None:
        self._load = load
        self._loaded: "dict[str, Font]" = {}

    def __getitem__(self, name: str) -> Font:
        font = self._loaded.get(name)
        if font is None:
            font = self._loaded[name] = self._load(name)
        return font


class Pen:
    """A canvas and its fonts, with (0, 0) moved to a tile's corner."""

    def __init__(self, canvas: "Canvas", fonts: Fonts, x: int, y: int) -> None:
        self.canvas = canvas
        self.fonts = fonts
        self.x = x
        self.y = y

    def rect(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        self.canvas.rect(self.x + x, self.y + y, w, h, ink)

    def fit(self, chain: "tuple[tuple[str, int], ...]", text: str, width: int) -> "tuple[Font, int, int]":
        """(font, tracking, text's width): the first of a chain in which `text` fits, or else its last."""
        for name, tracking in chain:
            font = self.fonts[name]
            wide = font.measure(text, tracking)
            if wide <= width:
                break
        return font, tracking, wide

    def text(self, chain: "tuple[tuple[str, int], ...]", box: "Box", text: str, ink: int, right: bool = False) -> int:
        """Draw on the box's lower edge, at its left or right end; the column after the text."""
        font, tracking, wide = self.fit(chain, text, box.w)
        left = box.x + (box.w - wide if right else 0)
        font.draw(self.canvas, self.x + left, self.y + box.y + box.h, text, ink, tracking)
        column: int = left + wide
        return column
