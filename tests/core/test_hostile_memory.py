"""Much of it for long: nothing is left behind, and nothing is told twice."""

import gc

from firmware.core.told import AGAIN_MS, MOST_KINDS
from tests.core.hostile import SMALL_HEAP, TOPICS, Hostile, lcg, message, paths, render


def test_nothing_is_left_behind_and_nothing_is_told_twice():
    numbers = lcg(6)
    rig = Hostile(("queues",))

    def some(turns):
        for turn in range(turns):
            topic = TOPICS[next(numbers) % (5 if SMALL_HEAP else len(TOPICS))]
            said = message(topic)
            found = paths(said)
            at = found[1 + next(numbers) % (len(found) - 1)]
            rig.hear(topic, render(rig, said, at, ("true", "-1", "{}", '"x"')[next(numbers) % 4]).encode())
            rig.hear("queue/q%d" % next(numbers), b'{"v":1,"started":1,"ts":1,"waiting":5}')
            rig.hear("rules/sales/%d" % next(numbers), b"{}")
            if turn % 20 == 0:
                rig.fires(turn)

    some(200)
    rig.pass_ms(61_000)
    before = used()
    told, problems = rig.told, rig.board.problems
    some(200)
    rig.pass_ms(61_000)
    assert used() - before < 2048, (before, used())
    assert rig.board.problems > problems + 400
    assert told <= rig.told <= MOST_KINDS
    rig.board.lines()
    rig.pass_ms(AGAIN_MS)
    (line,) = rig.board.lines()
    assert "more messages could not be used" in line


def used():
    """Bytes of the heap in use; under CPython the number of objects."""
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else len(gc.get_objects())
