from firmware.core.told import AGAIN_MS, MOST_KINDS, Told


def test_each_kind_is_told_once_whatever_its_name():
    told = Told()
    for number in range(500):
        told.add("queue JSON", "queue/q%d: no JSON" % number, 1000 + number)
        told.add("rules JSON", "rules/q%d: no JSON" % number, 1000 + number)
    assert told.lines() == ["queue/q0: no JSON", "rules/q0: no JSON"]
    assert told.lines() == []


def test_after_an_hour_a_line_says_how_many_more():
    told = Told()
    for number in range(5):
        told.add("queue JSON", "queue/q%d: no JSON" % number, 1000)
    told.lines()
    told.tick(1000 + AGAIN_MS - 1)
    assert told.lines() == []
    told.tick(1000 + AGAIN_MS)
    assert told.lines() == ["4 more messages could not be used since, the last: queue/q4: no JSON"]
    told.tick(10 * AGAIN_MS)
    assert told.lines() == [], "and no more of it when no more come"
    told.add("queue JSON", "queue/x: no JSON", 20 * AGAIN_MS)
    told.tick(20 * AGAIN_MS)
    assert told.lines() == []
    told.tick(21 * AGAIN_MS)
    assert told.lines() == ["1 more messages could not be used since, the last: queue/x: no JSON"]


def test_kinds_that_somebody_makes_up_are_bounded():
    told = Told()
    for number in range(1000):
        told.add("kind %d" % number, "line %d" % number, 0)
    assert len(told.lines()) == MOST_KINDS
    told.tick(AGAIN_MS)
    assert told.lines() == ["%d more messages could not be used since, the last: line 999" % (1000 - MOST_KINDS)]
