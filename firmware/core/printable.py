"""Foreign text made fit for one line of a log."""


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
