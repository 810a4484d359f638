"""Panel sizes → where everything of a queue stands. All of it is tables; a new panel size is a new row.

Legible distance in metres ≈ glyph height in LEDs × pitch in mm × 0.36: at P3 the waiting count of two queues on 128×64
reads from 26 m, the wait from 17 m, a label from 11 m.
"""

from collections import namedtuple

Box = namedtuple("Box", "x y w h")

# How one queue is laid out in a tile. Boxes are relative to the tile; text stands on its box's lower edge. `*_fonts`
# are tried in order, (font, blank columns between characters); the first that fits is used. A box may be None: absent.
#   mark: width of the severity mark on the left edge   label: as its direction says   count: callers waiting, left
#   wait: the longest wait, right   sla: service level, right   bar: its bar and target tick   cells: agents
Face = namedtuple(
    "Face", "w h mark label label_fonts count count_fonts wait wait_fonts sla sla_fonts bar cells word_fonts"
)

# A page: the box of the band that names a fault (or None), the tiles as (x, y, Face), the rows of dividing lines
# between tiles, and the row that tells which page of how many this is (None: there is no room for it).
Page = namedtuple("Page", "band band_fonts tiles lines pages_row")

_LETTERS = (("letters10", 2), ("letters10", 1), ("letters8", 1))
_LARGE_LETTERS = (("letters14", 2),) + _LETTERS
_F12 = (("figures12", 2), ("figures12", 1))
_F16 = (("figures16", 2),) + _F12
_F24 = (("figures24", 3),) + _F16
_F38 = (("figures38", 4),) + _F24

BIG = Face(  # 128×64, the panel's only queue
    128, 64, 4,
    Box(8, 1, 120, 14), _LARGE_LETTERS,
    Box(8, 19, 46, 38), _F38,
    Box(60, 19, 68, 24), _F24,
    Box(82, 45, 46, 12), _F12,
    Box(60, 59, 68, 4),
    Box(8, 59, 46, 4),
    _LETTERS,
)  # fmt: skip
WIDE = Face(  # 128×32: the count as tall as the label and the wait together
    128, 32, 3,
    Box(40, 1, 88, 10), _LETTERS,
    Box(6, 1, 30, 24), _F24,
    Box(40, 14, 46, 16), _F16,
    Box(90, 14, 38, 12), _F12,
    Box(92, 27, 36, 3),
    Box(6, 27, 30, 3),
    _LETTERS,
)  # fmt: skip
NARROW = Face(  # 64×32: the service level as a bar; as a number where nobody waits
    64, 32, 2,
    Box(4, 0, 60, 10), _LETTERS,
    Box(4, 12, 22, 16), _F16,
    Box(16, 12, 48, 16), _F16,
    None, _F16,
    Box(34, 29, 30, 3),
    Box(4, 29, 26, 3),
    _LETTERS,
)  # fmt: skip

# The same three under a fault's band: no service level, no agents, nothing that could pass for live.
BIG_STALE = Face(
    128, 50, 0, Box(8, 3, 120, 14), _LARGE_LETTERS, Box(8, 23, 46, 24), _F24, Box(56, 23, 72, 24), _F24,
    None, _F16, None, None, _LETTERS,
)  # fmt: skip
WIDE_STALE = Face(
    128, 26, 0, Box(40, 1, 88, 10), _LETTERS, Box(6, 1, 30, 24), _F16, Box(40, 13, 46, 12), _F12,
    None, _F12, None, None, _LETTERS,
)  # fmt: skip
NARROW_STALE = Face(
    64, 22, 0, Box(2, 0, 62, 8), (("letters8", 1),), Box(2, 10, 22, 12), _F12, Box(26, 10, 38, 12), _F12,
    None, _F12, None, None, (("letters8", 1),),
)  # fmt: skip


class LayoutError(ValueError):
    """No layout for a panel of this size."""


class Layout:
    """One panel size: `live[n]` and `stale[n]` are its pages for n + 1 tiles."""

    def __init__(self, width: int, height: int, live: "tuple[Page, ...]", stale: "tuple[Page, ...]") -> None:
        self.width = width
        self.height = height
        self._live = live
        self._stale = stale

    def slots(self, n_queues: int) -> int:
        """How many queues are shown at once when a board has `n_queues`."""
        return min(max(n_queues, 1), len(self._live))

    def page(self, n_tiles: int, fault: bool) -> Page:
        """The page for `n_tiles` (1..slots; none is drawn like one), under a fault or not."""
        return (self._stale if fault else self._live)[self.slots(n_tiles) - 1]


_BAND_LETTERS = (("letters10", 2),)
_SMALL_BAND_LETTERS = (("letters8", 1),)
LAYOUTS = (
    Layout(
        128,
        64,
        (Page(None, (), ((0, 0, BIG),), (), 63), Page(None, (), ((0, 0, WIDE), (0, 32, WIDE)), (31,), 63)),
        (
            Page(Box(0, 0, 128, 14), _BAND_LETTERS, ((0, 14, BIG_STALE),), (), None),
            Page(Box(0, 0, 128, 12), _BAND_LETTERS, ((0, 12, WIDE_STALE), (0, 38, WIDE_STALE)), (), None),
        ),
    ),
    Layout(
        64,
        32,
        (Page(None, (), ((0, 0, NARROW),), (), None),),
        (Page(Box(0, 0, 64, 10), _SMALL_BAND_LETTERS, ((0, 10, NARROW_STALE),), (), None),),
    ),
)


def choose(width: int, height: int) -> Layout:
    """The layout of a panel of `width` × `height` LEDs. Raises LayoutError, which names the sizes there are."""
    for layout in LAYOUTS:
        if (layout.width, layout.height) == (width, height):
            return layout
    sizes = ", ".join("%dx%d" % (layout.width, layout.height) for layout in LAYOUTS)
    raise LayoutError("no layout for a panel of %dx%d LEDs; there is one for: %s" % (width, height, sizes))
