"""`python -m tests.goldens.update` writes every golden anew and removes those without a scene."""

from pathlib import Path

from firmware.core import canvas
from firmware.core.layout import SIZES
from firmware.core.scenes import scenes
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import PillowCanvas, load_font


def main() -> None:
    folder = Path(__file__).parent
    old = set(folder.glob("**/*.txt"))
    for width, height in SIZES:
        screen = Screen(width, height, load_font)
        target = PillowCanvas(width, height)
        (folder / f"{width}x{height}").mkdir(exist_ok=True)
        for scene, view in scenes(screen.slots(99)):
            screen.draw(target, view)
            path = folder / f"{width}x{height}" / f"{scene}.txt"
            path.write_text(canvas.dump(target), encoding="ascii", newline="\n")
            old.discard(path)
    for path in old:
        path.unlink()


if __name__ == "__main__":
    main()
