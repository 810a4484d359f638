from firmware.core.anteroom import MOST, WAIT_MS, Anteroom


def put(room, *topics, now_ms=0, size=10):
    lost = []
    for topic in topics:
        lost += room.put(topic.split("/")[1], topic, b"x" * size, now_ms)
    return lost


def listed(*queues):
    return lambda queue: queue in queues


def test_what_is_listed_comes_out_in_order_and_the_rest_stays():
    room = Anteroom(1000)
    assert put(room, "rules/a", "queue/b", "queue/a", "rules/b") == []
    assert [topic for topic, _ in room.take(listed("a"))] == ["rules/a", "queue/a"]
    assert [topic for topic, _ in room.take(listed("a", "b"))] == ["queue/b", "rules/b"]
    assert room.take(listed("a", "b")) == []


def test_nobody_waits_for_more_than_a_minute():
    room = Anteroom(1000)
    put(room, "queue/a", now_ms=5)
    put(room, "queue/b", now_ms=6)
    assert room.expire(WAIT_MS + 4) == []
    assert room.expire(WAIT_MS + 5) == [("a", "queue/a")]
    assert [topic for topic, _ in room.take(listed("a", "b"))] == ["queue/b"]


def test_the_oldest_give_way_when_there_is_no_room():
    room = Anteroom(35)
    assert put(room, "queue/a", "queue/b", "queue/c") == []
    assert put(room, "queue/d") == [("a", "queue/a")]
    assert put(room, "queue/e", size=30) == [("b", "queue/b"), ("c", "queue/c"), ("d", "queue/d")]
    assert put(room, "queue/f", size=40) == [("e", "queue/e"), ("f", "queue/f")]
    assert put(room, "queue/g", size=35) == [], "what has gone takes no room"


def test_the_number_is_bounded_too():
    room = Anteroom(1 << 20)
    topics = ["queue/q"] * 1000
    lost = 0
    for _ in range(MOST // 1000):
        lost += len(put(room, *topics, size=1))
    assert (lost, len(put(room, *topics, size=1))) == (0, 1000)


def test_an_empty_message_takes_back_what_waits():
    room = Anteroom(1000)
    put(room, "rules/a", "queue/a", "rules/a")
    assert room.put("a", "rules/a", b"", 0) == []
    assert [topic for topic, _ in room.take(listed("a"))] == ["queue/a"]
