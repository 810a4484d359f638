"""The bridge's clock as a board knows it: late heartbeats, bursts, two bridges, clocks that go back."""

from firmware.core.payload import dumps
from tests.core.rig import STARTED, Rig, lit


def test_heartbeats_that_are_late_do_not_age_the_figures():
    """The offset is that of the quickest of the recent heartbeats, not of the last one."""
    rig = lit()
    for latency in (400, 5, 900, 30):
        rig.now += 2000
        rig.latency = latency
        rig.beat()
        assert rig.tile().oldest_s == (rig.now - 5000 + 20_000) // 1000
    rig.latency = 0


def test_an_offset_that_was_too_large_is_corrected_by_the_first_quick_heartbeat():
    rig = Rig()
    rig.board.link(True, rig.now)
    rig.latency = 900
    rig.beat()
    rig.queue("sales", waiting=1, oldest_ms=0)
    rig.latency = 0
    rig.pass_ms(200, beats=False)
    assert rig.tile().oldest_s == 0
    rig.beat()
    assert rig.tile().oldest_s == 1


def test_a_burst_of_held_up_heartbeats_is_not_taken_for_life():
    """The broker stood still for 20 s: what it delivers first is 20 s old, and says so."""
    rig = lit()
    rig.pass_ms(6001, beats=False)
    rig.now += 14_000
    for latency in (18_000, 16_000, 8_000, 6_001):
        rig.latency = latency
        rig.beat()
        assert rig.view().fault == "BRIDGE"
    rig.latency = 2000
    rig.beat()
    assert rig.view().fault is None


def test_the_clock_never_shows_a_second_twice():
    """When the quickest heartbeat has left the window, the clock is some ms early: it stands, it does not go back."""
    rig = lit()
    rig.latency = 40
    last = 0
    for _ in range(400):
        rig.pass_ms(100, beats=False)
        if rig.now % 2000 == 1000:
            rig.beat()
        wait = rig.tile().oldest_s
        assert wait >= last
        last = wait
        assert rig.board.next_wake_ms(rig.now) > rig.now
    assert last == 59


def test_two_bridges_for_one_site_are_told():
    rig = lit()
    for _ in range(3):
        rig.started = STARTED + 77 if rig.started == STARTED else STARTED
        rig.seq += 5
        rig.beat()
    assert len([line for line in rig.board.lines() if "two bridges" in line]) == 1
    assert rig.board.problems == 2


def test_a_heartbeat_whose_clock_goes_back_is_refused():
    rig = lit()
    rig.beat(now=rig.bridge_now() - 5000)
    assert rig.board.problems == 1
    assert "went back" in rig.board.lines()[0]


def test_a_heartbeat_that_tells_no_time_is_none():
    rig = lit()
    rig.pass_ms(5000, beats=False)
    rig.board.receive(
        "wallboard/main/bridge/state", dumps({"v": 1, "started": STARTED, "online": True}), False, rig.now
    )
    assert rig.board.lines() == ["wallboard/main/bridge/state: a heartbeat without now, seq and pbx"]
    rig.pass_ms(1001, beats=False)
    assert rig.view().fault == "BRIDGE"
