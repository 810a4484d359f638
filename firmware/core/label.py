"""A queue's name in its box: in the largest letters that fit, else shortened by rule."""

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Font, Pen
    from firmware.core.layout import Box

    Chain = tuple[tuple[str, int], ...]

_FEWEST = 3  # letters of a word that is cut


def draw_label(pen: "Pen", box: "Box", chain: "Chain", text: str, ink: int, rtl: bool) -> None:  # noqa: PLR0917
    """Draw `text`, in display order, at the end of `box` at which it begins to be read; all its ink stays inside."""
    font, tracking, wide = fit(pen, box, chain, text)
    if wide > box.w:
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


def shorten(font: "Font", tracking: int, text: str, room: int, rtl: bool) -> str:
    """As many whole words as fit, then three letters or more of the next, and an ellipsis where the rest was.

    Nothing at all where not even three letters fit: a name of one letter names nobody.
    """
    words = _spoken(text, rtl)
    for count in range(len(words) - 1, -1, -1):
        word = words[count][0]
        for letters in range(len(word) - 1, -1, -1):
            if letters >= _FEWEST or (letters == 0 and count):
                kept = (
                    words[:count] + [(_cut(words[count], letters, rtl), words[count][1])] if letters else words[:count]
                )
                short = _shown(kept, rtl)
                if font.measure(short, tracking) <= room:
                    return short
    return ""


def _spoken(text: str, rtl: bool) -> "list[tuple[str, bool]]":
    """(word, it reads from right to left) in the order in which they are read; `text` is in display order.

    Words that run against the line are read in their own order: a run of them stands turned in it.
    """
    words = [(word, _turned(word)) for word in text.split(" ") if word]
    if rtl:
        words = list(reversed(words))
    found: "list[tuple[str, bool]]" = []
    run = len(words)
    for word in words:
        if word[1] == rtl:
            run = len(words)
            found.append(word)
        else:
            run = min(run, len(found))
            found.insert(run, word)
    return found


def _shown(words: "list[tuple[str, bool]]", rtl: bool) -> str:
    """The inverse of _spoken(), with an ellipsis at the end of the line."""
    line: "list[str]" = []
    run = 0
    for word, turned in words:
        if turned == rtl:
            line.append(word)
            run = len(line)
        else:
            line.insert(run, word)
    return "…" + " ".join(reversed(line)) if rtl else " ".join(line) + "…"


def _cut(word: "tuple[str, bool]", letters: int, rtl: bool) -> str:
    """The first letters of a word, as read; the left ones of a Latin word even in a Hebrew line."""
    return word[0][-letters:] if word[1] else word[0][:letters]


def _turned(word: str) -> bool:
    """It has a letter of Hebrew or Arabic: it reads from right to left."""
    return bool([char for char in word if "\u0590" <= char <= "\u08ff"])
