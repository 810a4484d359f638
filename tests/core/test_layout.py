"""Layouts: every size has its tiles, and nothing overlaps or leaves the panel."""

from firmware.core import layout

SLOTS = {(64, 32): 1, (64, 64): 2, (128, 32): 2, (128, 64): 4, (192, 64): 6, (256, 64): 8}


def pages():
    """(layout, number of tiles, page) of every page there is, live and under a fault."""
    for size in layout.SIZES:
        panel = layout.choose(*size)
        for n_tiles in range(1, panel.slots(99) + 1):
            for fault in (False, True):
                yield panel, n_tiles, panel.page(n_tiles, fault)


def test_sizes_and_slots():
    for size in layout.SIZES:
        panel = layout.choose(*size)
        most = SLOTS[size]
        assert (panel.width, panel.height) == size
        assert [panel.slots(n) for n in (0, 1, most, most + 1, 99)] == [1, 1, most, most, most]


def test_an_unknown_size_names_those_there_are():
    try:
        layout.choose(96, 48)
    except layout.LayoutError as error:
        assert str(error) == (
            "no layout for a panel of 96x48 LEDs; there is one for: 64x32, 64x64, 128x32, 128x64, 192x64, 256x64"
        )
    else:
        raise AssertionError("96x48 was accepted")


def test_tiles_lie_inside_the_panel_below_the_band_and_apart():
    for panel, n_tiles, page in pages():
        assert len(page.tiles) == n_tiles
        top = page.band.h if page.band is not None else 0
        boxes = [layout.Box(x, y, face.w, face.h) for x, y, face in page.tiles]
        for box in boxes:
            assert box.y >= top and box.x + box.w <= panel.width and box.y + box.h <= panel.height, (n_tiles, box)
            for other in boxes:
                assert other is box or _apart(box, other), (n_tiles, box, other)


def test_a_live_page_wastes_nothing_of_the_panel():
    for panel, n_tiles, page in pages():
        if page.band is None:
            covered = sum([face.w * face.h for _, _, face in page.tiles])
            assert covered == panel.width * panel.height, (panel.width, n_tiles)


def test_the_first_tile_is_the_largest():
    """It is that of the queue in breach."""
    for panel, n_tiles, page in pages():
        areas = [face.w * face.h for _, _, face in page.tiles]
        assert areas[0] == max(areas), (panel.width, n_tiles)


def test_the_count_is_the_largest_figure():
    for _, _, page in pages():
        for _, _, face in page.tiles:
            assert face.count.h >= face.wait.h, face
            if face.sla is not None:
                assert face.wait.h >= face.sla.h, face


def test_boxes_lie_inside_their_tile_and_apart():
    """The wait, and the service level, may begin where the count ends: they share a line, not a column."""
    for _, _, page in pages():
        for _, _, face in page.tiles:
            boxes = [face.label, face.count, face.wait, face.sla, face.bar, face.cells]
            boxes = [box for box in boxes if box is not None]
            for box in boxes:
                assert box.x >= face.mark and box.x + box.w <= face.w and box.y + box.h <= face.h, box
            for first in boxes:
                for other in boxes:
                    line = (face.count, face.wait), (face.count, face.sla)
                    if first is not other and not [pair for pair in line if first in pair and other in pair]:
                        assert _apart(first, other), (face.w, face.h, first, other)


def _apart(a, b):
    return a.x + a.w <= b.x or b.x + b.w <= a.x or a.y + a.h <= b.y or b.y + b.h <= a.y
