"""Noise, and topics that are none."""

from firmware.core.payload import MAX_BYTES, USUAL_BYTES
from firmware.core.told import MOST_KINDS
from tests.core.hostile import SMALL_HEAP, TOPICS, Hostile, lcg, message, render


def test_bytes_that_change_on_their_way():
    numbers = lcg(4)
    rig = Hostile()
    for turn in range(400):
        topic = TOPICS[next(numbers) % len(TOPICS)]
        payload = bytearray(render(rig, message(topic)).encode())
        for _ in range(1 + next(numbers) % 3):
            payload[next(numbers) % len(payload)] = next(numbers) % 256
        rig.hear(topic, bytes(payload), next(numbers) % 4 == 0)
        if turn % 50 == 49:
            rig.started, rig.seq = rig.started + 1, 0  # a site, a command or a will may be there that reads well
            rig.now += 31_000
            rig.fires(turn)


def test_topics_that_are_none():
    numbers = lcg(5)
    rig = Hostile()
    odd = (
        "", "/", "//", "queue", "queue/", "queue//", "queue/sales/x", "rules//x", "ack", "ack/", "ack//", "ack/sales",
        "ack/sales/rule/x", "site/", "notice/x", "bridge", "bridge/state/x", "board/wall", "x" * 1000,
        "\u05d0/\U0001f4a9", "queue/" + "x" * 1000, "ack/sales/" + "y" * 300, "queue/%zz\x01", "rules/\u202eabc",
    )  # fmt: skip
    for topic in odd:
        before = rig.board.problems
        rig.hear(topic, b'{"v":1,"started":1,"ts":1,"at":1,"rules":[]}')
        assert rig.board.problems == before + 1, topic
    for name in ("", "a", "wallboard", "wallboard/other/site", "wallboard/main", "$SYS/x"):
        rig.board.receive(name, b"{}", False, rig.now)
    for _ in range(200):
        topic = "".join(["/+#%@ \u05d0ab\x00"[next(numbers) % 10] for _ in range(next(numbers) % 12)])
        rig.hear(("queue/", "rules/", "ack/", "")[next(numbers) % 4] + topic, b"{}")
    assert rig.told <= MOST_KINDS
    rig.fires("after")


def test_payloads_at_and_beyond_the_limits():
    rig = Hostile()
    for topic in TOPICS:
        good = render(rig, message(topic))[:-1] + ',"more":"'
        most = MAX_BYTES if topic == "site" else USUAL_BYTES
        if not SMALL_HEAP:  # which has no room for them
            before = rig.board.problems
            rig.hear(topic, (good + "x" * (most - len(good) - 2) + '"}').encode())
            assert rig.board.problems == before, topic
            rig.hear(topic, (good + "x" * (most - len(good) - 1) + '"}').encode())
            assert rig.board.problems == before + 1, topic
        rig.fires(topic)
