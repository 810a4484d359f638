"""A View → pixels. Pure: the same view gives the same pixels on every canvas.

What must read from 10 m in a second: how many wait (the largest figure), how long the first of them has waited, and
whether that is fine. Labels tell who and are white; green, amber and red belong to figures. Severity is told three
times: by colour, by the mark on the left edge (none, half, full height; broken once acknowledged) and by blinking
between two phases that both read. Stale figures have no colour of severity, stand under a blue band that names the
fault, and give way to dashes.
"""

from collections import namedtuple

from firmware.core.canvas import (
    AMBER,
    BLACK,
    DIM,
    FAULT,
    GREEN,
    GREY,
    HATCH,
    LINE,
    MID_AMBER,
    MID_RED,
    RED,
    STALE,
    TINT_AMBER,
    TINT_RED,
    WHITE,
)
from firmware.core.layout import Box

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.canvas import Canvas
    from firmware.core.font import Font
    from firmware.core.layout import Face, Layout, Page
    from firmware.core.view import Tile, View

    Chain = tuple[tuple[str, int], ...]
    Fonts = dict[str, Font]

LIVE, AGEING, DASHES, NO_DATA = 0, 1, 2, 3  # Tile.life
WARN, CRITICAL = 1, 2  # Tile.severity

# Inks of one tile: behind all; edge mark; label; count and wait; service level; free agents; what is empty.
Paint = namedtuple("Paint", "ground mark label figure side free empty")
_CALM = Paint(BLACK, BLACK, WHITE, GREEN, GREY, GREEN, DIM)
_STALE = Paint(BLACK, BLACK, STALE, STALE, STALE, STALE, DIM)
_ALARM = {
    (WARN, 0): Paint(BLACK, AMBER, WHITE, AMBER, GREY, GREEN, DIM),
    (WARN, 1): Paint(TINT_AMBER, WHITE, WHITE, WHITE, WHITE, WHITE, MID_AMBER),
    (CRITICAL, 0): Paint(BLACK, RED, WHITE, RED, GREY, GREEN, DIM),
    (CRITICAL, 1): Paint(TINT_RED, WHITE, WHITE, WHITE, WHITE, WHITE, MID_RED),
}
# Diagonal stripes, four pixels wide: a shape that no live figure has.
_HATCH_BITS = bytes((0xF0, 0x78, 0x3C, 0x1E, 0x0F, 0x87, 0xC3, 0xE1))
_GAP = 3  # fewest columns between the count and the wait


class _Pen:
    """A canvas and its fonts, with (0, 0) moved to a tile's corner."""

    def __init__(self, canvas: "Canvas", fonts: "Fonts", x: int, y: int) -> None:
        self.canvas = canvas
        self.fonts = fonts
        self.x = x
        self.y = y

    def rect(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        self.canvas.rect(self.x + x, self.y + y, w, h, ink)

    def fit(self, chain: "Chain", text: str, width: int) -> "tuple[Font, int, int]":
        """(font, tracking, text's width): the first of a chain in which `text` fits, or else its last."""
        for name, tracking in chain:
            font = self.fonts[name]
            wide = font.measure(text, tracking)
            if wide <= width:
                break
        return font, tracking, wide

    def text(self, chain: "Chain", box: Box, text: str, ink: int, right: bool = False) -> int:
        """Draw on the box's lower edge, at its left or right end; the column after the text."""
        font, tracking, wide = self.fit(chain, text, box.w)
        left = box.x + (box.w - wide if right else 0)
        font.draw(self.canvas, self.x + left, self.y + box.y + box.h, text, ink, tracking)
        column: int = left + wide
        return column


def draw(canvas: "Canvas", fonts: "Fonts", layout: "Layout", view: "View") -> None:
    """Draw the whole panel anew. `fonts` maps the names of `layout.fonts()` to fonts."""
    canvas.fill(BLACK)
    page = layout.page(len(view.tiles), view.fault is not None)
    if page.band is not None:
        _band(_Pen(canvas, fonts, 0, 0), page, "NO " + view.fault)
    for row in page.lines:
        canvas.rect(0, row, canvas.width, 1, LINE)
    for place, (x, y, face) in enumerate(page.tiles):
        if place < len(view.tiles):
            _tile(_Pen(canvas, fonts, x, y), face, view.tiles[place])
        elif place == 0:
            _idle(_Pen(canvas, fonts, x, y), face, view.local_min)
    if view.pages > 1 and page.pages_row is not None:
        _pages(canvas, page.pages_row, view.page, view.pages)


def count_text(waiting: "int | None") -> str:
    """Callers waiting: at most three characters."""
    if waiting is None:
        return "-"
    return str(waiting) if waiting <= 99 else "99+"


def wait_text(seconds: "int | None") -> str:
    """The longest wait as m:ss; past 99:59 it is 99+."""
    if seconds is None:
        return "-:--"
    return "%d:%02d" % (seconds // 60, seconds % 60) if seconds < 6000 else "99+"


def sla_text(permille: "int | None") -> str:
    """The service level in whole percent, rounded down so that it never seems to reach a target that it misses."""
    return "-%" if permille is None else "%d%%" % (permille // 10)


def _tile(pen: _Pen, face: "Face", tile: "Tile") -> None:
    paint = _ALARM.get((tile.severity, tile.phase), _CALM) if tile.life == LIVE else _STALE
    if paint.ground != BLACK:
        pen.rect(0, 0, face.w, face.h, paint.ground)
    if paint.mark != BLACK:
        _mark(pen, face, tile, paint.mark)
    _label(pen, face, tile, paint.label)
    if tile.life == NO_DATA:
        pen.text(face.count_fonts, face.count, "-", paint.figure)
        pen.text(face.word_fonts, face.wait, "no data", paint.figure, True)
    else:
        _figures(pen, face, tile, paint)


def _figures(pen: _Pen, face: "Face", tile: "Tile", paint: Paint) -> None:
    """Count, wait, service level and agents; dashes instead when they are too old to be shown."""
    dashes = tile.life == DASHES
    right = pen.text(face.count_fonts, face.count, count_text(None if dashes else tile.waiting), paint.figure)
    side = paint.side
    if side == GREY and tile.severity and tile.sla is not None and tile.sla_target is not None:
        side = paint.figure if tile.sla < tile.sla_target else side
    sla = sla_text(None if dashes else tile.sla)
    if dashes or tile.waiting != 0:
        left = max(face.wait.x, right + _GAP)
        room = Box(left, face.wait.y, face.wait.x + face.wait.w - left, face.wait.h)
        pen.text(face.wait_fonts, room, wait_text(None if dashes else tile.oldest_s), paint.figure, True)
    elif face.sla is None:
        pen.text(face.sla_fonts, face.wait, sla, side, True)
    if face.sla is not None:
        pen.text(face.sla_fonts, face.sla, sla, side, True)
    if face.bar is not None:
        _bar(pen, face.bar, tile, side, paint)
    if face.cells is not None and tile.agents_in is not None and tile.agents_free is not None:
        _cells(pen, face.cells, tile.agents_in, tile.agents_free, paint)


def _mark(pen: _Pen, face: "Face", tile: "Tile", ink: int) -> None:
    """Full height for critical, the middle half for warn; broken into short pieces once somebody has acknowledged."""
    top, height = (0, face.h) if tile.severity == CRITICAL else (face.h // 4, face.h // 2)
    if tile.acked:
        for piece in range(top, top + height, 4):
            pen.rect(0, piece + 1, face.mark, 2, ink)
    else:
        pen.rect(0, top, face.mark, height, ink)


def _label(pen: _Pen, face: "Face", tile: "Tile", ink: int) -> None:
    """The label in the largest letters that fit; when none does, cut at its end, which in Hebrew is on the left."""
    text = tile.label
    font, tracking, wide = pen.fit(face.label_fonts, text, face.label.w)
    if wide > face.label.w:
        room = face.label.w - tracking - font.measure("…")
        while text and font.measure(text, tracking) > room:
            text = text[1:] if tile.rtl else text[:-1]
        text = "…" + text if tile.rtl else text + "…"
    pen.text(face.label_fonts, face.label, text, ink, tile.rtl)


def _bar(pen: _Pen, box: Box, tile: "Tile", ink: int, paint: Paint) -> None:
    """The service level from 0 to 100 % with a tick at its target."""
    pen.rect(box.x, box.y + 1, box.w, box.h - 2, paint.empty)
    if tile.sla is not None:
        pen.rect(box.x, box.y, box.w * tile.sla // 1000, box.h, ink)
    if tile.sla_target is not None:
        at = box.x + min(box.w * tile.sla_target // 1000, box.w - 1)
        pen.rect(at - 1, box.y, 3, box.h, paint.ground)
        pen.rect(at, box.y - 1, 1, box.h + 1, WHITE)


def _cells(pen: _Pen, box: Box, agents: int, free: int, paint: Paint) -> None:
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


def _band(pen: _Pen, page: "Page", text: str) -> None:
    """The fault's name in the middle of a striped band."""
    box = page.band
    font, tracking, wide = pen.fit(page.band_fonts, text, box.w)
    pen.rect(box.x, box.y, box.w, box.h, HATCH)
    for left in range(box.x, box.x + box.w, 8):
        for top in range(box.y, box.y + box.h, 8):
            pen.canvas.glyph(left, top, 8, min(8, box.y + box.h - top), _HATCH_BITS, FAULT)
    middle = box.x + (box.w - wide) // 2
    pen.rect(middle - 4, box.y, wide + 8, box.h, FAULT)
    font.draw(pen.canvas, middle, box.y + (box.h + font.cap) // 2, text, WHITE, tracking)


def _idle(pen: _Pen, face: "Face", local_min: "int | None") -> None:
    """No queue is known: the time of day, if there is one, over a line that says so, in the middle."""
    lines = [(pen.fit(face.word_fonts, "no data", face.w), "no data", STALE)]
    if local_min is not None:
        clock = "%d:%02d" % (local_min // 60, local_min % 60)
        lines.insert(0, (pen.fit(face.wait_fonts, clock, face.w), clock, GREY))
    spare = face.h
    for (font, _, _), _, _ in lines:
        spare -= font.cap
    gap = min(4, spare)
    baseline = pen.y + (spare - gap * (len(lines) - 1)) // 2
    for (font, tracking, wide), text, ink in lines:
        baseline += font.cap
        font.draw(pen.canvas, pen.x + (face.w - wide) // 2, baseline, text, ink, tracking)
        baseline += gap


def _pages(canvas: "Canvas", row: int, page: int, pages: int) -> None:
    """A line of pieces, the shown page's lit."""
    for piece in range(pages):
        left = canvas.width * piece // pages
        right = canvas.width * (piece + 1) // pages
        canvas.rect(left, row, right - left - 1, 1, GREY if piece == page else LINE)
