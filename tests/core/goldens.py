"""Goldens: every scene of a panel size equals its picture in text, on the canvas of the interpreter at hand.

A golden that must change is made anew by `python -m tests.goldens.update`; look at `make preview` before you commit it.
"""

import gc

from firmware.core.scenes import scenes
from tests.core.drawing import new_panel
from tests.core.pixels import golden_path, row_text, text


def check(width, height):
    """Draw all scenes of the size; what differs is printed beside its golden."""
    canvas, screen = new_panel(width, height)
    wrong = []
    for scene, view in scenes(screen.slots(99)):
        screen.draw(canvas, view)
        with open(golden_path("%dx%d" % (width, height), scene)) as golden:
            for y in range(height):
                if golden.readline().rstrip("\n") != row_text(canvas, y):
                    wrong.append(scene)
                    golden.seek(0)
                    print("EXPECTED %dx%d %s, differs in row %d\n%s\nACTUAL" % (width, height, scene, y, golden.read()))
                    print(text(canvas))
                    break
        gc.collect()
    assert not wrong, wrong
