"""How much current a set of modules draws, and what feeds it: supply, leads, fuses, cables. Numbers in A, V, W, mm², m.

plan = plan_for(Modules(rows=64, cols=64, chain=2))
plan.supplies        # one of 20 A …
plan.cable(1.5)      # … and what each lead is to be made of, 1.5 m long
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from hw.power_facts import (
    AWG,
    CABLES_MM2,
    DERATING,
    DROP,
    EFFICIENCY,
    FUSE_LOAD,
    FUSES_A,
    IDLE_MA,
    LEAD_A,
    MARGIN,
    OHM_MM2_M,
    SUPPLIES_A,
    VOLTS,
    WHITE_MA,
    awg_mm2,
)

_SLACK = 1e-9  # 8 A out of 4000/2048 mA is 8 A, whatever floats say


class Modules(NamedTuple):
    """The panel: `parallel` chains of `chain` modules of `cols` × `rows` LEDs. `white_a`: what a module's label says of
    full white; None: as planned."""

    rows: int
    cols: int
    chain: int = 1
    parallel: int = 1
    white_a: float | None = None

    @property
    def number(self) -> int:
        """How many modules."""
        return self.chain * self.parallel

    @property
    def leds(self) -> int:
        """Of all modules."""
        return self.rows * self.cols * self.number

    @property
    def one_white_a(self) -> float:
        """One module, every LED at full white."""
        return self.white_a if self.white_a is not None else self.rows * self.cols * WHITE_MA.value / 1000

    @property
    def idle_a(self) -> float:
        """All modules, black."""
        return self.number * self.cols / 64 * IDLE_MA.value / 1000

    def draws(self, duty: float) -> float:
        """All modules, when their LEDs are lit for this share (0 to 1) of full white on the mean."""
        white = self.one_white_a * self.number
        idle = min(self.idle_a, white)
        return idle + (white - idle) * duty


class Lead(NamedTuple):
    """One pair of wires from the supply. `feeds`: (chain, module) from 1 on, in the order of the data; a large module
    has more than one."""

    feeds: tuple[tuple[int, int], ...]
    amps: float
    fuse: float


class Cable(NamedTuple):
    """A size that will do, and what a lead loses in it at full white, in V, there and back."""

    size: float  # mm², or AWG
    drop: float


class Plan(NamedTuple):
    """What the modules need."""

    modules: Modules
    white_a: float
    leads: tuple[Lead, ...]
    supplies: tuple[float, ...]  # the rating of each, in A; each feeds its own leads

    def cable_mm2(self, length_m: float, drop: float = DROP.value) -> Cable | None:
        """The thinnest cable for the heaviest lead, of so many metres from supply to module. None: too long for any."""
        return self._thinnest(((size, size) for size in CABLES_MM2), length_m, drop)

    def cable_awg(self, length_m: float, drop: float = DROP.value) -> Cable | None:
        """The same in American wire gauge."""
        return self._thinnest(((gauge, awg_mm2(gauge)) for gauge in AWG), length_m, drop)

    def _thinnest(self, sizes: Iterable[tuple[float, float]], length_m: float, drop: float) -> Cable | None:
        lead = max(self.leads, key=lambda each: each.amps)
        for size, mm2 in sizes:
            lost = lead.amps * OHM_MM2_M.value * 2 * length_m / mm2
            if bears(mm2) >= lead.fuse and lost <= drop + _SLACK:
                return Cable(size, lost)
        return None


def bears(mm2: float) -> float:
    """A that a cable carries behind a panel: a fuse of at most so much protects it."""
    return max((amps for size, amps in CABLES_MM2.items() if size <= mm2 + _SLACK), default=0) * DERATING.value


def plan_for(modules: Modules) -> Plan:
    """Supplies, leads and fuses for full white at 100 %: one command, or a garbled cable, can light all of it."""
    one = modules.one_white_a
    a_lead = max(1, math.floor(LEAD_A.value / one + _SLACK))  # modules
    leads_a_module = max(1, math.ceil(one / LEAD_A.value - _SLACK))
    places = [(chain + 1, module + 1) for chain in range(modules.parallel) for module in range(modules.chain)]
    feeds = [tuple(places[at : at + min(a_lead, 2)]) for at in range(0, len(places), min(a_lead, 2))]
    leads = []
    for each in feeds:
        amps = one * len(each) / leads_a_module
        leads += [Lead(each, amps, _fuse(amps))] * leads_a_module
    white = one * modules.number
    number = math.ceil(white * MARGIN.value / SUPPLIES_A[-1] - _SLACK)
    share = math.ceil(len(leads) / number)
    groups = [leads[at : at + share] for at in range(0, len(leads), share)]
    supplies = tuple(_rating(sum(lead.amps for lead in group)) for group in groups)
    return Plan(modules, white, tuple(leads), supplies)


def mains_w(panel_a: float, computer_a: float) -> float:
    """What is drawn from the mains, all of which becomes heat in the room."""
    return (panel_a + computer_a) * VOLTS.value / EFFICIENCY.value


def _fuse(amps: float) -> float:
    return next(each for each in (*FUSES_A, math.inf) if each * FUSE_LOAD.value >= amps - _SLACK)


def _rating(amps: float) -> float:
    return next(each for each in (*SUPPLIES_A, math.inf) if each >= amps * MARGIN.value - _SLACK)
