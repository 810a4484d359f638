"""The stories of alarm_stories.yaml, each played on a real board; and whether they tell of everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from firmware.core import alarm
from tests.story_book import Story, load
from tests.story_player import UntrueStoryError, play
from tests.story_words import FIGURES, OF_A_QUEUE, OF_ALL, SOUND_WORDS, STATES

STORIES = load()
# A level holds or lets go only where something fires, and only there has anything been calm for `hold`.
UNREACHABLE = {(state, column) for state in (alarm.OK, alarm.PENDING) for column in (alarm.OVER, alarm.NEAR)}

COLUMNS = ("UNKNOWN", "CLOSED", "CALM", "OVER", "NEAR", "HOLDS", "DUE")

_visited: set[tuple[int, int]] = set()
_played: set[str] = set()


@pytest.fixture(scope="module", autouse=True)
def _visits() -> Iterator[None]:
    """Note which cells of the alarms' table the stories go through."""
    step, seen = alarm.Alarm.step, alarm.Alarm._seen

    def noted_step(self: alarm.Alarm, now_ms: int, figures: Any) -> bool:
        if figures is None:
            _visited.add((self.state, alarm.UNKNOWN))
        return step(self, now_ms, figures)

    def noted_seen(self: alarm.Alarm, *args: Any) -> int:
        column = seen(self, *args)
        _visited.add((self.state, column))
        return column

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alarm.Alarm, "step", noted_step)
        patch.setattr(alarm.Alarm, "_seen", noted_seen)
        yield


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.title)
def test_story(story: Story) -> None:
    untrue = None
    try:
        play(story)
    except UntrueStoryError as error:
        untrue = str(error)
    _played.add(story.title)
    if untrue is not None:
        pytest.fail(untrue, pytrace=False)  # the story and its line say it all


def test_every_cell_of_the_table_is_visited_by_some_story() -> None:
    for story in STORIES:
        if story.title not in _played:  # this test alone was asked for
            with suppress(UntrueStoryError):  # told above
                play(story)
    cells = {(state, column) for state in range(len(alarm.TABLE)) for column in range(len(alarm.TABLE[state]))}
    assert {_cell(cell) for cell in cells - UNREACHABLE - _visited} == set()
    assert {_cell(cell) for cell in _visited & UNREACHABLE} == set()


def test_there_are_many_and_each_has_its_place() -> None:
    assert len(STORIES) >= 100
    headings = [story.heading for story in STORIES]
    assert all(headings.count(heading) >= 2 for heading in headings)


def test_every_word_is_used() -> None:
    """A word that no story needs would be one that nobody has seen work."""
    lines = [line for story in STORIES for line in story.lines]
    verbs = {action.verb for line in lines for action in line.actions}
    assert verbs == {*OF_A_QUEUE.values(), *OF_ALL.values()}
    assert {state for line in lines for state in line.shows.tiles.values()} == set(STATES)
    assert {figure for line in lines for _, figure, _ in line.shows.figures} == set(FIGURES.values())
    assert {line.sound for line in lines} == {"", *SOUND_WORDS}


def _cell(cell: tuple[int, int]) -> str:
    return f"{alarm.NAMES[cell[0]]} {COLUMNS[cell[1]]}"
