"""The self-test's course: what is shown when, what a press does, how it ends, and what it has found."""

from __future__ import annotations

from collections import Counter

import pytest

from firmware.core.flash import FlashGuard
from firmware.pi import flash_levels
from firmware.pi.panel import PanelSettings
from firmware.pi.selftest.pictures_link import Address
from firmware.pi.selftest.pictures_panel import Fill, Lines, Picture, Supply, White
from firmware.pi.selftest.pictures_parts import Button, Buzzer, Verdict
from firmware.pi.selftest.plan import Plan, modules_of
from firmware.pi.selftest.sheet import ShadesCanvas, Sheet
from firmware.pi.selftest.step import Facts
from firmware.pi.selftest.steps import WHITE_MS, steps_of
from firmware.pi.selftest.walk import LONGEST_MS, ROUNDS, Walk
from firmware.pi.selftest.way import Way

LINKS = ("Wi-Fi", "address", "broker", "bridge", "PBX", "rules")
FINE = Facts(Way(LINKS, 6, ("LINK FINE",)), "192.0.2.7")
LOST = Facts(Way(LINKS, 2, ("REFUSED",)), "192.0.2.7")


def plan(buzzer: str = "PIN 35", button: str = "PIN 37") -> Plan:
    return Plan(64, 32, modules_of(PanelSettings("image", 32, 64)), "hall-1", buzzer, button)


class Course:
    """A walk and its clock: every picture and sound with its moment, as the board would show them."""

    def __init__(self, facts: Facts = FINE, held: bool = False, **parts: str) -> None:
        self.now_ms = 1000
        self.facts = facts
        self.walk = Walk(plan(**parts), self.now_ms, held)
        self.shown: list[tuple[int, Picture]] = []
        self.sounds: list[tuple[int, bool]] = []
        self.tick()

    def tick(self) -> None:
        self.walk.tick(self.now_ms, self.facts)
        picture = self.walk.picture(self.now_ms)
        if picture is not None and (not self.shown or picture != self.shown[-1][1]):
            self.shown.append((self.now_ms, picture))
        if self.walk.buzzer(self.now_ms) != (bool(self.sounds) and self.sounds[-1][1]):
            self.sounds.append((self.now_ms, self.walk.buzzer(self.now_ms)))

    def run(self, duration_ms: int = 10 * LONGEST_MS, until: type | None = None) -> Course:
        """Let time pass: for so long, until the test is over, or until such a picture is shown."""
        end_ms = self.now_ms + duration_ms
        while not self.walk.over and self.now_ms < end_ms:
            if until is not None and isinstance(self.shown[-1][1], until):
                break
            self.now_ms = min(max(self.walk.next_ms(self.now_ms), self.now_ms + 2), end_ms)
            self.tick()
        return self

    def press(self, ms: int = 150) -> Course:
        self.walk.press(True, self.now_ms)
        self.run(ms)
        self.walk.press(False, self.now_ms)
        return self.run(60)

    def kinds(self) -> list[str]:
        return [type(picture).__name__ for _, picture in self.shown]


def test_nobody_comes_and_it_goes_round_again_and_then_to_work() -> None:
    course = Course().run()
    assert course.walk.over and course.walk.picture(course.now_ms) is None
    assert Counter(course.kinds())["White"] == Counter(course.kinds())["Verdict"] == ROUNDS
    report = course.walk.report()
    assert report == {
        "state": "done", "seen": len(steps_of(plan())), "steps": len(steps_of(plan())), "button": "silent",
        "buzzer": "played", "link": "fine",
    }  # fmt: skip
    assert any(isinstance(each, Button) and each.words == "NO PRESS" for _, each in course.shown)
    assert any(isinstance(each, Button) and each.words == "PIN 37" for _, each in course.shown)


def test_it_is_bounded_whatever_is_wrong() -> None:
    course = Course(LOST._replace(low=True)).run()
    assert course.walk.over and course.now_ms <= 1000 + LONGEST_MS
    assert course.walk.report()["link"] == "broker"


def test_one_round_is_enough_once_the_button_was_pressed() -> None:
    course = Course().run(until=Button)
    before = course.now_ms
    course.press()
    marks = [each.mark for _, each in course.shown if isinstance(each, Button)]
    assert marks[-1] == "fine" and any(each.down for _, each in course.shown if isinstance(each, Button))
    course.run()
    assert Counter(course.kinds())["Verdict"] == 1
    assert course.walk.report()["button"] == "pressed"
    assert course.now_ms - before < 30_000


def test_a_press_goes_on_to_the_next_picture() -> None:
    course = Course()
    assert course.kinds() == ["Fill"]
    for _ in range(4):
        course.press()
    assert course.kinds()[-2:] == ["Bars", "Hint"]
    assert course.now_ms < 2500
    course.run(until=Button)
    course.run(1500)
    assert course.shown[-1][1] == Button("PRESSED", False, "fine")  # it has proved that it works


def test_two_seconds_end_it() -> None:
    course = Course()
    course.press(2100)
    assert course.walk.over
    assert course.walk.report()["state"] == "cut"


def test_a_button_held_at_the_start_is_no_press() -> None:
    course = Course(held=True).run(4000)
    course.walk.press(False, course.now_ms)
    course.run(500)
    assert not course.walk.over
    assert course.walk.report()["button"] == "silent"
    course.press()
    assert course.walk.report()["button"] == "pressed"


def test_a_contact_that_never_opens_is_stuck() -> None:
    course = Course(held=True).run(until=Button)
    assert course.shown[-1][1] == Button("STUCK", True, "wrong")
    course.run()
    assert course.walk.report()["button"] == "stuck"


def test_every_sound_is_played_once_and_the_waves_stand_as_long_as_it_is_to_be_heard() -> None:
    course = Course().run(until=Button)
    waves = [(at, each) for at, each in course.shown if isinstance(each, Buzzer)]
    assert [each.name for _, each in waves if each.sounds] == ["short", "double", "triple", "long", "continuous"]
    tones = [on for _, on in course.sounds]
    assert tones == [True, False] * (1 + 2 + 3 + 1 + 1)
    for begin, end in zip(course.sounds[0::2], course.sounds[1::2], strict=True):
        assert 0 < end[0] - begin[0] <= 2000
        at_begin = [each for at, each in waves if at <= begin[0]][-1]
        assert at_begin.sounds, begin


@pytest.mark.parametrize(
    ("parts", "facts", "words", "report"),
    [
        ({"buzzer": ""}, FINE, "no buzzer", ("buzzer", "none")),
        ({}, FINE._replace(silent_buzzer="NO GPIO"), "NO GPIO", ("buzzer", "dead")),
        ({"button": ""}, FINE, "no button", ("button", "none")),
        ({}, FINE._replace(dead_button="NO GPIO"), "NO GPIO", ("button", "dead")),
    ],
)
def test_what_the_board_has_not_or_cannot_use_is_said(
    parts: dict[str, str], facts: Facts, words: str, report: tuple[str, str]
) -> None:
    course = Course(facts, **parts).run()
    kind = Buzzer if report[0] == "buzzer" else Button
    assert any(words in (getattr(each, "why", ""), getattr(each, "words", "")) for _, each in course.shown
               if isinstance(each, kind))  # fmt: skip
    assert course.walk.report()[report[0]] == report[1]
    if parts.get("buzzer") == "":
        assert course.sounds == []


def test_full_white_lasts_two_seconds_and_a_sag_in_it_is_told() -> None:
    course = Course(FINE._replace(low=False)).run(until=White)
    began = course.now_ms
    course.run(500)
    course.facts = FINE._replace(low=True)
    course.run(600)
    course.facts = FINE._replace(low=False)  # the kernel forgets it again
    course.run(until=Supply)
    assert course.now_ms - began == WHITE_MS
    assert course.shown[-1][1] == Supply(low=True)
    course.run()
    assert course.walk.report()["supply"] == "low"


def test_a_supply_that_holds_is_not_spoken_of() -> None:
    course = Course(FINE._replace(low=False)).run(until=White)
    course.run(until=Buzzer)
    assert course.kinds()[-2:] == ["White", "Buzzer"]
    assert course.walk.report()["supply"] == "fine"


def test_a_row_goes_over_all_rows_and_a_column_over_the_panel() -> None:
    course = Course().run(until=Lines)
    course.run(8000)
    rows = [each.row for _, each in course.shown if isinstance(each, Lines) and each.row is not None]
    columns = [each.column for _, each in course.shown if isinstance(each, Lines) and each.column is not None]
    assert sorted(set(rows)) == rows == list(range(32))
    assert columns == sorted(columns) and columns[0] == 0 and columns[-1] >= 62


def test_the_link_is_waited_for_and_its_coming_is_seen() -> None:
    course = Course(LOST).run(130_000, until=type(LOST.way.chain(0)))
    course.run(20_000)
    assert course.shown[-1][1].whole == 2  # type: ignore[attr-defined]
    course.facts = FINE
    course.run(600)
    assert course.shown[-1][1] != LOST.way.chain(0)
    course.run(until=Address)
    assert course.shown[-1][1] == Address("hall-1", "192.0.2.7")
    course.run(until=Verdict)
    assert dict(course.shown[-1][1].parts)["b"] == "fine"  # type: ignore[attr-defined]


def test_nothing_of_it_flashes_more_than_three_times_a_second() -> None:
    """So the guard in the panel's process, which a person who presses on and on needs, holds back none of it."""
    course = Course(FINE._replace(low=True)).run()
    guard, canvas = FlashGuard(flash_levels.cells(64, 32)), ShadesCanvas(64, 32)
    held = []
    for at_ms, picture in course.shown:
        canvas.fill(0)
        picture.draw(Sheet(canvas))
        levels = flash_levels.levels(canvas.image())
        if guard.wait_ms(levels, at_ms):
            held.append((at_ms, picture))
        guard.shown(levels, at_ms)
    assert held == []
    assert isinstance(course.shown[0][1], Fill)
