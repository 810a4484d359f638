"""DESIGN section 7 as stories; see stories.py for how to read them."""

from firmware.core.alarm import Alarm
from firmware.core.rules import Figures
from tests.core.rulebook import rule
from tests.core.stories import compiled, snapshot, tell, told

WAITING = rule("waiting >= 3", "waiting >= 6", for_s=5, hold_s=5)
WAIT = rule("oldest >= 45", "oldest >= 60", hold_s=10, clear="oldest >= 40")


def test_a_short_peak_is_no_alarm():
    tell(
        WAITING,
        """
        0   waiting=1   OK
        10  waiting=3   PENDING
        14  waiting=4   PENDING
        15  waiting=2   OK
        16  waiting=3   PENDING
        20  waiting=3   PENDING
        21  waiting=3   FIRING warn !
        """,
    )


def test_warn_critical_warn_clear():
    tell(
        WAITING,
        """
        0   waiting=3   PENDING
        5   waiting=3   FIRING warn !
        8   waiting=6   FIRING warn
        12  waiting=6   FIRING warn
        13  waiting=7   FIRING critical !
        20  waiting=5   FIRING warn
        30  waiting=2   CLEARING warn
        34  waiting=2   CLEARING warn
        35  waiting=2   OK
        """,
    )


def test_each_level_waits_for_its_own_time():
    """Six for an instant are not six for five seconds."""
    tell(
        WAITING,
        """
        0   waiting=3   PENDING
        4   waiting=6   PENDING
        5   waiting=6   FIRING warn !
        8   waiting=6   FIRING warn
        9   waiting=6   FIRING critical !
        """,
    )


def test_it_lets_go_below_clear_only_and_only_after_hold():
    tell(
        WAIT,
        """
        0   waiting=1 oldest=44   OK
        1   waiting=1 oldest=45   FIRING warn !
        2   waiting=1 oldest=41   FIRING warn
        3   waiting=1 oldest=39   CLEARING warn
        12  waiting=1 oldest=39   CLEARING warn
        13  waiting=1 oldest=39   OK
        """,
    )


def test_back_above_clear_within_hold_it_never_went():
    tell(
        WAIT,
        """
        0   waiting=1 oldest=45   FIRING warn !
        3   waiting=1 oldest=39   CLEARING warn
        9   waiting=1 oldest=42   FIRING warn
        10  waiting=1 oldest=39   CLEARING warn
        19  waiting=1 oldest=39   CLEARING warn
        20  waiting=0             OK
        """,
    )


def test_nobody_waits_so_no_wait_is_known_and_it_clears():
    tell(
        WAIT,
        """
        0   waiting=1 oldest=61   FIRING critical !
        5   waiting=0             CLEARING warn
        15  waiting=0             OK
        """,
    )


def test_a_firing_that_ends_and_comes_again_is_announced_again():
    tell(
        WAIT,
        """
        0   waiting=1 oldest=45   FIRING warn !
        1   waiting=0             CLEARING warn
        11  waiting=0             OK
        20  waiting=1 oldest=45   FIRING warn !
        """,
    )


def test_flapping_at_the_upper_threshold_is_announced_once():
    tell(
        rule("waiting >= 3", "waiting >= 6"),
        """
        0   waiting=6   FIRING critical !
        1   waiting=5   FIRING warn
        2   waiting=6   FIRING critical
        3   waiting=5   FIRING warn
        4   waiting=6   FIRING critical
        """,
    )


def test_down_for_hold_and_up_again_is_a_rise():
    tell(
        rule("waiting >= 3", "waiting >= 6"),
        """
        0   waiting=6   FIRING critical !
        1   waiting=5   FIRING warn
        6   waiting=5   FIRING warn
        7   waiting=6   FIRING critical !
        """,
    )


def test_a_level_that_holds_again_but_not_yet_for_its_time_is_not_below():
    """Dips that are shorter than `hold` are one alarm, though the tile steps down until `for` has passed again."""
    tell(
        rule("waiting >= 3", "waiting >= 6", for_s=5, hold_s=5),
        """
        0   waiting=6   PENDING
        5   waiting=6   FIRING critical !
        20  waiting=5   FIRING warn
        21  waiting=6   FIRING warn
        25  waiting=6   FIRING warn
        26  waiting=6   FIRING critical
        40  waiting=5   FIRING warn
        45  waiting=5   FIRING warn
        46  waiting=6   FIRING warn
        51  waiting=6   FIRING critical !
        """,
    )


def test_stale_figures_neither_raise_nor_clear():
    tell(
        WAIT,
        """
        0   waiting=1 oldest=20   OK
        1   stale                 OK
        99  stale                 OK
        100 waiting=1 oldest=50   FIRING warn !
        101 stale                 FIRING warn
        300 stale                 FIRING warn
        301 waiting=0             CLEARING warn
        305 stale                 CLEARING warn
        400 stale                 CLEARING warn
        401 waiting=0             CLEARING warn
        406 waiting=0             CLEARING warn
        407 waiting=0             OK
        """,
    )


def test_time_in_which_nothing_was_known_does_not_count():
    tell(
        WAITING,
        """
        0   waiting=3   PENDING
        3   stale       PENDING
        60  stale       PENDING
        61  waiting=3   PENDING
        62  waiting=3   PENDING
        63  waiting=3   FIRING warn !
        """,
    )


def test_no_alarm_outside_the_opening_hours():
    tell(
        WAIT,
        """
        0   waiting=1 oldest=70          FIRING critical !
        1   closed waiting=1 oldest=71   OK
        60  closed waiting=1 oldest=130  OK
        61  waiting=1 oldest=131         FIRING critical !
        """,
    )


def test_count_and_time_together():
    tell(
        rule(None, "waiting >= 5 and oldest >= 180"),
        """
        0   waiting=5 oldest=100   OK
        1   waiting=4 oldest=200   OK
        2   waiting=5 oldest=201   FIRING critical !
        """,
    )


def test_service_level_below_and_not_known():
    tell(
        rule("sla < 850", "sla < 800"),
        """
        0   waiting=0           OK
        1   waiting=0 sla=850   OK
        2   waiting=0 sla=849   FIRING warn !
        3   waiting=0 sla=799   FIRING critical !
        4   waiting=0           CLEARING warn
        9   waiting=0           OK
        """,
    )


def test_no_free_agent_while_somebody_waits():
    tell(
        rule("free <= 1 and waiting >= 1", "free <= 0 and waiting >= 1"),
        """
        0   waiting=0 free=0   OK
        1   waiting=1 free=2   OK
        2   waiting=1 free=1   FIRING warn !
        3   waiting=1 free=0   FIRING critical !
        """,
    )


def test_without_hold_it_ends_at_once():
    tell(
        rule("waiting >= 3", hold_s=0),
        """
        0   waiting=3   FIRING warn !
        1   waiting=2   OK
        """,
    )


def test_a_changed_threshold_judges_what_fires():
    alarm = tell(WAIT, "0  waiting=1 oldest=50  FIRING warn !")
    alarm.change(compiled(rule("oldest >= 120", hold_s=10)))
    calm = Figures(snapshot(waiting=1, oldest_ms=51000), 0, 1000, True)
    assert told(alarm, alarm.step(1000, calm)) == "CLEARING warn"
    alarm.change(compiled(rule(None, "oldest >= 40", hold_s=10)))
    assert told(alarm, alarm.step(2000, calm)) == "FIRING critical !"


def test_a_rule_may_change_to_more_levels_or_fewer():
    alarm = tell(rule("waiting >= 3"), "0  waiting=3  FIRING warn !")
    seen = Figures(snapshot(waiting=6), 0, 1000, True)
    alarm.change(compiled(rule("waiting >= 3", "waiting >= 6")))
    assert told(alarm, alarm.step(1000, seen)) == "FIRING critical !"
    alarm.change(compiled(rule("waiting >= 3")))
    assert told(alarm, alarm.step(2000, seen)) == "FIRING warn"


def test_a_changed_rule_that_only_lets_go_announces_nothing():
    alarm = tell(WAIT, "0  waiting=1 oldest=50  FIRING warn !")
    alarm.change(compiled(rule(None, "oldest >= 120", clear="oldest >= 40", hold_s=10)))
    calm = Figures(snapshot(waiting=1, oldest_ms=51000), 0, 1000, True)
    assert told(alarm, alarm.step(1000, calm)) == "CLEARING warn"


def test_what_was_seen_not_to_hold_has_not_held_since_before_that():
    """The wait of a caller who was there all the time does not date an alarm back to before the queue opened."""
    alarm = Alarm(compiled(WAIT))
    waits = snapshot(waiting=1, oldest_ms=70_000)
    assert alarm.step(0, Figures(waits, 0, 0, True))
    assert alarm.rose_ms == -10_000
    assert not alarm.step(5000, Figures(waits, 5000, 5000, False))
    assert not alarm.step(60_000, Figures(waits, 60_000, 60_000, False))
    assert alarm.step(90_000, Figures(waits, 90_000, 90_000, True))
    assert alarm.rose_ms == 60_001


def test_a_level_that_came_with_a_change_has_not_held_since_before_the_change():
    alarm = tell(WAIT, "0  waiting=1 oldest=50  FIRING warn !")
    for now in (5000, 8000):
        assert not alarm.step(now, Figures(snapshot(waiting=1, oldest_ms=50_000 + now), 0, now, True))
    alarm.change(compiled(rule("oldest >= 45", "oldest >= 55", hold_s=10)))
    assert alarm.step(9000, Figures(snapshot(waiting=1, oldest_ms=59_000), 0, 9000, True))
    assert (alarm.severity, alarm.rose_ms) == (2, 8001)


def test_a_change_of_something_else_leaves_the_time_that_a_level_has_held():
    alarm = tell(WAITING, "0  waiting=3  PENDING")
    alarm.change(compiled(dict(WAITING, hold_ms=9000)))
    assert alarm.step(5000, Figures(snapshot(waiting=4), 1000, 5000, True))


def test_it_rises_at_the_ms_and_asks_to_be_woken_then():
    alarm = Alarm(compiled(WAIT))
    values = snapshot(waiting=1, oldest_ms=20_000)
    assert not alarm.step(0, Figures(values, 0, 0, True))
    assert alarm.next_ms(0, Figures(values, 0, 0, True)) == 25_000
    assert not alarm.step(24_999, Figures(values, 24_999, 24_999, True))
    assert alarm.step(25_000, Figures(values, 25_000, 25_000, True))
    assert (alarm.severity, alarm.rose_ms) == (1, 25_000)
    assert alarm.next_ms(25_000, Figures(values, 25_000, 25_000, True)) == 40_000
    assert alarm.step(40_000, Figures(values, 40_000, 40_000, True))
    assert alarm.severity == 2
    assert alarm.next_ms(40_000, Figures(values, 40_000, 40_000, True)) is None


def test_a_board_that_comes_late_knows_when_the_threshold_was_passed():
    """The acknowledgement of another board, made before this one was started, is for this firing."""
    late = Alarm(compiled(WAIT))
    assert late.step(70_000, Figures(snapshot(waiting=1, oldest_ms=20_000), 70_000, 70_000, True))
    assert (late.severity, late.rose_ms) == (2, 40_000)
    pending = Alarm(compiled(WAITING))
    assert pending.step(70_000, Figures(snapshot(waiting=3), 30_000, 70_000, True))
    assert pending.rose_ms == 45_000


def test_it_sleeps_while_only_a_message_can_change_it():
    alarm = Alarm(compiled(WAITING))
    for waiting, wake in ((1, None), (3, 5000), (6, 5000)):
        seen = Figures(snapshot(waiting=waiting), 0, 0, True)
        alarm.step(0, seen)
        assert alarm.next_ms(0, seen) == wake
    assert alarm.next_ms(0, None) is None
    firing = Figures(snapshot(waiting=3), 0, 5000, True)
    alarm.step(5000, firing)
    assert alarm.next_ms(5000, firing) is None
    calm = Figures(snapshot(waiting=0), 0, 6000, True)
    alarm.step(6000, calm)
    assert alarm.next_ms(6000, calm) == 11_000
