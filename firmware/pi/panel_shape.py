"""How the modules of a panel hang on its chains: the size of the whole, and where each module is in the picture.

A chain that is laid in a straight row needs nothing. Where it is bent, or begins at the left, `panel.pixel_mapper` says
so, in the words of rpi-rgb-led-matrix. Of the library's mappers these are the ones that keep all modules' LEDs in one
upright picture; Mirror, StackToRow, Remap and quarter turns do not, or make a panel that we have no layout for.
Source: lib/pixel-mapper.cc of rpi-rgb-led-matrix, May 2026; tests/test_panel_shape.py has what the library itself did.
"""

from __future__ import annotations

from typing import NamedTuple

FROM_LEFT = "Rotate:180"
FOLDED, FOLDED_FROM_LEFT = "U-mapper", "U-mapper;Rotate:180"
STACKED, STACKED_FROM_TOP = "V-mapper", "V-mapper;Rotate:180"
SERPENTINE, SERPENTINE_FROM_TOP = "V-mapper:Z", "V-mapper:Z;Rotate:180"
MAPPERS = {
    FROM_LEFT: "The whole panel hangs upside down: the Pi's cable goes to its left end.",
    FOLDED: "Each chain is bent in the middle: from the upper right to the left, then back below, upside down.",
    FOLDED_FROM_LEFT: "The same, hung upside down: from the lower left to the right, then back above.",
    STACKED: "Each chain is a column, from the lowest module up, all upright.",
    STACKED_FROM_TOP: "The same, hung upside down: from the highest module down.",
    SERPENTINE: "Each chain is a column, from the lowest module up, every second one upside down: short ribbons.",
    SERPENTINE_FROM_TOP: "The same, hung upside down: from the highest module down.",
}
FOLDS = (FOLDED, FOLDED_FROM_LEFT)
STACKS = (STACKED, STACKED_FROM_TOP, SERPENTINE, SERPENTINE_FROM_TOP)


class Spot(NamedTuple):
    """Where a module is: its column and row among the modules; `turned`: it hangs upside down."""

    column: int
    row: int
    turned: bool


def grid(chain: int, parallel: int, mapper: str | None) -> tuple[int, int]:
    """How many modules the panel is wide and high. `mapper`: of MAPPERS, or None."""
    if mapper in FOLDS:
        return chain // 2, parallel * 2
    if mapper in STACKS:
        return parallel, chain
    return chain, parallel


def spot(chain: int, parallel: int, mapper: str | None, place: tuple[int, int]) -> Spot:
    """Where a module is. `place`: (number of its chain, number in it), both from 0; in it, 0 is where the Pi's cable
    goes. The library fills a straight chain from its far end, so that 0 has the last columns.
    """
    of_chain, number = place
    wide, high = grid(chain, parallel, mapper)
    if mapper in FOLDS:
        back = number >= chain // 2
        found = Spot(number - chain // 2 if back else chain // 2 - 1 - number, 2 * of_chain + back, back)
    elif mapper in STACKS:
        turned = mapper in (SERPENTINE, SERPENTINE_FROM_TOP) and number % 2 == 1
        found = Spot(of_chain, chain - 1 - number, turned)
    else:
        found = Spot(chain - 1 - number, of_chain, False)
    if mapper is not None and mapper.endswith(FROM_LEFT):
        return Spot(wide - 1 - found.column, high - 1 - found.row, not found.turned)
    return found


def size_words(mapper: str | None) -> str:
    """How the size of the whole follows from its modules."""
    if mapper in FOLDS:
        return "cols x chain / 2 is its width, rows x parallel x 2 its height"
    if mapper in STACKS:
        return "cols x parallel is its width, rows x chain its height"
    return "cols x chain is its width, rows x parallel its height"
