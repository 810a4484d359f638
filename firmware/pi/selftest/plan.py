"""What the self-test is to look at on this board, as its board.yaml says."""

from __future__ import annotations

from typing import NamedTuple

from firmware.pi.gpio import position
from firmware.pi.panel import PanelSettings
from firmware.pi.panel_shape import spot
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
    """Where each module of a panel is, in the order of the cables."""
    found = []
    for chain in range(panel.parallel):
        for number in range(panel.chain):
            at = spot(panel.chain, panel.parallel, panel.pixel_mapper, (chain, number))
            name = (_CHAINS[chain] if panel.parallel > 1 else "") + str(number + 1)
            x, y = at.column * panel.cols, at.row * panel.rows
            found.append(Module(x, y, panel.cols, panel.rows, name, number == 0, at.turned))
    return tuple(found)
