"""What our own pages draw: the share of LEDs that each lights, and for how much of the time."""

from __future__ import annotations

from typing import NamedTuple

from PIL import Image

from firmware.core import layout, scenes
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import PillowCanvas, load_font

CALM = "calm"
TEST = "self_test"  # what its pictures are called: they light far more than a page that stands for hours


class Page(NamedTuple):
    """`lit`: the share of LEDs that are not black, `duty`: the mean of all against full white at 100 %; 0 to 1."""

    scene: str
    lit: float
    duty: float


def duty_of(value: int) -> float:
    """The share of time that the panel library lights a colour of value 0 to 255: CIE 1931 lightness to luminance."""
    lightness = value * 100 / 255
    return lightness / 902.3 if lightness <= 8 else ((lightness + 16) / 116) ** 3


def page_of(scene: str, image: Image.Image) -> Page:
    """Of an RGB image, one pixel an LED, brightness applied."""
    leds = image.width * image.height
    counts = image.histogram()  # 256 of red, then of green, then of blue
    duty = sum(count * duty_of(index % 256) for index, count in enumerate(counts) if count) / (3 * leds)
    black = sum(count for count, colour in image.getcolors(leds) or () if colour == (0, 0, 0))
    return Page(scene, 1 - black / leds, duty)


def pages(size: tuple[int, int], brightness: int) -> list[Page]:
    """Of every scene of a panel of `size` LEDs. Raises LayoutError for a size that no board has."""
    slots = layout.choose(*size).slots(99)
    found = []
    for scene, view in scenes.scenes(slots):
        canvas = PillowCanvas(*size)
        Screen(*size, load_font).draw(canvas, view)
        found.append(page_of(scene, canvas.image(brightness)))
    return found
