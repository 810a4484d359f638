"""Frames in a terminal: a character is two LEDs, one above the other, in 24-bit colours.

Where there is no colour (NO_COLOR, a pipe, a dumb terminal) lit LEDs are told from unlit ones by the characters alone.
"""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from PIL import Image

from host_bridge.ctl.pictures.board import Frame

_HIDE, _SHOW, _PLAIN = "\x1b[?25l", "\x1b[?25h", "\x1b[0m"
# Of the brightest luminance, in permille: grounds, plates, the fault's band and what is empty are below, so that the
# letters on them can be read.
_LIT = 100
_BLOCKS = (" ", "▀", "▄", "█")  # neither, the upper, the lower, both
_ASCII = (" ", '"', "_", "#")

Rgb = tuple[int, int, int]


def has_colours(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether the stream is a terminal that shows colours, and nobody minds (https://no-color.org)."""
    return stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb" and _has_blocks(stream)


def coloured(image: Image.Image) -> list[str]:
    """A line a pair of rows of LEDs."""
    lines = []
    for y in range(0, image.height, 2):
        line, before = "", None
        for x in range(image.width):
            colours = _rgb(image, x, y), _rgb(image, x, y + 1)
            if colours != before:
                upper, lower = ("{};{};{}".format(*colour) for colour in colours)
                line += f"\x1b[38;2;{upper};48;2;{lower}m"
                before = colours
            line += "▀"
        lines.append(line + _PLAIN)
    return lines


def plain(image: Image.Image, stream: TextIO) -> list[str]:
    """The same without colours, of a frame at full brightness: what is bright, whatever its colour."""
    signs = _BLOCKS if _has_blocks(stream) else _ASCII
    rows = [[_luminance(_rgb(image, x, y)) >= _LIT for x in range(image.width)] for y in range(image.height)]
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(signs[up + 2 * low] for up, low in zip(*pair, strict=True)).rstrip() for pair in pairs]


def animate(
    frames: Iterable[Frame],
    stream: TextIO,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Show the frames one over the other, each for as long as it lasts; Ctrl-C is the end of it.

    However it ends, the cursor is back, below the picture.
    """
    start_s, first_ms, height = clock(), None, 0
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # else it may end the program without a word
    try:
        stream.write(_HIDE)
        for frame in frames:
            first_ms = frame.at_ms if first_ms is None else first_ms
            lines = coloured(frame.image)
            up = f"\x1b[{height}A" if height else ""
            height = len(lines)
            stream.write(up + "".join(f"\r{line}\n" for line in lines))
            stream.flush()
            sleep(max(start_s + (frame.at_ms + frame.for_ms - first_ms) / 1000 - clock(), 0))
    except KeyboardInterrupt:
        stream.write("\r")  # over the ^C
    finally:
        signal.signal(signal.SIGINT, before)
        stream.write(_PLAIN + _SHOW)
        stream.flush()


def _rgb(image: Image.Image, x: int, y: int) -> Rgb:
    colour = image.getpixel((x, y))
    assert isinstance(colour, tuple)
    return colour[0], colour[1], colour[2]


def _luminance(colour: Rgb) -> float:
    """Permille, relative: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance, with a plain gamma."""
    red, green, blue = (math.pow(part / 255, 2.2) for part in colour)
    return 212.6 * red + 715.2 * green + 72.2 * blue


def _has_blocks(stream: TextIO) -> bool:
    try:
        "".join(_BLOCKS).encode(stream.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
