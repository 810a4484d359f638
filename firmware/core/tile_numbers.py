"""Numbers for which only larger panels have room: the service level and its target, the free agents of all."""

from firmware.core.layout import Box

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Pen
    from firmware.core.layout import Face
    from firmware.core.view import Tile


def draw_agents(pen: "Pen", box: "Box", text: str, ink: int) -> None:
    """A person and how many are free of how many; left out where it does not fit."""
    icons = pen.fonts["icons12"]
    left = icons.measure("p") + 3
    font, tracking, wide = pen.fit((("letters10", 2), ("letters10", 1), ("letters8", 1)), text, box.w - left)
    if left + wide > box.w:
        return
    right = pen.x + box.x + box.w
    bottom = pen.y + box.y + box.h
    icons.draw(pen.canvas, right - wide - left, bottom, "p", ink)
    font.draw(pen.canvas, right - wide, bottom - (icons.cap - font.cap) // 2, text, ink, tracking)


def draw_level(  # noqa: PLR0917
    pen: "Pen", face: "Face", tile: "Tile", text: str, inks: "tuple[int, int]", left: int
) -> None:
    """The service level and its target; what a count that reaches into their boxes leaves no room for is left out.

    The bar tells it too. `inks`: of the two; `left`: the first free column beside the count.
    """
    box = face.sla
    x = max(box.x, left) if face.count.y + face.count.h > box.y else box.x
    box = Box(x, box.y, box.x + box.w - x, box.h)
    fits = pen.fit(face.sla_fonts, text, box.w)[2] <= box.w
    if fits:
        pen.text(face.sla_fonts, box, text, inks[0], True)
    box = face.goal
    if box is None or tile.sla_target is None or not fits:
        return
    icons, letters = pen.fonts["icons8"], pen.fonts["letters8"]
    goal = str(tile.sla_target // 10)
    wide = icons.measure("t") + 2 + letters.measure(goal, 1)
    if wide <= box.w and (box.x + box.w - wide >= left or face.count.y + face.count.h <= box.y):
        start, bottom = pen.x + box.x + box.w - wide, pen.y + box.y + box.h
        icons.draw(pen.canvas, start, bottom, "t", inks[1])
        letters.draw(pen.canvas, start + icons.measure("t") + 2, bottom, goal, inks[1], 1)
