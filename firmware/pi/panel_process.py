"""The process that drives the panel: frames come in over a socket and leave through the driver.

Here, where a frame leaves the board, the guard over flashes looks at what is really shown: a frame that would be one
change too many waits, and a newer one takes its place. A board that has fallen silent is named as lost: what stands on
the panel then may be as old as it likes to be.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable

from PIL import Image

from firmware.core.flash import FlashGuard
from firmware.pi import flash_levels
from firmware.pi import panel_wire as wire
from firmware.pi.nursery import MOST_BYTES, say
from firmware.pi.panel import Panel, PanelError


def drive(end: socket.socket, open_panel: Callable[[], Panel], lost: Image.Image) -> None:
    """Until `end` is closed on the board's side; then the panel goes black. `lost`: shown when the board is silent."""
    try:
        panel = open_panel()
    except PanelError as error:
        say(end, wire.SORRY + str(error).encode())
        return
    shutter = Shutter(panel, lost)
    say(end, wire.READY + panel.problem.encode())
    try:
        while True:
            now_ms = time.monotonic_ns() // 1_000_000
            told = shutter.step(now_ms)
            if told is not None:
                say(end, told)
            wait_s = max(shutter.next_ms(now_ms) - time.monotonic_ns() // 1_000_000, 0) / 1000
            if select.select([end], [], [], wait_s)[0] and not _take_all(end, shutter):
                break
        panel.close()
    except PanelError as error:
        say(end, wire.SORRY + str(error).encode())


class Shutter:
    """What is let through to `panel`, and when. Times are ms of a monotonic clock, the panel process's own."""

    def __init__(self, panel: Panel, lost: Image.Image) -> None:
        self.held = 0  # frames that have waited for the guard
        self._panel = panel
        self._lost = lost
        self._guard = FlashGuard(flash_levels.cells(panel.width, panel.height))
        self._meter = flash_levels.Meter()
        self._waiting: tuple[int | None, Image.Image, list[int]] | None = None  # number (None: `lost`), frame, levels
        self._newest: tuple[int, Image.Image] | None = None  # the board's
        self._counted = False  # the waiting frame is among `held`
        self._due_ms = 0
        self._heard_ms: int | None = None
        self._heard = True  # something came since the last step
        self._silent = False

    def take(self, message: bytes) -> None:
        """Take a message of the board; a newer frame replaces one that has not been shown.

        A board that speaks again without a new frame means its last one: it has not changed meanwhile.
        """
        self._heard = True
        if message[:1] == wire.FRAME:
            size = (self._panel.width, self._panel.height)
            self._newest = wire.number_of(message), Image.frombytes("RGB", size, message[wire.HEAD :])
        elif not self._silent:
            return
        if self._newest is not None:
            self._put(*self._newest)

    def step(self, now_ms: int) -> bytes | None:
        """Show what may be shown; what to tell the board of it."""
        if self._heard:
            self._heard = False
            self._heard_ms = now_ms
            self._silent = False
        elif not self._silent and self._heard_ms is not None and now_ms >= self._heard_ms + wire.SILENT_MS:
            self._silent = True
            self._put(None, self._lost)
        if self._waiting is None:
            return None
        number, image, levels = self._waiting
        wait_ms = self._guard.wait_ms(levels, now_ms)
        if wait_ms:
            self._due_ms = now_ms + wait_ms
            self.held += not self._counted
            self._counted = True
            return None
        self._panel.show(image)
        self._guard.shown(levels, now_ms)
        self._waiting = None
        return None if number is None else wire.shown(number, self.held)

    def next_ms(self, now_ms: int) -> int:
        """When to step again at the latest."""
        if self._waiting is not None:
            return self._due_ms
        heard_ms = now_ms if self._heard_ms is None else self._heard_ms
        return heard_ms + wire.SILENT_MS if not self._silent else now_ms + wire.SILENT_MS

    def _put(self, number: int | None, image: Image.Image) -> None:
        self._waiting = (number, image, self._meter.levels(image))
        self._counted = False


def _take_all(end: socket.socket, shutter: Shutter) -> bool:
    """Everything that has come: of frames the newest alone is shown. False when the board has closed its end."""
    newest = b""
    while True:
        try:
            message = end.recv(MOST_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            break
        except OSError:  # ECONNRESET: it has closed its end with something of ours unread
            return False
        if not message:
            return False
        if message[:1] == wire.FRAME or not newest:
            newest = message
    shutter.take(newest)
    return True
