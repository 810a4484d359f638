from firmware.core.pattern import SOUNDS, phase, phase_changes_ms, sound


def test_a_blink_has_two_halves():
    assert [phase(1000, ms) for ms in (0, 499, 500, 999, 1000, 1499, 1500)] == [0, 0, 1, 1, 0, 0, 1]
    assert [phase(500, ms) for ms in (0, 999, 1000, 1999, 2000)] == [0, 0, 1, 1, 0]


def test_the_next_change_is_exact():
    """At any frequency: the phase is the old one a ms before, and the other one then."""
    for mhz in (1, 333, 500, 700, 1000, 2999, 3000):
        at = 1_780_000_000_123
        for _ in range(20):
            change = phase_changes_ms(mhz, at)
            assert change > at
            assert phase(mhz, change - 1) == phase(mhz, at)
            assert phase(mhz, change) == 1 - phase(mhz, at)
            at = change


def test_at_most_three_flashes_in_any_second():
    changes = []
    at = 1_780_000_000_000
    while len(changes) < 40:
        at = phase_changes_ms(3000, at)
        changes.append(at)
    for place in range(34):
        assert changes[place + 6] - changes[place] >= 999


def test_sounds():
    assert sound("none", 5000) == ()
    assert sound("short", 5000) == (0, 200)
    assert sound("double", 5000) == (0, 200, 350, 550)
    assert sound("triple", 5000) == (0, 200, 350, 550, 700, 900)
    assert sound("long", 5000) == (0, 1500)
    assert sound("continuous", 5000) == (0, 5000)


def test_every_sound_ends_within_the_longest():
    for name in SOUNDS:
        for longest in (0, 1, 199, 200, 201, 350, 400, 5000):
            edges = sound(name, longest)
            assert len(edges) % 2 == 0
            assert not edges or edges[-1] <= longest
            assert list(edges) == sorted(set(edges))
    assert sound("double", 300) == (0, 200)
    assert sound("double", 400) == (0, 200, 350, 400)
