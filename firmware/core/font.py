"""Bitmap fonts in one packed form for both kinds of board.

A ``.wbf`` file, big-endian: ``WBF1``, ascent u8 (rows above the baseline), descent u8, tracking u8 (blank columns
between characters), cap u8 (height of a capital or a figure), count u16; then `count` entries sorted by code: code u16,
width u8, top u8 (first inked row, from the ascent line), rows u8, offset u24 into the data that follows; then the rows,
padded to bytes, most significant bit first.
"""

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.canvas import Canvas

_HEAD = 10
_ENTRY = 8


class FontError(ValueError):
    """Not a ``.wbf`` font, or a damaged one."""


class Font:
    """One font. A character that it lacks is drawn as a hollow box, never left out."""

    def __init__(self, data: "bytes | bytearray") -> None:
        if len(data) < _HEAD or bytes(data[:4]) != b"WBF1":
            raise FontError("not a wbf font: expected it to begin with WBF1")
        self.ascent = data[4]
        self.descent = data[5]
        self.tracking = data[6]
        self.cap = data[7]
        self._count = data[8] << 8 | data[9]
        self._data = memoryview(data)
        self._bits = _HEAD + self._count * _ENTRY
        if len(data) < self._bits:
            raise FontError("damaged wbf font: %d bytes, its index alone needs %d" % (len(data), self._bits))
        self._known: "dict[str, tuple[int, int, int, memoryview]]" = {}

    @classmethod
    def load(cls, data: "bytes | bytearray") -> "Font":
        """The font in a ``.wbf`` file's bytes; they are kept, not copied. Raises FontError."""
        return cls(data)

    def glyph(self, char: str) -> "tuple[int, int, int, memoryview]":
        """(width, top, rows, bits) of one character; `top` counts from the ascent line."""
        found = self._known.get(char)
        if found is None:
            found = self._find(ord(char)) or self._box()
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

    def _find(self, code: int) -> "tuple[int, int, int, memoryview] | None":
        data = self._data
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            at = _HEAD + middle * _ENTRY
            here = data[at] << 8 | data[at + 1]
            if here == code:
                width, top, rows = data[at + 2], data[at + 3], data[at + 4]
                start = self._bits + (data[at + 5] << 16 | data[at + 6] << 8 | data[at + 7])
                return width, top, rows, data[start : start + rows * ((width + 7) // 8)]
            if here < code:
                low = middle + 1
            else:
                high = middle
        return None

    def _box(self) -> "tuple[int, int, int, memoryview]":
        """The stand-in for a character that the font lacks."""
        rows = max(3, self.ascent * 3 // 4)
        sides = bytearray([0b10001000] * rows)
        sides[0] = sides[-1] = 0b11111000
        return 5, self.ascent - rows, rows, memoryview(bytes(sides))
