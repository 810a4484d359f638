"""As test_hostile.py, of commands: what can be asked of a board, and what cannot, hides no alarm."""

from tests.core.hostile import Hostile
from tests.core.hostile_parts import spoil_all


def test_every_part_of_a_command():
    spoil_all("board/wall/command")


def test_every_command_with_every_value():
    rig = Hostile()
    for do in ("identify", "test", "mute", "unmute", "brightness", "page", "restart"):
        for value in ("null", "0", "1", "100", "1000"):
            for for_ms in ("null", "1000", "86400000"):
                rig.hear(
                    "board/wall/command", ('{"v":1,"do":"%s","value":%s,"for_ms":%s}' % (do, value, for_ms)).encode()
                )
        rig.fires(do)
    assert rig.board.problems == 0
    assert rig.board.restart_asked
