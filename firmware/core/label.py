"""A queue's name in its box: in the largest letters that fit."""

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Font, Pen
    from firmware.core.layout import Box

    Chain = tuple[tuple[str, int], ...]


def draw_label(pen: "Pen", box: "Box", chain: "Chain", text: str, ink: int, rtl: bool) -> None:  # noqa: PLR0917
    """Draw `text`, in display order, at the end of `box` at which it begins to be read; all its ink stays inside."""
    font, tracking, wide = fit(pen, box, chain, text)
    if wide > box.w:
        from firmware.core.label_short import shorten  # most labels fit

        text = shorten(font, tracking, text, box.w, rtl)
        wide = font.measure(text, tracking)
    above, below = font.extent(text)
    baseline = (box.h + font.cap) // 2
    baseline = max(min(baseline, box.h - below), above)
    left = box.x + (box.w - wide if rtl else 0)
    font.draw(pen.canvas, pen.x + left, pen.y + box.y + baseline, text, ink, tracking)


def fit(pen: "Pen", box: "Box", chain: "Chain", text: str) -> "tuple[Font, int, int]":
    """(font, tracking, text's width): the first of the chain whose ink fits into the box, or else its last."""
    for name, tracking in chain:
        font = pen.fonts[name]
        wide = font.measure(text, tracking)
        if wide <= box.w and sum(font.extent(text)) <= box.h:
            break
    return font, tracking, wide
