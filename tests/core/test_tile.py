"""One queue's tile: what its figures say."""

from firmware.core import layout, scenes
from firmware.core.tile import count_text, sla_text, wait_text
from tests.core.drawing import new_panel
from tests.core.pixels import row_text


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
            assert ("G" in row) == (free > 0) and ("-" in row) == (0 < free < agents), (free, row)


def test_nobody_free_stands_out_only_while_somebody_waits():
    x, y, face = layout.choose(128, 64).page(2, False).tiles[0]
    canvas, screen = new_panel(128, 64)
    for waiting, agents_in, why, cell in ((0, 6, 0, "-"), (2, 6, 0, "g"), (2, 6, 2, "R"), (2, 99, 2, "R")):
        tile = scenes.with_fields(
            scenes.CALM, waiting=waiting, agents_free=0, agents_in=agents_in, severity=why, why=(0, 0, 0, why, 0)
        )
        screen.draw(canvas, scenes.queues_view((tile, scenes.CALM)))
        row = row_text(canvas, y + face.cells.y)[x + face.cells.x : x + face.cells.x + face.cells.w]
        assert set(row) - {"."} == {cell}, (waiting, agents_in, why, row)


def test_the_figure_that_an_alarm_is_about_bears_its_colour():
    """And the count that of the queue; the others say that they are fine."""
    x, y, face = layout.choose(128, 64).page(2, False).tiles[0]
    canvas, screen = new_panel(128, 64)
    for why, wait, sla in (((2, 0, 0, 0, 0), "G", "g"), ((0, 1, 0, 0, 0), "A", "g"), ((0, 0, 2, 0, 0), "G", "R")):
        screen.draw(canvas, scenes.queues_view((scenes.with_fields(scenes.CRITICAL, why=why), scenes.CALM)))
        for box, ink in ((face.count, "R"), (face.wait, wait), (face.sla, sla)):
            seen = set()
            for row in range(y + box.y, y + box.y + box.h):
                seen.update(row_text(canvas, row)[x + box.x : x + box.x + box.w])
            assert seen == {".", ink}, (why, box, seen)


def test_what_is_not_known_is_not_green():
    canvas, screen = new_panel(64, 32)
    for changes in ({"waiting": None, "oldest_s": None}, {"oldest_s": None}):
        tile = scenes.with_fields(scenes.CALM, **changes)
        screen.draw(canvas, scenes.queues_view((tile,)))
        seen = set("".join([row_text(canvas, row)[24:] for row in range(13, 29)]))
        assert seen == {".", "g"}, (changes, seen)
        count = set("".join([row_text(canvas, row)[:16] for row in range(13, 29)]))
        assert count == {".", "g" if tile.waiting is None else "G"}, (changes, count)


def test_a_service_level_that_is_part_estimate_says_so_wherever_it_is_a_number():
    """One that is not known at all has nothing to be near to."""
    for width, height in ((64, 32), (128, 64)):
        canvas, screen = new_panel(width, height)
        rows = range(13, 29) if height == 32 else range(47, 59)
        drawn = []
        for sla, approx in ((870, False), (870, True), (None, False), (None, True)):
            tile = scenes.with_fields(scenes.CALM, waiting=0, oldest_s=None, sla=sla, approx=approx)
            screen.draw(canvas, scenes.queues_view((tile,)))
            drawn.append([row_text(canvas, row) for row in rows])
        assert drawn[0] != drawn[1] and drawn[2] == drawn[3], (width, height)
