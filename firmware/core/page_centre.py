"""The page of the whole centre: the figures of a tile, as large as the panel allows, and what the day has brought.

Beneath a panel of 64 rows stands, as signs with numbers, how many calls were answered and abandoned, and the share that
waited longer than the limit, named by the limit itself. Three people instead of a label say that it is everybody.
"""

from firmware.core.canvas import GREY, STALE, WHITE
from firmware.core.font import Pen
from firmware.core.layout import Box, Face
from firmware.core.tile import DASHES, LIVE, draw_tile
from firmware.core.view import Tile

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.canvas import Canvas
    from firmware.core.font import Fonts
    from firmware.core.showing_centre import Centre
    from firmware.core.view import View

_UNNAMED = ("@all", "all", "")  # nobody has given the whole centre a label
_GAP = 6  # columns between two of the day's numbers


def draw(canvas: "Canvas", fonts: "Fonts", view: "View") -> None:
    """Draw the page on a black canvas. Nothing of the centre known: nothing but the band, under a fault."""
    centre: "Centre | None" = view.centre
    top = 0
    if view.fault is not None:
        from firmware.core import band, layout_stale

        box, chain = layout_stale.band(canvas.width, canvas.height)
        band.draw(Pen(canvas, fonts, 0, 0), box, chain, view)
        top = box.h
    if centre is None:
        return
    pen = Pen(canvas, fonts, 0, top)
    tile = centre.tile
    face = layout_stale.stale_face(canvas.width, canvas.height - top) if top else _face(canvas.width, canvas.height)
    if tile.label in _UNNAMED:
        values = list(tile)
        values[1] = ""
        values[2] = False
        tile = Tile(*values)
    draw_tile(pen, face, tile, view.muted)
    if not tile.label:
        icons = fonts["icons8"]
        bottom = pen.y + face.label.y + (face.label.h + icons.cap) // 2
        icons.draw(canvas, face.label.x, bottom, "ppp", WHITE if tile.life == LIVE else STALE)
    if not top and canvas.height >= 64 and tile.life < DASHES:
        _day(pen, canvas, centre)


def _face(width: int, height: int) -> Face:
    from firmware.core.layout_small import F12, LETTERS, tile

    f16 = (("figures16", 2), ("figures16", 1)) + F12
    f24 = (("figures24", 3), ("figures24", 2)) + f16
    sign = ("letters8", "icons8")
    if (width, height) == (64, 32):
        return tile(f16)
    if height == 32:
        from firmware.core.layout_large import WIDE

        return WIDE
    if width == 64:
        return Face(
            width, height, 3,
            Box(5, 0, 57, 11), LETTERS,
            Box(4, 12, 58, 24), f24,
            Box(5, 38, 57, 12), F12,
            Box(36, 12, 26, 12), F12 + (("letters8", 1),),
            Box(36, 26, 26, 8),
            Box(34, 51, 28, 3),
            Box(5, 51, 26, 3), None,
            LETTERS, sign,
        )  # fmt: skip
    f38 = (("figures38", 4),) + f24
    count = Box(8, 12, 72 if width == 256 else 46, 38)
    cells = Box(8, 51, count.w, 3)
    if width == 128:
        return Face(
            width, height, 4,
            Box(8, 0, 118, 11), LETTERS,
            count, f38,
            Box(56, 12, 70, 24), f24,
            Box(84, 40, 42, 10), LETTERS,
            Box(56, 42, 26, 8),
            Box(60, 51, 66, 3),
            cells, None,
            LETTERS, sign,
        )  # fmt: skip
    right = width - 52
    return Face(
        width, height, 4,
        Box(8, 0, width - 10, 11), LETTERS,
        count, f38,
        Box(8 + count.w, 12, right - 14 - count.w, 38), f38,
        Box(right, 25, 50, 16), f16,
        Box(right, 42, 50, 8),
        Box(right, 51, 50, 3),
        cells, Box(right, 12, 50, 12),
        LETTERS, sign,
    )  # fmt: skip


def _day(pen: Pen, canvas: "Canvas", centre: "Centre") -> None:
    """Answered, abandoned and too long, as far as they are known and there is room, in the panel's last rows."""
    icons, font = pen.fonts["icons8"], pen.fonts["letters8"]
    items = []
    if centre.answered is not None:
        items.append(("a", _number(centre.answered)))
    if centre.abandoned is not None:
        items.append(("x", _number(centre.abandoned)))
    if centre.over_limit is not None and centre.limit_s:
        limit = "%d:%02d" % (centre.limit_s // 60, centre.limit_s % 60)
        items.append(("", ">%s %d.%d%%" % (limit, centre.over_limit // 10, centre.over_limit % 10)))
    x = 8 if canvas.width > 64 else 4
    for icon, text in items:
        wide = (icons.measure(icon) + 2 if icon else 0) + font.measure(text, 1)
        if x + wide > canvas.width - 2:
            return
        if icon:
            icons.draw(canvas, x, canvas.height - 1, icon, WHITE if centre.tile.phase else GREY)
        font.draw(canvas, x + wide - font.measure(text, 1), canvas.height - 1, text, WHITE, 1)
        x += wide + _GAP


def _number(count: int) -> str:
    return str(count) if count <= 9999 else "9999+"
