"""Frames as files: a PNG, and an animated GIF, both at LED look. Every picture of a GIF is one that a board draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from firmware.pi.look import led_dots, led_look
from host_bridge.ctl.pictures.board import Frame

HASH_KEY = "Story"  # under which a story's picture bears the hash of what it shows
_BOARD = (10, 10, 12)
_TICK_MS = 10  # a GIF counts in these
_MOST_COLOURS = 256  # a night that begins meanwhile, in steps, has more; they become their neighbours
_LEAST_MS = 20  # browsers show anything shorter for 100 ms


def framed(image: Image.Image, pitch_px: int) -> Image.Image:
    """A frame of a pixel an LED at LED look, with a margin of board around it."""
    return _within(led_look(image, pitch_px), pitch_px)


def _within(look: Image.Image, pitch_px: int) -> Image.Image:
    whole = Image.new("RGB", (look.width + 2 * pitch_px, look.height + 2 * pitch_px), _BOARD)
    whole.paste(look, (pitch_px, pitch_px))
    return whole


def save_png(picture: Image.Image, path: Path, shown: str | None = None) -> tuple[Path, Image.Image]:
    """Write a PNG; `shown` is the hash that it is to bear. Raises OSError."""
    info = PngInfo()
    if shown is not None:
        info.add_text(HASH_KEY, shown)
    # Four times smaller than all colours, and looks the same.
    _few(picture).save(path, format="PNG", optimize=True, pnginfo=info)
    return path, picture


def save_gif(frames: Sequence[Frame], path: Path, pitch_px: int) -> tuple[Path, Image.Image]:
    """Write a GIF that goes round for ever, each frame for as long as the board shows it. Raises OSError.

    A frame shorter than 20 ms gives its time to the one before: no viewer would show it as long as it is.
    """
    shown = _timed(frames)
    looks: dict[bytes, Image.Image] = {}  # most frames come again and again, as blinking does
    for image, _ in shown:
        key = image.tobytes()
        if key not in looks:
            looks[key] = _within(led_dots(image, pitch_px), pitch_px)
    table = _palette(looks.values())
    few = {key: look.quantize(palette=table, dither=Image.Dither.NONE) for key, look in looks.items()}
    first, *others = [few[image.tobytes()] for image, _ in shown]
    first.save(
        path,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=[ticks * _TICK_MS for _, ticks in shown],
        loop=0,
        optimize=False,  # it would give each picture a palette of its own
    )
    return path, next(iter(looks.values()))


def _timed(frames: Iterable[Frame]) -> list[tuple[Image.Image, int]]:
    """(picture, ticks) of each frame that is shown long enough, and so that the sum of all is never off by a tick."""
    shown: list[tuple[Image.Image, int]] = []
    start_ms, told = None, 0
    for frame in frames:
        if start_ms is None:
            start_ms = frame.at_ms
        ticks = (frame.at_ms + frame.for_ms - start_ms + _TICK_MS // 2) // _TICK_MS - told
        if shown and (ticks * _TICK_MS < _LEAST_MS or shown[-1][0].tobytes() == frame.image.tobytes()):
            shown[-1] = shown[-1][0], shown[-1][1] + ticks
        else:
            shown.append((frame.image, ticks))
        told += ticks
    return shown


def _few(picture: Image.Image) -> Image.Image:
    """In 256 colours; by the median cut one small green cell among red and amber would be grey."""
    return picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


def _palette(looks: Iterable[Image.Image]) -> Image.Image:
    """All colours that any of these has; one palette for all."""
    colours: dict[int | float | tuple[int, ...], None] = {}
    for look in looks:
        colours.update((colour, None) for _, colour in look.getcolors(look.width * look.height) or ())
    table = Image.new("P", (1, 1))
    table.putpalette([part for colour in list(colours)[:_MOST_COLOURS] if isinstance(colour, tuple) for part in colour])
    return table
