"""How bright and how red the parts of a frame are, for the guard over flashes; in Pillow's C code alone."""

from __future__ import annotations

from PIL import Image, ImageChops

CELL = (32, 16)  # LEDs


def _linear(value: int) -> int:
    """An sRGB value as linear light, 0 to 255 (WCAG's definition of relative luminance)."""
    part = value / 255
    return round(255 * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4))


_TO_LINEAR = [_linear(value) for value in range(256)] * 3
# of R, G and B: the weights of relative luminance
_LUMINANCE = (0.2126, 0.7152, 0.0722, 0.0)


def cells(width: int, height: int) -> int:
    """How many cells a panel of that size has."""
    columns, rows = _grid(width, height)
    return columns * rows


def levels(image: Image.Image) -> list[int]:
    """(luminance, red) of each cell of an RGB image, one after the other, as FlashGuard wants them."""
    light = image.point(_TO_LINEAR)
    red, green, blue = light.split()
    pure = ImageChops.subtract(red, ImageChops.add(green, blue))  # neither goes beyond 0 and 255
    grid = _grid(image.width, image.height)
    bright = light.convert("L", _LUMINANCE).resize(grid, Image.Resampling.BOX).tobytes()
    reds = pure.resize(grid, Image.Resampling.BOX).tobytes()
    return [level for pair in zip(bright, reds, strict=True) for level in pair]


def _grid(width: int, height: int) -> tuple[int, int]:
    return max(width // CELL[0], 1), max(height // CELL[1], 1)
