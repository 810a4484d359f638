"""The page of the whole centre: the figures of a tile, as large as the panel allows, and what the day has brought.

Beneath a panel of 64 rows stands, as signs with numbers, how many calls were answered and abandoned, and the share that
waited longer than the limit, named by the limit itself. Three people instead of a label say that it is everybody.
"""

from firmware.core import band
from firmware.core.canvas import AMBER, GREEN, GREY, STALE, WHITE
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
    height = 0
    if view.fault is not None:
        height = 12 if canvas.height >= 64 else 10
        chain = (("letters10", 2), ("letters10", 1), ("letters8", 1)) if height == 12 else (("letters8", 1),)
        band.draw(Pen(canvas, fonts, 0, 0), Box(0, 0, canvas.width, height), chain, view)
    if centre is None:
        return
    pen = Pen(canvas, fonts, 0, height)
    tile = centre.tile
    if height:
        from firmware.core.layout_stale import stale_face

        face = stale_face(canvas.width, canvas.height - height)
    else:
        face = _face(canvas.width, canvas.height)
    if tile.label in _UNNAMED:
        values = list(tile)
        values[1] = ""
        values[2] = False
        tile = Tile(*values)
    draw_tile(pen, face, tile, view.muted)
    if not tile.label:
        ink = WHITE if tile.life == LIVE else STALE
        fonts["icons8"].draw(canvas, pen.x + face.label.x, pen.y + face.label.y + face.label.h, "ppp", ink)
    if not height and canvas.height >= 64 and tile.life < DASHES:
        _day(pen, canvas, centre)


def _face(width: int, height: int) -> Face:
    letters = (("letters10", 2), ("letters10", 1), ("letters8", 1))
    f12 = (("figures12", 2), ("figures12", 1))
    f24 = (("figures24", 3), ("figures16", 2)) + f12
    f38 = (("figures38", 4),) + f24
    sign = ("letters8", "icons8")
    chain: "tuple[tuple[str, int], ...]"
    if (width, height) == (64, 32):
        from firmware.core.layout_small import SMALL

        return SMALL
    if height == 32:
        from firmware.core.layout_large import WIDE

        return WIDE
    if width == 64:
        count, wait, level = Box(5, 12, 57, 24), Box(5, 37, 57, 12), Box(36, 24, 26, 12)
        bar, cells = Box(34, 51, 28, 3), Box(5, 51, 26, 3)
        return Face(
            width, height, 3, Box(5, 0, 58, 10), letters, count, f24, wait, f12, level, f12 + (("letters8", 1),),
            bar, cells, letters, sign,
        )  # fmt: skip
    count = Box(8, 12, 72 if width == 256 else 46, 38)
    cells = Box(8, 52, count.w, 3)
    if width == 128:
        wait, level, chain, bar = Box(60, 12, 67, 24), Box(82, 38, 45, 12), f24, Box(60, 52, 67, 3)
    else:
        left = width - 50
        wait, level, chain, bar = Box(58, 12, left - 64, 38), Box(left, 34, 48, 16), f38, Box(left, 52, 48, 3)
    return Face(
        width, height, 4, Box(8, 0, width - 10, 10), letters, count, f38, wait, chain, level,
        (("figures16", 2),) + f12, bar, cells, letters, sign,
    )  # fmt: skip


def _day(pen: Pen, canvas: "Canvas", centre: "Centre") -> None:
    """Answered, abandoned and too long, as far as they are known and there is room, in the panel's last rows."""
    icons, font = pen.fonts["icons8"], pen.fonts["letters8"]
    items = []
    if centre.answered is not None:
        items.append(("a", str(centre.answered), GREEN))
    if centre.abandoned is not None:
        items.append(("x", str(centre.abandoned), GREY))
    if centre.over_limit is not None and centre.limit_s:
        limit = "%d:%02d" % (centre.limit_s // 60, centre.limit_s % 60)
        share = "%d.%d%%" % (centre.over_limit // 10, centre.over_limit % 10)
        items.append(("", ">%s %s" % (limit, share), AMBER if centre.over_limit else GREY))
    x = 8 if canvas.width > 64 else 4
    for icon, text, ink in items:
        wide = (icons.measure(icon) + 2 if icon else 0) + font.measure(text, 1)
        if x + wide > canvas.width:
            return
        if icon:
            icons.draw(canvas, x, canvas.height - 1, icon, ink)
        font.draw(canvas, x + wide - font.measure(text, 1), canvas.height - 1, text, WHITE if icon else ink, 1)
        x += wide + _GAP
