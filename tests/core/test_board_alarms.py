"""Acknowledging, sounding, quiet hours: what a supervisor sees and hears."""

from tests.core.rig import STARTED, WAIT, Rig
from tests.core.rulebook import rule


def ringing(oldest_ms=70_000, **fields):
    rig = Rig().up("sales", **fields)
    rig.queue("sales", waiting=1, oldest_ms=oldest_ms)
    return rig


def test_the_buzzer_sounds_on_a_rise_and_on_the_next_one():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=1, oldest_ms=28_000)
    assert rig.sounds(20_000) == [2000, 2200]
    assert rig.sounds(20_000) == [12_000, 12_200, 12_350, 12_550]


def test_it_sounds_again_every_repeat_while_critical():
    rig = ringing(repeat_ms=10_000)
    assert rig.sounds(25_000) == [0, 200, 350, 550, 10_000, 10_200, 10_350, 10_550, 20_000, 20_200, 20_350, 20_550]


def test_a_warning_is_not_repeated():
    rig = Rig().up("sales", repeat_ms=10_000)
    rig.rules("sales", rule("oldest >= 30", sound=("short", "double")))
    rig.queue("sales", waiting=1, oldest_ms=30_000)
    assert rig.sounds(60_000) == [0, 200]


def test_many_queues_rise_at_once_and_one_buzzer_sounds():
    rig = Rig().up("a", "b", "c", repeat_ms=10_000)
    for queue in "abc":
        rig.queue(queue, waiting=1, oldest_ms=59_900)
    rig.pass_ms(100)
    assert rig.sounds(15_000) == [0, 200, 350, 550, 10_000, 10_200, 10_350, 10_550]


def test_what_is_critical_breaks_into_a_warning_but_the_whole_has_its_limit():
    rig = Rig().up("a", "b", longest_ms=2000)
    rig.rules("a", rule("oldest >= 30", sound=("continuous", "none")))
    rig.rules("b", rule(None, "waiting >= 3", sound=("none", "continuous")))
    rig.queue("a", waiting=1, oldest_ms=30_000)
    rig.pass_ms(1500)
    rig.queue("b", waiting=3, oldest_ms=0)
    assert rig.sounds(4000) == [0, 500]


def test_no_longer_than_the_longest():
    rig = Rig().up("sales", longest_ms=3000)
    rig.rules("sales", rule(None, "waiting >= 3", sound=("none", "continuous")))
    rig.queue("sales", waiting=3, oldest_ms=0)
    assert rig.sounds(10_000) == [0, 3000]


def test_quiet_hours_begin_in_mid_sound_and_what_is_still_critical_is_told_after_them():
    rig = ringing()
    rig.pass_ms(100)
    rig.beat(quiet=True)
    assert not rig.board.buzzer(rig.now)
    for _ in range(60):
        rig.now += 2000
        rig.beat(quiet=True)
        assert rig.sounds(1000, beats=False) == []
        rig.now -= 1000
    assert rig.tile().severity == 2
    rig.beat()
    assert rig.sounds(1000) == [0, 200, 350, 550]


def test_a_rise_in_quiet_hours_is_silent():
    rig = Rig().up("sales")
    rig.beat(quiet=True)
    rig.queue("sales", waiting=1, oldest_ms=70_000)
    assert rig.tile().severity == 2
    assert rig.sounds(5000, beats=False) == []


def test_acknowledged_it_stands_still_and_silent_in_its_colour():
    rig = ringing(repeat_ms=10_000)
    rig.pass_ms(100)
    rig.ack("sales")
    assert not rig.board.buzzer(rig.now)
    assert (rig.tile().severity, rig.tile().acked) == (2, True)
    assert rig.board.state(rig.now)["alarms"][0]["acked"] is True
    phases = set()
    for _ in range(20):
        rig.pass_ms(501)
        phases.add(rig.tile().phase)
    assert phases == {0}
    assert rig.sounds(30_000) == []


def test_an_acknowledgement_ends_with_its_until():
    rig = ringing(repeat_ms=10_000)
    rig.pass_ms(5000)
    rig.ack("sales", until=rig.bridge_now() + 60_000)
    assert rig.sounds(62_000) == [60_000, 60_200, 60_350, 60_550]
    assert not rig.tile().acked


def test_an_acknowledgement_is_withdrawn():
    rig = ringing()
    rig.ack("sales")
    assert rig.tile().acked
    rig.board.receive("wallboard/main/ack/sales/rule", b"", True, rig.now)
    rig.board.tick(rig.now)
    assert not rig.tile().acked


def test_an_acknowledged_warning_that_turns_critical_calls_again():
    rig = ringing(oldest_ms=40_000)
    rig.pass_ms(1000)
    rig.ack("sales")
    assert (rig.tile().severity, rig.tile().acked) == (1, True)
    assert rig.sounds(20_000) == [19_000, 19_200, 19_350, 19_550]
    assert (rig.tile().severity, rig.tile().acked) == (2, False)


def test_the_next_firing_is_not_acknowledged_by_an_old_retained_one():
    rig = ringing()
    rig.pass_ms(1000)
    rig.ack("sales")
    rig.queue("sales", waiting=0)
    rig.pass_ms(5000)
    assert rig.tile().severity == 0
    rig.queue("sales", waiting=1, oldest_ms=70_000 - 60_001)
    rig.pass_ms(60_001)
    assert (rig.tile().severity, rig.tile().acked) == (2, False)


def test_an_acknowledgement_of_the_future_is_one_of_now():
    rig = Rig().up("sales")
    rig.ack("sales", at=rig.bridge_now() + 10**9)
    rig.pass_ms(1000)
    rig.queue("sales", waiting=1, oldest_ms=59_000)
    rig.pass_ms(1000)
    assert (rig.tile().severity, rig.tile().acked) == (2, False)


def test_an_acknowledgement_of_an_alarm_that_does_not_fire_does_nothing():
    rig = Rig().up("sales")
    rig.ack("sales")
    rig.board.receive("wallboard/main/ack/sales/no such rule", b'{"v":1,"at":5}', True, rig.now)
    rig.queue("sales", waiting=1, oldest_ms=1000)
    assert (rig.tile().severity, rig.tile().acked, rig.board.problems) == (0, False, 0)


def test_a_board_that_was_started_anew_honours_the_acknowledgement_of_the_firing_in_progress():
    """All comes retained, in any order, before the first heartbeat tells what time it is."""
    rig = Rig()
    rig.board.link(True, rig.now)
    rig.ack("sales", at=rig.bridge_now() - 30_000)
    rig.beat(retained=True)
    rig.queue("sales", retained=True, waiting=1, oldest_ms=95_000)  # critical since 35 s
    rig.rules("sales", WAIT)
    rig.site("sales")
    rig.now += 700
    rig.beat()
    assert (rig.tile().severity, rig.tile().acked) == (2, True)
    assert rig.sounds(5000) == []


def test_and_not_one_from_before_it():
    rig = Rig()
    rig.board.link(True, rig.now)
    rig.ack("sales", at=rig.bridge_now() - 36_000)
    rig.queue("sales", retained=True, waiting=1, oldest_ms=95_000)
    rig.rules("sales", WAIT)
    rig.site("sales")
    rig.beat()
    assert (rig.tile().severity, rig.tile().acked) == (2, False)


def test_an_acknowledgement_outlives_a_bridge_whose_clock_differs():
    rig = ringing()
    rig.pass_ms(3000)
    rig.ack("sales")
    rig.started, rig.seq, rig.ahead = STARTED - 10**7, 0, rig.ahead - 10**7
    rig.beat()
    rig.queue("sales", waiting=1, oldest_ms=75_000)
    assert (rig.tile().severity, rig.tile().acked) == (2, True)


def test_an_acknowledgement_that_comes_again_is_taken_by_the_clock_of_its_first_time():
    """After each connection the broker sends it anew: its `at` is of a clock that the bridge may have no more."""
    rig = ringing()
    rig.pass_ms(3000)
    at = rig.bridge_now()
    rig.ack("sales")
    for ahead in (10**7, -(10**7)):
        rig.started, rig.seq, rig.ahead = rig.started + 1, 0, rig.ahead + ahead
        rig.board.link(False, rig.now)
        rig.board.link(True, rig.now)
        rig.ack("sales", at=at)
        rig.beat()
        rig.queue("sales", waiting=1, oldest_ms=75_000)
        assert (rig.tile().severity, rig.tile().acked) == (2, True)


def test_an_acknowledgement_of_a_clock_far_ahead_is_for_no_alarm():
    """The bridge's clock was set back by an hour, and then the board was started: who knows when that was?"""
    rig = Rig()
    rig.board.link(True, rig.now)
    rig.ack("sales", at=rig.bridge_now() + 3_600_000)
    rig.queue("sales", retained=True, waiting=1, oldest_ms=95_000)
    rig.rules("sales", WAIT)
    rig.site("sales")
    rig.beat()
    assert (rig.tile().severity, rig.tile().acked) == (2, False)
    rig.ack("sales", at=rig.bridge_now() + 1000)
    assert rig.tile().acked, "a little ahead is now, by a clock that is a little off"


def test_an_acknowledgement_that_a_later_one_has_overtaken_changes_nothing():
    rig = ringing()
    rig.pass_ms(3000)
    first = rig.bridge_now()
    rig.ack("sales")
    rig.queue("sales", waiting=0)
    rig.pass_ms(5000)
    rig.queue("sales", waiting=1, oldest_ms=60_000)
    rig.pass_ms(1000)
    rig.ack("sales", until=rig.bridge_now() + 30_000)
    rig.ack("sales", at=first)
    assert rig.tile().acked
    rig.pass_ms(30_000)
    assert not rig.tile().acked, "with the end of the later one"


def test_two_rules_of_a_queue_show_the_highest():
    rig = Rig().up("sales")
    rig.rules("sales", WAIT, dict(rule("waiting >= 3"), id="waiting"))
    rig.queue("sales", waiting=3, oldest_ms=1000)
    assert rig.tile().severity == 1
    rig.queue("sales", waiting=3, oldest_ms=61_000)
    assert rig.tile().severity == 2
    rig.ack("sales")
    assert rig.tile().acked, "the critical one is acknowledged, the warning below it calls nobody"
    assert [alarm["acked"] for alarm in rig.board.state(rig.now)["alarms"]] == [True, False]


def test_rules_that_come_again_do_not_announce_again():
    rig = ringing()
    assert rig.sounds(5000) == [0, 200, 350, 550]
    rig.rules("sales", WAIT)
    rig.rules("sales", dict(WAIT, hold_ms=9000))
    assert rig.tile().severity == 2
    assert rig.sounds(5000) == []
