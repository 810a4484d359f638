"""A canvas in MicroPython's framebuf: four bits a pixel, the same inks as everywhere."""

import framebuf

from firmware.core.canvas import BLACK, CLEAR, Canvas


class FramebufCanvas(Canvas):
    """`buffer` holds the pixels, two a byte, the left one in the high half."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.buffer = bytearray(width * height // 2)
        self._frame = framebuf.FrameBuffer(self.buffer, width, height, framebuf.GS4_HMSB)
        # A glyph's 0-bits become CLEAR, which blit leaves out; its 1-bits become the ink.
        self._colours = framebuf.FrameBuffer(bytearray(1), 2, 1, framebuf.GS4_HMSB)
        self._colours.pixel(0, 0, CLEAR)
        self.fill(BLACK)

    def rect(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        self._frame.fill_rect(x, y, w, h, ink)

    def glyph(  # noqa: PLR0917 - see Canvas
        self, x: int, y: int, w: int, h: int, bits: bytes, ink: int
    ) -> None:
        self._colours.pixel(1, 0, ink)
        self._frame.blit((bits, w, h, framebuf.MONO_HLSB), x, y, CLEAR, self._colours)

    def ink_at(self, x: int, y: int) -> int:
        return self._frame.pixel(x, y)
