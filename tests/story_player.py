"""Plays a story and compares each line with what a real board shows and sounds.

A line holds from its moment until the next one's: what it names must be seen SETTLE_MS after it at the latest, nothing
else may be seen until the next line, and what is to blink must do so at its very frequency. The sound that a line names
begins at its moment; else there is silence until the next line.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from tests.story_book import Line, Story
from tests.story_sights import Sight, expected_text, phase_changes
from tests.story_sound import SETTLE_MS, Playing, heard
from tests.story_words import StoryError, clock_text
from tests.story_world import World

LAST_MS = 3_000  # how long the last line holds


class Difference(NamedTuple):
    """What a line says, what there was, and when."""

    at_ms: int
    expected: str
    actual: str


class UntrueStoryError(AssertionError):
    """A story that does not come true; its text shows the line, with EXPECTED beside ACTUAL."""


def play(story: Story) -> None:
    """Raises UntrueStoryError where the board does something else, and StoryError for what cannot be played."""
    world = World(story)
    playing: Playing | None = None
    ends = [line.at_ms for line in story.lines[1:]] + [story.lines[-1].at_ms + LAST_MS]
    for line, end_ms in zip(story.lines, ends, strict=True):
        before = world.sights[-1]
        begin = len(world.sights)
        try:
            world.happen(line.actions, line.at_ms)
            world.run(min(line.at_ms + SETTLE_MS, end_ms - 1))
            settled = len(world.sights) - 1
            world.run(end_ms - 1)
            differences = [
                *_seen(line, world.sights[settled:]),
                *_blinking(line, world.bridge.blink, world.sights[settled:], end_ms),
            ]
            span = (line.at_ms, end_ms)
            sound = heard(line.sound, [before, *world.sights[begin:]], span, playing, world.bridge.longest_ms)
        except StoryError as error:
            raise StoryError(f"{story.place}: {story.title}: line {line.number}: {error}") from None
        if sound.wrong is not None:
            differences.append(Difference(line.at_ms, line.sound or "silent", sound.wrong))
        playing = sound.playing
        if differences:
            raise UntrueStoryError(_told(story, line, differences[0]))


def _seen(line: Line, sights: list[Sight]) -> list[Difference]:
    """What the panel showed that the line does not say; its figures are those of when it has settled."""
    expected = expected_text(line.shows)
    for sight in sights:
        if sight.text() != expected:
            return [Difference(sight.at_ms, expected, sight.text())]
    found = []
    for queue, name, value in line.shows.figures:
        actual = sights[0].figure(queue, name)
        if actual != value:
            found.append(Difference(sights[0].at_ms, f"{queue}: {name} {value}", f"{queue}: {name} {actual}"))
    return found


def _blinking(line: Line, blink: dict[str, int], sights: list[Sight], end_ms: int) -> list[Difference]:
    """Whether each tile alternates at the frequency of its severity (`blink`, mHz), or stands still."""
    for queue, state in line.shows.tiles.items():
        changes = phase_changes(sights, queue)
        severity, _, way = state.partition(" ")
        if way != "blinking":
            if changes:
                return [Difference(changes[0], f"{queue}: it stands still", f"{queue}: it blinks")]
            continue
        half_ms = 500_000 // blink[severity]
        if end_ms - line.at_ms < half_ms + SETTLE_MS:
            raise StoryError(f"nobody can see that it blinks: leave {half_ms + SETTLE_MS} ms until the next line")
        if not changes:
            return [Difference(end_ms, f"{queue}: it blinks", f"{queue}: it stands still")]
        for one, other in pairwise(changes):
            if abs(other - one - half_ms) > 1:
                actual = f"{queue}: after {other - one} ms"
                return [Difference(other, f"{queue}: it changes every {half_ms} ms", actual)]
    return []


def _told(story: Story, wrong: Line, found: Difference) -> str:
    text = [f"{story.place}: {story.title}", ""]
    text += [("> " if line is wrong else "  ") + line.text for line in story.lines]
    text += ["", f"line {wrong.number}, at {clock_text(found.at_ms)}"]
    text += [f"  EXPECTED  {found.expected}", f"  ACTUAL    {found.actual}"]
    return "\n".join(text)
