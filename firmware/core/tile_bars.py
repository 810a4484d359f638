"""The two bars of a tile: the service level beside its target, and the agents, a cell each."""

from firmware.core.canvas import WHITE

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Pen
    from firmware.core.layout import Box
    from firmware.core.tile import Paint
    from firmware.core.view import Tile


def draw_bar(pen: "Pen", box: "Box", tile: "Tile", ink: int, paint: "Paint") -> None:
    """The service level from 0 to 100 % with a tick at its target, which stands out; in pieces where estimated."""
    edge = 1 if box.h > 2 else 0
    pen.rect(box.x, box.y + edge, box.w, box.h - 2 * edge, paint.empty)
    if tile.sla is not None:
        lit = box.w * tile.sla // 1000
        if tile.approx:
            for left in range(0, lit, 4):
                pen.rect(box.x + left, box.y, min(2, lit - left), box.h, ink)
        else:
            pen.rect(box.x, box.y, lit, box.h, ink)
    if tile.sla_target is not None:
        at = box.x + min(box.w * tile.sla_target // 1000, box.w - 1)
        pen.rect(at - 1, box.y, 3, box.h, paint.ground)
        pen.rect(at, box.y + edge - 1, 1, box.h + 1, WHITE)


def draw_cells(pen: "Pen", box: "Box", agents: int, free: int, paint: "Paint") -> None:
    """An agent a cell, the free ones lit; more than fit are one bar in proportion; nobody at all is a hollow frame."""
    if agents == 0:
        pen.rect(box.x, box.y, box.w, box.h, paint.side)
        pen.rect(box.x + 1, box.y + 1, box.w - 2, box.h - 2, paint.ground)
        return
    for wide in (4, 3, 2, 1):
        if agents * (wide + 1) - 1 <= box.w:
            for agent in range(agents):
                pen.rect(box.x + agent * (wide + 1), box.y, wide, box.h, paint.free if agent < free else paint.empty)
            return
    pen.rect(box.x, box.y, box.w, box.h, paint.empty)
    if free > 0:
        pen.rect(box.x, box.y, max(box.w * min(free, agents) // agents, 1), box.h, paint.free)
