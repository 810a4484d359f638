"""A canvas in a Pillow image, for boards with CPython, and the board's fonts from the package's files."""

from importlib.resources import files

from PIL import Image

from firmware.core.canvas import BLACK, Canvas, palette
from firmware.core.font import Font


class PillowCanvas(Canvas):
    """Palette pixels in a mode P image; `image()` gives them their colours."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._image = Image.new("P", (width, height), BLACK)
        self._masks: dict[tuple[int, int, bytes], Image.Image] = {}
        self._palettes: dict[int, bytes] = {}

    def rect(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        self._image.paste(ink, (x, y, x + w, y + h))

    def glyph(  # noqa: PLR0917 - see Canvas
        self, x: int, y: int, w: int, h: int, bits: bytes, ink: int
    ) -> None:
        key = (w, h, bits)
        mask = self._masks.get(key)
        if mask is None:
            mask = self._masks[key] = Image.frombytes("1", (w, h), bits[: h * ((w + 7) // 8)])
        self._image.paste(ink, (x, y), mask)

    def ink_at(self, x: int, y: int) -> int:
        ink = self._image.getpixel((x, y))
        assert isinstance(ink, int)
        return ink

    def palette(self, brightness: int) -> bytes:
        """R, G, B bytes of all inks at `brightness` percent."""
        return palette(brightness)

    def image(self, brightness: int = 100) -> Image.Image:
        """A new RGB image, one pixel an LED, at `brightness` percent (0..100)."""
        colours = self._palettes.get(brightness)
        if colours is None:
            colours = self._palettes[brightness] = self.palette(brightness)
        self._image.putpalette(colours)
        return self._image.convert("RGB")


def load_font(name: str) -> Font:
    """A font of the package, by name."""
    return Font.load(files("firmware.fonts").joinpath(f"{name}.wbf").read_bytes())
