"""What a board shows, in the words of a story: the very words that a line would need to be true."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from firmware.core.showing import AGEING, DASHES, LIVE, NO_DATA
from firmware.core.view import Tile
from tests.story_words import MUTED, NOT_SHOWN, OFF, Shows

SEVERITIES = ("", "warn", "critical")
IN_SECONDS = ("wait", "breach")
LIVES = {AGEING: "grey", DASHES: "dashes", NO_DATA: "no figures"}


class Sight(NamedTuple):
    """What was seen and heard at one moment. `tiles`: by the queue's name; None: the panel shows something else."""

    at_ms: int
    off: bool
    fault: str | None
    muted: bool
    tiles: dict[str, Tile] | None
    sounds: bool

    def text(self) -> str:
        """All but figures and phases."""
        if self.off:
            return OFF
        words = [f"NO {self.fault}" if self.fault else "", MUTED if self.muted else ""]
        if self.tiles is None:
            words.append("another page")
        return _joined(words, {name: _state(tile) for name, tile in (self.tiles or {}).items()})

    def figure(self, queue: str, name: str) -> int | None:
        """A figure on the tile, in the units of story_words; None: the tile does not show it."""
        tile = (self.tiles or {}).get(queue)
        if tile is None:
            return None
        values = {"waiting": tile.waiting, "wait": tile.oldest_s, "sla": tile.sla, "breach": tile.next_breach_s}
        value: int | None = values[name]
        return value if value is None or name not in IN_SECONDS else value * 1000

    def phase(self, queue: str) -> int:
        """Of blinking."""
        tile = (self.tiles or {}).get(queue)
        return 0 if tile is None else int(tile.phase)


def expected_text(shows: Shows) -> str:
    """What Sight.text() must be."""
    if shows.off:
        return OFF
    words = [shows.fault or "", MUTED if shows.muted else ""]
    return _joined(words, {name: state for name, state in shows.tiles.items() if state != NOT_SHOWN})


def phase_changes(sights: list[Sight], queue: str) -> list[int]:
    """The moments at which a tile went into its other phase."""
    return [after.at_ms for before, after in pairwise(sights) if before.phase(queue) != after.phase(queue)]


def buzzer_edges(sights: list[Sight]) -> list[int]:
    """The moments at which the buzzer went on or off."""
    return [after.at_ms for before, after in pairwise(sights) if before.sounds != after.sounds]


def _joined(words: list[str], tiles: dict[str, str]) -> str:
    return "; ".join([word for word in words if word] + [f"{name}: {state}" for name, state in sorted(tiles.items())])


def _state(tile: Tile) -> str:
    """The words of a tile, and what contradicts them."""
    if tile.life == LIVE and tile.severity:
        return f"{SEVERITIES[tile.severity]} {'steady' if tile.acked else 'blinking'}"
    state = LIVES[tile.life] if tile.life != LIVE else "calm" if tile.open else "closed"
    if tile.severity or tile.acked or tile.phase:
        return f"{state}, and yet severity {tile.severity}, acked {tile.acked}, phase {tile.phase}"
    return state
