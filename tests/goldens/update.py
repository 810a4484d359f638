"""`python -m tests.goldens.update` writes every golden anew and removes those without a scene."""

from pathlib import Path

from firmware.core import canvas, layout, scenes
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import PillowCanvas, load_font


def main() -> None:
    folder = Path(__file__).parent
    old = set(folder.glob("*.txt"))
    for panel in layout.LAYOUTS:
        screen = Screen(panel.width, panel.height, load_font)
        for scene, view in scenes.scenes(panel.slots(99)):
            target = PillowCanvas(panel.width, panel.height)
            screen.draw(target, view)
            path = folder / f"{panel.width}x{panel.height}_{scene}.txt"
            path.write_text(canvas.dump(target), encoding="ascii", newline="\n")
            old.discard(path)
    for path in old:
        path.unlink()


if __name__ == "__main__":
    main()
