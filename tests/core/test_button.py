from firmware.core.button import DEBOUNCE_MS, LONG, LONG_MS, SHORT, Button


def press(edges, until_ms):
    """(ms, what was pressed) of a button whose contact closes and opens at `edges`, looked at as it asks to be."""
    button = Button()
    told = []
    edges = list(edges)
    down = False
    now = 0
    while now <= until_ms:
        while edges and edges[0] <= now:
            edges.pop(0)
            down = not down
            button.edge(down, now)
        what = button.take(now)
        if what:
            told.append((now, what))
        times = [each for each in (button.next_ms(), edges[0] if edges else None, until_ms + 1) if each is not None]
        now = max(min(times), now + 1)
    return told


def test_a_short_press_is_told_when_it_is_let_go():
    assert press([1000, 1200], 9000) == [(1200 + DEBOUNCE_MS, SHORT)]


def test_a_long_press_is_told_while_it_is_held_and_once():
    assert press([1000, 8000], 9000) == [(1000 + LONG_MS, LONG)]


def test_a_contact_that_bounces_is_one_press():
    assert press([1000, 1002, 1005, 1009, 1010, 1300, 1303, 1304], 9000) == [(1304 + DEBOUNCE_MS, SHORT)]


def test_a_spike_is_no_press():
    assert press([1000, 1000 + DEBOUNCE_MS - 1], 9000) == []


def test_two_presses_are_two():
    assert press([1000, 1100, 1400, 1500], 9000) == [(1130, SHORT), (1530, SHORT)]


def test_a_look_that_comes_late_tells_a_long_press_as_one():
    button = Button()
    button.edge(True, 0)
    assert button.take(LONG_MS + 500) == LONG
    button.edge(False, LONG_MS + 600)
    assert button.take(LONG_MS + 700) == 0


def test_released_between_two_looks_it_is_still_a_press():
    button = Button()
    button.edge(True, 0)
    assert button.take(DEBOUNCE_MS) == 0
    button.edge(False, 500)
    assert button.next_ms() == 500 + DEBOUNCE_MS
    assert button.take(5000) == SHORT
    assert button.next_ms() is None


def test_pressed_and_released_between_two_looks_it_is_still_a_press():
    for length_ms, pressed in ((200, SHORT), (LONG_MS, LONG), (DEBOUNCE_MS - 1, 0)):
        button = Button()
        button.edge(True, 0)
        button.edge(False, length_ms)
        assert button.take(5000) == pressed
        assert button.take(5001) == 0 and button.next_ms() is None
