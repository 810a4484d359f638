"""One moment of one board, set up to be looked at: a real Board that has been told of a state."""

from __future__ import annotations

from typing import NamedTuple

from host_bridge.ctl.pictures import notes, sums
from host_bridge.ctl.pictures.board import Player, Wall, wall
from host_bridge.ctl.pictures.bridge import Fault, Speaker, clock_ms, of_state, stood_ms, with_beats
from host_bridge.ctl.pictures.state import State
from host_bridge.thresholds import Thresholds

LEAD_MS = 1_000  # of the bridge's start before all else


class Wish(NamedTuple):
    """How to look: `wall` None is a board of `size` that shows what the state tells of; `fault`: who is lost, since."""

    size: tuple[int, int]
    wall: Wall | None
    fault: tuple[str, int] | None


class Moment(NamedTuple):
    """`player` stands at the moment, `utc_ms` since 1970 of the wall clock; `notes`: a line each, for people."""

    player: Player
    thresholds: Thresholds
    utc_ms: int
    notes: list[str]


def state_moment(given: State, thresholds: Thresholds, utc_ms: int, wish: Wish) -> Moment:
    """The board at `utc_ms`; with a fault, the state is that of the moment at which it began."""
    whole = sums.whole(given, thresholds)
    queues = tuple(whole.queues)
    board = wish.wall or wall(wish.size, sums.shown(given, thresholds))
    at_ms = clock_ms(utc_ms)
    fault = None if wish.fault is None else Fault(wish.fault[0], at_ms - wish.fault[1])
    state_ms = at_ms if fault is None else fault.since_ms
    from_ms = state_ms - stood_ms(thresholds)
    speaker = Speaker(thresholds, queues, from_ms - LEAD_MS, utc_ms - at_ms)
    told = with_beats(of_state(whole, speaker, from_ms, state_ms), speaker, from_ms, fault)
    player = Player(board, told, fault, from_ms)
    player.play(at_ms)
    odd = notes.of_state(given, whole, board.setup.queues, thresholds, utc_ms)
    return Moment(player, thresholds, utc_ms, [*odd, *player.lines()])
