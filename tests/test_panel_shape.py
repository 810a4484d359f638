"""Where modules hang: held against what rpi-rgb-led-matrix itself did with each mapper.

_LIBRARY was written by the library of May 2026, built on a PC and started without its GPIO: a pixel in the upper left
of each module's place was set, and the chain, the column and the direction of it read out of the frame's own bits.
"""

from __future__ import annotations

import pytest

from firmware.pi.panel_shape import MAPPERS, grid, spot

# (modules in a chain, chains, mapper) → the modules in reading order, as CHAIN+NUMBER, `v` behind one upside down
_LIBRARY = {
    (2, 1, None): ["A1 A0"],
    (4, 1, None): ["A3 A2 A1 A0"],
    (2, 2, None): ["A1 A0", "B1 B0"],
    (2, 1, "Rotate:180"): ["A0v A1v"],
    (4, 2, "Rotate:180"): ["B0v B1v B2v B3v", "A0v A1v A2v A3v"],
    (2, 1, "U-mapper"): ["A0", "A1v"],
    (4, 1, "U-mapper"): ["A1 A0", "A2v A3v"],
    (4, 2, "U-mapper"): ["A1 A0", "A2v A3v", "B1 B0", "B2v B3v"],
    (4, 1, "U-mapper;Rotate:180"): ["A3 A2", "A0v A1v"],
    (2, 2, "U-mapper;Rotate:180"): ["B1", "B0v", "A1", "A0v"],
    (2, 1, "V-mapper"): ["A1", "A0"],
    (3, 1, "V-mapper"): ["A2", "A1", "A0"],
    (2, 2, "V-mapper"): ["A1 B1", "A0 B0"],
    (2, 1, "V-mapper:Z"): ["A1v", "A0"],
    (3, 1, "V-mapper:Z"): ["A2", "A1v", "A0"],
    (4, 2, "V-mapper:Z"): ["A3v B3v", "A2 B2", "A1v B1v", "A0 B0"],
    (2, 2, "V-mapper:Z;Rotate:180"): ["B0v A0v", "B1 A1"],
    (4, 1, "V-mapper:Z;Rotate:180"): ["A0v", "A1", "A2v", "A3"],
}


@pytest.mark.parametrize(("chain", "parallel", "mapper"), _LIBRARY)
def test_modules_are_where_the_library_has_them(chain: int, parallel: int, mapper: str | None) -> None:
    wide, high = grid(chain, parallel, mapper)
    found = [["" for _ in range(wide)] for _ in range(high)]
    for of_chain in range(parallel):
        for number in range(chain):
            at = spot(chain, parallel, mapper, (of_chain, number))
            assert found[at.row][at.column] == ""
            found[at.row][at.column] = f"{'ABC'[of_chain]}{number}" + "v" * at.turned
    assert [" ".join(row) for row in found] == _LIBRARY[chain, parallel, mapper]


@pytest.mark.parametrize("mapper", MAPPERS)
def test_every_mapper_fills_its_panel(mapper: str) -> None:
    wide, high = grid(6, 3, mapper)
    spots = {spot(6, 3, mapper, (of_chain, number))[:2] for of_chain in range(3) for number in range(6)}
    assert spots == {(column, row) for column in range(wide) for row in range(high)}
