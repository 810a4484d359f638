"""Pack the board's fonts: `python -m firmware.fonts.make_fonts [--source DIR]`.

Two kinds of sources, one packed form (``.wbf``, read by ``firmware.core.font``):

* ``figures*.txt``, ``icons*.txt``, ``signs*.txt``: our own figures and signs, drawn as text, one ``#`` an LED;
* letters from Debian's ``xfonts-terminus`` (OFL-1.1): set proportionally (blank columns trimmed) with an open zero, so
  that a Hebrew label of eleven letters fits 88 LEDs. A derived font may not bear the reserved name, so it does not;
  the licence stands in ``LICENSE-letters.txt``.

The packed files are committed: a technician's site may have neither internet nor the source package.
"""

from __future__ import annotations

import argparse
import struct
import sys
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
X11_FONTS = Path("/usr/share/fonts/X11/misc")
MAGIC = b"WBF1"

# name, source file, pixel size, blank columns between letters
LETTERS = (
    ("letters8", "ter-u12b_unicode.pcf.gz", 12, 1),
    ("letters10", "ter-u16b_unicode.pcf.gz", 16, 2),
    ("letters14", "ter-u22b_unicode.pcf.gz", 22, 2),
)
RANGES = (
    (0x21, 0x7E),  # ASCII
    (0xA1, 0x17F),  # Latin-1 and Latin Extended-A
    (0x386, 0x3CE),  # Greek
    (0x401, 0x45F),  # Cyrillic
    (0x5D0, 0x5EA),  # Hebrew
)
SINGLES = "–—‘’“”„…•€₪←→▲▼"
# A character drawn as another: the source lacks Hebrew maqaf, geresh and gershayim; its zero is slashed.
DRAWN_AS = {"\u05be": "-", "\u05f3": "'", "\u05f4": '"', "0": "O"}
MISSING = "?"  # the source draws it for what it lacks
SPACES = "\u0020\u00a0"
# (size, character) → rows taken off its top: in the smallest letters the neck of lamed would need a row of its own.
SHORTER = {(12, "\u05dc"): 1}


class FontSourceError(ValueError):
    """A source file is missing or wrong; the message says which and where."""


class Glyph(NamedTuple):
    """One character: `rows` are strings of ``#`` and ``.`` from the ascent line down, all of one width."""

    code: int
    rows: list[str]


def read_figures(path: Path) -> tuple[int, int, list[Glyph]]:
    """Our own figures as (height, tracking, glyphs). Raises FontSourceError with file and line."""
    values: dict[str, int] = {}
    glyphs: list[Glyph] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.name}:{number}"
        word, _, rest = line.partition(" ")
        if not line or line.startswith("# "):
            continue
        if word in ("height", "tracking") and rest.isdigit():
            values[word] = int(rest)
        elif word == "glyph" and len(rest) == 1:
            glyphs.append(Glyph(ord(rest), []))
        elif glyphs and set(line) <= {"#", "."}:
            glyphs[-1].rows.append(line)
        else:
            raise FontSourceError(f"{where}: expected height N, tracking N, glyph C or a row of # and .: {line!r}")
    height = values.get("height", 0)
    for glyph in glyphs:
        if len(glyph.rows) != height or len({len(row) for row in glyph.rows}) != 1:
            raise FontSourceError(f"{path.name}: glyph {chr(glyph.code)}: expected {height} rows of equal width")
    return height, values.get("tracking", 1), glyphs


def read_letters(path: Path, size: int) -> tuple[int, int, list[Glyph]]:
    """A PCF font's letters set proportionally, as (ascent, descent, glyphs). Raises FontSourceError."""
    if not path.is_file():  # Pillow would look for the name in other folders
        raise FontSourceError(f"{path}: no such file. On Debian: sudo apt install xfonts-terminus")
    try:
        source = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise FontSourceError(f"{path}: {error}") from error
    ascent, descent = (int(metric) for metric in source.getmetrics())
    missing = _rows(source, "\uffff", ascent, descent)
    glyphs = []
    codes = [code for low, high in RANGES for code in range(low, high + 1)]
    codes += [ord(char) for char in SINGLES] + [ord(char) for char in DRAWN_AS if ord(char) > 0x7F]
    for code in sorted(codes):
        rows = _rows(source, DRAWN_AS.get(chr(code), chr(code)), ascent, descent)
        if rows and (rows != missing or chr(code) == MISSING):
            glyphs.append(Glyph(code, _shorter(rows, SHORTER.get((size, chr(code)), 0))))
    blank = ["." * (size // 4)] * (ascent + descent)
    glyphs = sorted(glyphs + [Glyph(ord(char), blank) for char in SPACES])
    return ascent, descent, glyphs


def _shorter(rows: list[str], by: int) -> list[str]:
    """The character with its first `by` inked rows blank."""
    top = next(row for row, text in enumerate(rows) if "#" in text)
    return ["." * len(text) if row < top + by else text for row, text in enumerate(rows)]


def _rows(source: ImageFont.FreeTypeFont, char: str, ascent: int, descent: int) -> list[str]:
    """The character's pixels without blank columns; empty when it has no ink."""
    image = Image.new("1", (4 * (ascent + descent), ascent + descent))
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    pen.text((ascent, ascent), char, font=source, fill=1, anchor="ls")
    box = image.getbbox()
    if box is None:
        return []
    left, _, right, _ = box
    lit = image.load()
    assert lit is not None
    return ["".join("#" if lit[x, y] else "." for x in range(left, right)) for y in range(image.height)]


def pack(ascent: int, descent: int, tracking: int, glyphs: list[Glyph]) -> bytes:
    """The ``.wbf`` form; its layout is written down in ``firmware.core.font``."""
    index = b""
    data = b""
    for glyph in sorted(glyphs):
        inked = [row for row, text in enumerate(glyph.rows) if "#" in text]
        top, bottom = (inked[0], inked[-1] + 1) if inked else (0, 0)
        width = len(glyph.rows[0])
        index += struct.pack(">HBBBBH", glyph.code, width, top, bottom - top, len(data) >> 16, len(data) & 0xFFFF)
        for text in glyph.rows[top:bottom]:
            padded = text.ljust((width + 7) // 8 * 8, ".")
            data += int(padded.replace("#", "1").replace(".", "0"), 2).to_bytes(len(padded) // 8, "big")
    zero = next(glyph for glyph in glyphs if glyph.code == ord("0"))
    cap = ascent - next(row for row, text in enumerate(zero.rows) if "#" in text)
    return MAGIC + struct.pack(">BBBBH", ascent, descent, tracking, cap, len(glyphs)) + index + data


def drawn() -> list[Path]:
    """The sources that are drawn as text."""
    return sorted(path for kind in ("figures", "icons", "signs") for path in HERE.glob(f"{kind}*.txt"))


def make(source: Path, target: Path) -> list[Path]:
    """Write every font into `target`; the files written."""
    written = []
    for path in drawn():
        height, tracking, glyphs = read_figures(path)
        written.append(target / f"{path.stem}.wbf")
        written[-1].write_bytes(pack(height, 0, tracking, glyphs))
    for name, file, size, tracking in LETTERS:
        ascent, descent, glyphs = read_letters(source / file, size)
        written.append(target / f"{name}.wbf")
        written[-1].write_bytes(pack(ascent, descent, tracking, glyphs))
    return written


def main() -> int:
    """0 when all fonts were made, 1 with one line that says which source is wrong."""
    parser = argparse.ArgumentParser(prog="make_fonts", description="Pack the board's fonts (.wbf) from their sources.")
    parser.add_argument("--source", type=Path, default=X11_FONTS, help="folder of ter-u*_unicode.pcf.gz (%(default)s)")
    try:
        written = make(parser.parse_args().source, HERE)
    except FontSourceError as error:
        print(f"make_fonts: {error}", file=sys.stderr)
        return 1
    for path in written:
        print(f"{path.name:16} {path.stat().st_size:6} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
