"""What shares the label's line with the label: the caller's clock, a muted buzzer, closed hours."""

from firmware.core.canvas import AMBER, GREY, RED, WHITE
from firmware.core.label import fit
from firmware.core.layout import Box
from firmware.core.tile_alarm import CRITICAL

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Pen
    from firmware.core.layout import Face
    from firmware.core.tile import Paint
    from firmware.core.view import Tile

# Each is a character of the fonts icons*.
_LIMIT, _MUTED, _CLOSED = "h", "m", "z"
_GAP = 4  # columns between a sign and the label
_BREACH = 4  # of Tile.why
_NEAR_S = 120  # so little time is a warning by itself
_TURN_S = 4  # where the label and the caller's clock have no room beside each other


def draw_sign(pen: "Pen", face: "Face", tile: "Tile", paint: "Paint", muted: bool) -> Box:
    """Draw the most urgent sign where the label ends; the box that it leaves to the label.

    How long until the first caller has waited for too long takes turns with the label where both do not fit: for so
    many seconds the time is shown, for so many the label beside the sign alone. Once the limit is passed there is
    no time to tell any more.
    """
    text, ink = "", paint.label
    if tile.next_breach_s is not None:
        sign = _LIMIT
        ink = _limit_ink(tile, paint)
        if 0 < tile.next_breach_s < 6000:
            text = "%d:%02d" % (tile.next_breach_s // 60, tile.next_breach_s % 60)
    else:
        sign = _MUTED if muted else _CLOSED
    icon, letters = pen.fonts[face.sign[1]], pen.fonts[face.sign[0]]
    wide = icon.measure(sign)
    with_text = wide + 2 + letters.measure(text, 1)
    if text and (_readable(pen, face, tile, with_text + _GAP) or tile.next_breach_s // _TURN_S % 2 == 0):
        wide = with_text
    else:
        text = ""
    box = face.label
    left = box.x if tile.rtl else box.x + box.w - wide
    bottom = pen.y + box.y + (box.h + icon.cap) // 2
    icon.draw(pen.canvas, pen.x + left, bottom, sign, ink, 1)
    if text:
        baseline = pen.y + box.y + (box.h + letters.cap) // 2
        letters.draw(pen.canvas, pen.x + left + icon.measure(sign) + 2, baseline, text, ink, 1)
    taken = wide + _GAP
    return Box(box.x + (taken if tile.rtl else 0), box.y, box.w - taken, box.h)


def _limit_ink(tile: "Tile", paint: "Paint") -> int:
    """By severity where a rule is about it, else by what is left."""
    if tile.phase or (tile.severity == CRITICAL and not tile.acked):
        return WHITE  # on a plate
    if tile.why[_BREACH]:
        ink: int = paint.figures[tile.why[_BREACH]]
        return ink
    return RED if tile.next_breach_s == 0 else AMBER if tile.next_breach_s <= _NEAR_S else GREY


def _readable(pen: "Pen", face: "Face", tile: "Tile", taken: int) -> bool:
    """Beside `taken` columns the label stands whole, or with a word at least."""
    from firmware.core.label_short import shorten

    box = face.label
    font, tracking, wide = fit(pen, Box(box.x, box.y, box.w - taken, box.h), face.label_fonts, tile.label)
    return wide <= box.w - taken or " " in shorten(font, tracking, tile.label, box.w - taken, tile.rtl)
