"""The stage of a story: a bridge, a broker and a real Board on two clocks that differ. Nothing sleeps.

`at_ms` is the story's time. The board is ticked when something comes to it, and when it asks for it by next_wake_ms(),
and at no other time; it is looked at after that, and at each moment up to which time passes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from firmware.core.board import Board, Setup
from firmware.core.view import QUEUES
from tests.core.rig import AnyScreen
from tests.story_book import Story
from tests.story_bridge import BEAT_MS, SITE, Bridge
from tests.story_sights import Sight
from tests.story_words import StoryError

BOARD = "wall"
MOST_TILES = 12
WARM_UP_MS = 10_000  # from the start of everything to the first line


class Stage:
    """`sights`: one a moment at which the board was looked at, the newest last; board: None while it is off."""

    def __init__(self, story: Story) -> None:
        self.at_ms = story.lines[0].at_ms - WARM_UP_MS
        self.sights: list[Sight] = []
        self.board: Board | None = None
        self.bridge = Bridge(story, self.publish)
        self.broker_up = True
        self.frozen = False  # the board's program stands still
        self.held: list[tuple[str, bytes]] | None = None  # on their way to the board, and held up
        self.later: list[tuple[int, Callable[[], None]]] = []  # what happens at a later moment
        self.boot_ms = 0  # when the board's clock was 0
        self._ids = {self.bridge.topic("queue", name).split("/")[-1]: name for name in (*story.queues, *story.groups)}
        self._retained: dict[str, bytes] = {}
        self._linked = True
        self._stirred = False  # something came that the board has not been ticked after
        self._stored: dict[str, Any] | None = None
        self.switch_on(1_234)
        self.bridge.start(self.at_ms)
        self.bridge.tell_all(self.at_ms)
        self.bridge.beat(self.at_ms)
        self._beat_ms = self.at_ms + BEAT_MS

    def run(self, until_ms: int) -> None:
        """Let time pass."""
        while self.at_ms < until_ms:
            wake_ms = self.wake_ms()
            self.at_ms = min(until_ms, self._beat_ms, wake_ms, *[at for at, _ in self.later])
            for each in [each for each in self.later if each[0] <= self.at_ms]:
                self.later.remove(each)
                each[1]()
            self.beat()
            self.look(wake_ms)

    def wake_ms(self) -> int:
        """When the board asks to be ticked, if nothing comes before."""
        if self.board is None or self.frozen:
            return self._beat_ms
        return max(self.board.next_wake_ms(self.board_ms()) + self.boot_ms, self.at_ms + 1)

    def look(self, wake_ms: int) -> None:
        """Tick the board if it is to be, hand on what it says, and note what it shows and sounds."""
        if self.board is None:
            self.sights.append(Sight(self.at_ms, True, None, False, {}, False))
        if self.board is None or self.frozen:
            return
        now_ms = self.board_ms()
        while self._stirred or self.at_ms >= wake_ms:
            self._stirred = False
            wake_ms = self.at_ms + 1
            self.board.tick(now_ms)
            for topic, payload in self.board.outbox():
                self.publish(topic, payload)
        view = self.board.view(now_ms)
        tiles = {self._ids[tile.id]: tile for tile in view.tiles} if view.kind == QUEUES else None
        self.sights.append(Sight(self.at_ms, False, view.fault, view.muted, tiles, self.board.buzzer(now_ms)))

    # the bridge

    def speaks(self) -> bool:
        """The bridge publishes, and the broker hears it."""
        return self.bridge.up and not self.bridge.hung and self.broker_up

    def beat(self) -> None:
        """A heartbeat, if it is due."""
        if self.at_ms >= self._beat_ms:
            self._beat_ms += BEAT_MS
            if self.speaks():
                self.bridge.beat(self.at_ms)

    # the broker

    def publish(self, topic: str, payload: bytes) -> None:
        """To the broker, retained."""
        if not self.broker_up:
            return
        if payload:
            self._retained[topic] = payload
        else:
            self._retained.pop(topic, None)
        self.send(topic, payload)

    def send(self, topic: str, payload: bytes) -> None:
        """From the broker to the board."""
        if not self._linked or self.board is None:
            return
        if self.held is not None:
            self.held.append((topic, payload))
        else:
            self.deliver(topic, payload)

    def deliver(self, topic: str, payload: bytes) -> None:
        """To the board, by whatever way."""
        self.stir().receive(topic, payload, False, self.board_ms())

    def link(self, up: bool) -> None:
        """The board's own connection; with each the broker sends what it has retained."""
        self._linked = up
        board = self.stir()
        board.link(up, self.board_ms())
        for topic, payload in self._retained.items() if up else ():
            board.receive(topic, payload, True, self.board_ms())

    # the board

    def board_ms(self) -> int:
        """Its own clock."""
        return self.at_ms - self.boot_ms

    def stir(self) -> Board:
        """The board, to which something is about to happen. Raises StoryError when it is off or frozen."""
        if self.board is None or self.frozen:
            raise StoryError("the board is off, or frozen")
        self._stirred = True
        return self.board

    def switch_on(self, since_ms: int) -> None:
        """It starts with what it stored; its program, and its clock, began `since_ms` ago."""
        self.boot_ms = self.at_ms - since_ms
        self.board = Board(Setup(SITE, BOARD, None, ("queues",), 100, (), ""), AnyScreen(MOST_TILES), self._stored)
        if self._linked:
            self.link(True)

    def switch_off(self) -> None:
        """All that it keeps is what it stored."""
        self._stored = json.loads(json.dumps(self.stir().stored()))
        self.board = None
