"""10,000 frames of a whole 64×32 board under MicroPython, for bench_board; from the project's folder:

    micropython -X heapsize=128k tests/bench/pico_frames.py

Prints the bytes of the heap in use after a tenth of the frames and after all of them, and the µs that a frame took.
"""

import gc
import sys
import time

import micropython

FRAMES = 10_000

micropython.opt_level(3)  # no line numbers, as on a device
gc.threshold(4096)  # as tests/micropython_run.py: collect early, or so small a heap breaks into pieces


def used():
    """Bytes of the heap in use."""
    gc.collect()
    return gc.mem_alloc()


def main():
    from tests.core.drawing import new_panel  # noqa: PLC0415 - once the path is set
    from tests.core.test_whole_board import live  # noqa: PLC0415

    canvas, screen = new_panel(64, 32)
    rig = live(screen)
    shown = None
    frames = drawing_us = early = 0
    while frames < FRAMES:
        view = rig.view()
        if view != shown:
            start = time.ticks_us()
            screen.draw(canvas, view)
            drawing_us += time.ticks_diff(time.ticks_us(), start)
            shown = view
            frames += 1
            if frames % 20 == 0:
                rig.queue("a", waiting=frames % 7, oldest_ms=1000 * (frames % 70))
                rig.queue("b", waiting=0)
            if frames == FRAMES // 10:
                early = used()
        rig.step(rig.now + 60_000)
    print(early, used(), drawing_us // FRAMES, rig.board.problems)


if __name__ == "__main__":
    sys.path.insert(0, "")
    main()
