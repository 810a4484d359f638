"""The board sleeps until something changes: not a ms longer, and not for nothing."""

from tests.core.rig import WAIT, Rig
from tests.core.rulebook import rule


def busy():
    """Four queues on two places: one in breach, one about to be, one calm, one with a rule that waits."""
    rig = Rig().up("a", "b", "c", "d", repeat_ms=4000)
    rig.rules("d", rule("waiting >= 3", for_s=3, sound=("triple", "none")), dict(WAIT, id="two"))
    rig.queue("a", waiting=1, oldest_ms=61_234, agents_in=2, agents_free=0)
    rig.queue("b", waiting=1, oldest_ms=55_111)
    rig.queue("c", waiting=0)
    rig.queue("d", waiting=3, oldest_ms=27_777)
    return rig


def seen(rig):
    return rig.view(), rig.board.buzzer(rig.now), rig.board.state(rig.now)


def test_nothing_changes_between_two_wake_ups():
    """Compared with a board that looks every ms, over 7 s with a heartbeat at 2 s and the bridge lost at 8 s."""
    rig = busy()
    end = rig.now + 9000
    at = rig.now
    last = seen(rig)
    wake = rig.board.next_wake_ms(rig.now)
    while rig.now < end:
        rig.now += 1
        if rig.now == at + 2000:
            rig.beat()
        elif rig.now >= wake:
            rig.board.tick(rig.now)
        else:
            assert rig.view() == last[0], (rig.now - at, wake - at)
            assert rig.board.buzzer(rig.now) == last[1], (rig.now - at, wake - at)
            continue
        last = seen(rig)
        wake = rig.board.next_wake_ms(rig.now)
        assert wake > rig.now
    assert last[0].fault == "BRIDGE"


def test_no_wake_up_is_for_nothing():
    """Of all wake-ups that no message caused, each changed the view, the sound or an alarm, but for two kinds.

    The clear threshold of a level that has risen further, and the end of the pause after which a lower severity counts
    as announced, change nothing that one can see.
    """
    rig = busy()
    last = seen(rig)
    wakes = idle = 0
    end = rig.now + 60_000
    while rig.now < end:
        rig.now = min(rig.board.next_wake_ms(rig.now), rig.next_beat)
        if rig.now == rig.next_beat:
            rig.beat()
        else:
            rig.board.tick(rig.now)
            wakes += 1
            idle += seen(rig) == last
        last = seen(rig)
    assert wakes > 100
    assert idle <= 4, (idle, wakes)


def test_one_blinking_tile_wakes_three_times_a_second():
    """A second of the wait, and two phases; no sound."""
    rig = Rig().up("a")
    rig.rules("a", rule(None, "waiting >= 1"))
    rig.queue("a", waiting=1, oldest_ms=61_234)
    end = rig.now + 5000
    wakes = 0
    while rig.board.next_wake_ms(rig.now) <= end:
        rig.now = rig.board.next_wake_ms(rig.now)
        rig.board.tick(rig.now)
        wakes += 1
    assert wakes == 15


def test_calm_pages_turn_to_the_ms():
    rig = Rig().up("a", "b", "c")
    for queue in "abc":
        rig.queue(queue, waiting=0)
    shown = rig.view().tiles
    for _ in range(3):
        turn = rig.board.next_wake_ms(rig.now)
        assert (turn + rig.ahead) % 6000 == 0
        rig.now = turn - 1
        rig.beat()
        assert rig.view().tiles == shown
        rig.now = turn
        assert rig.view().tiles != shown
        rig.board.tick(rig.now)
        shown = rig.view().tiles


def test_a_fault_that_time_brings_is_seen_without_a_tick_and_asks_for_one():
    rig = busy()
    rig.now += 6001
    assert rig.board.state(rig.now)["fault"] == "BRIDGE"
    assert rig.board.next_wake_ms(rig.now) == rig.now
    del rig  # there is not the memory for two of them
    rig = busy()
    rig.now += 6001
    assert (rig.view().fault, rig.tile().life) == ("BRIDGE", 1)
    assert rig.board.next_wake_ms(rig.now) == rig.now


def test_a_message_asks_for_a_tick_at_once():
    rig = Rig().up("a")
    assert rig.board.next_wake_ms(rig.now) > rig.now
    rig.board.receive("wallboard/main/queue/a", b"", False, rig.now)
    assert rig.board.next_wake_ms(rig.now) == rig.now
    rig.board.tick(rig.now)
    assert rig.board.next_wake_ms(rig.now) > rig.now


def test_a_board_that_overslept_is_right_when_it_wakes():
    rig = busy()
    rig.now += 3_600_000
    rig.board.tick(rig.now)
    assert rig.view().fault == "BRIDGE"
    assert [tile.life for tile in rig.view().tiles] == [2, 2]
    rig.beat()
    assert rig.view().fault is None
    assert rig.tile().oldest_s == (61_234 + 3_600_000) // 1000
