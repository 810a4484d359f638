"""Every golden, LED by LED, on the three ways to light it: Pillow's image, and the driver over RGBMatrixEmulator.

The third, framebuf under MicroPython, is tests/core/test_goldens_*.py, run by test_micropython.py.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

import pytest

if importlib.util.find_spec("RGBMatrixEmulator") is None:  # importing it would leave a file in the working directory
    pytest.skip("RGBMatrixEmulator (an extra: demo) is not installed", allow_module_level=True)

from firmware.core.canvas import CHARS, COLOURS
from firmware.core.layout import SIZES
from firmware.core.scenes import scenes
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import PillowCanvas, load_font
from firmware.pi.panel import PanelSettings
from firmware.pi.panel_emulator import _emulator
from firmware.pi.panel_options import set_options
from firmware.pi.panel_rgbmatrix import MatrixPanel
from tests.core.pixels import golden_path

COLOUR_OF = dict(zip(CHARS, COLOURS, strict=False))


def lit(size: str, scene: str) -> bytes:
    """A golden as RGB bytes, by the table of colours alone."""
    text = Path(golden_path(size, scene)).read_text("ascii")
    return b"".join(COLOUR_OF[char].to_bytes(3, "big") for char in text if char != "\n")


def emulated(width: int, height: int) -> tuple[MatrixPanel, Any]:
    """(our driver, the emulator's raw adapter below it)."""
    module, options = _emulator()
    adapter = importlib.import_module("RGBMatrixEmulator.adapters.raw_adapter").RawAdapter
    adapter.INSTANCE = None  # else it is the first size's for ever
    set_options(options, PanelSettings("emulator", height, 64, chain=width // 64))
    options.pixel_size = 1
    matrix = module.RGBMatrix(options=options)
    panel = MatrixPanel(matrix)
    return panel, adapter


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_golden_is_what_the_emulated_panel_lights(width: int, height: int) -> None:
    size = f"{width}x{height}"
    screen, canvas = Screen(width, height, load_font), PillowCanvas(width, height)
    panel, adapter = emulated(width, height)
    wrong = []
    number = 0
    for scene, view in scenes(screen.slots(99)):
        expected = lit(size, scene)
        screen.draw(canvas, view)
        image = canvas.image()
        panel.show(image)
        number += 1
        if image.tobytes() != expected or adapter.INSTANCE._last_frame().tobytes() != expected:
            wrong.append(scene)
    assert not wrong, wrong
    assert number > 50


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_golden_is_left_of_a_scene_that_is_gone(width: int, height: int) -> None:
    folder = Path(golden_path(f"{width}x{height}", "x")).parent
    names = {name for name, _ in scenes(Screen(width, height, load_font).slots(99))}
    assert {path.stem for path in folder.iterdir()} == names
