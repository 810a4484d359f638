from firmware.core.pages import TURN_MS, choose


def turns(severities, slots, count=6):
    return [choose(severities, slots, turn * TURN_MS)[0] for turn in range(count)]


def test_all_of_them_fit():
    assert choose([0, 0], 2, 99_000) == ([0, 1], 0, 1)
    assert choose([0], 2, 0) == ([0], 0, 1)


def test_nobody_is_in_breach_so_they_take_turns_in_their_order():
    assert turns([0] * 5, 2, 4) == [[0, 1], [2, 3], [4], [0, 1]]
    assert choose([0] * 5, 2, 2 * TURN_MS) == ([4], 2, 3)
    assert choose([0] * 5, 2, 3 * TURN_MS - 1) == ([4], 2, 3)


def test_a_queue_in_breach_stays_and_the_rest_rotate_beside_it():
    assert turns([0, 0, 1, 0], 2, 4) == [[2, 0], [2, 1], [2, 3], [2, 0]]


def test_critical_before_warn_then_in_configured_order():
    assert choose([0, 1, 2, 1, 2], 4, 0)[0] == [2, 4, 1, 3]


def test_as_many_in_breach_as_slots_hide_the_others():
    assert choose([0, 1, 2], 2, 99_000) == ([2, 1], 0, 1)
    assert turns([0, 2, 0], 1, 3) == [[1], [1], [1]]


def test_more_in_breach_than_slots_rotate_among_themselves():
    assert turns([1, 2, 0, 1, 2], 2, 3) == [[1, 4], [0, 3], [1, 4]]
    assert turns([2, 1], 1, 3) == [[0], [1], [0]]


def test_every_queue_has_its_turn():
    for slots in (1, 2, 3):
        for severities in ([0] * 7, [1, 0, 0, 0, 0], [2] * 5, [0, 1]):
            if 0 < sum([each > 0 for each in severities]) == slots:
                continue
            seen = set()
            for shown in turns(severities, slots, 20):
                assert len(shown) <= slots
                assert len(set(shown)) == len(shown)
                seen.update(shown)
            breached = [place for place in range(len(severities)) if severities[place]]
            hidden = len(breached) > slots
            assert sorted(seen) == (breached if hidden else list(range(len(severities))))


def test_no_queue_at_all():
    assert choose([], 2, 12_345) == ([], 0, 1)
