"""The Pi's pins through gpiozero and lgpio: both are extras of the package, and a desktop has neither nor any pin."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from config.installed import how_to_get
from hw.pins import mappings

Device = TypeVar("Device")


class NoGpioError(RuntimeError):
    """Why a pin cannot be had here."""


def claim(make: Callable[[Any], Device]) -> Device:
    """`make(pin_factory)`, a device of gpiozero on a pin. Raises NoGpioError."""
    # lgpio puts a FIFO into its working directory when it is imported; a service may not write to its own.
    os.environ.setdefault("LG_WD", tempfile.gettempdir())
    try:
        from gpiozero import GPIOZeroError  # noqa: PLC0415 - slow to import, and an extra
    except ImportError:
        raise NoGpioError(f"gpiozero is not installed ({how_to_get('gpiozero')})") from None
    if os.environ.get("GPIOZERO_PIN_FACTORY"):
        return make(None)  # somebody has chosen, a test its mock
    try:
        import lgpio  # noqa: PLC0415
        from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415
    except ImportError:
        raise NoGpioError(f"lgpio is not installed ({how_to_get('lgpio')})") from None
    # By name, not by gpiozero's search, which would try pigpio and RPi.GPIO: one needs a daemon, one the PWM.
    try:
        return make(LGPIOFactory())
    except (GPIOZeroError, OSError, lgpio.error) as error:
        raise NoGpioError(not_allowed() or f"no GPIO here ({str(error).strip(chr(39))})") from None


def not_allowed(dev: Path = Path("/dev")) -> str:
    """That this user may not use the pins that are here, and what to do; "" when that is not so."""
    chips = sorted(dev.glob("gpiochip*"))
    if not chips or any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return ""
    import pwd  # noqa: PLC0415 - there is none on Windows, where the self-test is shown by `preview`

    try:
        user, group = pwd.getpwuid(os.geteuid()).pw_name, chips[0].group()
    except (KeyError, OSError):  # a number without a name
        user, group = str(os.geteuid()), "gpio"
    return f"{user} may not use {chips[0]} (sudo usermod -aG {group} {user}, and start it again)"


def position(gpio: int) -> int:
    """Of a GPIO's pin on the 40-pin header."""
    return next(iter(mappings().values())).header[gpio]
