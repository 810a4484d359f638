from firmware.core.anteroom import EACH_BYTES, WAIT_MS, Anteroom


def put(room, *topics, now_ms=0, size=10):
    lost = []
    for topic in topics:
        lost += room.put(topic.split("/")[1], topic, b"x" * size, now_ms)
    return lost


def line(topic):
    return topic + ": a queue that the site does not list"


def listed(*queues):
    return lambda queue: queue in queues


def test_what_is_listed_comes_out_in_order_and_the_rest_stays():
    room = Anteroom(9000)
    assert put(room, "rules/a", "queue/b", "queue/a", "rules/b") == []
    assert [topic for topic, _ in room.take(listed("a"))] == ["rules/a", "queue/a"]
    assert [topic for topic, _ in room.take(listed("a", "b"))] == ["queue/b", "rules/b"]
    assert room.take(listed("a", "b")) == []


def test_nobody_waits_for_more_than_a_minute():
    room = Anteroom(9000)
    put(room, "queue/a", now_ms=5)
    put(room, "queue/b", "queue/@all", now_ms=6)
    assert room.expire(WAIT_MS + 4) == []
    assert room.expire(WAIT_MS + 5) == [line("queue/a")]
    assert [topic for topic, _ in room.take(listed("a", "b"))] == ["queue/b"]
    assert room.expire(WAIT_MS + 6) == [], "the whole centre is everybody's"
    assert room.take(listed("@all")) == []


def test_the_oldest_give_way_when_there_is_no_room():
    room = Anteroom(3 * EACH_BYTES + 35)
    assert put(room, "queue/a", "queue/b", "queue/c") == []
    assert put(room, "queue/d") == [line("queue/a")]
    assert put(room, "queue/e", size=30) == [line("queue/b"), line("queue/c")]
    assert put(room, "queue/f", size=1000) == [line("queue/d"), line("queue/e"), line("queue/f")]
    assert put(room, "queue/g", "queue/h", "queue/i", size=11) == [], "what has gone takes no room"
    assert put(room, "queue/j", size=0) == [], "and what says nothing, none"


def test_an_empty_message_takes_back_what_waits():
    room = Anteroom(9000)
    put(room, "rules/a", "queue/a", "rules/a")
    assert room.put("a", "rules/a", b"", 0) == []
    assert [topic for topic, _ in room.take(listed("a"))] == ["queue/a"]
