"""What a board sounded between two lines of a story: compared edge by edge with the pattern that the line names."""

from __future__ import annotations

from typing import NamedTuple

from firmware.core.pattern import SOUNDS
from firmware.core.pattern import sound as edges_of
from tests.story_sights import Sight, buzzer_edges
from tests.story_words import GOES_ON, STOPS, StoryError, clock_text

SETTLE_MS = 250  # after a line's moment, what it names has come: a press of the button takes so long


class Playing(NamedTuple):
    """A sound that has begun, and the story's ms at which it goes on, off, on, …, off."""

    edges: tuple[int, ...]

    def left(self, at_ms: int) -> list[int]:
        """The edges from a moment on."""
        return [edge for edge in self.edges if edge >= at_ms]


class Heard(NamedTuple):
    """`wrong`: what was heard, if it is not what the line says; `playing`: what goes on beyond the line."""

    wrong: str | None
    playing: Playing | None


def heard(word: str, sights: list[Sight], span: tuple[int, int], playing: Playing | None, longest_ms: int) -> Heard:
    """Compare what was heard in a line's `span` (from, until, ms) with its word.

    `sights`: those of the span, and the last one before it; `playing`: what had begun before. Raises StoryError when
    nothing was playing that could go on or stop.
    """
    begin_ms, end_ms = span
    before = sights[0]
    left = playing.left(begin_ms) if playing else []
    if word in (GOES_ON, STOPS) and not left:
        raise StoryError(f"{word!r}, but no sound has begun that could")
    actual = buzzer_edges(sights)
    for edges, goes_on in _ways(word, sights, begin_ms, left, longest_ms):
        if [edge for edge in edges if edge < end_ms] == actual and not (word == STOPS and actual == left):
            return Heard(None, goes_on if goes_on is not None and goes_on.left(end_ms) else None)
    return Heard(_name(actual, before, longest_ms), None)


def _ways(
    word: str, sights: list[Sight], begin_ms: int, left: list[int], longest_ms: int
) -> list[tuple[list[int], Playing | None]]:
    """(edges, what goes on) of each way in which the word can be true: it leaves the moment open for SETTLE_MS."""
    before = sights[0]
    if not word:
        return [] if before.sounds else [([], None)]
    if word == GOES_ON:
        return [(left, Playing(tuple(left)))]
    ways: list[tuple[list[int], Playing | None]] = []
    for at_ms in [sight.at_ms for sight in sights[1:] if sight.at_ms <= begin_ms + SETTLE_MS]:
        old = [edge for edge in left if edge < at_ms]  # what played before is cut off here
        sounds = before.sounds != bool(len(old) % 2)
        if word == STOPS:
            ways.append(([*old, at_ms] if sounds else old, None))
            continue
        new = tuple(at_ms + edge for edge in edges_of(word, longest_ms))
        ways.append((old + list(new[1:] if sounds else new), Playing(new)))
    return ways


def _name(edges: list[int], before: Sight, longest_ms: int) -> str:
    """What was heard: a sound's name, or when it went on and off."""
    if not edges:
        return "it sounds on and on" if before.sounds else "silent"
    for name in SOUNDS:
        if not before.sounds and tuple(edge - edges[0] for edge in edges) == edges_of(name, longest_ms):
            return f"{name}, at {clock_text(edges[0])}"
    words = []
    sounds = before.sounds
    for edge in edges:
        sounds = not sounds
        words.append(f"{'on' if sounds else 'off'} at {clock_text(edge)}")
    return ", ".join(words)
