"""What holds for the pixels of every page; the pixels themselves are in the goldens (test_goldens_*.py)."""

import gc
from binascii import crc32

from firmware.core import scenes
from firmware.core.layout import SIZES
from tests.core.drawing import new_panel
from tests.core.pixels import row_text, text


def test_no_frame_leaves_anything_behind():
    """Memory after 200 more frames of changing scenes is what it was before them."""
    canvas, screen = new_panel(64, 32)
    views = [view for _, view in scenes.queue_scenes(1)]
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
    views = [view for _, view in scenes.queue_scenes(1)]
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


def test_a_notice_that_fits_in_lines_stands_still_in_either_direction():
    _, screen = new_panel(128, 64)
    assert screen.scroll_px("Staff meeting at half past two in the room upstairs", False) == 0
    assert screen.scroll_px("הלעמל רדחב יצחו םייתש העשב תווצ תבישי", True) == 0
    assert screen.scroll_px("word " * 40, False) > 128
    assert screen.scroll_px("Room Red Room Red Room Red", True) > 128, "turned as one, no line may end in it"
