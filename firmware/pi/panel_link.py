"""The board's side of its panel's process: the newest frame over there, and what became of it back.

The process may die or hang at any time. The board goes on meanwhile: whoever comes up in its place asks for the newest
frame, and one that shows nothing for STUCK_MS is ended.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from firmware.pi import panel_wire as wire
from firmware.pi.nursery import MOST_BYTES, Nursery, NurseryError, heard, say
from firmware.pi.panel import PanelError

if TYPE_CHECKING:
    from PIL import Image

NAME = "panel"
STUCK_MS = 3000  # a frame waits for the flash guard for a second at most, and for a vertical sync for some ms
START_MS = 15_000  # for a driver to come up: the emulator's libraries take seconds to load on a small Pi
RETRY_MS = 50  # when the socket is full
STEADY_MS = 10_000  # without a death: one that dies again and again is one outage in the log


class PanelLink:
    """A panel in another process, see panel.Panel. Times are the board's ms."""

    def __init__(self, nursery: Nursery, log: logging.Logger) -> None:
        self.frames = 0  # shown, since the board's start
        self.held = 0  # of those, delayed by the guard
        self.restarts = 0  # of the driver
        self.lit = False  # it has shown a frame, ever
        self.problem = ""  # why the LEDs are dark all the same, for people
        self._nursery = nursery
        self._end = nursery.ends[NAME]
        self._log = log
        self._ready = False
        self._down_ms: int | None = None  # since when there has been no driver
        self._number = 0
        self._newest = b""
        self._sent = False  # the newest frame is on its way, or there
        self._sent_ms: int | None = None  # when the first frame that is not answered yet was sent
        self._said_ms = 0  # when it last heard of us
        self._sorry = ""  # as last told
        self._died_ms = 0
        self._killed = False  # it hung, and its death has not been told yet
        self._others: dict[str, int] = {}  # other processes → when they died last
        self._held_before = 0  # by drivers that are gone

    def fileno(self) -> int:
        """To be waited for while it is `awaited`."""
        return self._end.fileno()

    @property
    def awaited(self) -> bool:
        """What it says next is worth to be woken for; how far a driver has come that runs is heard in passing."""
        return not (self._ready and self.lit)

    def show(self, image: Image.Image) -> None:
        """Show an RGB image of the panel's size, one pixel an LED, brightness applied."""
        self._number += 1
        self._newest = wire.frame(self._number, image.tobytes())
        self._sent = False

    def tend(self, now_ms: int) -> int:
        """Read, send and watch; when to tend again. Raises PanelError when there is no panel to be had at all."""
        died = self._bury(now_ms)
        while message := heard(self._end, MOST_BYTES):
            self._hear(message, now_ms)
        if died and not self._sorry:
            self._sorry = f"the panel's driver ended {died}"
            self._log.error("%s: it is started again", self._sorry)
        if self._ready:
            self._feed(now_ms)
        self._watch(now_ms)
        due_ms = self._said_ms + wire.ALIVE_MS if self._ready else now_ms + START_MS
        if self._ready and not self._sent and self._newest:
            due_ms = now_ms + RETRY_MS
        if self._sent_ms is not None:
            due_ms = min(due_ms, self._sent_ms + STUCK_MS)
        return max(due_ms, now_ms + 1)

    def _feed(self, now_ms: int) -> None:
        """The newest frame, if it is not over there; else, now and then, that it is still true."""
        if self._newest and not self._sent:
            self._sent = self._send(self._newest, now_ms)
            if self._sent and self._sent_ms is None:
                self._sent_ms = now_ms
        elif now_ms >= self._said_ms + wire.ALIVE_MS:
            self._send(wire.ALIVE, now_ms)

    def _watch(self, now_ms: int) -> None:
        """End a driver that shows nothing, or does not come up."""
        if self._ready:
            stuck = self._sent_ms is not None and now_ms >= self._sent_ms + STUCK_MS
        else:
            if self._down_ms is None:
                self._down_ms = now_ms
            stuck = now_ms >= self._down_ms + START_MS
        if stuck:
            if self._killed:  # long ago, and nobody has died of it
                raise PanelError("the panel's driver hangs, and so does the process that is to end it")
            self._killed = True
            self._log.error("the panel's driver hangs: it is started again")
            self._sent_ms = None
            self._down_ms = now_ms
            self._nursery.kill(NAME)

    def _hear(self, message: bytes, now_ms: int) -> None:
        kind = message[:1]
        if kind == wire.READY:
            self._ready = True
            problem = message[1:].decode()
            if problem and problem != self.problem:
                self._log.error("%s", problem)
            self.problem = problem
            self._down_ms = None
            self._sent = False
            self._said_ms = now_ms
        elif kind == wire.SHOWN:
            self.frames += 1
            self.held = self._held_before + wire.held_of(message)
            self.lit = True
            if wire.number_of(message) == self._number:
                self._sent_ms = None
            elif self._sent_ms is not None:
                self._sent_ms = now_ms
            if self._sorry and now_ms >= self._died_ms + STEADY_MS:
                self._sorry = ""
                self._log.info("the panel is back")
        elif kind == wire.SORRY:
            text = message[1:].decode()
            if not self.lit:
                raise PanelError(text)
            if text != self._sorry:
                self._log.error("%s; trying again", text)
            self._sorry = text

    def _bury(self, now_ms: int) -> str:
        """How the driver has died since the last call; "" when it has not.

        Before anything is read: its successor may have spoken already.
        """
        try:
            deaths = self._nursery.deaths()
        except NurseryError as error:
            raise PanelError(str(error)) from None
        died = ""
        for name, how in deaths:
            if name != NAME:
                if now_ms >= self._others.get(name, -STEADY_MS) + STEADY_MS:
                    self._log.error("the %s's process ended %s: it is started again", name, how)
                self._others[name] = now_ms
                continue
            died = how
            self._killed = False
            self._ready = False
            self._down_ms = self._died_ms = now_ms
            self._sent_ms = None
            self._held_before = self.held
            self.restarts += 1
        return died

    def _send(self, message: bytes, now_ms: int) -> bool:
        sent = say(self._end, message)
        if sent:
            self._said_ms = now_ms
        return sent
