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
from firmware.core.tile_bars import draw_bar, draw_cells

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
_CLOSED = Paint(BLACK, BLACK, GREY, GREY, STALE, GREY, DIM)  # outside its hours nothing is good or bad
_STALE = Paint(BLACK, BLACK, STALE, STALE, STALE, STALE, DIM)
_ALARM = {
    (WARN, 0): Paint(BLACK, AMBER, WHITE, AMBER, GREY, GREEN, DIM),
    (WARN, 1): Paint(TINT_AMBER, WHITE, WHITE, WHITE, WHITE, WHITE, MID_AMBER),
    (CRITICAL, 0): Paint(BLACK, RED, WHITE, RED, GREY, GREEN, DIM),
    (CRITICAL, 1): Paint(TINT_RED, WHITE, WHITE, WHITE, WHITE, WHITE, MID_RED),
}
_GAP = 3  # fewest columns between two texts of a line
_FIGURES_GAP = 6  # between the count and the wait, lest 1 and 0:47 read as 10:47
# What can share the label's line; each is a character of the fonts icons*.
_SIGN_LIMIT, _SIGN_MUTED, _SIGN_CLOSED = "h", "m", "z"


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
    if paint.mark != BLACK:
        _mark(pen, face, tile, paint.mark)
    _label(pen, face, tile, paint.label, _sign(pen, face, tile, paint, muted))
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
        left = max(face.wait.x, right + _FIGURES_GAP)
        room = Box(left, face.wait.y, face.wait.x + face.wait.w - left, face.wait.h)
        pen.text(face.wait_fonts, room, wait_text(None if dashes else tile.oldest_s), paint.figure, True)
    elif face.sla is None:
        pen.text(face.sla_fonts, face.wait, sla, side, True)
    if face.sla is not None:
        _service_level(pen, face, ("~" if tile.approx and not dashes else "") + sla, side, right)
    if face.bar is not None:
        draw_bar(pen, face.bar, tile, side, paint)
    if face.cells is not None and tile.agents_in is not None and tile.agents_free is not None:
        draw_cells(pen, face.cells, tile.agents_in, tile.agents_free, paint)


def _service_level(pen: "Pen", face: "Face", text: str, ink: int, right: int) -> None:
    """The service level; beside a count that reaches into its box in what is left, or not at all: the bar tells it."""
    box = face.sla
    if face.count.y + face.count.h > box.y and right + _GAP > box.x:
        left = right + _GAP
        box = Box(left, box.y, box.x + box.w - left, box.h)
        if box.w < pen.fit(face.sla_fonts, text, box.w)[2]:
            return
    pen.text(face.sla_fonts, box, text, ink, True)


def _mark(pen: "Pen", face: "Face", tile: "Tile", ink: int) -> None:
    """Full height for critical, the middle half for warn; broken into short pieces once somebody has acknowledged."""
    top, height = (0, face.h) if tile.severity == CRITICAL else (face.h // 4, face.h // 2)
    if tile.acked:
        for piece in range(top, top + height, 4):
            pen.rect(0, piece + 1, face.mark, 2, ink)
    else:
        pen.rect(0, top, face.mark, height, ink)


def _sign(pen: "Pen", face: "Face", tile: "Tile", paint: Paint, muted: bool) -> int:
    """Draw what shares the label's line, where the label ends; the columns that it takes.

    The most urgent alone: how long until the first caller has waited for too long, a muted buzzer, closed hours.
    """
    if face.sign is None or tile.life != LIVE:
        return 0
    letters, icons = face.sign
    text, ink = "", paint.label
    if tile.next_breach_s is not None:
        sign, text = _SIGN_LIMIT, "%d:%02d" % (tile.next_breach_s // 60, tile.next_breach_s % 60)
        ink = WHITE if tile.phase else RED if tile.next_breach_s == 0 else AMBER
    elif muted:
        sign = _SIGN_MUTED
    elif not tile.open:
        sign = _SIGN_CLOSED
    else:
        return 0
    icon, font = pen.fonts[icons], pen.fonts[letters]
    wide = icon.measure(sign) + (2 + font.measure(text, 1) if text else 0)
    left = pen.x + (face.label.x if tile.rtl else face.label.x + face.label.w - wide)
    baseline = pen.y + face.label.y + max(face.label.h, icon.cap)
    icon.draw(pen.canvas, left, baseline, sign, ink, 1)
    if text:
        font.draw(pen.canvas, left + icon.measure(sign) + 2, baseline, text, ink, 1)
    return wide + _GAP


def _label(pen: "Pen", face: "Face", tile: "Tile", ink: int, taken: int) -> None:
    """The label in the largest letters that fit; when none does, cut at its end, which in Hebrew is on the left.

    `taken`: columns at the label's end that a sign has.
    """
    text = tile.label
    box = face.label
    if taken:
        box = Box(box.x + (taken if tile.rtl else 0), box.y, box.w - taken, box.h)
    font, tracking, wide = pen.fit(face.label_fonts, text, box.w)
    if wide > box.w:
        room = box.w - tracking - font.measure("…")
        while text and wide > room:
            wide -= font.glyph(text[0 if tile.rtl else -1])[0] + tracking
            text = text[1:] if tile.rtl else text[:-1]
        text = text.strip()
        text = "…" + text if tile.rtl else text + "…"
    pen.text(face.label_fonts, box, text, ink, tile.rtl)
