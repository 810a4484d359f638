"""Panels larger than one cell: 64×64, 128×32, 128×64, 192×64 and 256×64."""

from firmware.core.layout import Box, Face, Layout, Page
from firmware.core.layout_stale import stale_face

_LETTERS = (("letters10", 2), ("letters10", 1), ("letters8", 1))
_LARGE_LETTERS = (("letters14", 2), ("letters14", 1)) + _LETTERS
_F12 = (("figures12", 2), ("figures12", 1))
_F16 = (("figures16", 2),) + _F12
_F24 = (("figures24", 3),) + _F16
_F38 = (("figures38", 4),) + _F24
_SMALL_SIGN = ("letters8", "icons8")
_SIGN = ("letters10", "icons12")

NARROW = Face(  # 64×32, one of many: the service level as a bar; as a number where nobody waits
    64, 32, 2,
    Box(4, 0, 58, 10), _LETTERS,
    Box(4, 12, 28, 16), (("figures16", 2), ("figures16", 1), ("figures12", 1)),
    Box(16, 12, 46, 16), _F12,
    None, _F12,
    Box(34, 29, 28, 2),
    Box(4, 29, 26, 2),
    _LETTERS,
    _SMALL_SIGN,
)  # fmt: skip
TALL = Face(  # 64×64
    64, 64, 3,
    Box(5, 1, 58, 10), _LETTERS,
    Box(5, 14, 57, 24), _F24,
    Box(5, 41, 57, 16), _F16,
    Box(36, 26, 26, 12), _F12 + (("letters8", 1),),
    Box(34, 60, 28, 3),
    Box(5, 60, 26, 3),
    _LETTERS,
    _SMALL_SIGN,
)  # fmt: skip
WIDE = Face(  # 128×32: the count as tall as the label and the wait together
    128, 32, 3,
    Box(40, 1, 87, 10), _LETTERS,
    Box(6, 1, 32, 24), _F24,
    Box(40, 14, 47, 16), _F16,
    Box(90, 14, 37, 12), _F12,
    Box(92, 28, 35, 3),
    Box(6, 28, 30, 3),
    _LETTERS,
    _SMALL_SIGN,
)  # fmt: skip
BIG = Face(  # 128×64
    128, 64, 4,
    Box(8, 1, 119, 14), _LARGE_LETTERS,
    Box(8, 19, 46, 38), _F38,
    Box(60, 19, 67, 24), _F24,
    Box(82, 45, 45, 12), _F12,
    Box(60, 59, 67, 4),
    Box(8, 59, 46, 4),
    _LETTERS,
    _SIGN,
)  # fmt: skip
LONG = Face(  # 192×32
    192, 32, 3,
    Box(122, 1, 69, 10), _LETTERS,
    Box(6, 1, 44, 24), _F24,
    Box(52, 1, 66, 24), _F24,
    Box(150, 14, 41, 12), _F12,
    Box(122, 28, 69, 3),
    Box(6, 28, 44, 3),
    _LETTERS,
    _SMALL_SIGN,
)  # fmt: skip
PANORAMA_192 = Face(
    192, 64, 4,
    Box(8, 1, 183, 14), _LARGE_LETTERS,
    Box(8, 19, 46, 38), _F38,
    Box(58, 19, 80, 38), _F38,
    Box(144, 37, 47, 16), _F16,
    Box(144, 59, 47, 4),
    Box(8, 59, 46, 4),
    _LETTERS,
    _SIGN,
)  # fmt: skip
PANORAMA_256 = Face(
    256, 64, 4,
    Box(8, 1, 246, 14), _LARGE_LETTERS,
    Box(8, 19, 72, 38), _F38,
    Box(84, 19, 106, 38), _F38,
    Box(206, 37, 48, 16), _F16,
    Box(206, 59, 48, 4),
    Box(8, 59, 72, 4),
    _LETTERS,
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
        ((0, 0, PANORAMA_192),),
        ((0, 0, LONG), (0, 1, LONG)),
        ((0, 0, TALL), (1, 0, TALL), (2, 0, TALL)),
        ((0, 0, WIDE), (0, 1, WIDE), (2, 0, _N), (2, 1, _N)),
        ((0, 0, WIDE), (2, 0, _N), (0, 1, _N), (1, 1, _N), (2, 1, _N)),
        ((0, 0, _N), (1, 0, _N), (2, 0, _N), (0, 1, _N), (1, 1, _N), (2, 1, _N)),
    ),
    (4, 2): (
        ((0, 0, PANORAMA_256),),
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
        band = Box(0, 0, width, 12 if height == 64 else 10)
        fonts = (("letters10", 2), ("letters10", 1), ("letters8", 1)) if height == 64 else (("letters8", 1),)
        cell_h = (height - band.h) * 32 // height
        tiles = []
        for column, row, face in grid[index]:
            tiles.append((column * 64, band.h + row * cell_h, stale_face(face.w, face.h * cell_h // 32)))
        return Page(band, fonts, tuple(tiles), _lines(tuple(tiles)), None)

    return Layout(width, height, tuple([_live(tiles, height) for tiles in grid]), stale)


def _live(cells: "tuple[tuple[int, int, Face], ...]", height: int) -> Page:
    tiles = tuple([(column * 64, row * 32, face) for column, row, face in cells])
    return Page(None, (), tiles, _lines(tiles), height - 1)


def _lines(tiles: "tuple[tuple[int, int, Face], ...]") -> "tuple[Box, ...]":
    """A line of one LED between a tile and the next to the right and below, in the row and column that they leave."""
    lines = []
    right = max([x + face.w for x, _, face in tiles])
    bottom = max([y + face.h for _, y, face in tiles])
    for x, y, face in tiles:
        if x + face.w < right:
            lines.append(Box(x + face.w - 1, y, 1, face.h))
        if y + face.h < bottom:
            lines.append(Box(x, y + face.h - 1, face.w, 1))
    return tuple(lines)
