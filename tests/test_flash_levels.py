"""How bright and how red a frame's cells are: by hand for plain ones, and no board's page ever has to wait for long."""

from __future__ import annotations

import pytest
from PIL import Image

from firmware.core.flash import BRIGHT_STEP, FLASHES, RED_STEP, FlashGuard
from firmware.core.layout import SIZES
from firmware.core.scenes import scenes
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import PillowCanvas, load_font
from firmware.pi.flash_levels import CELL, Meter, cells, levels


def plain(colour: tuple[int, int, int]) -> list[int]:
    return levels(Image.new("RGB", (64, 32), colour))


@pytest.mark.parametrize(
    ("colour", "bright", "red"),
    [
        ((0, 0, 0), 0, 0),
        ((255, 255, 255), 255, 0),
        ((255, 0, 0), 54, 255),  # 0.2126 of the light
        ((0, 255, 0), 182, 0),
        ((188, 188, 188), 128, 0),  # half of the light is far more than half of the number
        ((255, 128, 0), 93, 200),
    ],
)
def test_plain_colours(colour: tuple[int, int, int], bright: int, red: int) -> None:
    found = plain(colour)
    assert len(found) == 2 * cells(64, 32) == 18
    assert found[0::2] == pytest.approx([bright] * 9, abs=1)
    assert found[1::2] == pytest.approx([red] * 9, abs=1)


def test_cells_are_told_apart_row_by_row() -> None:
    image = Image.new("RGB", (64, 32))
    image.paste((255, 255, 255), (CELL[0], 0, 2 * CELL[0], CELL[1]))
    assert levels(image)[0::2] == [0, 127, 255, 0, 63, 127, 0, 0, 0]


def test_what_flashes_where_four_cells_would_meet_is_seen_as_a_whole() -> None:
    phases = [Image.new("RGB", (128, 64)), Image.new("RGB", (128, 64))]
    phases[1].paste((102, 102, 102), (48, 24, 80, 40))  # 13 % of the light: a quarter of it would be below the limit
    guard = FlashGuard(cells(128, 64))
    for number in range(2 * FLASHES + 1):
        found = levels(phases[number % 2])
        assert guard.wait_ms(found, number * 10) == 0
        guard.shown(found, number * 10)
    assert guard.wait_ms(levels(phases[1]), 100) > 900


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_page_that_blinks_at_three_hertz_is_at_the_limit_and_passes(width: int, height: int) -> None:
    """The fastest that a site may ask for: both phases of every scene."""
    screen, canvas = Screen(width, height, load_font), PillowCanvas(width, height)
    views = dict(scenes(screen.slots(99)))
    flashing = 0
    for name in [each for each in views if each + "_second_phase" in views]:
        phases = []
        for scene in (name, name + "_second_phase"):
            screen.draw(canvas, views[scene])
            phases.append(levels(canvas.image()))
        steps = (BRIGHT_STEP, RED_STEP) * cells(width, height)
        flashing += any(abs(one - other) >= step for one, other, step in zip(*phases, steps, strict=True))
        guard = FlashGuard(cells(width, height))
        for number in range(30):
            assert guard.wait_ms(phases[number % 2], number * 167) == 0
            guard.shown(phases[number % 2], number * 167)
    assert flashing  # the guard sees our own blinking as what it is


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_changed_alone_is_measured_and_the_whole_is_right(width: int, height: int) -> None:
    screen, canvas, meter = Screen(width, height, load_font), PillowCanvas(width, height), Meter()
    for _, view in scenes(screen.slots(99)):
        screen.draw(canvas, view)
        image = canvas.image()
        assert meter.levels(image) == meter.levels(image.copy()) == levels(image)
