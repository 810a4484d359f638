"""`wallboardctl preview`: every scene of the screen at LED look, as pictures; the same code draws the real panel."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from firmware.core import layout, scenes
from firmware.pi.look import led_look
from host_bridge.ctl import preview_sheet

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SCENE_SIZE = "128x64"  # of one scene, unless somebody says otherwise
_ALIASES = {"readme": "critical"}  # the picture at the top of README.md
_PITCH_PX = 3
HASH_KEY = "Story"  # under which a story's picture bears the hash of what it shows


def add_parser(subparsers: Subparsers) -> None:
    """Adds the command `preview`."""
    parser = subparsers.add_parser(
        "preview",
        description="Draw scenes of the screen (calm, warn, critical, faults …) at LED look. They are drawn by the "
        "code that draws the panel. Without --size, --scene and --sheet: a folder with a PNG a panel size, and an "
        "index.html that shows them.",
        epilog="Exit codes: 0 written, 1 the file cannot be written, 2 wrong usage.",
    )
    parser.add_argument("--out", type=Path, help="the PNG, or folder, to write (preview.png, or preview)")
    parser.add_argument("--scene", metavar="NAME", help="one scene alone; `list` prints the names")
    parser.add_argument("--sheet", choices=["story"], help="the few pages that tell the story, of all panel sizes")
    parser.add_argument("--size", metavar="WxH", help="one panel size, for example 64x32 (128x64 for a scene)")
    parser.add_argument("--pitch", type=int, help="pixels an LED, 3 to 16 (3 for sheets, 10 for a scene)")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")


def run(args: argparse.Namespace) -> int:
    """0 when all was written or the names printed, 1 when it cannot be, 2 for a wrong size, scene or pitch."""
    try:
        layouts = _layouts(args.size or (_SCENE_SIZE if args.scene else None))
    except ValueError as error:
        return _wrong(str(error))
    if args.pitch is not None and not 3 <= args.pitch <= 16:
        return _wrong(f"--pitch: {args.pitch} is outside 3 to 16 pixels an LED")
    if args.sheet and (args.scene or args.size):
        return _wrong("--sheet: it has its own scenes and sizes; leave out --scene and --size")
    names = [name for name, _ in scenes.scenes(layouts[0].slots(99))]
    if args.scene == "list":
        print(json.dumps(names) if args.json else "\n".join(names))
        return 0
    scene = _ALIASES.get(args.scene, args.scene)
    if scene is not None and scene not in names:
        return _wrong(f"--scene: there is no scene {args.scene!r}; `wallboardctl preview --scene list` prints them")
    try:
        written = _write(args, scene, layouts)
    except OSError as error:
        print(f"wallboardctl preview: cannot write {error.filename}: {error.strerror or error}", file=sys.stderr)
        return 1
    for path, picture in written:
        size = {"out": str(path), "width": picture.width, "height": picture.height}
        print(json.dumps(size) if args.json else f"{path}: {picture.width} x {picture.height} pixels")
    return 0


def one_scene(panel: layout.Layout, name: str, pitch_px: int) -> Image.Image:
    """One scene at LED look with a margin of board around it."""
    view = dict(scenes.scenes(panel.slots(99)))[name]
    look = led_look(preview_sheet.frame((panel.width, panel.height), view), pitch_px)
    framed = Image.new("RGB", (look.width + 2 * pitch_px, look.height + 2 * pitch_px), (10, 10, 12))
    framed.paste(look, (pitch_px, pitch_px))
    return framed


def _write(args: argparse.Namespace, scene: str | None, layouts: list[layout.Layout]) -> list[tuple[Path, Image.Image]]:
    """What was asked for, written. Raises OSError."""
    pitch_px = args.pitch or _PITCH_PX
    if args.sheet:
        return [_save(preview_sheet.story(pitch_px), args.out or Path("preview.png"), preview_sheet.story_hash())]
    if scene is not None:
        return [_save(one_scene(layouts[0], scene, args.pitch or 10), args.out or Path("preview.png"))]
    if args.size is not None:
        return [_save(preview_sheet.of_size(layouts[0], pitch_px), args.out or Path("preview.png"))]
    folder = args.out or Path("preview")
    folder.mkdir(exist_ok=True)
    written = [_save(preview_sheet.story(pitch_px), folder / "story.png", preview_sheet.story_hash())]
    for panel in layouts:
        path = folder / f"{panel.width}x{panel.height}.png"
        written.append(_save(preview_sheet.of_size(panel, pitch_px), path))
    (folder / "index.html").write_text(_index(written), encoding="utf-8")
    return written


def _save(picture: Image.Image, path: Path, shown: str | None = None) -> tuple[Path, Image.Image]:
    """Write a PNG; `shown` is the hash that it is to bear."""
    info = PngInfo()
    if shown is not None:
        info.add_text(HASH_KEY, shown)
    # Four times smaller than all colours, and looks the same; by the median cut one small green cell would be grey.
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, format="PNG", optimize=True, pnginfo=info)
    return path, picture


def _index(written: list[tuple[Path, Image.Image]]) -> str:
    """A page of all pictures, with links to each at its top."""
    lines = [
        '<!doctype html><meta charset="utf-8"><title>The pages of the LED wallboard</title>',
        "<style>body {background: #18181c; color: #eee; font-family: sans-serif} a {color: #9cf}",
        "img {max-width: 100%; height: auto}</style>",
        "<p>" + " · ".join(f'<a href="#{path.stem}">{path.stem}</a>' for path, _ in written),
    ]
    for path, picture in written:
        size = f'width="{picture.width}" height="{picture.height}"'
        lines.append(f'<h2 id="{path.stem}">{path.stem}</h2><img src="{path.name}" alt="{path.stem}" {size}>')
    return "\n".join(lines) + "\n"


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
