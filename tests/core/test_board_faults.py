"""Stale is a state, not an old number: the three faults, their precedence, and the way back."""

from firmware.core.view import Tile
from tests.core.rig import STARTED, Rig, lit


def test_before_the_first_connection():
    rig = Rig()
    assert (rig.view().fault, rig.view().tiles) == ("LINK", ())
    rig.board.link(True, rig.now)
    assert rig.view().fault == "LINK"
    rig.pass_ms(5999, beats=False)
    assert rig.view().fault == "LINK"
    rig.pass_ms(1, beats=False)
    assert rig.view().fault == "BRIDGE"


def test_a_bridge_that_falls_silent():
    rig = lit()
    rig.pass_ms(6000, beats=False)
    assert (rig.view().fault, rig.tile().life, rig.tile().oldest_s) == (None, 0, 26)
    rig.pass_ms(1, beats=False)
    assert (rig.view().fault, rig.tile().life, rig.tile().oldest_s) == ("BRIDGE", 1, 26)
    rig.pass_ms(8998, beats=False)
    assert (rig.tile().life, rig.tile().oldest_s, rig.tile().waiting) == (1, 26, 2)
    rig.pass_ms(1, beats=False)
    assert rig.tile() == Tile(
        "sales", "SALES", False, None, None, None, None, None, None, 0, False, 0, 2, None, False, True, (0, 0, 0, 0, 0)
    )
    rig.pass_ms(3_600_000, beats=False)
    assert (rig.view().fault, rig.tile().life) == ("BRIDGE", 2)
    rig.beat()
    assert (rig.view().fault, rig.tile().life, rig.tile().oldest_s) == (None, 0, 3635)


def test_the_last_will_is_heard_at_once():
    rig = lit()
    rig.will()
    assert (rig.view().fault, rig.tile().life) == ("BRIDGE", 1)
    rig.beat()
    assert (rig.view().fault, rig.tile().life) == (None, 0)


def test_pbx_down_and_syncing():
    rig = lit()
    for state in ("down", "syncing"):
        rig.beat(pbx=state)
        assert (rig.view().fault, rig.tile().life) == ("PBX", 1)
    rig.pass_ms(1000)
    assert rig.tile().oldest_s == 20
    for _ in range(7):
        rig.now += 2000
        rig.beat(pbx="down")
    assert (rig.view().fault, rig.tile().life) == ("PBX", 2)
    rig.beat()
    assert (rig.view().fault, rig.tile().life) == (None, 0)


def test_the_nearest_that_is_lost_is_named():
    rig = lit()
    rig.beat(pbx="down")
    assert rig.view().fault == "PBX"
    rig.pass_ms(6001, beats=False)
    assert rig.view().fault == "BRIDGE"
    rig.board.link(False, rig.now)
    assert rig.view().fault == "LINK"
    rig.pass_ms(60_000, beats=False)
    assert rig.view().fault == "LINK"


def test_the_link_comes_back_but_a_retained_heartbeat_proves_nothing():
    rig = lit()
    rig.board.link(False, rig.now)
    assert (rig.view().fault, rig.tile().life) == ("LINK", 1)
    rig.now += 3000
    rig.board.link(True, rig.now)
    rig.beat(retained=True)
    rig.queue("sales", retained=True, waiting=1, oldest_ms=0)
    assert (rig.view().fault, rig.tile().life) == ("LINK", 1)
    rig.pass_ms(6000, beats=False)
    assert rig.view().fault == "BRIDGE"
    rig.beat()
    assert (rig.view().fault, rig.tile().life, rig.tile().waiting) == (None, 0, 1)


def test_a_broker_that_marks_all_as_retained_is_believed_when_seq_rises():
    rig = Rig()
    rig.board.link(True, rig.now)
    rig.beat(retained=True)
    assert rig.view().fault == "LINK"
    rig.now += 2000
    rig.beat(retained=True)
    assert rig.view().fault is None


def test_the_same_heartbeat_twice_is_one():
    rig = lit()
    rig.pass_ms(5000, beats=False)
    rig.seq -= 1
    rig.beat()
    rig.pass_ms(1001, beats=False)
    assert rig.view().fault == "BRIDGE"


def test_figures_of_before_the_reconnect_are_not_live_until_they_come_again():
    """What happened while the link was down is in the retained snapshot, which may come after the heartbeat."""
    rig = lit("sales", "help")
    rig.board.link(False, rig.now)
    rig.board.link(True, rig.now)
    rig.beat()
    assert (rig.tile(0).life, rig.tile(1).life, rig.view().fault) == (1, 1, "BRIDGE")
    rig.queue("sales", retained=True, waiting=1, oldest_ms=0)
    assert (rig.tile(0).life, rig.tile(1).life, rig.view().fault) == (0, 1, "BRIDGE")
    rig.queue("help", retained=True, waiting=1, oldest_ms=0)
    assert (rig.tile(1).life, rig.view().fault) == (0, None)


def test_a_bridge_that_starts_anew_has_a_new_clock():
    rig = lit("sales", "help")
    rig.will()
    rig.now += 9000
    rig.started, rig.seq, rig.ahead = STARTED - 3_600_000, 0, rig.ahead - 3_600_000  # its wall clock was wrong before
    rig.beat(pbx="syncing")
    assert (rig.view().fault, rig.tile().life, rig.tile().oldest_s) == ("PBX", 1, 20)
    rig.beat()
    assert (rig.view().fault, rig.tile().life, rig.tile().oldest_s) == ("BRIDGE", 1, 20)
    rig.queue("sales", waiting=1, oldest_ms=1000)
    assert (rig.tile(0).life, rig.tile(0).oldest_s, rig.tile(1).life) == (0, 1, 1)
    rig.queue("help", waiting=0)
    assert rig.view().fault is None
    rig.pass_ms(3000)
    assert rig.tile().oldest_s == 4


def test_a_restart_too_quick_for_a_will_keeps_no_number_live():
    rig = lit()
    rig.started, rig.seq = STARTED + 1, 0
    rig.beat()
    assert (rig.view().fault, rig.tile().life, rig.tile().oldest_s) == ("BRIDGE", 1, 20)


def test_a_late_will_of_the_bridge_before_is_no_news():
    rig = lit()
    before = rig.started
    rig.started, rig.seq = STARTED + 1, 0
    rig.beat()
    rig.queue("sales", waiting=0)
    rig.will(before)
    assert rig.view().fault is None


def test_a_retained_will_at_the_first_connection():
    rig = Rig()
    rig.board.link(True, rig.now)
    rig.will()
    assert rig.view().fault == "BRIDGE"
    rig.beat()
    assert rig.view().fault is None


def test_a_queue_that_only_the_retained_messages_know_has_no_data_yet():
    rig = Rig()
    rig.board.link(True, rig.now)
    rig.beat(retained=True)
    rig.queue("sales", retained=True, waiting=9, oldest_ms=0)
    assert (rig.tile().life, rig.tile().waiting) == (3, None)


def test_an_alarm_is_frozen_under_a_fault_and_does_not_look_like_one():
    rig = lit()
    rig.queue("sales", waiting=1, oldest_ms=70_000)
    assert rig.tile().severity == 2
    rig.will()
    view = rig.view()
    assert (view.tiles[0].severity, view.tiles[0].phase, view.tiles[0].acked) == (0, 0, False)
    assert rig.sounds(14_000, beats=False) == []
    rig.beat()
    assert rig.tile().severity == 2
    rig.will()
    rig.now += 4000
    rig.queue("sales", waiting=0)
    assert len(rig.board.state(rig.now)["alarms"]) == 1
    rig.beat()
    rig.pass_ms(4999)
    assert rig.tile().severity == 1
    rig.pass_ms(1)
    assert rig.tile().severity == 0


def test_no_alarm_is_raised_by_time_that_passes_under_a_fault():
    rig = lit()
    rig.will()
    rig.pass_ms(60_000, beats=False)
    assert rig.board.state(rig.now)["alarms"] == []
