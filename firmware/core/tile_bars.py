"""The two bars of a tile: the service level beside its target, and the agents, a cell each."""

from firmware.core.canvas import GREY, WHITE

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Pen
    from firmware.core.layout import Box, Face
    from firmware.core.tile import Paint
    from firmware.core.view import Tile

_AGENTS = 3  # of Tile.why


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
        left = max(at - 1, box.x)
        pen.rect(left, box.y, min(at + 2, box.x + box.w) - left, box.h, paint.ground)
        pen.rect(at, box.y, 1, box.h, WHITE)


def draw_cells(pen: "Pen", face: "Face", tile: "Tile", paint: "Paint") -> None:
    """An agent a cell, the free ones lit; more than fit are one bar in proportion; nobody at all is a hollow frame.

    Nobody free while somebody waits stands out: then the others are lit, in the colour of the alarm if it is about
    them. Where the layout has room for it, the numbers stand beside a person.
    """
    box: "Box" = face.cells
    agents, free = tile.agents_in, min(tile.agents_free, tile.agents_in)
    busy = paint.empty
    if free == 0 and tile.waiting and tile.open:
        busy = paint.figures[tile.why[_AGENTS]] if tile.why[_AGENTS] else WHITE if tile.phase else GREY
    if face.people is not None:
        from firmware.core.tile_numbers import draw_agents  # a small panel has no room for them

        draw_agents(
            pen, face.people, "%d/%d" % (free, agents), paint.free if free else busy if tile.waiting else paint.side
        )
    if agents == 0:
        pen.rect(box.x, box.y, box.w, box.h, busy if tile.waiting else paint.side)
        edge = 1 if box.h > 2 else 0
        pen.rect(box.x + 1, box.y + edge, box.w - 2, box.h - 1 - edge, paint.ground)
        return
    for wide in (4, 3, 2, 1):
        if agents * (wide + 1) - 1 <= box.w:
            for agent in range(agents):
                pen.rect(box.x + agent * (wide + 1), box.y, wide, box.h, paint.free if agent < free else busy)
            return
    pen.rect(box.x, box.y, box.w, box.h, busy)
    if free > 0:
        pen.rect(box.x, box.y, max(box.w * free // agents, 1), box.h, paint.free)
