"""The page of the time of day and of notices: what a panel shows when nothing else has to be said.

A notice stands still where it fits, in up to four lines; a longer one runs through once a turn, in its own direction: a
Hebrew one enters from the left, its first word ahead.
"""

from firmware.core.canvas import GREY, STALE, WHITE
from firmware.core.font import Pen

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.canvas import Canvas
    from firmware.core.font import Font, Fonts
    from firmware.core.view import Notice, View

_TIME = (("figures38", 4), ("figures24", 3), ("figures24", 1), ("figures16", 2))
_DATE = (("letters14", 2), ("letters10", 2), ("letters10", 1), ("letters8", 1))
_TEXT = (("letters14", 2), ("letters10", 2), ("letters8", 1))
# From Sunday on; Hebrew in display order.
_ENGLISH = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_HEBREW = ("'א םוי", "'ב םוי", "'ג םוי", "'ד םוי", "'ה םוי", "'ו םוי", "תבש")
_MONTHS = (0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4)
_SIGN = 14  # columns of a sign beside a line
_LINE_GAP = 2
_MOST_LINES = 4


def draw(canvas: "Canvas", fonts: "Fonts", view: "View") -> None:
    """Draw the page on a black canvas. There is none under a fault: nothing may look calm then."""
    pen = Pen(canvas, fonts, 0, 0)
    time = "-:--" if view.local_min is None else "%d:%02d" % (view.local_min // 60, view.local_min % 60)
    if view.notice is None:
        _time(pen, time, view)
        return
    top = 0
    small = fonts["figures12"]
    if canvas.height >= 64:
        left = (canvas.width - small.measure(time)) // 2
        small.draw(canvas, left, 13, time, STALE)
        if view.muted:
            fonts["icons8"].draw(canvas, left - _SIGN, 11, "m", GREY)
        top = 13
    _notice(pen, top, view.notice, view.scroll)


def scroll_px(fonts: "Fonts", width: int, height: int, text: str, rtl: bool) -> int:
    """LEDs that a notice moves until it has run through once; 0 when it fits and stands still."""
    room = height - 13 if height >= 64 else height
    if _lines(fonts, width, room, text, rtl) is not None:
        return 0
    name, tracking = _TEXT[0]
    return width + fonts[name].measure(text, tracking)


def _time(pen: Pen, time: str, view: "View") -> None:
    """Time and date in the middle; a muted buzzer stands before the date."""
    canvas = pen.canvas
    rows = canvas.height
    font, tracking, wide = pen.fit(_TIME if rows >= 60 else _TIME[3:], time, canvas.width - 2)
    day = _day(view.date, view.rtl, canvas.width)
    lines = [(font, tracking, wide, time, GREY)]
    sign = _SIGN if view.muted else 0
    if day or sign:
        font, tracking, wide = pen.fit(_DATE if rows >= 60 else _DATE[3:], day, canvas.width - 4 - sign)
        lines.append((font, tracking, wide, day, STALE))
    height = sum([line[0].cap for line in lines])
    gap = min(8, max(2, (rows - height) // 4))
    y = (rows - height - gap * (len(lines) - 1)) // 2
    for font, tracking, wide, text, ink in lines:
        y += font.cap
        left = (canvas.width - wide) // 2
        if sign and ink == STALE:
            left += sign // 2
            pen.fonts["icons8"].draw(canvas, left - sign, y, "m", GREY)
        font.draw(canvas, left, y, text, ink, tracking)
        y += gap


def _day(date: "str | None", rtl: bool, width: int) -> str:
    """The weekday and the date in the order in which the site reads; the year where there is room. "" for no date."""
    parts = date.split("-") if date else []
    if len(parts) != 3 or [part for part in parts if not (part and "0" <= min(part) <= max(part) <= "9")]:
        return ""  # nor for what any other script takes for digits
    if not 1 <= int(parts[1]) <= 12:
        return ""
    year, month, day = [int(part) for part in parts]
    text = "%d.%d.%d" % (day, month, year) if width >= 128 else "%d.%d" % (day, month)
    past = year - 1 if month < 3 else year  # Sakamoto's method: January and February belong to the year before
    weekday = (past + past // 4 - past // 100 + past // 400 + _MONTHS[month - 1] + day) % 7
    return text + " " + _HEBREW[weekday] if rtl else _ENGLISH[weekday] + " " + text


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
