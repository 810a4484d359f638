"""The button: a contact from a pin to ground, read through gpiozero and lgpio. What a press means is the core's matter.

gpiozero calls from a thread of its own; edges are kept in order, each with its moment, until the board's loop takes
them: one that waits for a slow card must not see a press and its end as one moment.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from firmware.pi.gpio import NoGpioError, claim, position
from firmware.pi.inbox import Press, Waker


class Button:
    """Edges of one pin, pulled up; without a pin, or without a usable GPIO (told in one line), never any.

    `clock`: the board's, in ms.
    """

    def __init__(self, gpio: int | None, waker: Waker, clock: Callable[[], int], log: logging.Logger) -> None:
        self._clock = clock
        self._waker = waker
        self._lock = threading.Lock()
        self._edges: list[Press] = []
        self._device: Any = None
        if gpio is None:
            return
        try:
            self._device = claim(lambda factory: _input(gpio, factory))
        except NoGpioError as error:
            log.warning("button: dead: %s; on a Raspberry Pi it is GPIO%d (pin %d)", error, gpio, position(gpio))
            return
        self._device.when_activated = lambda: self._edge(True)
        self._device.when_deactivated = lambda: self._edge(False)

    @property
    def dead(self) -> bool:
        """There is none, or its pin cannot be had."""
        return self._device is None

    @property
    def down(self) -> bool:
        """It is pressed now."""
        return self._device is not None and bool(self._device.value)

    def take(self) -> list[Press]:
        """Edges since the last call, oldest first."""
        with self._lock:
            edges, self._edges = self._edges, []
        return edges

    def close(self) -> None:
        """Let go of the pin."""
        if self._device is not None:
            self._device.close()

    def _edge(self, down: bool) -> None:
        with self._lock:
            self._edges.append(Press(down, self._clock()))
        self._waker.wake()


def _input(gpio: int, factory: Any) -> Any:
    from gpiozero import DigitalInputDevice  # noqa: PLC0415 - an extra of the package, and slow to import

    return DigitalInputDevice(gpio, pull_up=True, pin_factory=factory)
