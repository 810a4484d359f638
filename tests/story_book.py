"""Reads alarm_stories.yaml: tables that supervisors write → stories that story_player.py plays.

A story's thresholds are the words of thresholds.yaml, and go through that file's own reader. Every mistake is a
StoryError with its line.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

from config.mistakes import Place
from config.yaml_file import ConfigError, YamlFile
from config.yaml_tree import Node, read
from host_bridge.thresholds import Thresholds, build
from tests.story_words import Action, Shows, StoryError, actions, clock_ms, shows, sound

BOOK = Path(__file__).with_name("alarm_stories.yaml")
DAY, START_MS = "2026-11-22", 10 * 3_600_000  # a Sunday, 10:00: of stories in which the time of day plays no part
QUEUE = "sales"  # of stories that name none
_OWN_KEYS = ("title", "day", "changed", "table")


class Line(NamedTuple):
    """One line of a table. at_ms: since the story's beginning; text: as it stands in the file."""

    number: int
    text: str
    at_ms: int
    actions: tuple[Action, ...]
    shows: Shows
    sound: str


class Story(NamedTuple):
    """`queues` and `groups`: names; midnight_ms: UTC of the day's; start_ms: the first moment, since midnight.

    `changed`: the thresholds that are in force from `thresholds changed` on, if the story has any.
    """

    place: str
    heading: str
    title: str
    thresholds: Thresholds
    changed: Thresholds | None
    queues: tuple[str, ...]
    groups: tuple[str, ...]
    utc_ms: int
    day: bool
    lines: tuple[Line, ...]


def load(path: Path = BOOK) -> list[Story]:
    """All the stories of a file. Raises StoryError."""
    return parse(path.read_bytes(), path.name)


def parse(data: bytes, name: str = "story") -> list[Story]:
    """All the stories of a file's bytes. Raises StoryError."""
    try:
        root = read(data, name)
        YamlFile(name, root).refuse([])  # keys that are given twice
    except ConfigError as error:
        raise StoryError(str(error)) from None
    book = _section(root, name)
    zone = book.pop("timezone", None)
    if zone is None:
        raise StoryError(f"{name}: no timezone")
    stories = []
    for heading, chapter in book.items():
        for _, node in chapter.items:
            stories.append(_story(name, heading, node, zone))
    titles = [story.title for story in stories]
    for story in stories:
        if titles.count(story.title) > 1:
            raise StoryError(f"{story.place}: the title is given twice")
    return stories


def _story(name: str, heading: str, node: Node, zone: Node) -> Story:
    section = _section(node, name)
    place = f"{name}:{node.place.line}"
    for key in ("title", "table"):
        if key not in section or not section[key].text:
            raise StoryError(f"{place}: a story without {key}")
    rest = [(key, value) for key, value in node.items if key is not None and key.text not in _OWN_KEYS]
    thresholds = _thresholds(name, node.place, rest, zone)
    changed = None
    if "changed" in section:
        new = [(key, value) for key, value in section["changed"].items if key is not None]
        names = [key.text for key, _ in new]
        kept = [(key, value) for key, value in rest if key.text not in names]
        changed = _thresholds(name, section["changed"].place, kept + new, zone)
    groups = tuple(thresholds.groups)
    queues = tuple(thresholds.queues) or (QUEUE,)
    day = section["day"].text if "day" in section else None
    table = section["table"]
    lines = _lines(name, table, (*queues, *groups), timed=day is not None)
    midnight = dt.datetime.fromisoformat(day or DAY).replace(tzinfo=thresholds.calendar.zone)
    return Story(
        place,
        heading,
        section["title"].text or "",
        thresholds,
        changed,
        queues,
        groups,
        int(midnight.timestamp()) * 1000 + (0 if day else START_MS),
        day is not None,
        lines,
    )


def _lines(name: str, table: Node, queues: tuple[str, ...], *, timed: bool) -> tuple[Line, ...]:
    lines: list[Line] = []
    for offset, text in enumerate((table.text or "").splitlines(), 1):
        number = table.place.line + offset
        if not text.strip():
            continue
        cells = [cell.strip() for cell in text.split("|")]
        try:
            if len(cells) != 4:
                raise StoryError(f"{len(cells)} columns, expected moment | what happens | the board shows | sounds")
            at_ms = clock_ms(cells[0])
            if timed and cells[0].count(":") < 2:
                raise StoryError(f"{cells[0]!r}, expected a time of day with seconds, as the story has a day")
            if lines and at_ms <= lines[-1].at_ms:
                raise StoryError("time goes on from line to line")
            line = Line(number, text, at_ms, actions(cells[1], queues), shows(cells[2], queues), sound(cells[3]))
        except StoryError as error:
            raise StoryError(f"{name}:{number}: {error}") from None
        lines.append(line)
    if not lines:
        raise StoryError(f"{name}:{table.place.line}: a story without lines")
    return tuple(lines)


def _thresholds(name: str, place: Place, section: list[tuple[Node, Node]], zone: Node) -> Thresholds:
    """By the reader of thresholds.yaml; `rules` are short for those of its `defaults`."""
    items: list[tuple[Node | None, Node]] = [(_key("timezone", place), zone)]
    for key, value in section:
        if key.text == "rules":
            items.append((_key("defaults", place), Node(None, [(key, value)], False, True, place)))
        else:
            items.append((key, value))
    try:
        return build(YamlFile(name, Node(None, items, False, True, place)))
    except ConfigError as error:
        raise StoryError(str(error)) from None


def _section(node: Node, name: str) -> dict[str, Node]:
    if node.text is not None or node.is_list:
        raise StoryError(f"{name}:{node.place.line}: expected a section")
    return {key.text or "": value for key, value in node.items if key is not None}


def _key(text: str, place: Place) -> Node:
    return Node(text, [], False, True, place)
