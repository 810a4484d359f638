"""A canvas and the fonts of the interpreter at hand: framebuf under MicroPython, Pillow under CPython."""

import gc

from firmware.core.font import Font
from firmware.core.screen import Screen

try:
    from firmware.pico.canvas_framebuf import FramebufCanvas as NewCanvas
except ImportError:
    from firmware.pi.canvas_pillow import PillowCanvas as NewCanvas

if hasattr(gc, "threshold"):  # MicroPython: collect early, or long-lived objects end up scattered over a small heap
    gc.threshold(2048)

_TESTS = __file__.replace("\\", "/").rsplit("/", 2)[0]
_REPOSITORY = _TESTS.rsplit("/", 1)[0] if "/" in _TESTS else "."


def load_font(name):
    """A font that reads its characters out of the file when they are first drawn, as a small board does."""
    path = _REPOSITORY + "/firmware/fonts/" + name + ".wbf"

    def read(offset, length):
        with open(path, "rb") as file:
            file.seek(offset)
            return file.read(length)

    return Font(read)


def new_panel(width, height):
    """A canvas and the screen of a panel."""
    return NewCanvas(width, height), Screen(width, height, load_font)
