"""Words of messages: the nearest right spelling, and foreign text made fit for one line of a log."""

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Sequence


def nearest(word: str, choices: "Sequence[str]") -> "str | None":
    """The choice that `word` was probably meant to be: the one fewest keystrokes away, at most a third of it."""
    best = None
    least = max(len(word) // 3, 1) + 1
    for choice in choices:
        if abs(len(choice) - len(word)) < least:
            apart = _apart(word.lower(), choice.lower())
            if apart < least and apart < len(choice):
                best, least = choice, apart
    return best


def did_you_mean(word: str, choices: "Sequence[str]") -> str:
    """`; did you mean 'target'?` when one choice looks like the word, else nothing."""
    found = nearest(word, choices)
    return "" if found is None else "; did you mean '%s'?" % found


def one_line(text: str, most: int) -> str:
    """`text` cut to `most` characters, with whatever could break or reorder a line of a log replaced by `?`."""
    shown = "".join(["?" if unprintable(char) else char for char in text[: most + 1]])
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def unprintable(char: str) -> bool:
    """Control characters, line and paragraph separators, direction marks and embeddings, lone surrogates."""
    code = ord(char)
    return (
        code < 0x20
        or 0x7F <= code < 0xA0
        or code == 0x061C
        or 0x200E <= code <= 0x200F
        or 0x2028 <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
        or 0xD800 <= code <= 0xDFFF
        or code == 0xFEFF
    )


def _apart(one: str, two: str) -> int:
    """Keystrokes between two words: insert, leave out, replace, or swap two neighbours."""
    before: "list[int]" = []
    row = list(range(len(two) + 1))
    for i in range(1, len(one) + 1):
        older, before, row = before, row, [i]
        for j in range(1, len(two) + 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one[i - 1] != two[j - 1]))
            if i > 1 and j > 1 and one[i - 1] == two[j - 2] and one[i - 2] == two[j - 1]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
