"""`python -m tests.goldens.update` writes every golden anew and removes those without a scene."""

from pathlib import Path

from firmware.core import canvas
from firmware.core.layout import SIZES
from firmware.core.scenes import scenes
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import PillowCanvas, load_font
from firmware.pi.selftest.pictures_panel import Picture
from firmware.pi.selftest.scenes import scenes as self_test_scenes
from firmware.pi.selftest.sheet import CHARS, ShadesCanvas, Sheet


def folder_of(width: int, height: int) -> Path:
    """Where the goldens of a panel size are."""
    return Path(__file__).parent / f"{width}x{height}"


def self_test_folder(width: int, height: int) -> Path:
    """Where those of the installer's self-test are, of firmware/pi."""
    return Path(__file__).parent / "self_test" / f"{width}x{height}"


def self_test_text(width: int, height: int, picture: Picture) -> str:
    """A picture of it as a golden's text: as canvas.dump(), with the inks of the shades besides."""
    target = ShadesCanvas(width, height)
    picture.draw(Sheet(target))
    return "".join("".join(CHARS[target.ink_at(x, y)] for x in range(width)) + "\n" for y in range(height))


def main() -> None:
    old = set(Path(__file__).parent.glob("**/*.txt"))
    for width, height in SIZES:
        screen = Screen(width, height, load_font)
        target = PillowCanvas(width, height)
        folder_of(width, height).mkdir(exist_ok=True)
        for scene, view in scenes(screen.slots(99)):
            screen.draw(target, view)
            path = folder_of(width, height) / f"{scene}.txt"
            path.write_text(canvas.dump(target), encoding="ascii", newline="\n")
            old.discard(path)
        self_test_folder(width, height).mkdir(parents=True, exist_ok=True)
        for scene, picture in self_test_scenes(width, height):
            path = self_test_folder(width, height) / f"{scene}.txt"
            path.write_text(self_test_text(width, height, picture), encoding="ascii", newline="\n")
            old.discard(path)
    for path in old:
        path.unlink()


if __name__ == "__main__":
    main()
