"""A board that knows of no queue yet."""

from firmware.core.canvas import GREY, STALE

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Pen
    from firmware.core.layout import Face


def draw(pen: "Pen", face: "Face", local_min: "int | None") -> None:
    """The time of day, if there is one, over a line that says so, in the middle."""
    lines = [(pen.fit(face.word_fonts, "no data", face.w), "no data", STALE)]
    if local_min is not None:
        clock = "%d:%02d" % (local_min // 60, local_min % 60)
        lines.insert(0, (pen.fit(face.wait_fonts, clock, face.w), clock, GREY))
    spare = face.h
    for (font, _, _), _, _ in lines:
        spare -= font.cap
    gap = min(4, (spare + 1) // 3)
    baseline = pen.y + (spare - gap * (len(lines) - 1)) // 2
    for (font, tracking, wide), text, ink in lines:
        baseline += font.cap
        font.draw(pen.canvas, pen.x + (face.w - wide) // 2, baseline, text, ink, tracking)
        baseline += gap
