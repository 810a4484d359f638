"""The screen's pixels: every scene of every panel size equals its golden, on both kinds of canvas.

A golden that must change is made anew by `python -m tests.goldens.update`; look at `wallboardctl preview` before you
commit it.
"""

import gc
from binascii import crc32

from firmware.core import scenes
from firmware.core.screen import SIZES
from tests.core.drawing import golden_path, new_panel, row_text, text


def _check_goldens(width, height):
    canvas, screen = new_panel(width, height)
    size = "%dx%d" % (width, height)
    wrong = []
    for scene, view in scenes.scenes(screen.slots(99)):
        screen.draw(canvas, view)
        with open(golden_path(size, scene)) as golden:
            for y in range(screen.height):
                if golden.readline().rstrip("\n") != row_text(canvas, y):
                    wrong.append(scene)
                    golden.seek(0)
                    print("EXPECTED %s %s, differs in row %d\n%s\nACTUAL" % (size, scene, y, golden.read()))
                    print(text(canvas))
                    break
        gc.collect()
    assert not wrong, wrong


def test_goldens_of_128x64():
    _check_goldens(128, 64)


def test_goldens_of_64x32():
    _check_goldens(64, 32)


def test_no_frame_leaves_anything_behind():
    """Memory after 200 more frames of changing scenes is what it was before them."""
    canvas, screen = new_panel(64, 32)
    views = [view for _, view in scenes.scenes(1)]
    used = getattr(gc, "mem_alloc", lambda: len(gc.get_objects()))
    for _ in range(2):
        for view in views:
            screen.draw(canvas, view)
    gc.collect()
    before = used()
    for frame in range(200):
        screen.draw(canvas, views[frame % len(views)])
    gc.collect()
    assert used() <= before + 64, (before, used())


def test_drawing_again_gives_the_same_pixels():
    """No frame shows through the next: A, B, A equals A."""
    canvas, screen = new_panel(64, 32)
    views = [view for _, view in scenes.scenes(1)]
    screen.draw(canvas, views[0])
    first = text(canvas)
    for view in views:
        screen.draw(canvas, view)
    screen.draw(canvas, views[0])
    assert text(canvas) == first


def test_stale_panels_show_no_ink_of_severity():
    """Under a fault, nothing green, amber or red and no blinking ground; but the fault's band."""
    for width, height in SIZES:
        canvas, screen = new_panel(width, height)
        for name, view in scenes.scenes(screen.slots(99)):
            if view.fault is not None:
                screen.draw(canvas, view)
                seen = set()
                for y in range(screen.height):
                    seen.update(row_text(canvas, y))
                assert not seen & set("GARarmn"), (width, name, seen)
                assert "F" in seen and "W" in seen, (width, name, seen)


def test_no_scene_looks_like_another():
    """Each state that people must tell apart draws other pixels."""
    canvas, screen = new_panel(64, 32)
    seen = {}
    for name, view in scenes.scenes(1):
        if name != "pages":  # a small panel has no room to tell pages
            screen.draw(canvas, view)
            check = 0
            for y in range(screen.height):
                check = crc32(row_text(canvas, y).encode(), check)
            assert check not in seen, (name, seen[check])
            seen[check] = name
