"""Whatever arrives, the board goes on, counts it and tells it once."""

from tests.core.rig import STARTED, WAIT, Rig, lit
from tests.core.rulebook import rule

TOPICS = ("bridge/state", "site", "rules/sales", "queue/sales", "ack/sales/rule")
PAYLOADS = (
    b"\x00",
    b"{}",
    b"[]",
    b'{"v":2,"started":1}',
    b'{"v":1}',
    b'{"v":1,"started":-5}',
    b'{"v":1,"started":1,"ts":1.5}',
    b'{"v":1,"started":1,"queues":{}}',
    b'{"v":1,"started":1,"queues":[{"id":"a/b"}]}',
    b'{"v":1,"started":1,"queues":[{"id":7}]}',
    b'{"v":1,"started":1,"rules":[{}]}',
    b'{"v":1,"started":1,"rules":[{"id":"x","levels":[]}]}',
    b'{"v":1,"started":1,"rules":null}',
    b'{"v":1,"started":1,"online":"yes"}',
    b'{"v":1,"started":1,"online":true,"now":true,"seq":1,"pbx":"up"}',
    b'{"v":1,"at":"now"}',
)


def calm():
    rig = Rig().up("sales")
    rig.queue("sales", waiting=2, oldest_ms=20_000)
    return rig


def test_no_payload_raises_or_changes_the_view():
    for name in TOPICS:
        for payload in PAYLOADS:
            rig = calm()
            before = rig.view()
            for retained in (False, True):
                rig.board.receive("wallboard/main/" + name, payload, retained, rig.now)
            rig.board.tick(rig.now)
            assert rig.view() == before, (name, payload)
            assert rig.board.problems == 2, (name, payload)
            assert len(rig.board.lines()) == 1, (name, payload)
            assert rig.board.next_wake_ms(rig.now) > rig.now


def test_no_topic_raises():
    rig = calm()
    before = rig.view()
    for name in ("", "/", "wallboard", "wallboard/other/site", "wallboard/main/", "wallboard/main/queue"):
        rig.board.receive(name, b'{"v":1}', False, rig.now)
    for name in ("queue/a/b", "ack/sales", "board/x/command", "rules", "bridge/state/x", "queue/\n\x1b[31m"):
        rig.board.receive("wallboard/main/" + name, b'{"v":1}', False, rig.now)
    assert rig.board.problems == 12
    rig.board.tick(rig.now)
    assert rig.view() == before
    for line in rig.board.lines():
        assert "\n" not in line and "\x1b" not in line


def test_the_log_is_not_flooded():
    rig = calm()
    for number in range(300):
        rig.board.receive("wallboard/main/ack/sales/r%d" % number, b"{", False, rig.now)
    assert rig.board.problems == 300
    assert len(rig.board.lines()) == 1
    rig.pass_ms(3_600_000)
    (line,) = rig.board.lines()
    assert line.startswith(
        "299 more messages could not be used since, the last: wallboard/main/ack/sales/r299: no JSON"
    )


def test_figures_at_their_limits():
    rig = calm()
    rig.queue("sales", waiting=10**9, oldest_ms=1 << 53)
    assert (rig.tile().waiting, rig.view().fault) == (10**9, None)
    assert rig.board.next_wake_ms(rig.now) > rig.now
    rig = calm()
    before = rig.view()
    rig.send(("queue", "sales"), {"ts": 0, "waiting": 5, "oldest_ms": 1})
    assert rig.view() == before, "older than what is known: overtaken on its way"


def test_a_heartbeat_from_far_away_leaves_a_fault_and_then_heals():
    rig = calm()
    rig.beat(now=1 << 52)
    rig.pass_ms(100)
    assert rig.view().fault is not None or rig.tile().oldest_s >= 20
    rig.started, rig.seq = STARTED + 9, 0
    rig.beat()
    rig.queue("sales", waiting=1, oldest_ms=3000)
    assert (rig.view().fault, rig.tile().oldest_s) == (None, 3)


def test_a_rule_over_an_unknown_figure_leaves_the_others_in_force():
    rig = calm()
    rig.rules("sales", dict(rule("mood <= 3"), id="new"), WAIT)
    rig.queue("sales", waiting=1, oldest_ms=61_000)
    assert rig.tile().severity == 2
    assert rig.board.lines() == ["rules/sales: rule new: this version does not know the figure mood"]


def test_a_higher_version_is_refused_aloud_and_the_old_stands():
    rig = calm()
    rig.board.receive("wallboard/main/queue/sales", b'{"v":2,"waiting":"many"}', False, rig.now)
    assert rig.board.lines() == ["wallboard/main/queue/sales: v is 2, this board knows 1: update it"]
    assert rig.tile().waiting == 2


def test_keys_of_a_later_version_are_ignored():
    rig = calm()
    rig.queue("sales", waiting=4, oldest_ms=0, mood="good", nested={"a": [1]})
    assert (rig.tile().waiting, rig.board.problems) == (4, 0)


def test_a_heartbeat_looks_once_whether_all_is_fresh_however_many_queues_there_are():
    asked = []
    for number in (2, 40):
        rig = lit(*["q%d" % each for each in range(number)])
        freshness = rig.board._known.freshness
        real, times = freshness.fault, []

        def fault(now_ms, real=real, times=times):
            times.append(now_ms)
            return real(now_ms)

        freshness.fault = fault
        rig.beat()
        asked.append(len(times))
    assert asked[0] == asked[1] > 0
