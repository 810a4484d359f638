"""The publisher: time is an argument, so a day passes in a millisecond."""

import itertools
import random

from host_bridge.announce.publisher import GAP_MS, Publisher


def drain(publisher: Publisher, now_ms: int) -> list[tuple[str, bytes]]:
    """Take what is due and acknowledge it, as a quick broker does."""
    out = publisher.take(now_ms)
    for topic, _ in out:
        publisher.acked(topic)
    return out


def test_first_change_after_quiet_goes_out_at_once() -> None:
    publisher = Publisher()
    publisher.offer("q", b"1", 1000)
    assert publisher.next_ms() == 1000
    assert drain(publisher, 1000) == [("q", b"1")]
    assert publisher.next_ms() is None
    publisher.offer("q", b"2", 1000 + GAP_MS)
    assert drain(publisher, 1000 + GAP_MS) == [("q", b"2")]


def test_the_rest_is_coalesced_and_the_newest_wins() -> None:
    publisher = Publisher()
    publisher.offer("q", b"1", 1000)
    drain(publisher, 1000)
    for ms, payload in ((1010, b"2"), (1050, b"3"), (1199, b"4")):
        publisher.offer("q", payload, ms)
        assert drain(publisher, ms) == []
        assert publisher.next_ms() == 1200
    assert drain(publisher, 1200) == [("q", b"4")]
    assert (publisher.sent, publisher.coalesced) == (2, 2)


def test_at_most_five_a_second_and_the_last_value_arrives() -> None:
    publisher = Publisher()
    rng = random.Random(7)
    times: list[int] = []
    newest = got = b""
    for ms in range(0, 10_000):
        if rng.random() < 0.3:
            newest = str(ms).encode()
            publisher.offer("q", newest, ms)
        for _, payload in drain(publisher, ms):
            got = payload
            times.append(ms)
    for _, payload in drain(publisher, 10_000 + GAP_MS):
        got = payload
    assert got == newest
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= GAP_MS
    assert len(times) >= 45  # and no fewer than the limit allows


def test_a_gap_of_zero_is_never_held_back() -> None:
    publisher = Publisher()
    for ms in (5, 6, 7):
        publisher.offer("bridge/state", b"%d" % ms, ms, gap_ms=0)
        assert drain(publisher, ms) == [("bridge/state", b"%d" % ms)]


def test_one_unacknowledged_publish_a_topic() -> None:
    publisher = Publisher()
    publisher.offer("q", b"1", 0)
    assert publisher.take(0) == [("q", b"1")]
    publisher.offer("q", b"2", 5000)
    publisher.offer("other", b"x", 5000)
    assert publisher.take(5000) == [("other", b"x")]  # a topic does not wait for another's acknowledgement
    assert publisher.next_ms() is None
    publisher.acked("q")
    assert publisher.next_ms() == 5000
    assert publisher.take(5001) == [("q", b"2")]


def test_everything_again_after_a_new_connection() -> None:
    publisher = Publisher()
    publisher.offer("a", b"1", 0)
    publisher.offer("b", b"2", 0)
    publisher.take(0)
    publisher.acked("a")  # b is still on its way when the connection breaks
    publisher.offer("b", b"3", 10)
    publisher.connected(20)
    assert sorted(publisher.take(20)) == [("a", b"1"), ("b", b"3")]


def test_makers_run_when_the_message_goes_out_and_may_have_nothing_new() -> None:
    publisher = Publisher()
    made: list[int] = []

    def maker(now_ms: int) -> bytes | None:
        made.append(now_ms)
        return b"same" if len(made) == 1 else None

    publisher.offer("q", maker, 0)
    drain(publisher, 0)
    for ms in range(1, 100):
        publisher.offer("q", maker, ms)
    assert made == [0]
    assert drain(publisher, 200) == []
    assert (made, publisher.unchanged) == ([0, 200], 1)
    publisher.offer("q", maker, 201)
    assert drain(publisher, 201) == []  # nothing went out at 200, so this one is not held back
    assert made == [0, 200, 201]
    publisher.connected(300)
    assert drain(publisher, 300) == [("q", b"same")]


def test_a_cleared_topic_leaves_nothing_behind() -> None:
    publisher = Publisher()
    publisher.offer("q", b"1", 0)
    drain(publisher, 0)
    publisher.forget("q", 10)
    assert drain(publisher, 10) == [("q", b"")]
    publisher.connected(20)
    assert publisher.take(20) == []


def test_an_acknowledgement_of_something_unknown_is_no_error() -> None:
    publisher = Publisher()
    publisher.acked("never")
    assert publisher.next_ms() is None


def test_a_topic_that_is_held_follows_what_waits_for_an_acknowledgement() -> None:
    publisher = Publisher()
    publisher.offer("q", b"old", 0, gap_ms=0)
    publisher.take(0)
    publisher.offer("q", b"new", 1, gap_ms=0)
    publisher.offer("other", b"x", 1)
    publisher.offer("state", b"up", 1, gap_ms=0)
    publisher.hold("state")
    assert publisher.take(1) == [("other", b"x")]
    assert publisher.next_ms() is None
    publisher.offer("state", b"still up", 2_000, gap_ms=0)
    publisher.offer("late", b"x", 2_000)
    assert publisher.take(2_000) == [("late", b"x")]
    publisher.acked("q")
    assert publisher.take(2_001) == [("q", b"new"), ("state", b"still up")]
    assert publisher.take(2_001) == []


def test_a_topic_that_is_held_follows_all_else_that_a_new_connection_sends() -> None:
    publisher = Publisher()
    for topic in ("state", "a", "b"):
        publisher.offer(topic, b"1", 0)
    drain(publisher, 0)
    publisher.connected(10)
    publisher.hold("state")
    assert [topic for topic, _ in drain(publisher, 10)] == ["a", "b", "state"]
    publisher.hold("state")  # nothing to wait for
    publisher.offer("state", b"2", 20, gap_ms=0)
    assert drain(publisher, 20) == [("state", b"2")]


def test_a_held_topic_that_is_released_goes_out_at_once() -> None:
    publisher = Publisher()
    publisher.offer("q", b"old", 0)
    publisher.take(0)
    publisher.offer("q", b"new", 0)
    publisher.offer("state", b"up", 0)
    publisher.hold("state")
    assert publisher.take(0) == []
    publisher.offer("state", b"down", 1, gap_ms=0)
    publisher.release()
    assert publisher.take(1) == [("state", b"down")]
