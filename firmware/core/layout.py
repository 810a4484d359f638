"""Panel sizes → where everything of a queue stands. All of it is tables, loaded for the size in use alone.

A panel is a grid of cells of 64×32. A few queues share it in large tiles, more of them in smaller ones, the first (the
one in breach) in the largest; beyond that they take turns. Legible distance in metres ≈ glyph height in LEDs × pitch in
mm × 0.36: at P3 the count of the smallest tile reads from 17 m, its wait from 13 m, its label from 9 to 11 m.
"""

from collections import namedtuple

TYPE_CHECKING = False  # a type checker takes it for True; MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = ((64, 32), (64, 64), (128, 32), (128, 64), (192, 64), (256, 64))

Box = namedtuple("Box", "x y w h")

# How one queue is laid out in a tile. Boxes are relative to the tile; text stands on its box's lower edge. `*_fonts`
# are tried in order, (font, blank columns between characters); the first that fits is used. A box may be None: absent.
#   mark: width of the severity mark on the left edge   label: as its direction says, wholly inside its box
#   count: callers waiting, left   wait: the longest wait, right   sla: service level, right   goal: its target, right
#   bar: the service level's bar and target tick   cells: agents, one each   people: free agents of all, as a number
#   sign: (letters, signs) of what shares the label's line: the caller's clock, a muted buzzer, closed hours
# The last column of a panel is left free: a bar there tells which page of how many this is.
Face = namedtuple(
    "Face",
    "w h mark label label_fonts count count_fonts wait wait_fonts sla sla_fonts goal bar cells people word_fonts sign",
)

# A page: the box of the band that names a fault (or None), the tiles as (x, y, Face), and the boxes of the dividing
# lines between tiles.
Page = namedtuple("Page", "band band_fonts tiles lines")


class LayoutError(ValueError):
    """No layout for a panel of this size."""


class Layout:
    """One panel size: `live[n]` is its page for n + 1 tiles; `stale(n)` makes the one under a fault when needed."""

    def __init__(self, width: int, height: int, live: "tuple[Page, ...]", stale: "Callable[[int], Page]") -> None:
        self.width = width
        self.height = height
        self._live = live
        self._stale = stale

    def slots(self, n_queues: int) -> int:
        """How many queues are shown at once when a board has `n_queues`."""
        return min(max(n_queues, 1), len(self._live))

    def page(self, n_tiles: int, fault: bool) -> Page:
        """The page for `n_tiles` (1..slots; none is drawn like one), under a fault or not."""
        index = self.slots(n_tiles) - 1
        return self._stale(index) if fault else self._live[index]


def choose(width: int, height: int) -> Layout:
    """The layout of a panel of `width` × `height` LEDs. Raises LayoutError, which names the sizes there are."""
    if (width, height) == (64, 32):
        from firmware.core import layout_small  # a small board has no memory for the others

        return layout_small.make()
    if (width, height) in SIZES:
        from firmware.core import layout_large

        return layout_large.make(width, height)
    sizes = ", ".join(["%dx%d" % size for size in SIZES])
    raise LayoutError("no layout for a panel of %dx%d LEDs; there is one for: %s" % (width, height, sizes))
