"""A story around the watch over the boards: boards that speak, a broker that has wills, and time in the test's hand."""

from __future__ import annotations

import json
import logging
from typing import Any

from host_bridge.boards import BoardsWatch, Event, Talk
from host_bridge.boards.watch import SETTLE_MS

START = 1_763_000_000_000
BEAT_MS = 2_000
SAYS_MS = 10_000
LOG = logging.getLogger("test.boards")


class Board:
    """A machine that says its state every 10 s while it is on and its line holds."""

    def __init__(self, name: str, host: str = "", address: str = "", serial: str = "", boot_ms: int = START) -> None:
        self.name = name
        self.fields = {key: value for key, value in (("host", host), ("address", address), ("serial", serial)) if value}
        self.boot_ms: int | None = boot_ms
        self.is_on = True

    def state(self, now_ms: int) -> dict[str, Any]:
        uptime = {} if self.boot_ms is None else {"uptime_ms": now_ms - self.boot_ms}
        return {"v": 1, "online": True, "version": "1.0", **uptime, **self.fields}


class Site:
    """The bridge's side: a watch, what it says, and what the broker keeps."""

    def __init__(self, *boards: Board, retained: dict[str, bytes] | None = None) -> None:
        self.now_ms = START + 3_600_000
        self.watch = BoardsWatch()
        self.talk = Talk(self.watch, LOG)
        self.boards = list(boards)
        self.retained = dict(retained or {})
        self.events: list[Event] = []
        self.is_connected = False
        self._said_ms: dict[int, int] = {}

    def connect(self) -> None:
        """The bridge's connection to the broker: what is retained comes at once."""
        self.is_connected = True
        self.watch.connected(self.now_ms)
        for name, payload in sorted(self.retained.items()):
            self.watch.receive(name, payload, True, self.now_ms)
        self._look()

    def disconnect(self) -> None:
        self.is_connected = False
        self.watch.disconnected()

    def publish(self, name: str, message: dict[str, Any] | bytes) -> None:
        """Somebody says something, retained, on board/<name>/state."""
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        if payload:
            self.retained[name] = payload
        else:
            self.retained.pop(name, None)
        if self.is_connected:
            self.watch.receive(name, payload, False, self.now_ms)
            self._look(at_all=False)

    def says(self, board: Board) -> None:
        self._said_ms[id(board)] = self.now_ms
        self.publish(board.name, board.state(self.now_ms))

    def dies(self, board: Board) -> None:
        """Its power is cut: the broker publishes its will."""
        board.is_on = False
        self.publish(board.name, {"v": 1, "online": False})

    def returns(self, board: Board) -> None:
        """It has power again, and starts anew."""
        board.is_on, board.boot_ms = True, self.now_ms - 3_000
        self.says(board)

    def wait(self, ms: int) -> None:
        """Time passes, in heartbeats of the bridge, and boards say what they say."""
        until_ms = self.now_ms + ms
        while self.now_ms < until_ms:
            due = [self.now_ms + BEAT_MS, until_ms]
            look_ms = self.talk.next_ms()
            self.now_ms = min([*due, max(look_ms, self.now_ms + 1)] if look_ms is not None else due)
            for board in self.boards:
                if board.is_on and self.now_ms - self._said_ms.get(id(board), 0) >= SAYS_MS:
                    self.says(board)
            self.watch.tick(self.now_ms)
            self._look()

    def settle(self) -> None:
        """Connect, and let all boards speak."""
        self.connect()
        self.wait(SETTLE_MS + BEAT_MS)

    @property
    def notice(self) -> str:
        return self.watch.notice(self.now_ms)

    @property
    def states(self) -> dict[str, bool]:
        return {entry["id"]: entry["online"] for entry in self.watch.listing()}

    def _look(self, *, at_all: bool = True) -> None:
        self.events += self.talk.look(self.now_ms, at_all=at_all)
