"""One queue in its tile: count, wait, service level, agents, label and severity."""

from collections import namedtuple

from firmware.core.canvas import (
    AMBER,
    BLACK,
    DIM,
    GREEN,
    GREY,
    MID_AMBER,
    MID_RED,
    RED,
    STALE,
    TINT_AMBER,
    TINT_RED,
    WHITE,
)
from firmware.core.label import draw_label
from firmware.core.layout import Box
from firmware.core.tile_alarm import CRITICAL, draw_mark, strike
from firmware.core.tile_bars import draw_bar, draw_cells

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Pen
    from firmware.core.layout import Face
    from firmware.core.view import Tile

LIVE, AGEING, DASHES, NO_DATA = 0, 1, 2, 3  # Tile.life
WAITING, WAIT, SLA, AGENTS, BREACH = 0, 1, 2, 3, 4  # of Tile.why

# Inks of one tile: behind all; edge mark; behind the label; label; figures that are fine, warn and are critical; the
# service level while it is fine; free agents; what is empty.
Paint = namedtuple("Paint", "ground mark plate label figures side free empty")


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


def draw_tile(pen: "Pen", face: "Face", tile: "Tile", muted: bool = False) -> None:
    """Draw `tile` as `face` lays it out, from the pen's corner on. `muted`: say that the buzzer is."""
    paint = _paint(tile)
    if paint.ground != BLACK:
        pen.rect(0, 0, face.w, face.h, paint.ground)
    if tile.severity and tile.life == LIVE:
        draw_mark(pen, face, tile, paint)
    box = face.label
    if face.sign is not None and tile.life == LIVE and (muted or not tile.open or tile.next_breach_s is not None):
        from firmware.core import tile_sign

        box = tile_sign.draw_sign(pen, face, tile, paint, muted)
    draw_label(pen, box, face.label_fonts, tile.label, paint.label, tile.rtl)
    if tile.life == NO_DATA:
        pen.text(face.count_fonts, face.count, "-", STALE)
        pen.text(face.word_fonts, face.wait, "no data", STALE, True)
    else:
        _figures(pen, face, tile, paint)


def _paint(tile: "Tile") -> Paint:
    """Its inks, made anew each time: a small heap has no room for all of them."""
    if tile.life != LIVE:
        return Paint(BLACK, BLACK, BLACK, STALE, (STALE, STALE, STALE), STALE, STALE, DIM)
    if not tile.severity:
        if tile.open:
            return Paint(BLACK, BLACK, BLACK, WHITE, (GREEN, AMBER, RED), GREY, GREEN, DIM)
        return Paint(BLACK, BLACK, BLACK, GREY, (GREY, GREY, GREY), STALE, GREY, DIM)  # nothing is good or bad
    tint, middle, colour, plate = TINT_AMBER, MID_AMBER, AMBER, BLACK
    if tile.severity == CRITICAL:
        tint, middle, colour, plate = TINT_RED, MID_RED, RED, MID_RED
    if tile.phase:
        return Paint(tint, WHITE, plate, WHITE, (WHITE, WHITE, WHITE), WHITE, WHITE, middle)
    return Paint(BLACK, colour, plate, WHITE, (GREEN, AMBER, RED), GREY, GREEN, DIM)


def _figures(pen: "Pen", face: "Face", tile: "Tile", paint: Paint) -> None:
    """Count, wait, service level and agents; dashes instead when they are too old to be shown."""
    dashes = tile.life == DASHES
    count = count_text(None if dashes else tile.waiting)
    wait = wait_text(None if dashes else tile.oldest_s) if dashes or tile.waiting != 0 else ""
    gap = max(5, face.count.h // 4)  # lest 1 and 0:47 read as 10:47
    edge = face.wait.x + face.wait.w
    box = face.count
    if wait and face.wait.y < box.y + box.h:  # they share a line, and both must be read
        room = edge - gap - box.x - pen.fit(face.count_fonts, count, box.w)[2]
        least = pen.fit(face.wait_fonts, wait, room)[2]
        if least > room:
            box = Box(box.x, box.y, edge - gap - box.x - least, box.h)
    ink = paint.side if tile.waiting is None else paint.figures[tile.severity]  # what is not known is not fine
    right = pen.text(face.count_fonts, box, count, ink)
    left = max(face.wait.x, right + gap) if face.wait.y < box.y + box.h else face.wait.x
    place = Box(left, face.wait.y, edge - left, face.wait.h)
    side = _side(tile, paint)
    sla = sla_text(None if dashes else tile.sla)
    if tile.approx and tile.sla is not None and not dashes:
        sla = "~" + sla
    if wait:
        ink = paint.side if tile.oldest_s is None else paint.figures[tile.why[WAIT]]
        pen.text(face.wait_fonts, place, wait, ink, True)
    elif face.sla is None and tile.life == LIVE:
        pen.text(face.sla_fonts, place, sla, side, True)
    if tile.life == AGEING:
        strike(pen, face.count, right - face.count.x)
        if wait:
            strike(pen, place, pen.fit(face.wait_fonts, wait, place.w)[2], True)
    if face.sla is not None:
        from firmware.core.tile_numbers import draw_level

        draw_level(pen, face, tile, sla, (side, paint.side), right + 5)
    if face.bar is not None:
        draw_bar(pen, face.bar, tile, side, paint)
    if face.cells is not None and tile.agents_in is not None and tile.agents_free is not None:
        draw_cells(pen, face, tile, paint)


def _side(tile: "Tile", paint: Paint) -> int:
    """The ink of the service level: one of severity only when it is what the alarm is about."""
    ink: int = paint.figures[tile.why[SLA]] if tile.why[SLA] else paint.side
    return ink
