"""How bright and how red the parts of a frame are, for the guard over flashes; in Pillow's C code alone."""

from __future__ import annotations

from PIL import Image, ImageChops

CELL = (32, 16)  # LEDs
STEP = (16, 8)  # from cell to cell: they overlap, or what flashes where four of them meet would be a quarter to each


def _linear(value: int) -> int:
    """An sRGB value as linear light, 0 to 255 (WCAG's definition of relative luminance)."""
    part = value / 255
    return round(255 * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4))


_TO_LINEAR = [_linear(value) for value in range(256)] * 3
_LUMINANCE = (0.2126, 0.7152, 0.0722, 0.0)  # of R, G and B


def cells(width: int, height: int) -> int:
    """How many cells a panel of that size has."""
    return (width // STEP[0] - 1) * (height // STEP[1] - 1)


def levels(image: Image.Image) -> list[int]:
    """(luminance, red) of each cell of an RGB image, row by row, one after the other, as FlashGuard wants them."""
    light = image.point(_TO_LINEAR)
    red, green, blue = light.split()
    pure = ImageChops.subtract(red, ImageChops.add(green, blue))  # neither goes beyond 0 and 255
    bright = light.convert("L", _LUMINANCE)
    means = _means(Image.merge("RGB", (bright, pure, pure))).tobytes()  # two in one go, and a third for nothing
    return [level for pair in zip(means[0::3], means[1::3], strict=True) for level in pair]


def _means(image: Image.Image) -> Image.Image:
    """One pixel a cell: the mean of two by two blocks of STEP."""
    blocks = image.reduce(STEP)
    width, height = blocks.size
    pairs = ImageChops.add(blocks.crop((0, 0, width - 1, height)), blocks.crop((1, 0, width, height)), scale=2)
    upper, lower = pairs.crop((0, 0, width - 1, height - 1)), pairs.crop((0, 1, width - 1, height))
    return ImageChops.add(upper, lower, scale=2)


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
        columns, rows = image.width // STEP[0] - 1, image.height // STEP[1] - 1
        left, top = max(changed[0] // STEP[0] - 1, 0), max(changed[1] // STEP[1] - 1, 0)
        right, bottom = min(-(-changed[2] // STEP[0]), columns), min(-(-changed[3] // STEP[1]), rows)
        part = levels(image.crop((left * STEP[0], top * STEP[1], (right + 1) * STEP[0], (bottom + 1) * STEP[1])))
        wide = 2 * (right - left)
        merged = list(self._levels)
        for row in range(bottom - top):
            start = 2 * ((top + row) * columns + left)
            merged[start : start + wide] = part[row * wide : (row + 1) * wide]
        self._levels = merged
        return merged
