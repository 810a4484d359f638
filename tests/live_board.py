"""A board in this process: the real core, shell and link over a real broker, in a thread, without panel and buzzer."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import Any

from PIL import Image

from config.broker_client import BrokerLogin
from firmware.core import wire
from firmware.core.board import Board, Setup
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import load_font
from firmware.pi.inbox import Inbox, Waker
from firmware.pi.link import Link
from firmware.pi.parts import Parts
from firmware.pi.wallboard import Wallboard


class Dark:
    """A panel, a buzzer and a state file that take everything and show nothing."""

    frames = held = restarts = 0
    problem = ""

    def show(self, image: Image.Image) -> None:
        self.frames += 1

    def tend(self, now_ms: int) -> int:
        return now_ms + 2000

    def sound(self, on: bool, now_ms: int) -> int | None:
        return None

    def save(self, stored: dict[str, Any]) -> None:
        pass


class LiveBoard:
    """Runs inside `with`. What it does, others hear of it over the broker, as of any board."""

    def __init__(self, port: int, name: str = "b1", site: str = "main", **identity: str) -> None:
        self._waker = Waker()
        self._inbox = Inbox(self._waker)
        screen = Screen(64, 32, load_font)
        board = Board(Setup(site, name, None, ("queues",), 100, (), "0.1.0"), screen)
        will = (board.state_topic, wire.dumps(board.offline()))
        login = BrokerLogin("127.0.0.1", port, f"wallboard-board-{site}-{name}")
        log = logging.getLogger(f"board.{name}")
        self._link = Link(login, board.subscriptions(), will, self._inbox, log)
        dark = Dark()
        self._wallboard = Wallboard(
            Parts(board, screen, dark, dark, self._link, dark),
            log,
            identity=identity or {"host": f"host-of-{name}"},
        )
        self._over = threading.Event()
        self._start_ns = time.monotonic_ns()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> LiveBoard:
        self._link.start()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._waker.wake()
        self._thread.join()
        self._wallboard.close()

    def _run(self) -> None:
        while not self._over.is_set():
            now_ms = (time.monotonic_ns() - self._start_ns) // 1_000_000
            self._waker.wait(self._wallboard.step(self._inbox.take(), now_ms) - now_ms)
