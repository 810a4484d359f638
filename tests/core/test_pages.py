from firmware.core.pages import TURN_MS, away, kinds, queue_pages, turn_at
from firmware.core.view import CENTRE, CLOCK, QUEUES

ALL = ("queues", "centre", "clock")
CALM, QUEUE_ALARM, CENTRE_ALARM, BOTH = (False, False), (True, False), (False, True), (True, True)
BUSY, NOBODY, NOTICE = (False, False), (True, False), (False, True)


def test_all_of_them_fit():
    assert queue_pages([0, 0], 2) == [[0, 1]]
    assert queue_pages([0], 2) == [[0]]


def test_nobody_is_in_breach_so_they_take_turns_in_their_order():
    assert queue_pages([0] * 5, 2) == [[0, 1], [2, 3], [4]]


def test_a_queue_in_breach_stays_and_the_rest_rotate_beside_it():
    assert queue_pages([0, 0, 1, 0], 2) == [[2, 0], [2, 1], [2, 3]]


def test_critical_before_warn_then_in_configured_order():
    assert queue_pages([0, 1, 2, 1, 2], 4) == [[2, 4, 1, 3]]


def test_as_many_in_breach_as_slots_hide_the_others():
    assert queue_pages([0, 1, 2], 2) == [[2, 1]]
    assert queue_pages([0, 2, 0], 1) == [[1]]


def test_of_more_in_breach_than_slots_the_critical_ones_stay():
    assert queue_pages([1, 2, 0, 1, 1], 2) == [[1, 0], [1, 3], [1, 4]]
    assert queue_pages([1, 1, 1, 2, 2, 1], 4) == [[3, 4, 0, 1], [3, 4, 2, 5]]


def test_as_many_critical_as_slots_come_again_before_each_page_of_warned():
    assert queue_pages([1, 2, 0, 1, 2], 2) == [[1, 4], [0, 3]]
    assert queue_pages([2, 1], 1) == [[0], [1]]
    assert queue_pages([1, 2, 1], 1) == [[1], [0], [1], [2]]
    assert queue_pages([2, 2, 1, 1], 1) == [[0], [1], [2], [0], [1], [3]]
    assert queue_pages([1, 2, 1, 2, 2], 2) == [[1, 3], [4, 0], [1, 3], [4, 2]]
    assert queue_pages([2, 2], 1) == [[0], [1]]


def test_what_is_in_breach_on_other_pages():
    assert away([2, 1], [[0], [1]], 0) == (0, 1)
    assert away([2, 1], [[0], [1]], 1) == (2, 0)
    assert away([2, 1, 1], [[0, 1], [0, 2]], 1) == (1, 0), "what stays is not away"
    assert away([2, 0, 0], [[0, 1], [0, 2]], 0) == (), "nothing else is in breach"
    assert away([0, 0], [[0], [1]], 0) == () == away([], [[]], 0)


def test_every_queue_has_its_turn():
    for slots in (1, 2, 3):
        for severities in ([0] * 7, [1, 0, 0, 0, 0], [2] * 5, [0, 1]):
            breached = [place for place in range(len(severities)) if severities[place]]
            seen = set()
            for shown in queue_pages(severities, slots):
                assert len(shown) <= slots
                assert len(set(shown)) == len(shown)
                seen.update(shown)
            hidden = len(breached) >= slots
            assert sorted(seen) == (breached if hidden else list(range(len(severities))))


def test_no_queue_at_all():
    assert queue_pages([], 2) == [[]]


def test_an_alarm_has_the_panel_to_itself():
    for idle in (BUSY, NOBODY, NOTICE):
        assert kinds(ALL, 2, QUEUE_ALARM, idle) == [QUEUES, QUEUES]
        assert kinds(ALL, 2, CENTRE_ALARM, idle) == [CENTRE]
        assert kinds(ALL, 1, BOTH, idle) == [QUEUES], "a queue in breach never leaves the panel"
        assert kinds(("clock",), 1, QUEUE_ALARM, idle) == [QUEUES], "whatever pages are wanted"
        assert kinds(("centre",), 2, QUEUE_ALARM, idle) == [QUEUES, QUEUES]


def test_while_somebody_waits_the_queues_are_shown():
    assert kinds(ALL, 1, CALM, BUSY) == [QUEUES]
    assert kinds(ALL, 3, CALM, BUSY) == [QUEUES, QUEUES, QUEUES, CENTRE], "no page shows all of them"
    assert kinds(ALL, 1, CALM, NOTICE) == [QUEUES, CLOCK], "a notice is told between"


def test_when_nobody_waits_there_is_time_for_the_rest():
    assert kinds(ALL, 1, CALM, NOBODY) == [QUEUES, CENTRE, CLOCK]
    assert kinds(("queues", "clock"), 1, CALM, NOBODY) == [QUEUES, CLOCK]
    assert kinds(("queues",), 2, CALM, NOBODY) == [QUEUES, QUEUES]


def test_pages_of_the_boards_own_choice():
    assert kinds(("centre",), 1, CALM, BUSY) == [CENTRE]
    assert kinds(("centre", "clock"), 1, CALM, BUSY) == [CENTRE]
    assert kinds(("clock",), 1, CALM, BUSY) == [CLOCK]
    assert kinds((), 2, CALM, BUSY) == [QUEUES, QUEUES]


def test_turns_follow_each_other_in_step_with_the_bridges_clock():
    lengths = [TURN_MS, TURN_MS, 9000]
    assert turn_at(lengths, 0) == (0, 0, TURN_MS)
    assert turn_at(lengths, TURN_MS - 1) == (0, TURN_MS - 1, 1)
    assert turn_at(lengths, TURN_MS) == (1, 0, TURN_MS)
    assert turn_at(lengths, 2 * TURN_MS + 8000) == (2, 8000, 1000)
    assert turn_at(lengths, 10 * 21_000 + 100) == (0, 100, 5900)
