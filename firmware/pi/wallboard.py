"""The board's shell: what came in → the core → panel, buzzer, state message and state file. Drawn only when it changes.

    wallboard = Wallboard(Parts(board, screen, panel, buzzer, link, store), log)
    while not stopped:
        waker.wait(wallboard.step(inbox.take(), now_ms) - now_ms)
    wallboard.close()

No clock and no thread of its own: the loop in __main__ has them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from firmware.core import wire
from firmware.pi.canvas_pillow import PillowCanvas
from firmware.pi.inbox import LinkChange, Message

if TYPE_CHECKING:
    from firmware.core.board import Board
    from firmware.core.screen import Screen
    from firmware.core.view import View
    from firmware.pi.buzzer import Buzzer
    from firmware.pi.panel import Panel

STATE_EVERY_MS = 10_000
STATE_GAP_MS = 250  # between two state messages, however much changes
STORE_DELAY_MS = 2_000  # one write for all the rules that a bridge sends in a row: the board's disk is an SD card
LEAST_SLEEP_MS = 2  # of what is due by time alone; what comes in wakes the loop at once


class Sender(Protocol):
    """The side of the broker link that sends."""

    def publish(self, topic: str, payload: bytes) -> bool: ...

    def close(self, last: bytes) -> None: ...


class Keeper(Protocol):
    """Where the last good rules are kept."""

    def save(self, stored: dict[str, Any]) -> None: ...


class Parts(NamedTuple):
    """What the shell joins; see the module of each."""

    board: Board
    screen: Screen
    panel: Panel
    buzzer: Buzzer
    link: Sender
    store: Keeper


class Wallboard:
    """One board from its first frame to its last. All times are ms of the board's monotonic clock."""

    def __init__(
        self,
        parts: Parts,
        log: logging.Logger,
        temperature: Callable[[], int | None] = lambda: None,
    ) -> None:
        self.frames = 0
        self._parts = parts
        self._log = log
        self._temperature = temperature
        self._canvas = PillowCanvas(parts.screen.width, parts.screen.height)
        self._shown: View | None = None
        self._told: dict[str, Any] | None = None  # board.state() as last published
        self._told_ms = 0
        self._store_ms: int | None = None  # when the state file is due

    def step(self, items: Iterable[LinkChange | Message], now_ms: int) -> int:
        """Take what came in, bring everything up to date, and return when to step again at the latest.

        Raises PanelError when the panel takes no picture.
        """
        board = self._parts.board
        for item in items:
            if isinstance(item, Message):
                board.receive(item.topic, item.payload, item.retained, now_ms)
            else:
                board.link(item.up, now_ms)
                self._told = None  # a broker may have forgotten, or published the will
        board.tick(now_ms)
        view = board.view(now_ms)
        if view != self._shown:
            self._draw(view)
        self._parts.buzzer.sound(board.buzzer(now_ms))
        for line in board.lines():
            self._log.warning("%s", line)
        due_ms = min(self._say(now_ms), self._keep(now_ms), board.next_wake_ms(now_ms))
        return max(due_ms, now_ms + LEAST_SLEEP_MS)

    def close(self) -> None:
        """Silence, a black panel, the good-bye, and the rules of the last moment."""
        board, _, panel, buzzer, link, store = self._parts
        buzzer.close()
        try:
            panel.close()
        finally:
            link.close(wire.dumps(board.offline()))
            if self._store_ms is not None or board.stored_changed:
                store.save(board.stored())

    def _draw(self, view: View) -> None:
        self._parts.screen.draw(self._canvas, view)
        self._parts.panel.show(self._canvas.image(view.brightness))
        self._shown = view
        self.frames += 1

    def _say(self, now_ms: int) -> int:
        """Publish the board's state when it has changed or is due; when to look again."""
        board = self._parts.board
        state = board.state(now_ms)
        changed = state != self._told
        gap_ms = STATE_GAP_MS if changed and self._told is not None else STATE_EVERY_MS
        if self._told is not None and now_ms < self._told_ms + gap_ms:
            return self._told_ms + gap_ms
        measured = {"frames": self.frames, "uptime_ms": now_ms, "problems": board.problems}
        temperature = self._temperature()
        if temperature is not None:
            measured["temp"] = temperature
        if self._parts.link.publish(board.state_topic, wire.dumps({**state, **measured})):
            self._told = state
        self._told_ms = now_ms
        # Without a connection nothing is to be said: the next one asks for it.
        return now_ms + STATE_EVERY_MS

    def _keep(self, now_ms: int) -> int:
        """Write the state file when it is due; when to look again."""
        board = self._parts.board
        if board.stored_changed and self._store_ms is None:
            self._store_ms = now_ms + STORE_DELAY_MS
        if self._store_ms is None:
            return now_ms + STATE_EVERY_MS
        if now_ms < self._store_ms:
            return self._store_ms
        self._store_ms = None
        self._parts.store.save(board.stored())
        return now_ms + STATE_EVERY_MS
