"""From how far a panel is read: the heights of what our pages write, by the fonts that are really used.

Legible distance in metres ≈ glyph height in LEDs × pitch in mm × 0.36 (DISPLAY.md): a letter then covers ten minutes of
arc, twice what good eyes need.
"""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

from firmware.core.font import Font
from firmware.core.layout import SIZES, Face, choose
from hw.tables import table

METRES_A_LED_MM = 0.36
PITCHES_MM = (2, 2.5, 3, 4, 5, 6)
_COUNT, _WAIT, _LABEL = "12", "3:45", "מכירות"


class Heights(NamedTuple):
    """LEDs from top to bottom of what is read: callers waiting, the longest wait, the queue's name."""

    waiting: int
    wait: int
    label: int


def metres(height: int, pitch_mm: float) -> float:
    """The distance from which something of `height` LEDs is read."""
    return height * pitch_mm * METRES_A_LED_MM


def heights(size: tuple[int, int], queues: int) -> Heights:
    """In the smallest tile of a panel that shows so many queues at once."""
    face: Face = choose(*size).page(queues, fault=False).tiles[-1][2]
    return Heights(
        _height(face.count_fonts, _COUNT, face.count.w),
        _height(face.wait_fonts, _WAIT, face.wait.w),
        _height(face.label_fonts, _LABEL, face.label.w),
    )


def _height(chain: tuple[tuple[str, int], ...], text: str, width: int) -> int:
    """Of the first font in which the text fits, as firmware.core.font.Pen.fit takes it."""
    for name, tracking in chain:
        font = Font.load(files("firmware.fonts").joinpath(f"{name}.wbf").read_bytes())
        if font.measure(text, tracking) <= width:
            break
    above, below = font.extent(text)
    return above + below


def distances() -> str:
    """The table of distances: panel, queues, heights, and for each pitch metres for count, wait and name."""
    rows = []
    for size in SIZES:
        most = choose(*size).slots(99)
        for queues in dict.fromkeys((1, most)):
            high = heights(size, queues)
            cells = [" / ".join(f"{metres(each, pitch):.0f}" for each in high) for pitch in PITCHES_MM]
            rows.append((f"{size[0]}×{size[1]}", queues, " / ".join(map(str, high)), *cells))
    return table(("panel", "queues", "LEDs high", *(f"P{pitch:g}" for pitch in PITCHES_MM)), rows)


def outer_sizes() -> str:
    """The table of sizes, in mm."""
    rows = [(f"{w}×{h}", *(f"{w * pitch:.0f} × {h * pitch:.0f}" for pitch in PITCHES_MM)) for w, h in SIZES]
    return table(("panel", *(f"P{pitch:g}" for pitch in PITCHES_MM)), rows)
