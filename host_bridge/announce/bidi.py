"""A label in the order in which a board draws it: the Unicode bidirectional algorithm for one line.

Boards draw glyph by glyph from left to right; that keeps them free of bidi, and of Unicode tables that a
microcontroller has no room for. So the bridge orders the text once. Rules are named as in Unicode Annex 9
(https://www.unicode.org/reports/tr9/), revision 50. What a label never needs is left out: explicit embeddings and
isolates are stripped with all other control characters, so the line is one run of one embedding level, and L1 has
nothing to do, as the ends are stripped and tabs are spaces.
"""

from __future__ import annotations

import unicodedata

# Bidi_Mirroring_Glyph, of characters that occur in names (BidiMirroring.txt)
_MIRRORED_PAIRS = "()[]{}<>«»‹›≤≥⟨⟩⟪⟫⟦⟧⁅⁆⁽⁾₍₎≪≫⦅⦆〈〉《》「」『』【】〔〕〖〗（）［］｛｝＜＞"
_MIRROR = dict(zip(_MIRRORED_PAIRS[::2], _MIRRORED_PAIRS[1::2], strict=True))
_MIRROR |= {close: opening for opening, close in _MIRROR.items()}
_STRONG = {"L": "L", "R": "R", "EN": "R", "AN": "R"}  # numbers count as R in N0 to N2
_NEUTRAL = frozenset(("B", "S", "WS", "ON"))
_MAX_OPEN = 63  # BD16: deeper nesting is left to N1


def visual(text: str) -> tuple[str, bool]:
    """Return the text in display order, leftmost first, and whether it reads from right to left.

    The text is made printable first. A combining mark stays behind its base. A text without any letter reads from left
    to right.
    """
    text = printable(text)
    classes = [unicodedata.bidirectional(char) or "L" for char in text]
    level = _paragraph_level(classes)
    types = _weak(classes, "R" if level else "L")
    _brackets(text, classes, types, "R" if level else "L")
    _neutral(types, "R" if level else "L")
    levels = [_level(kind, level) for kind in types]
    return _reorder(text, classes, levels), level == 1


def printable(text: str) -> str:
    """One line of what a board can draw, one glyph a character; again from its own result it changes nothing.

    Line breaks and tabs become spaces, and there is none at either end. Control characters and direction marks are
    dropped; so are Hebrew points and accents, which no LED panel has the rows for and which Hebrew is read without.
    """
    kept = []
    for char in unicodedata.normalize("NFC", text):  # takes letters that come with a point of their own apart
        category = unicodedata.category(char)
        if char.isspace() or category in ("Zl", "Zp"):
            kept.append(" ")
        elif category == "Cs":  # half a character, which JSON can hold and UTF-8 cannot
            kept.append("?")
        elif category not in ("Cc", "Cf") and not _is_silent(char, category):
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).strip()  # what stood between a letter and its mark is gone


def _is_silent(char: str, category: str) -> bool:
    """Hebrew points and accents, and the selectors of a glyph's style."""
    return category == "Mn" and ("\u0591" <= char <= "\u05c7" or "\ufe00" <= char <= "\ufe0f" or char == "\ufb1e")


def _paragraph_level(classes: list[str]) -> int:
    """P2, P3: the first letter decides."""
    for kind in classes:
        if kind in ("L", "R", "AL"):
            return 0 if kind == "L" else 1
    return 0


def _weak(classes: list[str], around: str) -> list[str]:
    """W1 to W7: marks, numbers and what stands between and around numbers."""
    types: list[str] = []
    strong = around
    for kind in classes:
        if kind == "NSM":  # W1
            kind = types[-1] if types else around
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":  # W2
            kind = "AN"
        types.append(kind)
    types = ["R" if kind == "AL" else kind for kind in types]  # W3
    for i in range(1, len(types) - 1):  # W4
        before, after = types[i - 1], types[i + 1]
        if before == after and ((types[i] == "CS" and before in ("EN", "AN")) or (types[i] == "ES" and before == "EN")):
            types[i] = before
    for start, end in _runs(types, frozenset(("ET",))):  # W5
        if (start and types[start - 1] == "EN") or (end < len(types) and types[end] == "EN"):
            types[start:end] = ["EN"] * (end - start)
    strong = around
    for i, kind in enumerate(types):
        if kind in ("ES", "ET", "CS"):  # W6
            types[i] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":  # W7
            types[i] = "L"
    return types


def _brackets(text: str, classes: list[str], types: list[str], around: str) -> None:
    """N0: both of a pair take one direction, so that a bracket never closes on the wrong side."""
    other = "L" if around == "R" else "R"
    for start, end in _bracket_pairs(text, types):
        inside = {_STRONG.get(kind) for kind in types[start + 1 : end]}
        if around in inside:
            direction = around
        elif other in inside:
            before = [_STRONG[kind] for kind in types[:start] if kind in _STRONG]
            direction = before[-1] if before else around
        else:
            continue
        for i in (start, end):
            types[i] = direction
            while i + 1 < len(types) and classes[i + 1] == "NSM":
                i += 1
                types[i] = direction


def _bracket_pairs(text: str, types: list[str]) -> list[tuple[int, int]]:
    """BD16: pairs by their places, in the order of the opening one."""
    pairs = []
    opened: list[tuple[str, int]] = []
    for i, char in enumerate(text):
        if types[i] != "ON" or char not in _MIRROR:
            continue
        category = unicodedata.category(char)
        if category == "Ps":
            if len(opened) == _MAX_OPEN:
                break
            opened.append((_MIRROR[char], i))
        elif category == "Pe":
            for depth in range(len(opened) - 1, -1, -1):
                if opened[depth][0] == char:
                    pairs.append((opened[depth][1], i))
                    del opened[depth:]
                    break
    return sorted(pairs)


def _neutral(types: list[str], around: str) -> None:
    """N1, N2: spaces and signs between equal directions take it, all others the line's."""
    for start, end in _runs(types, _NEUTRAL):
        before = _STRONG[types[start - 1]] if start else around
        after = _STRONG[types[end]] if end < len(types) else around
        types[start:end] = [before if before == after else around] * (end - start)


def _runs(types: list[str], kinds: frozenset[str]) -> list[tuple[int, int]]:
    """Where these kinds stand without a break: (start, end) pairs."""
    runs = []
    start = None
    for i, kind in enumerate([*types, ""]):
        if kind in kinds:
            start = i if start is None else start
        elif start is not None:
            runs.append((start, i))
            start = None
    return runs


def _level(kind: str, level: int) -> int:
    """I1, I2."""
    if level == 0:
        return {"L": 0, "R": 1}.get(kind, 2)
    return 1 if kind == "R" else 2


def _reorder(text: str, classes: list[str], levels: list[int]) -> str:
    """L2 to L4, over whole clusters: a base with its marks is never torn apart."""
    clusters: list[tuple[str, int]] = []
    for char, kind, level in zip(text, classes, levels, strict=True):
        if kind == "NSM" and clusters:
            base, base_level = clusters[-1]
            clusters[-1] = (base + char, base_level)
        else:
            clusters.append((_MIRROR.get(char, char) if level % 2 else char, level))
    for least in range(max(levels, default=0), 0, -1):
        start = None
        for i in range(len(clusters) + 1):
            inside = i < len(clusters) and clusters[i][1] >= least
            if inside and start is None:
                start = i
            elif not inside and start is not None:
                clusters[start:i] = clusters[start:i][::-1]
                start = None
    return "".join(cluster for cluster, _ in clusters)
