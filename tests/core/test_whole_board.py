"""A whole board in a small heap: messages, alarms, views and drawing on a 64×32 panel, hour after hour."""

import gc

from tests.core import device  # noqa: F401 - before all others
from tests.core.drawing import new_panel
from tests.core.feeder import Feeder

FRAMES = 400


RULE = {"id": "wait", "levels": [{"severity": "warn", "all": [{"metric": "oldest_ms", "op": ">=", "value": 30_000}]}]}


def live(screen):
    """A board of two queues whose bridge lives."""
    feeder = Feeder(screen)
    feeder.board.link(True, feeder.now)
    feeder.site("a", "b")
    feeder.rules("a", RULE)
    feeder.rules("b", RULE)
    feeder.beat()
    return feeder


def used():
    """Bytes of the heap in use; under CPython the number of objects."""
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else len(gc.get_objects())


def test_frames_leave_nothing_behind():
    canvas, screen = new_panel(64, 32)
    rig = live(screen)
    frames = 0
    before = None
    shown = None
    while frames < FRAMES:
        view = rig.view()
        if view != shown:
            screen.draw(canvas, view)
            shown = view
            frames += 1
            if frames % 20 == 0:
                rig.queue("a", waiting=frames % 7, oldest_ms=1000 * (frames % 70))
                rig.queue("b", waiting=0)
            if frames == FRAMES // 4:
                before = used()
        rig.step(rig.now + 60_000)
    assert before is not None
    assert used() - before < 512, (before, used())
    assert rig.board.problems == 0
