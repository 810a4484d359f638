"""What every step of the self-test is: what it shows, sounds and waits for. Times are ms since the step began."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from firmware.pi.selftest.pictures_panel import Picture
from firmware.pi.selftest.way import Way


class Facts(NamedTuple):
    """What is known now. `pressed_ms`: ms since the button's first press, None before; `down`: its contact is closed;
    `low`: the Pi has seen its supply sag during the test; `dead_button`, `silent_buzzer`: why, in a few words.
    """

    way: Way
    address: str = ""
    pressed_ms: int | None = None
    down: bool = False
    stuck: bool = False
    low: bool | None = None
    dead_button: str = ""
    silent_buzzer: str = ""


class Step(Protocol):
    """One step; pure."""

    name: str

    def picture(self, at_ms: int, facts: Facts) -> Picture:
        """What it shows."""

    def sounds(self, at_ms: int) -> bool:
        """The buzzer is on."""

    def over(self, at_ms: int, facts: Facts) -> bool:
        """It has been seen, or nobody came."""

    def next_ms(self, at_ms: int) -> int:
        """When any of these may change by time alone."""
