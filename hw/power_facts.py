"""The numbers that a power plan rests on, each with where it is from. `wallboardctl power --facts` prints them.

Nothing here was measured by this project: panels differ, and a clamp meter on the finished board is the last word.
"""

from __future__ import annotations

from typing import NamedTuple


class Fact(NamedTuple):
    """One number, in `unit`; `what` is a few words for people."""

    value: float
    unit: str
    what: str
    source: str


VOLTS = Fact(5.0, "V", "what panels are fed with", "the modules' data sheets; rpi-rgb-led-matrix, wiring.md")
MAX_VOLTS = Fact(5.25, "V", "never more at a module", "5 V and 5 %, as CMOS logic and LED drivers of 5 V bear")
WHITE_MA = Fact(
    4000 / 2048,
    "mA",
    "of one LED at full white",
    "plan 4 A per 64x32 and 8 A per 64x64: a module lights two rows at a time, of 64 columns 128 LEDs of 60 mA, "
    "7.7 A at worst (Adafruit, RGB Matrix HAT, Pinouts); makers state 12 W (P3, 64x32) and 20 W (P2.5, 64x64)",
)
IDLE_MA = Fact(
    200,
    "mA",
    "of 64 columns that show black",
    "an estimate: 24 drivers of 16 outputs at some 8 mA each, as their data sheets say",
)
MARGIN = Fact(1.25, "times", "of full white that a supply is rated for", "loaded to 80 %: it lasts, and stays cool")
EFFICIENCY = Fact(0.85, "", "of a supply from the mains to 5 V", "data sheets of enclosed 5 V supplies: 0.82 to 0.89")
OHM_MM2_M = Fact(0.0225, "Ω·mm²/m", "of copper, warm as in use", "IEC 60364-5-52, annex G")
DROP = Fact(
    0.15,
    "V",
    "that a lead may lose, there and back",
    "3 %: with 0.1 V in fuse and contacts a module still has 4.75 V; below 4.5 V the picture goes wrong (wiring.md)",
)
DERATING = Fact(
    0.87, "times", "of a cable's rating at 40 °C, behind a panel", "DIN VDE 0298-4 for PVC: √((70 - 40) / (70 - 30))"
)
FUSE_LOAD = Fact(0.8, "times", "of its rating that a fuse carries for ever", "blade fuses, ISO 8820-3, makers' advice")
LEAD_A = Fact(
    8,
    "A",
    "at most in one lead to the modules",
    "their 3.96 mm plugs bear 7 to 10 A a contact, by make and wire (JST VH: 10 A with AWG 16)",
)
HOURS = Fact(24, "h", "a day that the board is on", "a board is on day and night unless switched off")
MAINS = Fact(230, "V", "of the mains", "Israel and Europe: IEC 60038")
# Cross-section in mm² → A at 30 °C, two loaded cores: DIN VDE 0298-4, table 11, flexible multi-core cables.
CABLES_MM2 = {0.5: 9, 0.75: 12, 1.0: 15, 1.5: 18, 2.5: 26, 4.0: 34, 6.0: 44, 10.0: 61, 16.0: 82}
CABLE_SOURCE = "DIN VDE 0298-4, table 11: flexible, two loaded cores, 30 °C; AWG: as the next smaller mm²"
AWG = (20, 18, 16, 14, 12, 10, 8, 6)
FUSES_A = (3, 4, 5, 7.5, 10, 15, 20)  # blade fuses of ISO 8820-3
SUPPLIES_A = (3, 4, 5, 8, 10, 12, 15, 20, 30, 40, 60)  # 5 V supplies as they are sold


class Computer(NamedTuple):
    """What drives the panel, with the supply that its makers want and what it draws, in A at about 5.1 V."""

    name: str
    supply_a: float
    typical_a: float


COMPUTER_SOURCE = "Raspberry Pi documentation, Power supplies: recommended capacity and typical bare-board current"
COMPUTERS = {
    "zero2": Computer("Raspberry Pi Zero 2 W", 2.5, 0.35),  # 2.0 A in that table, 2.5 A in its product brief
    "3": Computer("Raspberry Pi 3", 2.5, 0.5),
    "4": Computer("Raspberry Pi 4", 3.0, 0.6),
    "5": Computer("Raspberry Pi 5", 5.0, 0.8),
    "pico": Computer("Interstate 75 W", 0.5, 0.1),  # a USB port's 0.5 A; the draw is an estimate
}
FACTS = (
    VOLTS, MAX_VOLTS, WHITE_MA, IDLE_MA, MARGIN, EFFICIENCY, OHM_MM2_M, DROP, DERATING, FUSE_LOAD, LEAD_A, HOURS, MAINS
)  # fmt: skip


def awg_mm2(awg: int) -> float:
    """The cross-section of an American wire gauge (ASTM B258: 0.127 mm × 92^((36 - n) / 39) is its diameter)."""
    diameter = 0.127 * 92.0 ** ((36 - awg) / 39)
    area: float = 3.141592653589793 / 4 * diameter * diameter
    return area
