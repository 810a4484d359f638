from firmware.core.alarm import Alarm
from firmware.core.sounder import Sounder
from tests.core.rulebook import rule
from tests.core.stories import compiled


def alarm(severity, sound):
    made = Alarm(compiled(rule("waiting >= 3", "waiting >= 6", sound=(sound, sound))))
    made.severity = severity
    return made


def heard(sounder, quiet=False, ms=20_000, loud=()):
    """Edges of the buzzer over time, updated only when the sounder asks for it."""
    edges = []
    now = 0
    while now < ms:
        if sounder.on(now) != len(edges) % 2:
            edges.append(now)
        following = sounder.next_ms(now, quiet)
        if following is None:
            break
        assert following > now, "it asks to be woken for nothing"
        now = following
        sounder.update(now, [], list(loud), quiet)
    return edges


def test_silence():
    sounder = Sounder()
    sounder.update(0, [], [], False)
    assert (sounder.on(0), sounder.next_ms(0, False), sounder.playing(0)) == (False, None, False)


def test_a_rise_of_each_sound():
    for name, edges in (("none", []), ("short", [0, 200]), ("long", [0, 1500]), ("continuous", [0, 5000])):
        sounder = Sounder()
        rising = alarm(1, name)
        sounder.update(0, [rising], [rising], False)
        assert heard(sounder, loud=[rising]) == edges


def test_the_limit_is_a_setting():
    sounder = Sounder()
    sounder.set(60_000, 300)
    rising = alarm(1, "double")
    sounder.update(0, [rising], [rising], False)
    assert heard(sounder, loud=[rising]) == [0, 200]


def test_it_ends_with_what_it_sounds_for():
    sounder = Sounder()
    rising = alarm(2, "continuous")
    sounder.update(0, [rising], [rising], False)
    assert sounder.on(1000)
    sounder.update(1000, [], [], False)
    assert not sounder.on(1000)
    sounder.update(2000, [rising], [rising], False)
    rising.severity = 1
    sounder.update(2500, [], [rising], False)
    assert not sounder.on(2500)


def test_what_is_critical_is_repeated():
    sounder = Sounder()
    sounder.set(6000, 5000)
    rising = alarm(2, "short")
    sounder.update(0, [rising], [rising], False)
    assert heard(sounder, loud=[rising]) == [0, 200, 6000, 6200, 12_000, 12_200, 18_000, 18_200]


def test_between_two_sounds_of_full_length_there_is_a_pause():
    sounder = Sounder()
    sounder.set(2000, 3000)
    rising = alarm(2, "continuous")
    sounder.update(0, [rising], [rising], False)
    assert heard(sounder, ms=12_000, loud=[rising]) == [0, 3000, 4000, 7000, 8000, 11_000]


def test_rises_one_after_the_other_do_not_add_up_to_more_than_the_longest():
    sounder = Sounder()
    sounder.set(60_000, 2000)
    edges = []
    for now in range(0, 10_000, 100):
        rising = alarm(1, "long")
        sounder.update(now, [rising], [rising], False)
        if sounder.on(now) != len(edges) % 2:
            edges.append(now)
    on = [edges[place + 1] - edges[place] for place in range(0, len(edges) - 1, 2)]
    assert edges[:6] == [0, 2000, 3000, 5000, 6000, 8000], edges
    assert max(on) == 2000


def test_of_two_sounds_of_one_severity_the_first_is_played_to_its_end():
    sounder = Sounder()
    rises = [alarm(1, "long"), alarm(1, "short")]
    sounder.update(0, rises, rises, False)
    sounder.update(1000, [rises[1]], rises, False)
    assert heard(sounder, ms=2000, loud=rises) == [0, 1500]


def test_a_buzzer_that_may_not_sound_at_all_wakes_nobody():
    sounder = Sounder()
    sounder.set(1000, 0)
    rising = alarm(2, "double")
    sounder.update(0, [rising], [rising], False)
    assert (sounder.on(0), sounder.next_ms(0, False)) == (False, None)


def test_no_sound_in_quiet_hours_and_no_wake_up():
    sounder = Sounder()
    rising = alarm(2, "double")
    sounder.update(0, [rising], [rising], True)
    assert (sounder.on(0), sounder.next_ms(0, True)) == (False, None)
    sounder.update(90_000, [], [rising], False)
    assert sounder.on(90_000)


def test_of_two_rises_the_more_important_is_heard():
    for order in (0, 1):
        sounder = Sounder()
        two = [alarm(1, "long"), alarm(2, "short")]
        rises = two if order else [two[1], two[0]]
        sounder.update(0, rises, rises, False)
        assert heard(sounder, ms=1000, loud=rises) == [0, 200]


def test_what_turns_critical_in_quiet_hours_does_not_wait_for_the_repeat_of_what_was_heard_before():
    sounder = Sounder()
    first, second = alarm(2, "double"), alarm(2, "double")
    sounder.update(0, [first], [first], False)
    sounder.update(10_000, [second], [first, second], True)
    assert not sounder.on(10_000)
    sounder.update(20_000, [], [first, second], False)
    assert sounder.on(20_000)


def test_what_quiet_hours_cut_off_is_heard_after_them_and_what_was_heard_waits():
    for cut, heard_at in ((100, 20_000), (5000, 60_000)):
        sounder = Sounder()
        rising = alarm(2, "double")
        sounder.update(0, [rising], [rising], False)
        for now in (200, 350, 550):
            if now <= cut:
                sounder.update(now, [], [rising], False)
        sounder.update(cut, [], [rising], True)
        assert not sounder.on(cut)
        sounder.update(20_000, [], [rising], False)
        assert sounder.on(20_000) == (heard_at == 20_000)
        assert sounder.next_ms(20_001, False) == (20_200 if heard_at == 20_000 else heard_at)


def test_a_rise_that_the_limit_leaves_no_time_for_is_heard_after_a_pause():
    sounder = Sounder()
    sounder.set(60_000, 2000)
    before, warns, rising = alarm(2, "short"), alarm(1, "continuous"), alarm(2, "double")
    sounder.update(0, [before], [before], False)
    sounder.update(10_000, [warns], [warns], False)
    sounder.update(12_000, [rising], [rising, warns], False)
    assert not sounder.on(12_000)
    assert sounder.next_ms(12_000, False) == 13_000
    sounder.update(13_000, [], [rising, warns], False)
    assert sounder.on(13_000)


def test_a_beep_does_not_swallow_a_rise():
    sounder = Sounder()
    sounder.update(100_000, [], [], False)
    sounder.beep(100_000)
    assert sounder.on(100_000)
    rising = alarm(1, "long")
    sounder.update(100_050, [rising], [rising], False)
    assert sounder.on(101_500)
    assert not sounder.on(101_550)


def test_no_beep_in_quiet_hours():
    sounder = Sounder()
    sounder.update(0, [], [], True)
    sounder.beep(0)
    assert not sounder.on(0)
