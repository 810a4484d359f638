"""A real Board on a real Screen, fed with what a bridge says; time is what its messages say, and nothing sleeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from PIL import Image

from firmware.core import showing
from firmware.core.board import PAGES, Board, Setup
from firmware.core.screen import Screen
from firmware.core.view import Tile, View
from firmware.pi.canvas_pillow import PillowCanvas, load_font
from firmware.pi.settings import BoardSettings
from host_bridge.ctl.pictures.bridge import SITE, Fault, Told

_NEVER_MS = 1 << 62
_STEPS_A_LOOK = 200  # between two calls of `progress`


class Frame(NamedTuple):
    """What the panel shows from `at_ms` on, for `for_ms`."""

    at_ms: int
    for_ms: int
    view: View
    image: Image.Image


class Wall(NamedTuple):
    """The board that is previewed: its panel, and how it is set up. `size`: LEDs."""

    size: tuple[int, int]
    setup: Setup


def wall(size: tuple[int, int], queues: tuple[str, ...] | None) -> Wall:
    """A board without a board.yaml: all pages, full brightness; `queues` as in Setup."""
    return Wall(size, Setup(SITE, "preview", queues, PAGES, 100, (), ""))


def wall_of(settings: BoardSettings) -> Wall:
    """The board of a board.yaml."""
    panel = settings.panel
    setup = Setup(SITE, settings.board, settings.queues, settings.pages, panel.brightness, settings.night, "")
    return Wall((panel.width, panel.height), setup)


class Player:
    """Plays what is told to the board. `now_ms`: of the bridge's clock, and of the board's, which is the same."""

    def __init__(self, wall: Wall, told: Iterator[Told], fault: Fault | None, from_ms: int) -> None:
        self.now_ms = from_ms
        self._screen = Screen(*wall.size, load_font)
        self._canvas = PillowCanvas(*wall.size)
        self._board = _Open(wall.setup, self._screen)
        self._told = told
        self._heard = [_filter(each) for each, _ in self._board.subscriptions()]
        self._next = next(told, None)
        self._cut_ms = fault.since_ms if fault is not None and fault.who == "LINK" else None
        self._board.link(True, from_ms)
        self.view = self._board.view(from_ms)

    def play(self, until_ms: int, progress: Callable[[float], None] | None = None) -> None:
        """Let time pass, for the alarms alone: the board also asks to be woken for pictures that nobody looks at.

        `progress` is told how much of it is done, from 0 to 1, now and then.
        """
        from_ms = self.now_ms
        steps = 0
        while (at_ms := self._next_ms(self._board.alarms_ms(self.now_ms))) <= until_ms:
            self._advance(at_ms, silent=True)
            steps += 1
            if progress is not None and steps % _STEPS_A_LOOK == 0:
                progress((at_ms - from_ms) / (until_ms - from_ms))
        self.now_ms = until_ms
        self.view = self._board.view(until_ms)

    def step(self, until_ms: int) -> bool:
        """On to the next moment at which anything happens, at most to `until_ms`; False when that has come before."""
        at_ms = self._next_ms(self._board.next_wake_ms(self.now_ms))
        if at_ms <= until_ms:
            self._advance(at_ms)
        else:
            self.now_ms = until_ms
        self.view = self._board.view(self.now_ms)
        return at_ms <= until_ms

    def film(self, for_ms: int) -> Iterator[Frame]:
        """What the panel shows for so long from now on: a frame each time that it changes, as long as it stays."""
        until_ms = self.now_ms + for_ms
        since_ms, view = self.now_ms, self.view
        while self.step(until_ms):
            if self.view != view:
                if self.now_ms > since_ms:
                    yield Frame(since_ms, self.now_ms - since_ms, view, self._drawn(view))
                since_ms, view = self.now_ms, self.view
        if until_ms > since_ms:
            yield Frame(since_ms, until_ms - since_ms, view, self._drawn(view))

    def image(self, brightness: int | None = None) -> Image.Image:
        """The panel now, a pixel an LED, as bright as it is, or as this (percent)."""
        return self._drawn(self.view, brightness)

    def tiles(self) -> tuple[Tile, ...]:
        """All queues that the board watches, on whatever page they are."""
        return self._board.tiles(self.now_ms)

    def alarms(self) -> list[dict[str, Any]]:
        """Those that fire, as in the board's own state message."""
        alarms: list[dict[str, Any]] = self._board.state(self.now_ms)["alarms"]
        return alarms

    def lines(self) -> list[str]:
        """What the board could not use; nothing, as long as the bridge's messages are right."""
        return self._board.lines()

    def _next_ms(self, wake_ms: int | None) -> int:
        """The next of: what the board asks for, a message, the end of its connection."""
        times = [None if wake_ms is None else max(wake_ms, self.now_ms + 1), self._cut_ms]
        times.append(None if self._next is None else max(self._next.at_ms, self.now_ms))
        return min((at_ms for at_ms in times if at_ms is not None), default=_NEVER_MS)

    def _advance(self, at_ms: int, *, silent: bool = False) -> None:
        """Take what happens at this moment, and tick the board, as its shell does; `silent`: but for its buzzer."""
        self.now_ms = at_ms
        if self._cut_ms is not None and self._cut_ms <= at_ms:
            self._cut_ms = None
            self._board.link(False, at_ms)
        while self._next is not None and self._next.at_ms <= at_ms:
            if any(heard(self._next.topic) for heard in self._heard):
                self._board.receive(self._next.topic, self._next.payload, False, at_ms)
            self._next = next(self._told, None)
        if silent:
            self._board.tick_alarms(at_ms)
        else:
            self._board.tick(at_ms)

    def _drawn(self, view: View, brightness: int | None = None) -> Image.Image:
        self._screen.draw(self._canvas, view)
        return self._canvas.image(view.brightness if brightness is None else brightness)


class _Open(Board):
    """… that is asked what only its own parts ask of each other."""

    def alarms_ms(self, now_ms: int) -> int | None:
        """When an alarm, or who is lost, may change by time alone."""
        known = self._known
        times = [watch.due_ms for watch in known.inventory.watched()]
        times += [known.freshness.changes_ms(now_ms), now_ms if known.unstepped else None]
        return min((at_ms for at_ms in times if at_ms is not None), default=None)

    def tick_alarms(self, now_ms: int) -> None:
        """tick() without the buzzer, which asks every alarm of every queue whether it sounds."""
        known = self._known
        self._intake.tick(now_ms)
        known.look(now_ms)
        known.unstepped = False
        self._obey(now_ms)
        for watch in known.inventory.watched():
            if watch.dirty or (watch.due_ms is not None and watch.due_ms <= now_ms):
                watch.step(known.freshness, now_ms)

    def tiles(self, now_ms: int) -> tuple[Tile, ...]:
        """In the board's own order, in the first phase of blinking."""
        known = self._known
        near_ms = showing.near_ms(known.settings)
        return tuple(showing.tile(each, known.freshness, now_ms, 0, near_ms) for each in known.inventory.shown())


def _filter(topic_filter: str) -> Callable[[str], bool]:
    """Whether a broker would send a topic to who has subscribed to this."""
    pattern = re.compile("/".join("[^/]+" if part == "+" else re.escape(part) for part in topic_filter.split("/")))
    return lambda topic: pattern.fullmatch(topic) is not None
