"""`python -m tests.goldens.update` writes every golden anew and removes those without a scene."""

from pathlib import Path

from firmware.core import canvas
from firmware.core.layout import SIZES
from firmware.core.scenes import scenes
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import PillowCanvas, load_font


def folder_of(width: int, height: int) -> Path:
    """Where the goldens of a panel size are."""
    return Path(__file__).parent / f"{width}x{height}"


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
    for path in old:
        path.unlink()


if __name__ == "__main__":
    main()
