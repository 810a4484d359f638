"""The guard over flashes: never more than three a second get through, and what does not flash never waits."""

from firmware.core.flash import BRIGHT_STEP, FLASHES, RED_STEP, WINDOW_MS, FlashGuard


class Noise:
    """Numbers that look random, the same each time and under each interpreter."""

    def __init__(self, seed):
        self._state = seed

    def below(self, limit):
        self._state = (self._state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self._state >> 8) % limit


def play(guard, frames):
    """Offer (ms, levels) as a board does, a newer frame in the place of one that waits; what was shown, and when."""
    shown = []
    waiting = None
    for place, (at, levels) in enumerate(frames):
        waiting = levels
        following = frames[place + 1][0] if place + 1 < len(frames) else at + 3000
        now = at
        while waiting is not None and now < following:
            wait = guard.wait_ms(waiting, now)
            if wait == 0:
                guard.shown(waiting, now)
                shown.append((now, waiting))
                waiting = None
            now += wait
    return shown


def flashes(shown, figure, step):
    """The most flashes of one figure in any second, counted by hand: opposing changes of `step` or more, in pairs."""
    turns = []
    low = high = shown[0][1][figure]
    up = None
    for at, levels in shown[1:]:
        level = levels[figure]
        low, high = min(low, level), max(high, level)
        if up is not True and level - low >= step:
            turns.append(at)
            up, high = True, level
        elif up is not False and high - level >= step:
            turns.append(at)
            up, low = False, level
        if up is True:
            low = high
        elif up is False:
            high = low
    most = 0
    for first in range(len(turns)):
        most = max(most, len([at for at in turns if turns[first] <= at < turns[first] + WINDOW_MS]))
    return most // 2


def square(half_ms, until_ms, high=(255, 0)):
    return [(at, high if at // half_ms % 2 else (0, 0)) for at in range(0, until_ms, half_ms)]


def test_three_blinks_a_second_pass_untouched():
    frames = square(167, 6000)
    assert play(FlashGuard(1), frames) == frames


def test_faster_blinking_is_slowed_down_to_three():
    for half_ms in (20, 50, 100, 125, 160):
        shown = play(FlashGuard(1), square(half_ms, 6000))
        assert flashes(shown, 0, BRIGHT_STEP) == FLASHES, half_ms
        assert len(shown) > 30, half_ms  # slowed down, not stopped


def test_red_counts_by_itself():
    """A red that is dim for the eye's luminance is a flash all the same."""
    shown = play(FlashGuard(1), square(60, 6000, (BRIGHT_STEP - 1, RED_STEP)))
    assert flashes(shown, 1, RED_STEP) == FLASHES


def test_small_changes_never_wait():
    frames = square(20, 3000, (BRIGHT_STEP - 1, RED_STEP - 1))
    assert play(FlashGuard(1), frames) == frames


def test_a_slow_rise_is_one_change_however_many_frames_it_takes():
    frames = [(at, (at // 10 % 256, 0)) for at in range(0, 2550, 10)]
    assert play(FlashGuard(1), frames) == frames


def test_one_flashing_cell_is_enough_and_others_do_not_hide_it():
    frames = [(at, (100, 0, 255 if at // 50 % 2 else 0, 0)) for at in range(0, 3000, 50)]
    shown = play(FlashGuard(2), frames)
    assert flashes(shown, 2, BRIGHT_STEP) == FLASHES


def test_a_newer_frame_replaces_the_one_that_waits():
    shown = play(FlashGuard(1), square(50, 1000) + [(1000, (7, 0))])
    assert shown[-1][1] == (7, 0)
    assert shown[-1][0] <= 1350  # it had to wait its turn at most


def test_whatever_comes_no_second_holds_more_than_three_flashes():
    for seed in range(60):
        noise = Noise(seed)
        at, frames = 0, []
        for _ in range(120):
            at += 1 + noise.below(120)
            frames.append((at, tuple([noise.below(256) if noise.below(3) else 0 for _ in range(4)])))
        shown = play(FlashGuard(2), frames)
        for figure, step in ((0, BRIGHT_STEP), (1, RED_STEP), (2, BRIGHT_STEP), (3, RED_STEP)):
            assert flashes(shown, figure, step) <= FLASHES, (seed, figure)
