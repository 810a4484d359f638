"""The words of alarm_stories.yaml: a cell of a story's table → what happens, or what is expected of the board.

Everything a story may say stands in the tables below; what does not is a StoryError. Times become ms, shares permille.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from firmware.core.pattern import SOUNDS
from firmware.core.spelling import did_you_mean
from firmware.core.units import duration

# A word's text → a method of World. Of one queue:
OF_A_QUEUE = {
    "waiting {n}": "waiting",
    "wait {time}": "wait",
    "sla unknown": "sla",
    "sla {share}": "sla",
    "free {n}": "free",
    "average wait {time}": "average_wait",
    "offered {n}": "offered",
    "abandoned {n}": "abandoned",
    "breach in {time}": "breach",
    "ack {name} on another board": "ack",
    "ack {name} on another board for {span}": "ack",
    "ack {name} taken back": "ack_taken_back",
    "the same ack of {name} again": "ack_again",
    "an older ack of {name} arrives late": "ack_late",
    "opens": "opens",
    "closes": "closes",
    "the same figures again": "figures_again",
    "older figures arrive late": "figures_late",
    "figures of the old bridge arrive late": "figures_of_the_old_bridge",
    "the queue is removed": "queue_removed",
    "the queue is back": "queue_back",
}
# Of the board, the bridge and all between them:
OF_ALL = {
    "button pressed": "button_pressed",
    "button down": "button_down",
    "button up": "button_up",
    "muted by command": "muted",
    "muted by command for {span}": "muted",
    "unmuted by command": "unmuted",
    "quiet hours begin": "quiet_hours_begin",
    "quiet hours end": "quiet_hours_end",
    "thresholds changed": "thresholds_changed",
    "PBX down": "pbx_down",
    "PBX syncing": "pbx_syncing",
    "PBX up": "pbx_up",
    "bridge dies": "bridge_dies",
    "bridge hangs": "bridge_hangs",
    "bridge goes on": "bridge_goes_on",
    "bridge goes on with its clock {span} behind": "bridge_goes_on_behind",
    "bridge starts again": "bridge_starts",
    "bridge starts again with its clock {span} back": "bridge_starts_back",
    "bridge starts again with its clock {span} ahead": "bridge_starts_ahead",
    "bridge starts again at once": "bridge_restarts_at_once",
    "bridge's clock steps back {span}": "bridge_steps_back",
    "the same heartbeat again": "heartbeat_again",
    "a heartbeat of the old bridge arrives again": "heartbeat_of_the_old_bridge",
    "last will of the old bridge arrives late": "will_of_the_old_bridge",
    "link lost": "link_lost",
    "link back": "link_back",
    "broker gone": "broker_gone",
    "broker back": "broker_back",
    "messages held up": "messages_held_up",
    "held-up messages arrive": "messages_arrive",
    "board off": "board_off",
    "board on": "board_on",
    "board frozen": "board_frozen",
    "board goes on": "board_goes_on",
    "board's clock stood still for {span}": "board_stood_still",
    "board's clock jumps ahead {span}": "board_jumps_ahead",
}

OFF, MUTED, NOT_SHOWN = "off", "muted", "not shown"
# What a queue's tile may show, and what may stand beside that: the figures on it, as tests/story_player.py reads them.
STATES = (
    "calm", "closed", "warn blinking", "warn steady", "critical blinking", "critical steady",
    "grey", "dashes", "no figures", NOT_SHOWN,
)  # fmt: skip
FIGURES = {"waiting {n}": "waiting", "wait {time}": "wait", "sla {share}": "sla", "breach in {time}": "breach"}
FAULTS = ("NO PBX", "NO BRIDGE", "NO LINK")
GOES_ON, STOPS = "goes on", "stops"
SOUND_WORDS = (*[name for name in SOUNDS if name != "none"], GOES_ON, STOPS)


class StoryError(ValueError):
    """A story that cannot be played: it says so itself, or it uses a word that nobody knows."""


class Action(NamedTuple):
    """Something that happens: a method of World, with the queue's name if it is one's, and its values."""

    verb: str
    queue: str | None
    values: tuple[Any, ...]


class Shows(NamedTuple):
    """What the board is to show. `tiles`: queue → state; `figures`: (queue, figure, value), ms and permille."""

    off: bool
    fault: str | None
    muted: bool
    tiles: dict[str, str]
    figures: tuple[tuple[str, str, int], ...]


def clock_ms(text: str) -> int:
    """`1:05` (minutes and seconds), `1:00:05` or `0:06.001` → ms. Raises StoryError."""
    match = re.fullmatch(r"(?:(\d{1,2}):)?(\d{1,2}):(\d\d)(?:\.(\d{1,3}))?", text)
    if match is None or int(match[3]) > 59 or (match[1] and int(match[2]) > 59):
        raise StoryError(f"{text!r} is no time, expected m:ss or h:mm:ss")
    hours, minutes, seconds = int(match[1] or 0), int(match[2]), int(match[3])
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((match[4] or "0").ljust(3, "0"))


def clock_text(ms: int) -> str:
    """65,250 → `1:05.250`, as a story writes it."""
    seconds, rest = divmod(ms, 1000)
    hours, minutes = divmod(seconds // 60, 60)
    text = f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
    return f"{text}.{rest:03}" if rest else text


def actions(cell: str, queues: Sequence[str]) -> tuple[Action, ...]:
    """The cell `what happens`. Raises StoryError for a word that nobody knows."""
    found = []
    for queue, word in _words(cell, queues):
        of_all = None if queue else _match(word, OF_ALL)
        of_one = _match(word, OF_A_QUEUE)
        if of_all is not None:
            found.append(Action(of_all[0], None, of_all[1]))
        elif of_one is not None:
            found.append(Action(of_one[0], _which(queue, word, queues), of_one[1]))
        else:
            raise StoryError(f"{word!r}: nobody knows what happens{_nearest(word, [*OF_ALL, *OF_A_QUEUE])}")
    return tuple(found)


def shows(cell: str, queues: Sequence[str]) -> Shows:
    """The cell `the board shows`; each of the queues must be told. Raises StoryError."""
    if cell == OFF:
        return Shows(True, None, False, {}, ())
    fault = None
    muted = False
    tiles: dict[str, str] = {}
    figures = []
    for queue, word in _words(cell, queues):
        figure = _match(word, FIGURES)
        if word in FAULTS and queue is None and fault is None:
            fault = word
        elif word == MUTED and queue is None and not muted:
            muted = True
        elif word in STATES:
            name = _which(queue, word, queues)
            if name in tiles:
                raise StoryError(f"{word!r}: {name} is {tiles[name]} already")
            tiles[name] = word
        elif figure is not None:
            figures.append((_which(queue, word, queues), figure[0], figure[1][0]))
        else:
            raise StoryError(f"{word!r}: no board shows that{_nearest(word, [*STATES, *FAULTS, MUTED, *FIGURES])}")
    untold = [name for name in queues if name not in tiles]
    if untold:
        raise StoryError(f"nothing is said of what {', '.join(untold)} shows")
    return Shows(False, fault, muted, tiles, tuple(figures))


def sound(cell: str) -> str:
    """The cell `and sounds`: one of SOUND_WORDS, or "" for silence. Raises StoryError."""
    if cell and cell not in SOUND_WORDS:
        raise StoryError(f"{cell!r}: no sound is called so{_nearest(cell, SOUND_WORDS)}")
    return cell


def _words(cell: str, queues: Sequence[str]) -> Iterator[tuple[str | None, str]]:
    """(queue or None, word) of a cell like `sales: waiting 3, wait 0:20; button pressed`."""
    for part in cell.split(";") if cell else ():
        name, colon, rest = part.strip().partition(": ")
        if colon and name not in queues:
            raise StoryError(f"{name!r} is no queue of this story, expected {', '.join(queues)}")
        for word in (rest if colon else part).split(","):
            yield (name if colon else None), word.strip()


def _which(queue: str | None, word: str, queues: Sequence[str]) -> str:
    if queue is None and len(queues) > 1:
        raise StoryError(f"{word!r}: of which queue? Write '{queues[0]}: {word}'")
    return queue or queues[0]


def _match(word: str, table: dict[str, str]) -> tuple[str, tuple[Any, ...]] | None:
    """(what the table says, values) of the pattern that fits; None when none does."""
    for pattern, what in table.items():
        kinds = re.findall(r"{(\w+)}", pattern)
        regex = re.sub(r"\\{\w+\\}", r"(\\S+)", re.escape(pattern))
        match = re.fullmatch(regex, word)
        if match is not None:
            values = tuple(_KINDS[kind](text) for kind, text in zip(kinds, match.groups(), strict=True))
            return what, values
    return None


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise StoryError(f"{text!r} is no number")
    return int(text)


def _share(text: str) -> int:
    if not text.endswith("%"):
        raise StoryError(f"{text!r} is no share, expected one like 85%")
    return _number(text[:-1]) * 10


def _span(text: str) -> int:
    ms = duration(text)
    if ms is None:
        raise StoryError(f"{text!r} is no duration, expected one like 90s, 10m or 1h")
    return ms


def _nearest(word: str, patterns: Sequence[str]) -> str:
    return did_you_mean(re.sub(r"\d\S*", "{n}", word), patterns)


_KINDS: dict[str, Callable[[str], Any]] = {
    "n": _number,
    "time": clock_ms,
    "share": _share,
    "span": _span,
    "name": str,
}
