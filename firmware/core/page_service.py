"""What a technician sees: a board that says its name, and the self-test.

The self-test lights every LED in red, green, blue and a modest white (grey: a panel all white draws more than many
supplies give), shows a grid by whose lines a wrong chain order or a lost module is seen, and then the name and size.
"""

from firmware.core.canvas import DIM, FAULT, GREEN, GREY, RED, WHITE
from firmware.core.font import Pen
from firmware.core.view import SELF_TEST

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.canvas import Canvas
    from firmware.core.font import Fonts
    from firmware.core.view import View

_FILLS = (RED, GREEN, FAULT, GREY)
_NAME = (("letters14", 2), ("letters10", 2), ("letters10", 1), ("letters8", 1))
_GRID = 8  # LEDs between two lines


def draw(canvas: "Canvas", fonts: "Fonts", view: "View") -> None:
    """Draw the page; View.page is the self-test's step."""
    if view.kind == SELF_TEST and view.page < len(_FILLS):
        canvas.fill(_FILLS[view.page])
    elif view.kind == SELF_TEST and view.page == len(_FILLS):
        _grid(canvas)
    else:
        lines = [view.text]
        if view.kind == SELF_TEST:
            lines = view.text.split(" ") + ["%dx%d" % (canvas.width, canvas.height)]
        _frame(canvas)
        _names(Pen(canvas, fonts, 0, 0), lines)


def _grid(canvas: "Canvas") -> None:
    """Lines every 8 LEDs, the outermost rows and columns lit, and a filled square at the panel's first corner."""
    for x in range(0, canvas.width, _GRID):
        canvas.rect(x, 0, 1, canvas.height, DIM)
    for y in range(0, canvas.height, _GRID):
        canvas.rect(0, y, canvas.width, 1, DIM)
    for x in range(0, canvas.width, 64):  # where one module may end
        canvas.rect(x, 0, 1, canvas.height, GREEN)
    for y in range(0, canvas.height, 32):
        canvas.rect(0, y, canvas.width, 1, GREEN)
    _frame(canvas)
    canvas.rect(0, 0, _GRID, _GRID, RED)


def _frame(canvas: "Canvas") -> None:
    canvas.rect(0, 0, canvas.width, 1, WHITE)
    canvas.rect(0, canvas.height - 1, canvas.width, 1, WHITE)
    canvas.rect(0, 0, 1, canvas.height, WHITE)
    canvas.rect(canvas.width - 1, 0, 1, canvas.height, WHITE)


def _names(pen: Pen, lines: "list[str]") -> None:
    """The lines in the middle, each as large as it fits; a name too long for any letters goes on beyond the edge."""
    canvas = pen.canvas
    lines = [line for line in lines if line][: canvas.height // 10]
    chain = _NAME if canvas.height // len(lines) >= 18 else _NAME[3:]
    fitted = [pen.fit(chain, line, canvas.width - 6) for line in lines]
    height = sum([font.cap for font, _, _ in fitted])
    gap = (canvas.height - height) // (len(lines) + 1)
    y = 0
    for (font, tracking, wide), line in zip(fitted, lines):  # noqa: B905 - absent in MicroPython
        y += gap + font.cap
        font.draw(canvas, max((canvas.width - wide) // 2, 2), y, line, WHITE, tracking)
