"""Panels larger than one cell: 64×64, 128×32, 128×64, 192×64 and 256×64."""

from firmware.core.layout import Box, Face, Layout, Page
from firmware.core.layout_small import F12, LETTERS, tile

_LARGE_LETTERS = (("letters14", 2), ("letters14", 1)) + LETTERS
_F16 = (("figures16", 2),) + F12
_F24 = (("figures24", 3), ("figures24", 2)) + _F16
_F38 = (("figures38", 4),) + _F24
_SMALL_SIGN = ("letters8", "icons8")
_SIGN = ("letters10", "icons12")

NARROW = tile(F12)  # 64×32, one of many
TALL = Face(  # 64×64
    64, 64, 3,
    Box(5, 1, 57, 15), LETTERS,
    Box(4, 17, 58, 24), _F24,
    Box(5, 43, 57, 16), _F16,
    Box(36, 17, 26, 12), F12 + (("letters8", 1),),
    Box(36, 31, 26, 8),
    Box(34, 61, 28, 3),
    Box(5, 61, 26, 3), None,
    LETTERS,
    _SMALL_SIGN,
)  # fmt: skip
WIDE = Face(  # 128×32: the count as tall as the label and the wait together
    128, 32, 3,
    Box(42, 0, 84, 13), LETTERS,
    Box(6, 2, 32, 24), _F24,
    Box(40, 14, 47, 16), _F16,
    Box(92, 14, 34, 12), F12,
    None,
    Box(92, 28, 34, 3),
    Box(6, 28, 30, 3), None,
    LETTERS,
    _SMALL_SIGN,
)  # fmt: skip
BIG = Face(  # 128×64
    128, 64, 4,
    Box(8, 0, 118, 18), _LARGE_LETTERS,
    Box(8, 20, 46, 38), _F38,
    Box(56, 20, 70, 24), _F24,
    Box(84, 47, 42, 12), F12,
    Box(56, 49, 26, 8),
    Box(60, 61, 66, 3),
    Box(8, 61, 46, 3), None,
    LETTERS,
    _SIGN,
)  # fmt: skip
LONG = Face(  # 192×32
    192, 32, 3,
    Box(124, 0, 66, 13), LETTERS,
    Box(6, 2, 44, 24), _F24,
    Box(52, 2, 66, 24), _F24,
    Box(152, 14, 38, 12), F12,
    Box(121, 16, 25, 8),
    Box(124, 28, 66, 3),
    Box(6, 28, 44, 3), None,
    LETTERS,
    _SMALL_SIGN,
)  # fmt: skip


def panorama(w: int) -> Face:
    """A whole panel of `w`×64 for one queue: beside the wait the agents and the service level, each with its number."""
    count = 72 if w > 192 else 46
    right = w - 52
    return Face(
        w, 64, 4,
        Box(8, 0, w - 10, 18), _LARGE_LETTERS,
        Box(8, 20, count, 38), _F38,
        Box(8 + count, 20, right - 14 - count, 38), _F38,
        Box(right, 34, 50, 16), _F16,
        Box(right, 52, 50, 8),
        Box(right, 61, 50, 3),
        Box(8, 61, count, 3),
        Box(right, 20, 50, 12),
        LETTERS,
        _SIGN,
    )  # fmt: skip


# Columns and rows of cells → what 1, 2, 3 … queues get: (column, row, face) each, the first queue first.
_N = NARROW
_GRIDS = {
    (1, 2): (((0, 0, TALL),), ((0, 0, _N), (0, 1, _N))),
    (2, 1): (((0, 0, WIDE),), ((0, 0, _N), (1, 0, _N))),
    (2, 2): (
        ((0, 0, BIG),),
        ((0, 0, WIDE), (0, 1, WIDE)),
        ((0, 0, WIDE), (0, 1, _N), (1, 1, _N)),
        ((0, 0, _N), (1, 0, _N), (0, 1, _N), (1, 1, _N)),
    ),
    (3, 2): (
        ((0, 0, panorama(192)),),
        ((0, 0, LONG), (0, 1, LONG)),
        ((0, 0, TALL), (1, 0, TALL), (2, 0, TALL)),
        ((0, 0, WIDE), (0, 1, WIDE), (2, 0, _N), (2, 1, _N)),
        ((0, 0, WIDE), (2, 0, _N), (0, 1, _N), (1, 1, _N), (2, 1, _N)),
        ((0, 0, _N), (1, 0, _N), (2, 0, _N), (0, 1, _N), (1, 1, _N), (2, 1, _N)),
    ),
    (4, 2): (
        ((0, 0, panorama(256)),),
        ((0, 0, BIG), (2, 0, BIG)),
        ((0, 0, BIG), (2, 0, WIDE), (2, 1, WIDE)),
        ((0, 0, WIDE), (2, 0, WIDE), (0, 1, WIDE), (2, 1, WIDE)),
        ((0, 0, WIDE), (2, 0, WIDE), (0, 1, WIDE), (2, 1, _N), (3, 1, _N)),
        ((0, 0, WIDE), (2, 0, WIDE), (0, 1, _N), (1, 1, _N), (2, 1, _N), (3, 1, _N)),
        ((0, 0, WIDE), (2, 0, _N), (3, 0, _N), (0, 1, _N), (1, 1, _N), (2, 1, _N), (3, 1, _N)),
        tuple([(column, row, _N) for row in (0, 1) for column in (0, 1, 2, 3)]),
    ),
}  # fmt: skip


def make(width: int, height: int) -> Layout:
    """The layout of a panel of that size; KeyError for one that there is no grid of."""
    grid = _GRIDS[(width // 64, height // 32)]

    def stale(index: int) -> Page:
        """The same tiles in what the band leaves of the panel."""
        from firmware.core.layout_stale import stale_page

        cells = [(column * 64, row * 32, face.w, face.h) for column, row, face in grid[index]]
        return stale_page(width, height, tuple(cells))

    return Layout(width, height, tuple([_live(tiles) for tiles in grid]), stale)


def _live(cells: "tuple[tuple[int, int, Face], ...]") -> Page:
    tiles = tuple([(column * 64, row * 32, face) for column, row, face in cells])
    return Page(None, (), tiles, _lines(tiles))


def _lines(tiles: "tuple[tuple[int, int, Face], ...]") -> "tuple[Box, ...]":
    """A line of one LED between a tile and the next to the right and below, in what the first leaves free."""
    lines = []
    right = max([x + face.w for x, _, face in tiles])
    bottom = max([y + face.h for _, y, face in tiles])
    for x, y, face in tiles:
        if x + face.w < right:
            lines.append(Box(x + face.w - 1, y, 1, face.h))
        if y + face.h < bottom and face.bar.y + face.bar.h < face.h:
            lines.append(Box(x, y + face.h - 1, face.w, 1))
    return tuple(lines)
