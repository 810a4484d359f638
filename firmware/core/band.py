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


def draw(pen: "Pen", box: "Box", fonts: "tuple[tuple[str, int], ...]", view: "View") -> None:
    """The fault's name in the middle of a striped band, with the minutes since when where there is room for them."""
    name = "NO " + view.fault
    text = name
    if view.fault_min:
        minutes, hours = view.fault_min, view.fault_min // 60
        text = "%s %d min" % (name, minutes) if minutes < 100 else "%s %d h" % (name, hours)
    font, tracking, wide = pen.fit(fonts, text, box.w - 2 * _MARGIN)
    if wide > box.w - 2 * _MARGIN:
        text = name
        font, tracking, wide = pen.fit(fonts, text, box.w)
    pen.rect(box.x, box.y, box.w, box.h, HATCH)
    for left in range(box.x, box.x + box.w, 8):
        for top in range(box.y, box.y + box.h, 8):
            pen.canvas.glyph(left, top, 8, min(8, box.y + box.h - top), _HATCH_BITS, FAULT)
    middle = box.x + (box.w - wide) // 2
    pen.rect(middle - _MARGIN, box.y, wide + 2 * _MARGIN, box.h, FAULT)
    font.draw(pen.canvas, middle, box.y + (box.h + font.cap) // 2, text, WHITE, tracking)
