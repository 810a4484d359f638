"""Every part of every message, wrong in every way: refused and counted, and the alarm fires all the same."""

from tests.core.hostile import TOPICS, Hostile, message, render
from tests.core.hostile_parts import spoil_all


def test_every_part_of_a_heartbeat():
    assert spoil_all("bridge/state").view().fault is None


def test_every_part_of_a_snapshot():
    spoil_all("queue/sales")


def test_a_message_that_ends_too_early():
    rig = Hostile()
    for topic in TOPICS:
        payload = render(rig, message(topic)).encode()
        before = rig.board.problems
        ends = range(1, len(payload) - 1, 11)
        for end in ends:
            rig.hear(topic, payload[:end])
        assert rig.board.problems - before == len(ends), topic
        rig.hear(topic, payload + b"}")
        rig.hear(topic, b"\xef\xbb\xbf" + payload)
        rig.hear(topic, b"\xff\xfe" + payload)
        rig.hear(topic, payload[:-1] + b',"v":2}')
        assert rig.board.problems - before == len(ends) + 4, topic
    rig.fires("after")
