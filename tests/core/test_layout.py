"""Layouts: every size has its rows, and nothing overlaps or leaves the panel."""

from firmware.core import layout


def test_sizes_and_slots():
    assert [layout.choose(128, 64).slots(n) for n in (0, 1, 2, 9)] == [1, 1, 2, 2]
    assert [layout.choose(64, 32).slots(n) for n in (0, 1, 2, 9)] == [1, 1, 1, 1]


def test_an_unknown_size_names_those_there_are():
    try:
        layout.choose(96, 48)
    except layout.LayoutError as error:
        assert str(error) == "no layout for a panel of 96x48 LEDs; there is one for: 128x64, 64x32"
    else:
        raise AssertionError("96x48 was accepted")


def test_tiles_lie_inside_the_panel_and_below_the_band():
    for panel in layout.LAYOUTS:
        for n_tiles in range(1, panel.slots(99) + 1):
            for fault in (False, True):
                page = panel.page(n_tiles, fault)
                assert (page.band is not None) == fault and len(page.tiles) == n_tiles
                free_from = page.band.h if fault else 0
                for x, y, face in page.tiles:
                    assert y >= free_from and x + face.w <= panel.width and y + face.h <= panel.height
                    free_from = y + face.h


def test_boxes_lie_inside_their_tile_and_apart():
    """The wait may grow to the left of its box only where the count ends: they share a line, not a column."""
    for panel in layout.LAYOUTS:
        for n_tiles in range(1, panel.slots(99) + 1):
            for fault in (False, True):
                for _, _, face in panel.page(n_tiles, fault).tiles:
                    boxes = [face.label, face.count, face.wait, face.sla, face.bar, face.cells]
                    boxes = [box for box in boxes if box is not None]
                    for box in boxes:
                        assert box.x >= face.mark and box.x + box.w <= face.w and box.y + box.h <= face.h, box
                    for first in boxes:
                        for other in boxes:
                            pair = (face.count, face.wait)
                            if first is not other and not (first in pair and other in pair):
                                assert _apart(first, other), (first, other)


def _apart(a, b):
    return a.x + a.w <= b.x or b.x + b.w <= a.x or a.y + a.h <= b.y or b.y + b.h <= a.y
