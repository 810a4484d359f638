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
from firmware.core.tile_bars import draw_bar, draw_cells

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Pen
    from firmware.core.layout import Face
    from firmware.core.view import Tile

LIVE, AGEING, DASHES, NO_DATA = 0, 1, 2, 3  # Tile.life
WARN, CRITICAL = 1, 2  # Tile.severity
WAITING, WAIT, SLA, AGENTS, BREACH = 0, 1, 2, 3, 4  # of Tile.why

# Inks of one tile: behind all; edge mark; behind the label; label; figures that are fine, warn and are critical; the
# service level while it is fine; free agents; what is empty.
Paint = namedtuple("Paint", "ground mark plate label figures side free empty")
_COLOURS = (GREEN, AMBER, RED)
_WHITE = (WHITE, WHITE, WHITE)
_CALM = Paint(BLACK, BLACK, BLACK, WHITE, _COLOURS, GREY, GREEN, DIM)
_CLOSED = Paint(BLACK, BLACK, BLACK, GREY, (GREY, GREY, GREY), STALE, GREY, DIM)  # nothing is good or bad
_STALE = Paint(BLACK, BLACK, BLACK, STALE, (STALE, STALE, STALE), STALE, STALE, DIM)
_ALARM = {
    (WARN, 0): Paint(BLACK, AMBER, BLACK, WHITE, _COLOURS, GREY, GREEN, DIM),
    (WARN, 1): Paint(TINT_AMBER, WHITE, BLACK, WHITE, _WHITE, WHITE, WHITE, MID_AMBER),
    (CRITICAL, 0): Paint(BLACK, RED, MID_RED, WHITE, _COLOURS, GREY, GREEN, DIM),
    (CRITICAL, 1): Paint(TINT_RED, WHITE, MID_RED, WHITE, _WHITE, WHITE, WHITE, MID_RED),
}


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
    if tile.life != LIVE:
        paint = _STALE
    else:
        paint = _ALARM.get((tile.severity, tile.phase), _CALM if tile.open else _CLOSED)
    if paint.ground != BLACK:
        pen.rect(0, 0, face.w, face.h, paint.ground)
    if tile.severity and tile.life == LIVE:
        from firmware.core import tile_alarm  # a calm board has no use for it

        tile_alarm.draw_mark(pen, face, tile, paint)
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


def _figures(pen: "Pen", face: "Face", tile: "Tile", paint: Paint) -> None:
    """Count, wait, service level and agents; dashes instead when they are too old to be shown."""
    dashes = tile.life == DASHES
    count = count_text(None if dashes else tile.waiting)
    wait = wait_text(None if dashes else tile.oldest_s) if dashes or tile.waiting != 0 else ""
    gap = max(5, face.count.h // 4)  # lest 1 and 0:47 read as 10:47
    edge = face.wait.x + face.wait.w
    box = face.count
    if wait and face.wait.y < box.y + box.h:  # they share a line, and both must be read
        least = pen.fit(face.wait_fonts[-1:], wait, 0)[2]
        box = Box(box.x, box.y, min(box.w, edge - least - gap - box.x), box.h)
    right = pen.text(face.count_fonts, box, count, paint.figures[tile.severity])
    left = max(face.wait.x, right + gap) if face.wait.y < box.y + box.h else face.wait.x
    room = Box(left, face.wait.y, edge - left, face.wait.h)
    side = _side(tile, paint)
    sla = sla_text(None if dashes else tile.sla)
    if wait:
        pen.text(face.wait_fonts, room, wait, paint.figures[tile.why[WAIT]], True)
    elif face.sla is None and tile.life == LIVE:
        pen.text(face.sla_fonts, room, sla, side, True)
    if tile.life == AGEING:
        from firmware.core import tile_alarm

        tile_alarm.strike(pen, face.count, right - face.count.x)
        if wait:
            tile_alarm.strike(pen, room, pen.fit(face.wait_fonts, wait, room.w)[2], True)
    if face.sla is not None:
        _service_level(pen, face, tile, paint, ("~" if tile.approx and not dashes else "") + sla, right + 5)
    if face.bar is not None:
        draw_bar(pen, face.bar, tile, side, paint)
    if face.cells is not None and tile.agents_in is not None and tile.agents_free is not None:
        draw_cells(pen, face, tile, paint)


def _side(tile: "Tile", paint: Paint) -> int:
    """The ink of the service level: one of severity only when it is what the alarm is about."""
    ink: int = paint.figures[tile.why[SLA]] if tile.why[SLA] else paint.side
    return ink


def _service_level(pen: "Pen", face: "Face", tile: "Tile", paint: Paint, text: str, left: int) -> None:  # noqa: PLR0917
    """The service level and its target; what a count that reaches into their boxes leaves no room for is left out.

    The bar tells it too. `left`: the first free column beside the count.
    """
    box = face.sla
    x = max(box.x, left) if face.count.y + face.count.h > box.y else box.x
    box = Box(x, box.y, box.x + box.w - x, box.h)
    fits = pen.fit(face.sla_fonts, text, box.w)[2] <= box.w
    if fits:
        pen.text(face.sla_fonts, box, text, _side(tile, paint), True)
    box = face.goal
    if box is None or tile.sla_target is None or not fits:
        return
    icons, letters = pen.fonts["icons8"], pen.fonts["letters8"]
    goal = str(tile.sla_target // 10)
    wide = icons.measure("t") + 2 + letters.measure(goal, 1)
    if wide <= box.w and (box.x + box.w - wide >= left or face.count.y + face.count.h <= box.y):
        start, bottom = pen.x + box.x + box.w - wide, pen.y + box.y + box.h
        icons.draw(pen.canvas, start, bottom, "t", paint.side)
        letters.draw(pen.canvas, start + icons.measure("t") + 2, bottom, goal, paint.side, 1)
