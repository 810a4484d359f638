"""The peer of bench_board, what popular scoreboards do: RGBMatrixEmulator's DrawText at a fixed 30 frames a second.

    python -m tests.bench.drawtext_board     # until it is killed

Six texts, as on our page of two queues, in our own fonts turned into BDF, the only form that LoadFont takes. The raw
adapter shows frames to nobody, so nothing is measured but drawing and swapping.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

from firmware.core.font import Font

FRAMES_A_SECOND = 30
TEXTS = (  # font, x, baseline, text, colour
    ("letters10", 40, 11, "Support", (255, 255, 255)),
    ("figures24", 6, 25, "7", (255, 30, 20)),
    ("figures16", 44, 30, "1:42", (255, 30, 20)),
    ("letters10", 40, 43, "Sales", (255, 255, 255)),
    ("figures24", 6, 57, "1", (0, 220, 70)),
    ("figures16", 44, 62, "0:12", (0, 220, 70)),
)


class DrawText:
    """One panel of 128×64 and what it takes to draw it."""

    def __init__(self) -> None:
        with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
            settings = {"display_adapter": "raw", "allow_adapter_fallback": False, "log_level": "error"}
            Path("emulator_config.json").write_text(json.dumps(settings), "utf-8")
            import RGBMatrixEmulator  # noqa: PLC0415 - it reads the file of the working directory

            options = RGBMatrixEmulator.RGBMatrixOptions()
            options.rows, options.cols = 64, 128
            self._graphics = RGBMatrixEmulator.graphics
            fonts = {name: self._font(name) for name, *_ in TEXTS}
            self._matrix = RGBMatrixEmulator.RGBMatrix(options=options)
        self._canvas = self._matrix.CreateFrameCanvas()
        self._texts = [(fonts[font], x, y, self._graphics.Color(*rgb), text) for font, x, y, text, rgb in TEXTS]

    def frame(self) -> None:
        """Draw everything anew, and swap."""
        self._canvas.Clear()
        for font, x, baseline, colour, text in self._texts:
            self._graphics.DrawText(self._canvas, font, x, baseline, colour, text)
        self._canvas = self._matrix.SwapOnVSync(self._canvas)

    def _font(self, name: str) -> Any:
        path = Path(f"{name}.bdf")
        path.write_text(bdf(Font.load(files("firmware.fonts").joinpath(f"{name}.wbf").read_bytes())), "ascii")
        font = self._graphics.Font()
        font.LoadFont(str(path))
        return font


def bdf(font: Font) -> str:
    """Our font's ASCII as a BDF file."""
    chars = [chr(code) for code in range(0x20, 0x7F)]
    height = font.ascent + font.descent
    lines = [
        "STARTFONT 2.1", "FONT wallboard", f"SIZE {height} 75 75",
        f"FONTBOUNDINGBOX {height} {height} 0 {-font.descent}",
        "STARTPROPERTIES 2", f"FONT_ASCENT {font.ascent}", f"FONT_DESCENT {font.descent}", "ENDPROPERTIES",
        f"CHARS {len(chars)}",
    ]  # fmt: skip
    for char in chars:
        width, top, rows, bits = font.glyph(char)
        row_bytes = (width + 7) // 8
        lines += [
            f"STARTCHAR U+{ord(char):04X}", f"ENCODING {ord(char)}", f"SWIDTH {width * 72} 0",
            f"DWIDTH {width + font.tracking} 0", f"BBX {width} {rows} 0 {font.ascent - top - rows}", "BITMAP",
        ]  # fmt: skip
        lines += [bits[row * row_bytes : (row + 1) * row_bytes].hex().upper() for row in range(rows)]
        lines.append("ENDCHAR")
    return "\n".join([*lines, "ENDFONT", ""])


def main() -> None:
    """Redraw at a fixed rate, as a scoreboard's main loop does."""
    board = DrawText()
    due_s = time.monotonic()
    while True:
        board.frame()
        due_s += 1 / FRAMES_A_SECOND
        time.sleep(max(due_s - time.monotonic(), 0))


if __name__ == "__main__":
    main()
