"""What a frame looks like on a panel of round LEDs: for previews and the README, not for the board."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_UNLIT = (22, 22, 25)
_BOARD = (10, 10, 12)
_OVERSAMPLE = 8
_SHADES = 4  # of a dot's edge, where colours are few


def led_look(image: Image.Image, pitch_px: int = 10) -> Image.Image:
    """Each RGB pixel of `image` as a round dot of a `pitch_px` grid, with the faint glow that bright LEDs have."""
    look = _lit(image, _dots(image.width, image.height, pitch_px))
    glow = image.convert("RGB").resize(look.size, Image.Resampling.BOX)
    glow = glow.filter(ImageFilter.GaussianBlur(pitch_px * 0.8)).point(lambda value: value * 22 // 100)
    return ImageChops.screen(look, glow)


def led_dots(image: Image.Image, pitch_px: int = 5) -> Image.Image:
    """The same without the glow, and with few shades a dot: a frame has at most some 60 colours, and packs well."""
    dots = _dots(image.width, image.height, pitch_px)
    return _lit(
        image, dots.point([(value * (_SHADES - 1) + 127) // 255 * 255 // (_SHADES - 1) for value in range(256)])
    )


def _lit(image: Image.Image, dots: Image.Image) -> Image.Image:
    lit = ImageChops.lighter(image.convert("RGB"), Image.new("RGB", image.size, _UNLIT))
    lit = lit.resize(dots.size, Image.Resampling.NEAREST)
    return Image.composite(lit, Image.new("RGB", dots.size, _BOARD), dots)


def _dots(columns: int, rows: int, pitch_px: int) -> Image.Image:
    """A mask of round dots, smooth-edged."""
    side = pitch_px * _OVERSAMPLE
    margin = side * 12 // 100
    cell = Image.new("L", (side, side))
    ImageDraw.Draw(cell).ellipse((margin, margin, side - margin, side - margin), fill=255)
    cell = cell.resize((pitch_px, pitch_px), Image.Resampling.LANCZOS)
    mask = Image.new("L", (columns * pitch_px, pitch_px))
    for column in range(columns):
        mask.paste(cell, (column * pitch_px, 0))
    whole = Image.new("L", (columns * pitch_px, rows * pitch_px))
    for row in range(rows):
        whole.paste(mask, (0, row * pitch_px))
    return whole
