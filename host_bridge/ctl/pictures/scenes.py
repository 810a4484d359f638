"""The scenes of the screen as pictures: one alone, a sheet of a panel size, or a folder with all of them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from firmware.core import layout
from host_bridge.ctl.pictures import faults, install, sheet
from host_bridge.ctl.pictures.picture import framed, save_png

SIZE = (128, 64)  # of one scene, unless somebody says otherwise
_ALIASES = {"readme": "critical"}  # the picture at the top of README.md
_SHEET_PITCH_PX, _SCENE_PITCH_PX = 3, 10


def names(panel: layout.Layout) -> list[str]:
    """Of all scenes of a panel size."""
    return list(sheet.frames(panel))


def named(name: str) -> str:
    """The scene that is meant."""
    return _ALIASES.get(name, name)


def one_scene(panel: layout.Layout, name: str, pitch_px: int) -> Image.Image:
    """One scene at LED look with a margin of board around it."""
    return framed(sheet.frames(panel)[name][1](), pitch_px)


def write_scene(panel: layout.Layout, name: str, out: Path | None, pitch_px: int | None) -> tuple[Path, Image.Image]:
    """One scene, into preview.png unless said otherwise. This and all below raise OSError."""
    return save_png(one_scene(panel, name, pitch_px or _SCENE_PITCH_PX), out or Path("preview.png"))


def write_sheet(panel: layout.Layout, out: Path | None, pitch_px: int | None) -> tuple[Path, Image.Image]:
    """All scenes of a panel size in one picture."""
    return save_png(sheet.of_size(panel, pitch_px or _SHEET_PITCH_PX), out or Path("preview.png"))


def write_story(out: Path | None, pitch_px: int | None) -> tuple[Path, Image.Image]:
    """The few pages that tell the story."""
    picture = sheet.story(pitch_px or _SHEET_PITCH_PX)
    return save_png(picture, out or Path("preview.png"), sheet.story_hash())


def write_install(out: Path | None, pitch_px: int | None) -> tuple[Path, Image.Image]:
    """The pictures of the installer's self-test, with what to look at."""
    picture = install.install(pitch_px or _SHEET_PITCH_PX)
    return save_png(picture, out or Path("preview.png"), install.install_hash())


def write_faults(out: Path | None, pitch_px: int | None) -> tuple[Path, Image.Image]:
    """The self-test on panels that are set wrong, with what mends them."""
    picture = faults.faults(pitch_px or _SHEET_PITCH_PX)
    return save_png(picture, out or Path("preview.png"), faults.faults_hash())


SHEETS = {"story": write_story, "install": write_install, "faults": write_faults}


def write_folder(out: Path | None, pitch_px: int | None) -> list[tuple[Path, Image.Image]]:
    """A picture a panel size, the story, and an index.html that shows them."""
    folder = out or Path("preview")
    folder.mkdir(exist_ok=True)
    written = [write_story(folder / "story.png", pitch_px)]
    for size in layout.SIZES:
        panel = layout.choose(*size)
        written.append(write_sheet(panel, folder / f"{panel.width}x{panel.height}.png", pitch_px))
    (folder / "index.html").write_text(_index(written), encoding="utf-8")
    return written


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
