"""A canvas as text, and where the goldens are; apart from drawing.py, for a small heap draws without them."""

from firmware.core.canvas import CHARS

_TESTS = __file__.replace("\\", "/").rsplit("/", 2)[0]


def golden_path(size, scene):
    return "%s/goldens/%s/%s.txt" % (_TESTS, size, scene)


def row_text(canvas, y):
    """One row of pixels as a golden's line, without its line end."""
    return "".join([CHARS[canvas.ink_at(x, y)] for x in range(canvas.width)])


def text(canvas):
    """All rows, for small canvases and for failures."""
    return "\n".join([row_text(canvas, y) for y in range(canvas.height)])
