"""MOUNTING.md's distances: DISPLAY.md's rule, and the heights that a page really has."""

from __future__ import annotations

import re

import pytest

from firmware.core.layout import SIZES, choose
from hw.made import filled
from hw.viewing import PITCHES_MM, distances, heights, metres, outer_sizes


@pytest.mark.parametrize(("height", "pitch", "told"), [(20, 3, 22), (20, 5, 36), (6, 3, 6.5)])
def test_the_rule(height: int, pitch: float, told: float) -> None:
    """DISPLAY.md: a 20 px digit 22 m at P3, 36 m at P5; a 6 px label 6.5 m at P3."""
    assert metres(height, pitch) == pytest.approx(told, abs=0.5)


def test_heights_are_those_of_the_fonts() -> None:
    assert heights((64, 32), 1) == (16, 16, 10)
    assert heights((128, 64), 1) == (38, 24, 14)
    assert heights((256, 64), 8) == (16, 12, 10)


def test_what_is_read_from_farthest_is_the_count() -> None:
    for size in SIZES:
        for queues in range(1, choose(*size).slots(99) + 1):
            waiting, wait, label = heights(size, queues)
            assert waiting >= wait > label >= 8


def test_the_tables_are_whole() -> None:
    rows = distances().splitlines()[2:]
    assert len(rows) == sum(1 if choose(*size).slots(99) == 1 else 2 for size in SIZES)
    assert all(row.count("|") == 4 + len(PITCHES_MM) for row in rows)
    assert "| 256×64 | 512 × 128 | 640 × 160 |" in outer_sizes()


def test_a_table_goes_to_its_place_and_nowhere_else() -> None:
    page = "a\n<!-- made: x -->\nold\n<!-- end -->\nb\n<!-- made: y -->\nkept\n<!-- end -->\n"
    assert filled(page, {"x": "new\n"}) == page.replace("old", "new")
    assert filled(filled(page, {"x": "new\n"}), {"x": "new\n"}) == page.replace("old", "new")
    with pytest.raises(ValueError, match=re.escape("one place for the table 'z', and has 0")):
        filled(page, {"z": ""})
