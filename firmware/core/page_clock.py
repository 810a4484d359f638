"""The page of the time of day and of notices: what a panel shows when nothing else has to be said.

A notice stands still where it fits, in up to four lines; a longer one runs through once a turn, in its own direction: a
Hebrew one enters from the left, its first word ahead.
"""

from firmware.core import band
from firmware.core.canvas import GREY, STALE, WHITE
from firmware.core.font import Pen
from firmware.core.layout import Box

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.canvas import Canvas
    from firmware.core.font import Font, Fonts
    from firmware.core.view import Notice, View

_TIME = (("figures38", 4), ("figures24", 3), ("figures24", 1), ("figures16", 2))
_DATE = (("letters14", 2), ("letters10", 2), ("letters10", 1), ("letters8", 1))
_TEXT = (("letters14", 2), ("letters10", 2), ("letters8", 1))
_LINE_GAP = 2
_MOST_LINES = 4


def draw(canvas: "Canvas", fonts: "Fonts", view: "View") -> None:
    """Draw the page on a black canvas."""
    pen = Pen(canvas, fonts, 0, 0)
    top = 0
    if view.fault is not None:
        top = 12 if canvas.height >= 64 else 10
        chain = (("letters10", 2), ("letters10", 1), ("letters8", 1)) if top == 12 else (("letters8", 1),)
        band.draw(pen, Box(0, 0, canvas.width, top), chain, view)
    time = "-:--" if view.local_min is None else "%d:%02d" % (view.local_min // 60, view.local_min % 60)
    if view.muted:
        fonts["icons8"].draw(canvas, 1, top + 9, "m", GREY)
    if view.notice is None:
        _time(pen, top, time, view.date)
        return
    small = fonts["figures12"]
    if canvas.height >= 64:
        small.draw(canvas, (canvas.width - small.measure(time)) // 2, top + 13, time, STALE)
        top += 13
    _notice(pen, top, view.notice, view.scroll)


def scroll_px(fonts: "Fonts", width: int, height: int, text: str) -> int:
    """LEDs that a notice moves until it has run through once; 0 when it fits and stands still.

    It does not depend on a fault, under which no notice is shown.
    """
    room = height - 13 if height >= 64 else height
    if _lines(fonts, width, room, text, False) is not None and _lines(fonts, width, room, text, True) is not None:
        return 0
    name, tracking = _TEXT[0]
    return width + fonts[name].measure(text, tracking)


def _time(pen: Pen, top: int, time: str, date: "str | None") -> None:
    """Time and date in the middle of what the band leaves."""
    canvas = pen.canvas
    rows = canvas.height - top
    font, tracking, wide = pen.fit(
        _TIME if rows >= 60 else _TIME[1:] if rows >= 50 else _TIME[3:], time, canvas.width - 2
    )
    lines = [(font, tracking, wide, time, GREY)]
    if date is not None and len(date) == 10:
        text = "%d.%d.%s" % (int(date[8:]), int(date[5:7]), date[:4])
        font, tracking, wide = pen.fit(_DATE if rows >= 60 else _DATE[3:], text, canvas.width - 2)
        lines.append((font, tracking, wide, text, STALE))
    height = sum([line[0].cap for line in lines])
    gap = min(8, max(2, (rows - height) // 4))
    y = top + (rows - height - gap * (len(lines) - 1)) // 2
    for font, tracking, wide, text, ink in lines:
        y += font.cap
        font.draw(canvas, (canvas.width - wide) // 2, y, text, ink, tracking)
        y += gap


def _notice(pen: Pen, top: int, notice: "Notice", scroll: int) -> None:
    canvas = pen.canvas
    rows = canvas.height - top
    found = _lines(pen.fonts, canvas.width, rows, notice.text, notice.rtl)
    if found is None or scroll:
        name, tracking = _TEXT[0]
        font = pen.fonts[name]
        wide = font.measure(notice.text, tracking)
        left = scroll - wide if notice.rtl else canvas.width - scroll
        font.draw(canvas, left, top + (rows + font.cap) // 2, notice.text, WHITE, tracking)
        return
    font, tracking, lines = found
    step = font.cap + font.descent // 2 + _LINE_GAP
    y = top + (rows - step * (len(lines) - 1) + font.cap) // 2
    for text in lines:
        wide = font.measure(text, tracking)
        font.draw(canvas, (canvas.width - wide) // 2, y, text, WHITE, tracking)
        y += step


def _lines(fonts: "Fonts", width: int, rows: int, text: str, rtl: bool) -> "tuple[Font, int, list[str]] | None":
    """(font, tracking, lines from the top) in the largest letters in which the notice fits; None: it must run."""
    whole = 1 if rtl and _mixed(text) else _MOST_LINES
    for name, tracking in _TEXT:
        font = fonts[name]
        lines = _wrap(font, tracking, width - 2, text, rtl)
        step = font.cap + font.descent // 2 + _LINE_GAP
        if lines is not None and len(lines) <= whole and step * len(lines) <= rows + _LINE_GAP:
            return font, tracking, lines
    return None


def _wrap(font: "Font", tracking: int, width: int, text: str, rtl: bool) -> "list[str] | None":
    """The text's words in lines of `width`; in display order its first word is at the right end of a Hebrew text."""
    words = text.split(" ")
    if rtl:
        words = list(reversed(words))
    lines: "list[str]" = []
    for word in words:
        longer = word
        if lines:
            longer = word + " " + lines[-1] if rtl else lines[-1] + " " + word
        if lines and font.measure(longer, tracking) <= width:
            lines[-1] = longer
        elif font.measure(word, tracking) <= width:
            lines.append(word)
        else:
            return None
    return lines


def _mixed(text: str) -> bool:
    """Two words from left to right beside each other: they were turned as one, and no line may end between them."""
    before = False
    for word in text.split(" "):
        latin = bool([char for char in word if "0" <= char <= "9" or "A" <= char <= "Z" or "a" <= char <= "z"])
        if latin and before:
            return True
        before = latin
    return False
