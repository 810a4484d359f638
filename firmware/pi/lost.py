"""What the panel shows when the board behind it has fallen silent: no figure, and who is lost."""

from __future__ import annotations

from PIL import Image

from firmware.core.screen import Screen
from firmware.core.view import QUEUES, View
from firmware.pi.canvas_pillow import PillowCanvas


def lost_frame(screen: Screen, brightness: int = 100) -> Image.Image:
    """An RGB image of the panel's size, `brightness` percent; made in advance, as a board that hangs draws nothing."""
    canvas = PillowCanvas(screen.width, screen.height)
    lost = View(QUEUES, (), None, 0, 1, "BOARD", None, None, None, None, 0, False, brightness, "", False, ())
    screen.draw(canvas, lost)
    return canvas.image(brightness)
