"""Pages under a fault: loaded when the first is shown.

What may no longer be true is small print: its figures are letters and never as large as those of a live page.
"""

from firmware.core.layout import Box, Face, Page

_SMALL = (("letters8", 1),)
_MIDDLE = (("letters10", 2), ("letters10", 1)) + _SMALL
_LARGE = (("letters14", 2), ("letters14", 1)) + _MIDDLE


def band(width: int, height: int) -> "tuple[Box, tuple[tuple[str, int], ...]]":
    """(box, fonts) of the band that names a fault."""
    return (Box(0, 0, width, 16), _LARGE) if height == 64 else (Box(0, 0, width, 10), _SMALL)


def stale_face(w: int, h: int) -> Face:
    """A tile under a fault's band: no service level, no agents, no sign, nothing that could pass for live."""
    figures: "tuple[tuple[str, int], ...]" = _SMALL
    letters: "tuple[tuple[str, int], ...]" = _SMALL
    label, rows, gap = Box(3, 1, w - 6, 11), 8, 1
    if h >= 44 and w >= 128:
        figures, letters = _LARGE, _LARGE
        label, rows, gap = Box(8, 3, w - 16, 18), 14, 5
    elif h >= 23:
        figures, letters = _MIDDLE, _MIDDLE
        rows = 10
        if h >= 44:
            label, gap = Box(3, 8, w - 6, 15), 5
    top = label.y + label.h + gap
    count = Box(label.x, top, label.w // 2 - 4, rows)
    left = 20 if w < 128 else w // 2
    wait = Box(left, top, w - label.x - left, rows)
    words = letters
    if w >= 128 and h < 44:  # all in one line
        figures, letters, words = _SMALL, _MIDDLE, _SMALL
        top = h // 2 - 4
        label = Box(62, (h - 15) // 2, w - 68, 15)
        count, wait = Box(6, top, 18, 8), Box(24, top, 32, 8)
    return Face(
        w, h, 0, label, letters, count, figures, wait, figures, None, figures, None, None, None, None, words, None
    )  # fmt: skip


def stale_page(width: int, height: int, cells: "tuple[tuple[int, int, int, int], ...]") -> Page:
    """The page of the tiles that `cells` (x, y, w, h) are while all is well, in what the band leaves of the panel."""
    box, fonts = band(width, height)
    tiles = []
    lines = []
    for x, y, w, h in cells:
        rows = height - box.h
        top = box.h + y * rows // height
        tiles.append((x, top, stale_face(w, h * rows // height)))
        if x + w < width:
            lines.append(Box(x + w - 1, top, 1, h * rows // height))
    return Page(box, fonts, tuple(tiles), tuple(lines))
