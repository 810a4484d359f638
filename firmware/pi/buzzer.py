"""The buzzer: an active one, on or off, on a GPIO pin through gpiozero and lgpio.

No PWM: the panel library owns the Pi's. When a tone starts and ends is the core's matter (pattern.py), so no thread of
gpiozero's is used either.
"""

from __future__ import annotations

import logging
from typing import Any, Protocol

from firmware.pi.gpio import NoGpioError, claim, position


class Buzzer(Protocol):
    """Something that sounds or is silent. `dead`: it never sounds."""

    dead: bool

    def sound(self, on: bool) -> None:
        """Sound from now on, or stop. Cheap to call again and again."""

    def close(self) -> None:
        """Silence, and let go of the pin."""


class NoBuzzer:
    """A board without one, or a machine without GPIO."""

    dead = True

    def sound(self, on: bool) -> None:
        """Nothing sounds."""

    def close(self) -> None:
        """Nothing to let go of."""


class GpioBuzzer:
    """An active buzzer on one pin, sounding while the pin is high."""

    dead = False

    def __init__(self, gpio: int, factory: Any = None) -> None:
        """Claim the pin, silent. `factory`: gpiozero's pin factory; its own choice if None."""
        from gpiozero import DigitalOutputDevice  # noqa: PLC0415 - an extra of the package, and slow to import

        self._device = DigitalOutputDevice(gpio, active_high=True, initial_value=False, pin_factory=factory)
        self._on = False

    def sound(self, on: bool) -> None:
        """See Buzzer."""
        if on != self._on:
            self._on = on
            self._device.value = on

    def close(self) -> None:
        """See Buzzer. A pin that is let go floats; the board's pull-down resistor keeps it silent."""
        self.sound(False)
        self._device.close()


def open_buzzer(gpio: int | None, log: logging.Logger) -> Buzzer:
    """The buzzer on `gpio`. Without one, or without a usable GPIO (told in one line), a silent one."""
    if gpio is None:
        return NoBuzzer()
    try:
        return claim(lambda factory: GpioBuzzer(gpio, factory))
    except NoGpioError as error:
        log.warning(
            "buzzer: silent: %s; on a Raspberry Pi it sounds on GPIO%d (pin %d of the header)",
            error,
            gpio,
            position(gpio),
        )
        return NoBuzzer()
