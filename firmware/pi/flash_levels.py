"""How bright and how red the parts of a frame are, for the guard over flashes; in Pillow's C code alone."""

from __future__ import annotations

from PIL import Image, ImageChops

CELL = (32, 16)  # LEDs; panels are made of 64×32, so that no cell is a fraction


def _linear(value: int) -> int:
    """An sRGB value as linear light, 0 to 255 (WCAG's definition of relative luminance)."""
    part = value / 255
    return round(255 * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4))


_TO_LINEAR = [_linear(value) for value in range(256)] * 3
_LUMINANCE = (0.2126, 0.7152, 0.0722, 0.0)  # of R, G and B


def cells(width: int, height: int) -> int:
    """How many cells a panel of that size has."""
    return (width // CELL[0]) * (height // CELL[1])


def levels(image: Image.Image) -> list[int]:
    """(luminance, red) of each cell of an RGB image, row by row, one after the other, as FlashGuard wants them."""
    light = image.point(_TO_LINEAR)
    red, green, blue = light.split()
    pure = ImageChops.subtract(red, ImageChops.add(green, blue))  # neither goes beyond 0 and 255
    bright = light.convert("L", _LUMINANCE).reduce(CELL).tobytes()
    return [level for pair in zip(bright, pure.reduce(CELL).tobytes(), strict=True) for level in pair]


class Meter:
    """levels() of one frame after the other: only the cells that have changed are looked at again."""

    def __init__(self) -> None:
        self._image: Image.Image | None = None
        self._levels: list[int] = []

    def levels(self, image: Image.Image) -> list[int]:
        """As levels(image); `image` must not be changed afterwards."""
        before, self._image = self._image, image
        if before is None:
            self._levels = levels(image)
            return self._levels
        changed = ImageChops.difference(image, before).getbbox()
        if changed is None:
            return self._levels
        left, top = changed[0] // CELL[0], changed[1] // CELL[1]
        right, bottom = -(-changed[2] // CELL[0]), -(-changed[3] // CELL[1])
        part = levels(image.crop((left * CELL[0], top * CELL[1], right * CELL[0], bottom * CELL[1])))
        columns, wide = image.width // CELL[0], 2 * (right - left)
        merged = list(self._levels)
        for row in range(bottom - top):
            start = 2 * ((top + row) * columns + left)
            merged[start : start + wide] = part[row * wide : (row + 1) * wide]
        self._levels = merged
        return merged
