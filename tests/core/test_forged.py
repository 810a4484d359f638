"""What passes every schema and yet cannot be true, or was never meant for anybody."""

from tests.core.rig import STARTED, Rig


def calm():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=2, oldest_ms=20_000)
    return rig


def test_topics_that_are_no_ids():
    rig = calm()
    rig.site()
    for name in (
        "queue/",
        "queue/" + "x" * 257,
        "rules/a\x1bb",
        "queue/a\u202eb",
        "ack/sales/",
        "ack//rule",
        "queue/a+b",
    ):
        rig.board.receive("wallboard/main/" + name, b'{"v":1,"started":1,"ts":1,"rules":[],"at":1}', False, rig.now)
    assert rig.board.problems == 7
    assert len(rig.board.lines()) == 3, "one of each sort"


def test_figures_from_far_ahead_do_not_shut_out_the_true_ones():
    """Of the clock that counts they are refused; those from before it was known give way to the first true ones."""
    rig = calm()
    before = rig.view()
    for ts in (1 << 53, rig.bridge_now() + 10_001):
        rig.send(("queue", "sales"), {"ts": ts, "waiting": 0})
    assert (rig.view(), rig.board.problems) == (before, 2)
    rig = Rig()
    rig.board.link(True, rig.now)
    rig.site("sales")
    rig.send(("queue", "sales"), {"ts": 1 << 53, "waiting": 0}, True)
    rig.beat()
    rig.queue("sales", waiting=7)
    assert (rig.tile().waiting, rig.view().fault) == (7, None)


def test_a_heartbeat_that_somebody_made_up_shuts_nobody_out():
    rig = calm()
    for ahead, seq in ((0, 1 << 52), (2500, 1 << 52), (2501, 0), (50_000, 1 << 52), (1 << 52, 1 << 52)):
        rig.beat(now=rig.bridge_now() + ahead, seq=rig.seq + 1 + seq)
        for _ in range(40):
            rig.pass_ms(1000)
            assert rig.view().fault is None, (ahead, seq)
    assert rig.tile().oldest_s in (220, 221, 222), "a heartbeat that is a little ahead is believed for a while"
    assert rig.board.problems == 3


def test_a_forged_heartbeat_right_after_a_connection_is_measured_by_the_clock_of_before():
    rig = calm()
    rig.board.link(False, rig.now)
    rig.now += 60_000
    rig.board.link(True, rig.now)
    rig.beat(now=rig.bridge_now() + 3_600_000, seq=1 << 52)
    assert rig.board.problems == 1
    rig.beat()
    rig.queue("sales", waiting=2, oldest_ms=5000)
    assert (rig.view().fault, rig.tile().oldest_s) == (None, 5)


def heals_s(rig):
    """Seconds of the true bridge's heartbeats until it is believed again."""
    start = rig.now
    while True:
        rig.pass_ms(1000)
        rig.queue("sales", waiting=1, oldest_ms=0)
        if rig.view().fault is None and rig.tile().oldest_s == 0:
            return (rig.now - start) // 1000
        assert rig.now - start < 60_000


def test_a_forged_heartbeat_that_comes_before_any_true_one_is_outlived():
    for retained in (False, True):
        for ahead, seq in ((3_600_000, 1 << 52), (3_600_000, 0), (60_000, 3)):
            rig = Rig()
            rig.board.link(True, rig.now)
            rig.site("sales")
            rig.beat(retained, now=rig.bridge_now() + ahead, seq=seq)
            assert heals_s(rig) <= 14, (retained, ahead, seq)


def test_a_forged_heartbeat_while_the_bridge_is_away_is_outlived():
    rig = calm()
    rig.pass_ms(20_000, beats=False)
    rig.beat(now=rig.bridge_now() + 3_600_000, seq=1 << 52)
    rig.pass_ms(20_000, beats=False)
    assert heals_s(rig) <= 14


def test_a_bridge_that_jumps_ahead_is_believed_once_nothing_else_is_heard():
    """The board has slept for an hour and its clock with it."""
    rig = calm()
    rig.ahead += 3_600_000
    rig.pass_ms(6000)
    assert rig.board.problems == 3
    rig.pass_ms(2001)
    rig.queue("sales", waiting=1, oldest_ms=0)
    assert (rig.view().fault, rig.tile().oldest_s) == (None, 0)


def test_figures_of_another_clock_wait_until_it_counts():
    """A bridge that starts anew may send figures before its first heartbeat; one that is no more, after its last."""
    rig = calm()
    rig.started += 7
    rig.queue("sales", waiting=5)
    assert (rig.tile().waiting, rig.tile().life, rig.view().fault) == (2, 0, None)
    rig.seq = 0
    rig.beat()
    assert (rig.tile().waiting, rig.tile().life, rig.view().fault) == (5, 0, None)
    rig.started -= 7
    rig.queue("sales", waiting=1)
    assert (rig.tile().waiting, rig.tile().life, rig.view().fault) == (5, 0, None)


def test_acknowledgements_of_no_rule_leave_room_for_those_of_a_rule():
    rig = calm()
    rig.queue("sales", waiting=1, oldest_ms=70_000)
    rig.pass_ms(100)
    for number in range(100):
        rig.send(("ack", "sales", "x%d" % number), {"at": rig.bridge_now()})
    assert rig.board.problems == 36
    rig.ack("sales")
    assert rig.tile().acked
    for number in range(100):
        rig.send(("ack", "sales", "y%d" % number), {"at": rig.bridge_now()})
    assert rig.tile().acked


def test_of_two_bridges_the_one_before_stands_while_it_is_heard():
    """The second is believed at once, as if the first had started anew; that one is heard again, and then stands."""
    rig = calm()
    for number in range(1, 20):
        rig.started, rig.seq = STARTED + number % 5, rig.seq + 5
        rig.beat()
        if rig.started == STARTED:
            rig.queue("sales", waiting=2, oldest_ms=20_000)
        assert (rig.view().fault is None) == (number >= 5), number
        rig.now += 400
    rig.will(STARTED)
    rig.started = STARTED + 9
    rig.beat()
    rig.queue("sales", waiting=1)
    assert rig.view().fault is None
