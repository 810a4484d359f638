"""`wallboardctl preview`: every scene of the screen at LED look, as a picture; the same code draws the real panel."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from firmware.core import layout, scenes
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import PillowCanvas, load_font
from firmware.pi.look import led_look

if TYPE_CHECKING:
    from firmware.core.view import View

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MARGIN = 12
_CAPTION = 16
_SHEET = (24, 24, 28)
_SCENE_SIZE = "128x64"  # of one scene, unless somebody says otherwise
_ALIASES = {"readme": "critical"}  # the picture at the top of README.md


def add_parser(subparsers: Subparsers) -> None:
    """Adds the command `preview`."""
    parser = subparsers.add_parser(
        "preview",
        help="a picture of what the panel shows",
        description="Draw scenes of the screen (calm, warn, critical, faults …) at LED look into a PNG. "
        "They are drawn by the code that draws the panel.",
    )
    parser.add_argument("--out", type=Path, default=Path("preview.png"), help="the picture to write (%(default)s)")
    parser.add_argument("--scene", metavar="NAME", help="one scene alone; `list` prints the names")
    parser.add_argument("--size", metavar="WxH", help="panel size, for example 64x32 (all of them; 128x64 for a scene)")
    parser.add_argument("--pitch", type=int, help="pixels an LED, 3 to 16 (4 for the sheet, 10 for a scene)")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")


def run(args: argparse.Namespace) -> int:
    """0 when the picture was written or the names printed, 1 when it cannot be, 2 for a wrong size, scene or pitch."""
    try:
        layouts = _layouts(args.size or (_SCENE_SIZE if args.scene else None))
    except ValueError as error:
        return _wrong(str(error))
    if args.pitch is not None and not 3 <= args.pitch <= 16:
        return _wrong(f"--pitch: {args.pitch} is outside 3 to 16 pixels an LED")
    names = [name for name, _ in scenes.scenes(layouts[0].slots(99))]
    if args.scene == "list":
        print(json.dumps(names) if args.json else "\n".join(names))
        return 0
    if args.scene is None:
        picture = contact_sheet(layouts, args.pitch or 4)
    elif _ALIASES.get(args.scene, args.scene) in names:
        picture = one_scene(layouts[0], _ALIASES.get(args.scene, args.scene), args.pitch or 10)
    else:
        return _wrong(f"--scene: there is no scene {args.scene!r}; `wallboardctl preview --scene list` prints them")
    try:
        # 128 colours look the same here and make the file four times smaller.
        picture.quantize(128, dither=Image.Dither.NONE).save(args.out, format="PNG", optimize=True)
    except OSError as error:
        print(f"wallboardctl preview: cannot write {args.out}: {error.strerror or error}", file=sys.stderr)
        return 1
    size = {"out": str(args.out), "width": picture.width, "height": picture.height}
    print(json.dumps(size) if args.json else f"{args.out}: {picture.width} x {picture.height} pixels")
    return 0


def one_scene(panel: layout.Layout, name: str, pitch_px: int) -> Image.Image:
    """One scene at LED look with a margin of board around it."""
    look = led_look(_frame(panel, dict(scenes.scenes(panel.slots(99)))[name]), pitch_px)
    framed = Image.new("RGB", (look.width + 2 * pitch_px, look.height + 2 * pitch_px), (10, 10, 12))
    framed.paste(look, (pitch_px, pitch_px))
    return framed


def contact_sheet(layouts: list[layout.Layout], pitch_px: int) -> Image.Image:
    """All scenes of all `layouts`, each with its name, four wide panels (or eight small ones) a row."""
    column = max(panel.width for panel in layouts) * pitch_px + _MARGIN
    width = 4 * column + _MARGIN
    shelves: list[tuple[int, int, str, Image.Image]] = []
    x, y = _MARGIN, _MARGIN
    for panel in layouts:
        step = panel.height * pitch_px + _CAPTION + _MARGIN
        for name, view in scenes.scenes(panel.slots(99)):
            if x + panel.width * pitch_px + _MARGIN > width:
                x, y = _MARGIN, y + step
            shelves.append((x, y, f"{panel.width}x{panel.height} {name}", led_look(_frame(panel, view), pitch_px)))
            x += panel.width * pitch_px + _MARGIN
        x, y = _MARGIN, y + step
    sheet = Image.new("RGB", (width, y), _SHEET)
    pen = ImageDraw.Draw(sheet)
    for left, top, caption, look in shelves:
        pen.text((left, top), caption, fill=(190, 190, 200))
        sheet.paste(look, (left, top + _CAPTION))
    return sheet


def _frame(panel: layout.Layout, view: View) -> Image.Image:
    canvas = PillowCanvas(panel.width, panel.height)
    Screen(panel.width, panel.height, load_font).draw(canvas, view)
    return canvas.image()


def _layouts(size: str | None) -> list[layout.Layout]:
    """The layouts to draw. Raises ValueError with a line that names the sizes there are."""
    if size is None:
        return [layout.choose(*size) for size in layout.SIZES]
    width, cross, height = size.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit()):
        raise ValueError(f"--size: {size!r} is not WIDTHxHEIGHT, for example 128x64")
    return [layout.choose(int(width), int(height))]


def _wrong(line: str) -> int:
    print(f"wallboardctl preview: {line}", file=sys.stderr)
    return 2
