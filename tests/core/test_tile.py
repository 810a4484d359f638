"""One queue's tile: what its figures say."""

from firmware.core import layout, scenes
from firmware.core.tile import count_text, sla_text, wait_text
from tests.core.drawing import new_panel, row_text


def test_count_text():
    assert [count_text(n) for n in (None, 0, 7, 99, 100, 12345)] == ["-", "0", "7", "99", "99+", "99+"]


def test_wait_text():
    assert [wait_text(s) for s in (None, 0, 9, 60, 605, 5999, 6000)] == [
        "-:--", "0:00", "0:09", "1:00", "10:05", "99:59", "99+",
    ]  # fmt: skip


def test_service_level_is_rounded_down():
    """79.9 % must not read as a target of 80 % that was met; 99.9 % is not all."""
    assert [sla_text(s) for s in (None, 0, 799, 800, 999, 1000)] == ["-%", "0%", "79%", "80%", "99%", "100%"]


def test_free_agents_are_counted_in_cells():
    tile = scenes.scenes(2)[0][1].tiles[0]
    x, y, face = layout.choose(128, 64).page(2, False).tiles[0]
    canvas, screen = new_panel(128, 64)
    for free, agents in ((0, 6), (1, 6), (6, 6), (15, 15), (0, 25), (1, 25), (24, 25), (25, 25), (1, 99)):
        values = list(tile)
        values[7], values[8] = free, agents
        screen.draw(canvas, scenes.queues_view((type(tile)(*values), tile)))
        row = row_text(canvas, y + face.cells.y)[x + face.cells.x : x + face.cells.x + face.cells.w]
        if agents <= 15:
            cells = [cell for cell in row.split(".") if cell]
            assert len(cells) == agents and len([cell for cell in cells if cell[0] == "G"]) == free, (free, row)
        else:
            assert ("G" in row) == (free > 0) and ("-" in row) == (free < agents), (free, row)
