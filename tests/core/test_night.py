"""Brightness by the time of day; dark at night, but never over what must be seen."""

from firmware.core.night import lowest, scheduled
from firmware.core.view import DARK, QUEUES
from tests.core.rig import Rig

NIGHT = ((22 * 60, 6 * 60, 0), (19 * 60, 22 * 60, 30))
TEN_PM, NOON = 22 * 3_600_000, 12 * 3_600_000


def test_spans_and_what_is_between_them():
    minutes = (0, 359, 360, 720, 1139, 1140, 1319, 1320, 1439)
    assert [scheduled(NIGHT, 80, each) for each in minutes] == [0, 0, 80, 80, 80, 30, 30, 0, 0]
    assert scheduled(NIGHT, 80, None) == 80, "nobody has told it the time"
    assert scheduled(((60, 60, 5),), 80, 700) == 5, "from one to one is the whole day"


def test_the_lowest_light():
    assert lowest(NIGHT, 80) == 30
    assert lowest(((0, 60, 0),), 80) == 80


def night(**figures):
    rig = Rig(night=NIGHT).up("sales")
    rig.beat(local=TEN_PM)
    rig.queue("sales", **figures)
    return rig


def test_it_is_dark_at_night_and_says_so():
    rig = night(waiting=0)
    assert (rig.view().kind, rig.view().brightness) == (DARK, 0)
    assert rig.board.state(rig.now)["brightness"] == 0
    rig.beat(local=NOON)
    assert (rig.view().kind, rig.view().brightness) == (QUEUES, 100)


def test_night_comes_by_the_clock():
    rig = Rig(night=NIGHT).up("sales")
    rig.queue("sales", waiting=0)
    rig.beat(local=TEN_PM - 2500)
    assert rig.view().brightness == 30
    rig.pass_ms(2500, beats=False)
    assert rig.view().kind == DARK


def test_an_alarm_is_seen_in_the_dark():
    rig = night(waiting=1, oldest_ms=70_000)
    assert (rig.view().kind, rig.view().brightness, rig.tile().severity) == (QUEUES, 30, 2)


def test_outside_the_hours_nothing_fires_and_it_stays_dark():
    assert night(waiting=1, oldest_ms=70_000, open=False).view().kind == DARK


def test_a_fault_is_seen_while_a_queue_is_open_and_only_then():
    for is_open, kind in ((True, QUEUES), (False, DARK)):
        rig = night(waiting=0, open=is_open)
        rig.pass_ms(7000, beats=False)
        assert rig.view().kind == kind
        if kind == QUEUES:
            assert rig.view().fault == "BRIDGE"
