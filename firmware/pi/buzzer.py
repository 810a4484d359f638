"""The buzzer: an active one, on or off, on a GPIO pin through gpiozero and lgpio.

No PWM: the panel library owns the Pi's. When a tone starts and ends is the core's matter (pattern.py), so no thread of
gpiozero's is used either. Open it before the panel: afterwards the process may be no longer root.
"""

from __future__ import annotations

import logging
import os
import tempfile
from typing import Any, Protocol

from hw.pins import mappings


class Buzzer(Protocol):
    """Something that sounds or is silent."""

    def sound(self, on: bool) -> None:
        """Sound from now on, or stop. Cheap to call again and again."""

    def close(self) -> None:
        """Silence, and let go of the pin."""


class NoBuzzer:
    """A board without one, or a machine without GPIO."""

    def sound(self, on: bool) -> None:
        """Nothing sounds."""

    def close(self) -> None:
        """Nothing to let go of."""


class GpioBuzzer:
    """An active buzzer on one pin, sounding while the pin is high."""

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
        return _open(gpio)
    except _NoGpioError as error:
        position = next(iter(mappings().values())).header[gpio]
        log.warning(
            "buzzer: silent: %s; on a Raspberry Pi it sounds on GPIO%d (pin %d of the header)", error, gpio, position
        )
        return NoBuzzer()


class _NoGpioError(RuntimeError):
    """Why there is no GPIO here."""


def _open(gpio: int) -> Buzzer:
    # lgpio puts a FIFO into its working directory when it is imported; a service may not write to its own.
    os.environ.setdefault("LG_WD", tempfile.gettempdir())
    try:
        from gpiozero import GPIOZeroError  # noqa: PLC0415
    except ImportError:
        raise _NoGpioError("the package gpiozero is not installed (led-wallboard[pi])") from None
    if os.environ.get("GPIOZERO_PIN_FACTORY"):
        return GpioBuzzer(gpio)  # somebody has chosen, a test its mock
    try:
        import lgpio  # noqa: PLC0415
        from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415
    except ImportError:
        raise _NoGpioError("the package lgpio is not installed (led-wallboard[pi])") from None
    # By name, not by gpiozero's search, which would try pigpio and RPi.GPIO: one needs a daemon, one the PWM.
    try:
        return GpioBuzzer(gpio, LGPIOFactory())
    except (GPIOZeroError, OSError, lgpio.error) as error:
        raise _NoGpioError(f"no GPIO here ({str(error).strip(chr(39))})") from None
