"""What a board shows while all is well."""

from firmware.core.board import SLEEP_MS
from firmware.core.view import Tile
from tests.core.rig import WAIT, Rig


def test_the_wait_ticks_on_without_messages():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=2, oldest_ms=7_300, sla=812, sla_target=800, agents_free=1, agents_in=4)
    assert rig.tile() == Tile(
        "sales", "SALES", False, 2, 7, 812, 800, 1, 4, 0, False, 0, 0, None, False, True, (0, 0, 0, 0, 0)
    )
    assert rig.board.next_wake_ms(rig.now) == rig.now + 700
    rig.pass_ms(699)
    assert rig.tile().oldest_s == 7
    rig.pass_ms(1)
    assert rig.tile().oldest_s == 8
    rig.pass_ms(10_000)
    assert rig.tile().oldest_s == 18


def test_the_age_of_a_late_snapshot_counts():
    """A retained snapshot that is 20 s old: the caller has waited 20 s more since."""
    rig = Rig()
    rig.board.link(True, rig.now)
    rig.latency = 20_000
    rig.queue("sales", retained=True, waiting=1, oldest_ms=3_000)
    rig.latency = 0
    rig.beat()
    assert rig.tile().oldest_s == 23


def test_nobody_waits():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=0, agents_free=0)
    assert (rig.tile().waiting, rig.tile().oldest_s) == (0, None)
    rig.queue("sales", waiting=0, oldest_ms=5000)
    assert rig.tile().oldest_s is None


def test_a_snapshot_from_the_future_is_no_negative_wait():
    rig = Rig().up("sales")
    rig.send(("queue", "sales"), {"ts": rig.bridge_now() + 3000, "waiting": 1, "oldest_ms": 500})
    assert rig.tile().oldest_s == 0
    assert rig.board.next_wake_ms(rig.now) == rig.now + 2000 + 1500 or rig.board.next_wake_ms(rig.now) > rig.now


def test_a_breach_blinks_in_step_with_the_bridges_clock():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=1, oldest_ms=29_500)
    assert rig.tile().severity == 0
    rig.pass_ms(499)
    assert rig.tile().severity == 0
    rig.pass_ms(1)
    assert (rig.tile().severity, rig.tile().oldest_s) == (1, 30)
    rig.pass_ms(30_000)
    assert rig.tile().severity == 2
    for _ in range(50):
        rig.pass_ms(97)
        assert rig.tile().phase == rig.bridge_now() // 500 % 2
    rig.queue("sales", waiting=1, oldest_ms=45_000)
    for _ in range(50):
        rig.pass_ms(97)
        assert rig.tile().phase == rig.bridge_now() // 1000 % 2


def test_two_boards_blink_in_step():
    one, two = Rig().up("sales"), Rig()
    two.now, two.ahead = 777, one.bridge_now() - 777
    two.up("sales")
    for rig in (one, two):
        rig.queue("sales", waiting=1, oldest_ms=70_000)
    for _ in range(20):
        assert one.tile() == two.tile()
        for rig in (one, two):
            rig.pass_ms(333)
    assert one.bridge_now() == two.bridge_now()


def test_a_group_or_a_queue_without_rules_just_shows():
    rig = Rig().up("sales")
    rig.site("@all")
    rig.queue("@all", waiting=50, oldest_ms=99_000)
    assert (rig.tile().id, rig.tile().severity) == ("@all", 0)


def test_the_site_gives_order_and_labels_and_the_snapshot_the_newest_label():
    rig = Rig().up("b", "a")
    assert [tile.id for tile in rig.view().tiles] == ["b", "a"]
    assert rig.tile(1).label == "A"
    rig.queue("a", waiting=0, label="x", label_visual="תוריכמ", rtl=True)
    assert (rig.tile(1).label, rig.tile(1).rtl) == ("תוריכמ", True)
    rig.queue("a", waiting=0, label="only")
    assert rig.tile(1).label == "only"


def test_without_a_site_the_queues_are_those_with_figures():
    rig = Rig()
    rig.board.link(True, rig.now)
    rig.beat()
    assert rig.view().tiles == ()
    for queue in ("zeta", "alpha"):
        rig.queue(queue, waiting=0)
    assert [tile.label for tile in rig.view().tiles] == ["alpha", "zeta"]
    rig.send(("queue", "alpha"))
    assert [tile.label for tile in rig.view().tiles] == ["zeta"]


def test_a_board_with_queues_of_its_own_shows_those_in_their_order():
    rig = Rig(slots=3, queues=["b", "50% off", "@all"])
    filters = [each for each, _ in rig.board.subscriptions()]
    assert "wallboard/main/queue/50%25 off" in filters
    assert "wallboard/main/ack/@all/+" in filters
    assert "wallboard/main/queue/+" not in filters
    rig.up("a", "b")
    rig.queue("b", waiting=1, oldest_ms=0)
    rig.queue("50%25 off", waiting=4, oldest_ms=0)
    assert [(tile.label, tile.waiting) for tile in rig.view().tiles] == [("B", 1), ("50%25 off", 4), ("@all", None)]


def test_subscriptions_of_a_board_for_all():
    assert Rig().board.subscriptions() == [
        ("wallboard/main/bridge/state", 1),
        ("wallboard/main/site", 1),
        ("wallboard/main/notice", 1),
        ("wallboard/main/board/wall/command", 1),
        ("wallboard/main/queue/+", 1),
        ("wallboard/main/rules/+", 1),
        ("wallboard/main/ack/+/+", 1),
    ]


def test_pages_turn_and_a_breach_comes_to_the_front():
    rig = Rig().up("a", "b", "c")
    for queue in "abc":
        rig.queue(queue, waiting=0)
    seen = set()
    for _ in range(4):
        view = rig.view()
        seen.add((tuple([tile.id for tile in view.tiles]), view.page, view.pages))
        rig.pass_ms(6000)
    assert seen == {(("a", "b"), 0, 2), (("c",), 1, 2)}
    rig.queue("c", waiting=1, oldest_ms=40_000)
    for _ in range(4):
        assert rig.tile(0).id == "c"
        rig.pass_ms(6000)


def test_a_breach_that_another_page_shows_is_marked_until_it_is_acknowledged():
    rig = Rig(slots=1).up("a", "b", "c")
    rig.queue("a", waiting=1, oldest_ms=0)
    rig.queue("b", waiting=1, oldest_ms=31_000)
    rig.queue("c", waiting=1, oldest_ms=61_000)
    seen = set()
    for _ in range(3):
        seen.add((rig.tile().id, rig.view().page, rig.view().away))
        rig.pass_ms(6_000)
    assert seen == {("c", 0, (0, 1)), ("b", 1, (2, 0))}
    rig.ack("c")
    while rig.tile().id == "c":
        rig.pass_ms(1_000)
    assert (rig.tile().id, rig.view().away) == ("b", ())


def test_a_queue_that_is_gone_takes_its_alarm_with_it():
    rig = Rig().up("sales", "help")
    rig.queue("sales", waiting=1, oldest_ms=70_000)
    assert rig.board.state(rig.now)["alarms"][0]["severity"] == "critical"
    rig.send(("queue", "sales"))
    assert (rig.tile().life, rig.tile().severity, rig.tile().waiting) == (3, 0, None)
    assert rig.board.state(rig.now)["alarms"] == []
    assert rig.view().fault is None
    rig.site("help")
    assert [tile.id for tile in rig.view().tiles] == ["help"]
    rig.site("sales", "help")
    rig.queue("sales", waiting=1, oldest_ms=70_000)
    assert (rig.tile().life, rig.tile().severity) == (0, 2)


def test_outside_the_hours_there_are_figures_and_no_alarms():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=3, oldest_ms=70_000)
    assert rig.tile().severity == 2
    rig.queue("sales", waiting=3, oldest_ms=71_000, open=False)
    assert (rig.tile().severity, rig.tile().waiting, rig.tile().oldest_s) == (0, 3, 71)


def test_rules_that_change_and_go():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=1, oldest_ms=31_000)
    assert rig.tile().severity == 1
    rig.rules("sales", dict(WAIT, id="other"))
    assert rig.board.state(rig.now)["alarms"][0]["rule"] == "other"
    rig.rules("sales")
    assert rig.tile().severity == 0
    rig.rules("sales", WAIT)
    assert rig.tile().severity == 1
    rig.send(("rules", "sales"))
    assert rig.tile().severity == 0


def test_local_time_is_the_bridges():
    rig = Rig()
    rig.board.link(True, rig.now)
    assert rig.view().local_min is None
    rig.beat(local=86_399_000)
    assert rig.view().local_min == 1439
    assert rig.board.next_wake_ms(rig.now) == rig.now + 1000
    rig.pass_ms(1000)
    assert rig.view().local_min == 0


def test_what_it_says_of_itself():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=1, oldest_ms=61_000)
    assert rig.board.state_topic == "wallboard/main/board/wall/state"
    assert rig.board.state(rig.now) == {
        "v": 1,
        "online": True,
        "page": 0,
        "muted": False,
        "brightness": 100,
        "alarms": [
            {"queue": "sales", "rule": "rule", "severity": "critical", "acked": False, "at": rig.bridge_now() - 1000}
        ],
    }
    assert rig.board.offline() == {"v": 1, "online": False}


def test_a_board_with_nothing_to_do_sleeps():
    rig = Rig()
    assert rig.board.next_wake_ms(rig.now) == rig.now, "before its first tick"
    rig.board.tick(rig.now)
    assert rig.board.next_wake_ms(rig.now) == rig.now + SLEEP_MS
    rig.up("sales")
    rig.queue("sales", waiting=0)
    assert rig.board.next_wake_ms(rig.now) == rig.now + 6001
