"""Looks at the panel as a passer-by does: the frames that the board has shown, pixel by pixel, and what they mean.

Everything but the words of a fault is judged from colours alone, without the code that drew them.
"""

from __future__ import annotations

import functools
import threading
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from firmware.core import layout
from firmware.core.scenes import queues_view
from firmware.core.screen import Screen
from firmware.core.view import Tile
from firmware.pi.canvas_pillow import PillowCanvas, load_font

WIDTH, HEIGHT = 128, 64
FAULTS = ("PBX", "BRIDGE", "LINK")

Rgb = tuple[int, int, int]
Area = tuple[int, int, int, int]  # left, top, right, bottom
BLACK: Rgb = (0, 0, 0)

# Where things stand on a panel that shows two queues; what they look like is not asked here.
_LAYOUT = layout.choose(WIDTH, HEIGHT)
_LIVE = _LAYOUT.page(2, False).tiles
_BANDS = {n: (0, 0, WIDTH, box.y + box.h) for n, box in ((n, _LAYOUT.page(n, True).band) for n in (1, 2))}
BAND: Area = _BANDS[2]
UPPER, LOWER = ((x, y, x + face.w, y + face.h) for x, y, face in _LIVE)
TILES: tuple[Area, Area] = (UPPER, LOWER)


class Frame(NamedTuple):
    """One frame as the panel showed it from `at` on (seconds of time.monotonic())."""

    at: float
    image: Image.Image


class Frames:
    """Collects every frame that the board swaps in, in a thread of its own while open."""

    def __init__(self, folder: Path) -> None:
        self.seen: list[Frame] = []
        self._path = folder / "latest.png"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="frames", daemon=True)

    def __enter__(self) -> Frames:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def between(self, since: float, until: float) -> list[Frame]:
        """The frames that could be seen at any time of that span, the one already standing at its start included."""
        seen = list(self.seen)
        first = max((i for i, frame in enumerate(seen) if frame.at <= since), default=0)
        return [frame for frame in seen[first:] if frame.at <= until]

    def now(self) -> Image.Image:
        """The newest frame."""
        return self.seen[-1].image

    def _run(self) -> None:
        known = -1
        while not self._stop.wait(0.01):
            try:
                stamp = self._path.stat().st_mtime_ns
                if stamp != known:
                    with Image.open(self._path) as image:
                        self.seen.append(Frame(time.monotonic(), image.convert("RGB")))
                    known = stamp
            except FileNotFoundError:
                continue  # not drawn yet


def ground(image: Image.Image, area: Area) -> Rgb:
    """The commonest colour of an area: what its figures stand on."""
    return Counter(_pixels(image, area)).most_common(1)[0][0]


def ink(image: Image.Image, area: Area) -> frozenset[tuple[int, int]]:
    """Where an area's pixels differ from its ground: the shape of what is drawn, whatever its colours."""
    left, _, right, _ = area
    behind = ground(image, area)
    width = right - left
    return frozenset((n % width, n // width) for n, pixel in enumerate(_pixels(image, area)) if pixel != behind)


def label(tile: Area) -> Area:
    """Where a tile of two has its queue's name."""
    return _box(tile, _LIVE[TILES.index(tile)][2].label)


def count(tile: Area) -> Area:
    """Where a tile of two has how many wait."""
    return _box(tile, _LIVE[TILES.index(tile)][2].count)


def blinks(frames: list[Frame], tile: Area) -> bool:
    """Whether a tile changes between figures on black and figures on a dark tint, at least twice."""
    grounds = [ground(frame.image, tile) for frame in frames]
    tints = {colour for colour in grounds if colour != BLACK}
    changes = sum(a != b for a, b in pairwise(grounds))
    return BLACK in grounds and len(tints) == 1 and changes >= 2


def calm(frames: list[Frame], tile: Area) -> bool:
    """Whether a tile stood on black all the time and bore nothing of red or amber."""
    return all(
        ground(frame.image, tile) == BLACK and not any(_is_warm(pixel) for pixel in _pixels(frame.image, tile))
        for frame in frames
    )


def fault(image: Image.Image) -> str | None:
    """The fault that the band names, as the board's own letters spell it; None when there is no such band."""
    return _named(image)[0]


def nothing_live(image: Image.Image) -> bool:
    """Whether a frame names a fault and bears, below its band, nothing bright and nothing coloured."""
    name, band = _named(image)
    below = (0, band[3], WIDTH, HEIGHT)
    return name is not None and all(
        max(pixel) <= 0x80 and max(pixel) - min(pixel) <= 0x20 for pixel in _pixels(image, below)
    )


def _named(image: Image.Image) -> tuple[str | None, Area]:
    """The fault that is named and where: over two queues, or over one or none."""
    for n, band in _BANDS.items():
        shown = image.crop(band).tobytes()
        for name in FAULTS:
            if _band(name, n) == shown:
                return name, band
    return None, BAND


def _is_warm(pixel: Rgb) -> bool:
    red, green, blue = pixel
    return red > 0x60 and red > green * 1.4 and red > blue * 2


def _box(tile: Area, box: layout.Box) -> Area:
    return (tile[0] + box.x, tile[1] + box.y, tile[0] + box.x + box.w, tile[1] + box.y + box.h)


def _pixels(image: Image.Image, area: Area) -> list[Rgb]:
    data = image.crop(area).tobytes()
    return list(zip(data[0::3], data[1::3], data[2::3], strict=True))


@functools.cache
def _band(name: str, n_tiles: int) -> bytes:
    """The band of one fault as the board's own screen draws it over so many queues."""
    canvas = PillowCanvas(WIDTH, HEIGHT)
    nothing = Tile("", "", False, None, None, None, None, None, None, 0, False, 0, 2, None, False, True, (0,) * 5)
    Screen(WIDTH, HEIGHT, load_font).draw(canvas, queues_view((nothing,) * n_tiles, fault=name))
    return canvas.image().crop(_BANDS[n_tiles]).tobytes()
