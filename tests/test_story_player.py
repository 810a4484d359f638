"""A story can fail: each expectation that is wrong is told at its line, and so is what cannot be played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from firmware.core import alarm, showing
from firmware.core.board import Board
from firmware.core.sounder import Sounder
from tests import story_words
from tests.story_book import Story, parse
from tests.story_player import UntrueStoryError, play
from tests.story_words import StoryError
from tests.story_world import FIGURES, World

RULES = "rules: {wait: {warn: 30s, critical: 60s}}\n    buzzer: {warn: short, critical: double}"
TRUE = """
0:00 | waiting 1, wait 0:20 | calm, waiting 1              |
0:10 |                      | warn blinking, wait 0:30     | short
0:40 |                      | critical blinking            | double
0:50 | button pressed       | critical steady              |
1:01 | link lost            | NO LINK, grey                |
1:05 | link back            | NO LINK, grey                |
1:06 |                      | critical steady              |
1:10 | muted by command     | muted, critical steady       |
"""


def book(table: str, section: str = RULES, day: str = "") -> bytes:
    lines = "\n".join("      " + line for line in table.strip().splitlines())
    return f"timezone: Asia/Jerusalem\nOne:\n  - title: t\n    {day}{section}\n    table: |\n{lines}\n".encode()


def story(table: str, section: str = RULES, day: str = "") -> Story:
    (found,) = parse(book(table, section, day))
    return found


def test_a_true_story_is_true() -> None:
    play(story(TRUE))


@pytest.mark.parametrize(
    ("right", "wrong", "line", "told"),
    [
        ("| warn blinking, wait 0:30     | short", "| critical blinking | short", 1, "warn blinking"),
        ("| warn blinking, wait 0:30     | short", "| calm | short", 1, "warn blinking"),
        ("| critical steady              |\n1:01", "| critical blinking |\n1:01", 3, "critical steady"),
        ("| critical blinking            |", "| critical steady |", 2, "critical blinking"),
        ("calm, waiting 1 ", "calm, waiting 2", 0, "waiting 1"),
        ("wait 0:30 ", "wait 0:31", 1, "wait 30000"),
        ("NO LINK, grey                |\n1:05", "NO BRIDGE, grey |\n1:05", 4, "NO LINK; sales: grey"),
        ("NO LINK, grey                |\n1:05", "NO LINK, dashes |\n1:05", 4, "grey"),
        ("NO LINK, grey                |\n1:05", "critical steady |\n1:05", 4, "NO LINK; sales: grey"),
        ("muted, critical", "critical", 7, "muted; sales: critical steady"),
        ("calm, waiting 1 ", "closed", 0, "sales: calm"),
        ("calm, waiting 1 ", "not shown", 0, "sales: calm"),
        ("calm, waiting 1 ", "no figures", 0, "sales: calm"),
        ("calm, waiting 1 ", "off", 0, "sales: calm"),
        ("| short", "|", 1, "short, at 0:10"),
        ("| short", "| double", 1, "short, at 0:10"),
        ("| critical steady              |\n1:01", "| critical steady | short\n1:01", 3, "silent"),
        ("0:10 | ", "0:09 | ", 1, "calm"),
        ("0:10 | ", "0:11 | ", 0, "warn blinking"),
        ("0:40 |                      | critical blinking            | double\n", "", 1, "critical blinking"),
        ("0:40 | ", "0:40.200 |", 1, "critical blinking"),
    ],
)
def test_a_line_that_is_wrong_is_told(right: str, wrong: str, line: int, told: str) -> None:
    assert TRUE.count(right) == 1
    with pytest.raises(UntrueStoryError) as error:
        play(story(TRUE.replace(right, wrong)))
    text = str(error.value).splitlines()
    marked = [number for number, each in enumerate(text[2:]) if each.startswith("> ")]
    assert marked == [line], "the line that is marked"
    assert text[-2].startswith("  EXPECTED  ")
    assert text[-1].startswith("  ACTUAL  ")
    assert told in text[-1]


BEGIN = "0:00 | waiting 6 | critical blinking | continuous\n"
LONG = "rules: {waiting: {critical: 6}}\n    buzzer: {critical: continuous}"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            BEGIN + "0:02 | button pressed | critical steady |",
            "off at 0:02.130",
        ),
        (BEGIN + "0:02 | | critical blinking |", "it sounds on and on"),
        (
            BEGIN + "0:02 | | critical blinking | stops",
            "it sounds on and on",
        ),
        (
            BEGIN + "0:04.9 | button pressed | critical steady | stops",
            "off at 0:05",
        ),
        (
            BEGIN + "0:02 | button pressed | critical steady | goes on",
            "off at 0:02.130",
        ),
        ("0:00 | waiting 6 | critical blinking | long\n0:02 | | critical blinking |", "on at 0:00"),
        ("0:00 | waiting 6 | critical blinking | long\n0:08 | | critical blinking |", "continuous, at 0:00"),
    ],
)
def test_a_sound_that_goes_on_or_stops_is_told(table: str, told: str) -> None:
    with pytest.raises(UntrueStoryError) as error:
        play(story(table, LONG))
    assert told in str(error.value).splitlines()[-1]


def test_a_sound_goes_on_and_stops() -> None:
    play(
        story(
            """
            0:00 | waiting 6      | critical blinking | continuous
            0:02 |                | critical blinking | goes on
            0:04 | button pressed | critical steady   | stops
            """,
            LONG,
        )
    )


def _frozen_phase(mhz: int, bridge_ms: int) -> int:
    return 1


def _slow_phase(mhz: int, bridge_ms: int) -> int:
    return bridge_ms * mhz // 1_000_000 & 1


def _sleepy(self: Board, now_ms: int) -> int:
    return now_ms + 60_000


def _deaf(self: Sounder, *_args: Any) -> None:
    return None


def _never(self: alarm.Alarm, now_ms: int, figures: Any) -> bool:
    return False


@pytest.mark.parametrize(
    ("where", "name", "broken"),
    [
        (showing, "phase", _frozen_phase),
        (showing, "phase", _slow_phase),
        (Board, "next_wake_ms", _sleepy),
        (Sounder, "update", _deaf),
        (alarm.Alarm, "step", _never),
    ],
    ids=["stands still", "too slow", "never wakes", "never sounds", "no alarms"],
)
def test_a_board_that_is_broken_is_told(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, broken: Callable[..., Any]
) -> None:
    monkeypatch.setattr(where, name, broken)
    with pytest.raises(UntrueStoryError):
        play(story(TRUE))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("0:00 | wating 1 | calm |", "story:7: 'wating 1': nobody knows what happens; did you mean 'waiting {n}'?"),
        ("0:00 | waiting x | calm |", "story:7: 'x' is no number"),
        ("0:00 | wait 20s | calm |", "story:7: '20s' is no time, expected m:ss or h:mm:ss"),
        ("0:00 | sla 80 | calm |", "story:7: '80' is no share, expected one like 85%"),
        (
            "0:00 | muted by command for ever | calm |",
            "story:7: 'ever' is no duration, expected one like 90s, 10m or 1h",
        ),
        ("0:00 | | quiet |", "story:7: 'quiet': no board shows that"),
        ("0:00 | | warn |", "story:7: 'warn': no board shows that"),
        ("0:00 | | |", "story:7: nothing is said of what sales shows"),
        ("0:00 | | calm, warn steady |", "story:7: 'warn steady': sales is calm already"),
        ("0:00 | | NO LINK |", "story:7: nothing is said of what sales shows"),
        ("0:00 | | calm | dubble", "story:7: 'dubble': no sound is called so; did you mean 'double'?"),
        ("0:00 | | calm | none", "story:7: 'none': no sound is called so"),
        ("0:00 | | calm", "story:7: 3 columns, expected moment | what happens | the board shows | sounds"),
        ("0:60 | | calm |", "story:7: '0:60' is no time, expected m:ss or h:mm:ss"),
        ("0:10 | | calm |\n0:10 | | calm |", "story:8: time goes on from line to line"),
        ("0:00 | support: waiting 1 | calm |", "story:7: 'support' is no queue of this story, expected sales"),
        ("", "story:3: a story without table"),
    ],
)
def test_a_story_that_cannot_be_read_is_told_with_its_line(table: str, told: str) -> None:
    with pytest.raises(StoryError) as error:
        parse(book(table))
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("rules: {wait: {warn: 60s, critical: 30s}}", "story:4:41: defaults.rules.wait.critical: critical 30s is"),
        ("ruls: {}", "story:4:5: ruls: unknown key"),
        ("rules: {}\n    rules: {}", "story:5:5: One[0].rules: given twice, first in line 4: keep one"),
        ("day: 2026-11-22", "story:6: '0:00', expected a time of day with seconds, as the story has a day"),
        ("queues: {a: {}, b: {}}", "story:6: 'calm': of which queue? Write 'a: calm'"),
    ],
)
def test_thresholds_are_read_by_their_own_reader(section: str, told: str) -> None:
    with pytest.raises(StoryError) as error:
        parse(book("0:00 | | calm |", section))
    assert told in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "One:\n  - {title: t, table: '0:00 | | calm |'}\n",
        "timezone: Nowhere\nOne:\n  - {title: t, table: '0:00 | | calm |'}\n",
        "timezone: Asia/Jerusalem\nOne:\n  - {table: '0:00 | | calm |'}\n",
        "timezone: Asia/Jerusalem\nOne:\n  - one\n",
        "timezone: Asia/Jerusalem\nOne:\n" + "  - {title: t, table: '0:00 | | calm |'}\n" * 2,
        "- a\n",
        "a: [\n",
    ],
    ids=["no zone", "a wrong zone", "no title", "no section", "a title twice", "no sections", "no YAML"],
)
def test_a_book_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(StoryError):
        parse(text.encode(), "book")


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("0:00 | quiet hours begin | calm |", "it is not now that quiet hours begin"),
        ("0:00 | closes | calm |", "it is not now that it closes"),
        ("0:00 | thresholds changed | calm |", "expected a key `changed`"),
        ("0:00 | | calm | stops", "no sound has begun that could"),
        ("0:00 | | calm | goes on", "no sound has begun that could"),
        ("0:00 | waiting 1, wait 0:30 | warn blinking | short\n0:01 | | warn blinking |", "leave 1250 ms"),
        ("0:00 | older figures arrive late | calm |", "the bridge has not said so much"),
        ("0:00 | last will of the old bridge arrives late | calm |", "there was no bridge before this one"),
        ("0:00 | the same ack of wait again | calm |", "so many acks of wait there were not"),
        ("0:00 | board off | off |\n0:10 | button pressed | off |", "the board is off"),
    ],
)
def test_what_cannot_happen_is_told(table: str, told: str) -> None:
    with pytest.raises(StoryError) as error:
        play(story(table))
    assert told in str(error.value)


def test_each_word_is_something_that_the_world_can_do() -> None:
    can = {name[1:] for name in vars(World) if name.startswith("_")}
    assert {*story_words.OF_ALL.values(), *story_words.OF_A_QUEUE.values()} <= {*can, *FIGURES}
