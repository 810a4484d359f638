"""A real Board on a real Screen, fed with what a bridge says; time is what its messages say, and nothing sleeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from PIL import Image

from firmware.core.board import PAGES, Board, Setup
from firmware.core.screen import Screen
from firmware.core.view import Tile, View
from firmware.pi.canvas_pillow import PillowCanvas, load_font
from firmware.pi.settings import BoardSettings
from host_bridge.ctl.preview_bridge import SITE, Fault, Told

_QUEUES = ("queues",)


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
    """Plays what is told to the board, and to one of the same settings whose only page has all of its queues.

    `now_ms`: of the bridge's clock, which the board's own is the same as.
    """

    def __init__(self, wall: Wall, told: Iterator[Told], fault: Fault | None, from_ms: int) -> None:
        self.now_ms = from_ms
        self._screen = Screen(*wall.size, load_font)
        self._canvas = PillowCanvas(*wall.size)
        self._board = Board(wall.setup, self._screen)
        self._whole = Board(wall.setup._replace(pages=_QUEUES, night=(), brightness=100), _AnySize())
        self._told = told
        self._heard = [_filter(each) for each, _ in self._board.subscriptions()]
        self._next = next(told, None)
        self._cut_ms = fault.since_ms if fault is not None and fault.who == "LINK" else None
        for board in self._boards:
            board.link(True, from_ms)
        self.view = self._board.view(from_ms)

    def play(self, until_ms: int) -> None:
        """Let time pass: take what is told up to then, and tick the board whenever it asks for it."""
        while self.step(until_ms):
            pass

    def step(self, until_ms: int) -> bool:
        """On to the next moment at which something happens, at most to `until_ms`; False when that has come before."""
        times = [max(board.next_wake_ms(self.now_ms), self.now_ms + 1) for board in self._boards]
        if self._next is not None:
            times.append(self._next.at_ms)
        if self._cut_ms is not None:
            times.append(self._cut_ms)
        at_ms = min(times)
        if at_ms > until_ms:
            self.now_ms = until_ms
            self.view = self._board.view(until_ms)
            return False
        self.now_ms = at_ms
        if self._cut_ms is not None and self._cut_ms <= at_ms:
            self._cut_ms = None
            for board in self._boards:
                board.link(False, at_ms)
        while self._next is not None and self._next.at_ms <= at_ms:
            if any(heard(self._next.topic) for heard in self._heard):
                for board in self._boards:
                    board.receive(self._next.topic, self._next.payload, False, at_ms)
            self._next = next(self._told, None)
        for board in self._boards:
            board.tick(at_ms)
        self.view = self._board.view(at_ms)
        return True

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
        tiles: tuple[Tile, ...] = self._whole.view(self.now_ms).tiles
        return tiles

    def alarms(self) -> list[dict[str, Any]]:
        """Those that fire, as in the board's own state message."""
        alarms: list[dict[str, Any]] = self._board.state(self.now_ms)["alarms"]
        return alarms

    def lines(self) -> list[str]:
        """What the board could not use; nothing, as long as the bridge's messages are right."""
        return self._board.lines()

    @property
    def _boards(self) -> tuple[Board, Board]:
        return self._board, self._whole

    def _drawn(self, view: View, brightness: int | None = None) -> Image.Image:
        self._screen.draw(self._canvas, view)
        return self._canvas.image(view.brightness if brightness is None else brightness)


class _AnySize:
    """A screen that has room for all."""

    def slots(self, n_queues: int) -> int:
        return max(n_queues, 1)

    def scroll_px(self, text: str, rtl: bool) -> int:
        return 0


def _filter(topic_filter: str) -> Callable[[str], bool]:
    """Whether a broker would send a topic to who has subscribed to this."""
    pattern = re.compile("/".join("[^/]+" if part == "+" else re.escape(part) for part in topic_filter.split("/")))
    return lambda topic: pattern.fullmatch(topic) is not None
