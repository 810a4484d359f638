"""What people ask of one board: by its button, and by commands."""

from firmware.core.payload import loads
from firmware.core.service import IDENTIFY_MS, MOST_IDENTIFY_MS, MUTE_MS, STEP_MS, STEPS, TEST_MS
from firmware.core.view import IDENTIFY, QUEUES, SELF_TEST
from tests.core.rig import Rig


def ringing(**setup):
    rig = Rig(**setup).up("sales", "support", repeat_ms=10_000)
    rig.queue("sales", waiting=1, oldest_ms=70_000)
    rig.queue("support", waiting=1, oldest_ms=40_000)
    return rig


def press(rig, held_ms=200):
    rig.board.press(True, rig.now)
    rig.board.tick(rig.now)
    rig.pass_ms(held_ms)
    rig.board.press(False, rig.now)
    rig.board.tick(rig.now)
    rig.pass_ms(50)


def command(rig, do, retained=False, **fields):
    message = {"do": do}
    message.update(fields)
    rig.send(("board", "wall", "command"), message, retained)


def test_a_short_press_acknowledges_all_that_fires_here_and_everywhere():
    rig = ringing()
    pressed_at = rig.bridge_now() + 200 + 30
    press(rig)
    assert [(tile.severity, tile.acked) for tile in rig.view().tiles] == [(2, True), (1, True)]
    sent = [(topic, loads(payload)) for topic, payload in rig.board.outbox()]
    expected = {"v": 1, "at": pressed_at, "by": "wall"}
    assert sent == [
        ("wallboard/main/ack/sales/rule", expected),
        ("wallboard/main/ack/support/rule", expected),
    ]
    assert rig.board.outbox() == []
    assert rig.sounds(15_000) == []


def test_a_press_while_nothing_fires_acknowledges_nothing_that_comes_later():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=0)
    press(rig)
    assert rig.board.outbox() == []
    rig.queue("sales", waiting=1, oldest_ms=70_000)
    assert not rig.tile().acked


def test_nothing_is_acknowledged_on_stale_figures():
    rig = ringing()
    rig.pass_ms(7000, beats=False)
    rig.board.press(True, rig.now)
    rig.board.tick(rig.now)
    rig.pass_ms(200, beats=False)
    rig.board.press(False, rig.now)
    rig.pass_ms(100, beats=False)
    assert rig.board.outbox() == []


def test_a_long_press_mutes_for_an_hour_and_is_seen():
    rig = ringing()
    press(rig, 2500)
    assert rig.view().muted and rig.board.state(rig.now)["muted"]
    assert rig.sounds(30_000) == []
    assert not rig.tile().acked, "it is only the buzzer"
    rig.pass_ms(MUTE_MS - 40_000)
    assert rig.view().muted
    assert rig.sounds(20_000), "the hour is over"
    assert not rig.view().muted


def test_another_long_press_lets_it_sound_again():
    rig = ringing()
    press(rig, 2500)
    press(rig, 2500)
    assert not rig.view().muted
    assert rig.sounds(11_000)


def test_muted_and_unmuted_by_command():
    rig = ringing()
    command(rig, "mute", for_ms=60_000)
    assert rig.view().muted
    rig.pass_ms(60_000)
    assert not rig.view().muted
    command(rig, "mute")
    command(rig, "unmute")
    assert not rig.view().muted


def test_identify_shows_its_name_with_a_short_sound_and_goes():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=0)
    command(rig, "identify")
    view = rig.view()
    assert (view.kind, view.text) == (IDENTIFY, "wall")
    assert rig.sounds(1000) == [0, 200]
    rig.pass_ms(IDENTIFY_MS - 1001)
    assert rig.view().kind == IDENTIFY
    rig.pass_ms(1)
    assert rig.view().kind == QUEUES


def test_the_self_test_goes_through_its_steps():
    rig = Rig()
    rig.board.self_test(rig.now)
    rig.board.tick(rig.now)
    seen = []
    while rig.view().kind == SELF_TEST:
        if not seen or seen[-1] != rig.view().page:
            seen.append(rig.view().page)
        rig.step(rig.now + 60_000, beats=False)
    assert seen == list(range(STEPS))
    assert rig.now - 5000 == STEP_MS * (STEPS + 3)


def test_brightness_until_it_is_given_back():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=0)
    command(rig, "brightness", value=40)
    assert rig.view().brightness == 40
    command(rig, "brightness", value=0)
    assert rig.view().brightness == 1, "dark is the night's alone"
    command(rig, "brightness")
    assert rig.view().brightness == 100


def test_a_page_is_shown_for_a_while():
    rig = Rig(slots=1).up("a", "b", "c")
    for queue in "abc":
        rig.queue(queue, waiting=0)
    command(rig, "page", value=2, for_ms=20_000)
    for _ in range(9):
        assert rig.tile().id == "c"
        rig.pass_ms(2000)
    rig.queue("a", waiting=1, oldest_ms=70_000)
    assert rig.tile().id == "a", "a breach is always in view"


def test_restart_is_handed_on():
    rig = Rig().up("sales")
    assert not rig.board.restart_asked
    command(rig, "restart")
    assert rig.board.restart_asked


def test_a_retained_command_is_refused_aloud():
    """It would be carried out at each connection: a board would restart for ever."""
    rig = Rig().up("sales")
    command(rig, "restart", retained=True)
    assert not rig.board.restart_asked
    assert "retained" in rig.board.lines()[0]


def test_a_command_that_nobody_knows_is_told():
    rig = Rig().up("sales")
    command(rig, "explode")
    command(rig, "identify", for_ms="long")
    assert len(rig.board.lines()) == 2
    assert rig.view().kind == QUEUES


def test_nothing_that_is_asked_of_a_board_hides_a_critical_alarm():
    rig = ringing()
    for do in ("identify", "test"):
        command(rig, do, for_ms=86_400_000)
        assert (rig.view().kind, rig.tile().severity) == (QUEUES, 2)
    rig.ack("sales")
    assert rig.view().kind == SELF_TEST
    rig.queue("support", waiting=1, oldest_ms=60_000)
    assert rig.view().kind == QUEUES
    command(rig, "brightness", value=0)
    assert rig.view().brightness == 10, "of 1 % nobody sees anything"
    rig.ack("support")
    assert rig.view().brightness == 10, "the colour stays, and is to be seen"
    for queue in ("sales", "support"):
        rig.queue(queue, waiting=0)
    rig.pass_ms(6000)
    assert (rig.view().brightness, rig.board.state(rig.now)["brightness"]) == (1, 1)


def test_commands_again_and_again():
    """Each second somebody wants to see which board this is: one sound, and an end. A test still comes to its end."""
    rig = Rig().up("sales")
    rig.queue("sales", waiting=0)
    sounds = []
    for _ in range(20):
        command(rig, "identify", for_ms=86_400_000)
        sounds += rig.sounds(1000)
    assert sounds == [0, 200]
    rig.pass_ms(MOST_IDENTIFY_MS - 1001)
    assert rig.view().kind == IDENTIFY
    rig.pass_ms(1)
    assert rig.view().kind == QUEUES
    steps = []
    for _ in range(TEST_MS // 1000):
        command(rig, "test")
        steps.append(rig.view().page)
        rig.pass_ms(1000)
    assert steps == [min(second * 1000 // STEP_MS, STEPS - 1) for second in range(TEST_MS // 1000)]
    assert rig.view().kind == QUEUES
