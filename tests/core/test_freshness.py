"""The clock and the faults by themselves; what a board makes of them is in test_board_faults.py."""

from firmware.core.freshness import BRIDGE, FRESH_MS, LINK, PBX, RECENT, Freshness

STARTED = 1_780_000_000_000


def beat(seq, now, started=STARTED, pbx="up"):
    return {"started": started, "online": True, "pbx": pbx, "now": now, "seq": seq}


def connected():
    freshness = Freshness()
    freshness.link(True, 0)
    return freshness


def test_the_offset_is_that_of_the_quickest_heartbeat():
    freshness = connected()
    for seq, latency in enumerate((50, 3, 120, 40)):
        sent = 2000 * seq
        freshness.receive(beat(seq, STARTED + sent), False, sent + latency)
    assert freshness.bridge_ms(10_000) == STARTED + 10_000 - 3
    assert freshness.board_ms(STARTED) == 3
    assert freshness.proved_ms() == 6003


def test_a_retained_heartbeat_tells_no_time():
    freshness = connected()
    freshness.receive(beat(1, STARTED - 10**9), True, 10)
    freshness.receive(beat(2, STARTED), False, 20)
    assert freshness.bridge_ms(20) == STARTED


def test_the_quickest_is_forgotten_and_the_clock_stands_meanwhile():
    freshness = connected()
    freshness.receive(beat(0, STARTED), False, 0)
    for seq in range(1, RECENT):
        freshness.receive(beat(seq, STARTED + 2000 * seq), False, 2000 * seq + 30)
    assert freshness.bridge_ms(100_000) == STARTED + 100_000
    at = 2000 * RECENT + 30
    freshness.receive(beat(RECENT, STARTED + 2000 * RECENT), False, at)
    assert [freshness.bridge_ms(at + ms) - STARTED - at for ms in (0, 29, 30, 31, 100)] == [0, 0, 0, 1, 70]
    assert freshness.board_ms(freshness.bridge_ms(at)) == at + 30


def test_a_bridge_that_slept_is_believed_after_a_while_and_lost_until_then():
    """Its monotonic clock stood still with it for a minute: heartbeats seem as old, until the early ones are gone."""
    freshness = connected()
    freshness.receive(beat(0, STARTED), False, 0)
    for seq in range(1, RECENT + 1):
        at = 60_000 + 2000 * seq
        assert freshness.fault(at) == BRIDGE
        freshness.receive(beat(seq, STARTED + 2000 * seq), False, at)
    assert freshness.fault(at) is None
    assert freshness.bridge_ms(at) == STARTED + 2000 * RECENT


def test_the_end_of_freshness_is_told_to_the_ms():
    freshness = connected()
    assert freshness.changes_ms(0) == FRESH_MS
    assert (freshness.fault(FRESH_MS - 1), freshness.fault(FRESH_MS)) == (LINK, BRIDGE)
    freshness.receive(beat(0, STARTED), False, 100)
    assert freshness.changes_ms(100) == 6101
    assert (freshness.fault(6100), freshness.fault(6101)) == (None, BRIDGE)
    assert freshness.last_fresh_ms(5000) == 5000
    assert freshness.last_fresh_ms(9000) == 6100
    assert freshness.changes_ms(6101) is None
    freshness.receive(beat(1, STARTED + 2000, pbx="down"), False, 2100)
    assert (freshness.fault(2100), freshness.last_fresh_ms(2100)) == (PBX, None)
    freshness.link(False, 2200)
    assert (freshness.fault(2200), freshness.changes_ms(2200)) == (LINK, None)


def test_every_order_of_retained_live_and_old():
    for messages, live in (
        ([(beat(5, STARTED), True)], False),
        ([(beat(5, STARTED), True), (beat(5, STARTED), False)], False),
        ([(beat(5, STARTED), True), (beat(4, STARTED), False)], False),
        ([(beat(5, STARTED), True), (beat(6, STARTED), False)], True),
        ([(beat(5, STARTED), True), (beat(6, STARTED), True)], True),
        ([(beat(5, STARTED), False)], True),
        ([(beat(5, STARTED), True), (beat(1, STARTED, STARTED + 1), True)], False),
        ([(beat(5, STARTED), True), (beat(1, STARTED, STARTED + 1), False)], True),
        ([(beat(5, STARTED), False), (beat(1, STARTED, STARTED - 1), True)], True),
    ):
        freshness = connected()
        news = [freshness.receive(message, retained, 0) for message, retained in messages]
        assert (freshness.fault(0) is None) == live, messages
        assert sum(news) == live, messages


def test_a_heartbeat_of_the_bridge_before_that_comes_again_does_not_raise_it_from_the_dead():
    freshness = connected()
    freshness.receive(beat(1, STARTED), False, 0)
    freshness.receive(beat(7, STARTED + 2000), False, 2000)
    freshness.receive(beat(1, 500, started=500), False, 5000)
    for seq, now in ((7, STARTED + 2000), (1, STARTED)):
        assert not freshness.receive(beat(seq, now), False, 6000)
        assert (freshness.started, freshness.fault(6000)) == (500, None)
    assert freshness.receive(beat(2, 2500, started=500), False, 7000)
