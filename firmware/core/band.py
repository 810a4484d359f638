"""The band at the top of a panel whose figures may no longer be true: who is lost, and for how long."""

from firmware.core.canvas import FAULT, HATCH, WHITE

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Pen
    from firmware.core.layout import Box
    from firmware.core.view import View

# Diagonal stripes, four pixels wide: a shape that no live figure has.
_HATCH_BITS = bytes((0xF0, 0x78, 0x3C, 0x1E, 0x0F, 0x87, 0xC3, 0xE1))
_MARGIN = 4  # columns of plain band on both sides of the text
_GAP = 6  # between the name and the minutes


def draw(pen: "Pen", box: "Box", fonts: "tuple[tuple[str, int], ...]", view: "View") -> None:
    """The fault's name in the middle of a striped band, and in small letters the minutes since when, if they fit."""
    name, since = "NO " + view.fault, ""
    if view.fault_min:
        minutes, hours = view.fault_min, view.fault_min // 60
        since = "%d min" % minutes if minutes < 100 else "%d h" % hours if hours < 100 else "99+ h"
    room = box.w - 2 * _MARGIN
    font, tracking, wide = pen.fit(fonts, name, room)
    small = pen.fonts["letters8"]
    beside = small.measure(since, 1) + _GAP if since else 0
    if wide + beside > room:
        beside = 0
    pen.rect(box.x, box.y, box.w, box.h, HATCH)
    for left in range(box.x, box.x + box.w, 8):
        for top in range(box.y, box.y + box.h, 8):
            pen.canvas.glyph(left, top, 8, min(8, box.y + box.h - top), _HATCH_BITS, FAULT)
    left = box.x + (box.w - wide - beside) // 2
    pen.rect(left - _MARGIN, box.y, wide + beside + 2 * _MARGIN, box.h, FAULT)
    baseline = box.y + (box.h + font.cap) // 2
    font.draw(pen.canvas, left, baseline, name, WHITE, tracking)
    if beside:
        small.draw(pen.canvas, left + wide + _GAP, baseline, since, WHITE, 1)
