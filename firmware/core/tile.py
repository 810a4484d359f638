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
from firmware.core.layout import Box

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Pen
    from firmware.core.layout import Face
    from firmware.core.view import Tile

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
_GAP = 3  # fewest columns between the count and the wait


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


def draw_tile(pen: "Pen", face: "Face", tile: "Tile") -> None:
    """Draw `tile` as `face` lays it out, from the pen's corner on."""
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


def _figures(pen: "Pen", face: "Face", tile: "Tile", paint: Paint) -> None:
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


def _mark(pen: "Pen", face: "Face", tile: "Tile", ink: int) -> None:
    """Full height for critical, the middle half for warn; broken into short pieces once somebody has acknowledged."""
    top, height = (0, face.h) if tile.severity == CRITICAL else (face.h // 4, face.h // 2)
    if tile.acked:
        for piece in range(top, top + height, 4):
            pen.rect(0, piece + 1, face.mark, 2, ink)
    else:
        pen.rect(0, top, face.mark, height, ink)


def _label(pen: "Pen", face: "Face", tile: "Tile", ink: int) -> None:
    """The label in the largest letters that fit; when none does, cut at its end, which in Hebrew is on the left."""
    text = tile.label
    font, tracking, wide = pen.fit(face.label_fonts, text, face.label.w)
    if wide > face.label.w:
        room = face.label.w - tracking - font.measure("…")
        while text and wide > room:
            wide -= font.glyph(text[0 if tile.rtl else -1])[0] + tracking
            text = text[1:] if tile.rtl else text[:-1]
        text = "…" + text if tile.rtl else text + "…"
    pen.text(face.label_fonts, face.label, text, ink, tile.rtl)


def _bar(pen: "Pen", box: Box, tile: "Tile", ink: int, paint: Paint) -> None:
    """The service level from 0 to 100 % with a tick at its target, which stands out below."""
    pen.rect(box.x, box.y + 1, box.w, box.h - 2, paint.empty)
    if tile.sla is not None:
        pen.rect(box.x, box.y, box.w * tile.sla // 1000, box.h, ink)
    if tile.sla_target is not None:
        at = box.x + min(box.w * tile.sla_target // 1000, box.w - 1)
        pen.rect(at - 1, box.y, 3, box.h, paint.ground)
        pen.rect(at, box.y, 1, box.h + 1, WHITE)


def _cells(pen: "Pen", box: Box, agents: int, free: int, paint: Paint) -> None:
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
