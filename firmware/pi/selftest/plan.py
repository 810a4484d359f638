"""What the self-test is to look at on this board, as its board.yaml says."""

from __future__ import annotations

from typing import NamedTuple

from firmware.pi.gpio import position
from firmware.pi.panel import PanelSettings
from firmware.pi.selftest.pictures_panel import Module
from firmware.pi.settings import BoardSettings

_CHAINS = "ABC"


class Plan(NamedTuple):
    """`name`: the board's own; `buzzer`, `button`: where on the header each is, as "PIN 37"; "" without one."""

    width: int
    height: int
    modules: tuple[Module, ...]
    name: str
    buzzer: str
    button: str


def plan_of(read: BoardSettings) -> Plan:
    """As board.yaml says."""
    panel = read.panel
    buzzer, button = ("" if gpio is None else f"PIN {position(gpio)}" for gpio in (read.buzzer_gpio, read.button_gpio))
    return Plan(panel.width, panel.height, modules_of(panel), read.board, buzzer, button)


def modules_of(panel: PanelSettings) -> tuple[Module, ...]:
    """Where each module of a panel is, in the order of the cables.

    The library fills a chain from its far end: the module that the Pi's cable goes to has the last columns, the right
    ones seen from the front (lib/README.md of rpi-rgb-led-matrix, May 2026).
    """
    return tuple(
        Module(
            (panel.chain - 1 - place) * panel.cols,
            row * panel.rows,
            panel.cols,
            panel.rows,
            (_CHAINS[row] if panel.parallel > 1 else "") + str(place + 1),
            place == 0,
        )
        for row in range(panel.parallel)
        for place in range(panel.chain)
    )
