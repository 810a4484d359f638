"""A name too long for its place, shortened by rule: loaded when the first does not fit."""

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from firmware.core.font import Font

_FEWEST = 3  # letters of a word that is cut


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
