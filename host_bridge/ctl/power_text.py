"""A power plan as people read it, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from host_bridge.ctl.power_frames import CALM, TEST, Page, duty_of
from hw.power import Lead, Plan, mains_w
from hw.power_facts import (
    CABLE_SOURCE,
    CABLES_MM2,
    COMPUTER_SOURCE,
    COMPUTERS,
    FACTS,
    LEAD_A,
    MAINS,
    MARGIN,
    MAX_VOLTS,
    VOLTS,
    Computer,
)

_DAYS = 365


class Told(NamedTuple):
    """A plan, and what it is told with. `brightness`: percent; `pages`: of all scenes, at that brightness."""

    plan: Plan
    size: tuple[int, int]
    brightness: int
    pages: tuple[Page, ...]
    pitch_mm: float | None
    lengths_m: tuple[float, ...]
    drop: float
    computer: Computer
    hours: float

    @property
    def white_duty(self) -> float:
        """Of full white at this brightness."""
        return duty_of(255 * self.brightness // 100)

    @property
    def calm(self) -> Page:
        """The page of a quiet day."""
        return next(page for page in self.pages if page.scene == CALM)

    @property
    def busiest(self) -> Page:
        """The page that draws most, of those that may stand for long."""
        return max((page for page in self.pages if not page.scene.startswith(TEST)), key=lambda page: page.duty)

    @property
    def brightest_test(self) -> Page:
        """The picture of the self-test that draws most."""
        return max((page for page in self.pages if page.scene.startswith(TEST)), key=lambda page: page.duty)

    def amps(self, page: Page) -> float:
        """What the panel draws while it shows this."""
        return self.plan.modules.draws(page.duty)

    def mains(self, amps: float) -> float:
        """What the whole board draws from the mains, in W."""
        return mains_w(amps, self.computer.typical_a)

    def kwh(self, amps: float) -> float:
        """In a year."""
        return self.mains(amps) * self.hours * _DAYS / 1000


def lines(told: Told) -> Iterator[str]:
    """All of the output."""
    plan, modules = told.plan, told.plan.modules
    size = "{}x{}".format(*told.size)
    chains = "one chain" if modules.parallel == 1 else f"{modules.parallel} chains"
    count = f"{modules.number} module{'s' * (modules.number > 1)} of {modules.cols}x{modules.rows}"
    yield f"{size} LEDs: {count} in {chains}, brightness {told.brightness} %"
    if told.pitch_mm is not None:
        yield _area(told)
    yield ""
    yield f"{'the panel, at 5 V':32}{'A':>7}{'W':>6}"
    yield _draw("full white, 100 %", plan.white_a, "what supply, leads and fuses are for")
    if told.brightness < 100:
        at = modules.draws(told.white_duty)
        yield _draw(f"full white, {told.brightness} %", at, "lightness is not light (CIE 1931)")
    yield _draw("self-test", told.amps(told.brightest_test), "to be measured: with a clamp meter around plus")
    yield _draw("busiest page", told.amps(told.busiest), _lit(told.busiest))
    yield _draw("calm page", told.amps(told.calm), _lit(told.calm))
    yield _draw("black", modules.idle_a, "an estimate")
    if modules.white_a is None:
        each = modules.one_white_a
        yield f"Planned with {each:g} A for each module at full white; if its label says more, give --amps."
    yield ""
    yield from _supply(plan)
    yield from _leads(plan)
    yield from _cables(told)
    name, amps = told.computer.name, told.computer.supply_a
    yield f"Computer   {name}: its own supply of 5.1 V, {amps:g} A or more, and never the panel's leads through it;"
    yield "           its ground is joined with the panel's"
    yield ""
    white = mains_w(plan.white_a, told.computer.supply_a)
    low, high = told.amps(told.calm), told.amps(told.busiest)
    yield f"Mains      {white:.0f} W at most, {white / MAINS.value:.1f} A at {MAINS.value:g} V; all of it becomes heat"
    yield f"           {told.mains(low):.0f} to {told.mains(high):.0f} W day by day, calm to busiest page"
    yield f"A year     {told.kwh(low):.0f} to {told.kwh(high):.0f} kWh, on for {told.hours:g} h a day"


def _draw(what: str, amps: float, about: str) -> str:
    return f"  {what:30}{amps:7.1f}{amps * VOLTS.value:6.0f}  {about}"


def _lit(page: Page) -> str:
    return f"{page.lit:.0%} of its LEDs lit, as bright as {page.duty:.0%} of full white"


def _area(told: Told) -> str:
    wide, high = (leds * (told.pitch_mm or 0) for leds in told.size)
    white = told.plan.white_a * VOLTS.value / (wide * high / 1e6)
    busy = told.amps(told.busiest) * VOLTS.value / (wide * high / 1e6)
    return f"{wide:.0f} x {high:.0f} mm; heat {busy:.0f} W/m² on the busiest page, {white:.0f} W/m² at full white"


def _supply(plan: Plan) -> Iterator[str]:
    least = plan.white_a * MARGIN.value
    many = len(plan.supplies)
    which = f"5 V, {plan.supplies[0]:g} A or more" if many == 1 else f"{many} of 5 V: {_listed(plan.supplies)}"
    yield f"Supply     {which} (full white and a quarter more: {least:.1f} A); class I or II, to IEC 62368-1"
    yield f"           at the last module, during the self-test: 4.75 V or more; never above {MAX_VOLTS.value:g} V"
    if many > 1:
        yield "           their grounds are joined, their 5 V never: each feeds its own leads"


def _listed(supplies: tuple[float, ...]) -> str:
    return " and ".join(f"{each:g} A or more" for each in supplies)


def _leads(plan: Plan) -> Iterator[str]:
    number = len(plan.leads)
    yield f"Leads      {number}, each of plus and minus, from the supply and not from module to module; at most"
    yield f"           {LEAD_A.value:g} A in one, and in its plus, at the supply, a fuse"
    first = 1
    for lead, alike in groupby(plan.leads):
        last = first + len(list(alike)) - 1
        which, each = (f"{first} to {last}", " each") if last > first else (str(first), "")
        yield f"             {which}: {_fed(lead)}: {lead.amps:.1f} A{each}, fuse {lead.fuse:g} A"
        first = last + 1


def _fed(lead: Lead) -> str:
    chain = lead.feeds[0][0]
    if any(each != chain for each, _ in lead.feeds):
        return " and ".join(f"chain {chain} module {module}" for chain, module in lead.feeds)
    modules = " and ".join(str(module) for _, module in lead.feeds)
    return f"chain {chain}, module{'s' * (len(lead.feeds) > 1)} {modules}"


def _cables(told: Told) -> Iterator[str]:
    yield f"Cable      of each lead: flexible, copper; at most {told.drop:g} V are lost at full white, there and back"
    for length in told.lengths_m:
        metric, gauge = told.plan.cable_mm2(length, told.drop), told.plan.cable_awg(length, told.drop)
        if metric is None and gauge is None:
            yield f"             {length:g} m: too long for any: move the supply nearer"
            continue
        parts = []
        if metric is not None:
            parts.append(f"{metric.size:g} mm² ({metric.drop:.2f} V)")
        if gauge is not None:
            parts.append(f"AWG {gauge.size:g} ({gauge.drop:.2f} V)")
        yield f"             {length:g} m: {' or '.join(parts)}"
    yield "           the modules' plugs take 1.25 mm² (AWG 16) at most: end a thicker cable at a terminal beside them"


def as_json(told: Told) -> dict[str, Any]:
    """The same for programs. Currents in A, powers in W, lengths in m, cross-sections in mm²; shares from 0 to 1."""
    plan, modules = told.plan, told.plan.modules
    low, high = told.amps(told.calm), told.amps(told.busiest)
    return {
        "panel": {**modules._asdict(), "modules": modules.number, "leds": modules.leds, "brightness": told.brightness},
        "amps": {
            "white": _round(plan.white_a),
            "white_at_brightness": _round(modules.draws(told.white_duty)),
            "self_test": _round(told.amps(told.brightest_test)),
            "busiest": _round(high),
            "calm": _round(low),
            "black": _round(modules.idle_a),
        },
        "pages": [
            {**page._asdict(), "lit": _round(page.lit), "duty": _round(page.duty), "amps": _round(told.amps(page))}
            for page in told.pages
        ],
        "supplies": list(plan.supplies),
        "leads": [
            {
                "feeds": [{"chain": chain, "module": module} for chain, module in lead.feeds],
                "amps": _round(lead.amps),
                "fuse": lead.fuse,
            }
            for lead in plan.leads
        ],
        "cables": [_cable(told, length) for length in told.lengths_m],
        "computer": told.computer._asdict(),
        "mains_w": {
            "white": _round(mains_w(plan.white_a, told.computer.supply_a)),
            "busiest": _round(told.mains(high)),
            "calm": _round(told.mains(low)),
        },
        "kwh_a_year": {"hours_a_day": told.hours, "busiest": _round(told.kwh(high)), "calm": _round(told.kwh(low))},
    }


def _cable(told: Told, length: float) -> dict[str, Any]:
    metric, gauge = told.plan.cable_mm2(length, told.drop), told.plan.cable_awg(length, told.drop)
    return {
        "length": length,
        "mm2": metric.size if metric else None,
        "mm2_drop": _round(metric.drop) if metric else None,
        "awg": gauge.size if gauge else None,
        "awg_drop": _round(gauge.drop) if gauge else None,
    }


def _round(value: float) -> float:
    return round(value, 3)


def facts() -> Iterator[str]:
    """Each number, and its source."""
    yield "For planning; nothing of it was measured by this project."
    for fact in FACTS:
        yield ""
        yield f"{fact.value:.4g} {fact.unit} {fact.what}".replace("  ", " ")
        yield f"    {fact.source}"
    yield ""
    yield "Cables bear, at 30 °C: " + ", ".join(f"{size:g} mm² {amps} A" for size, amps in CABLES_MM2.items())
    yield f"    {CABLE_SOURCE}"
    yield ""
    for each in COMPUTERS.values():
        yield f"{each.name}: a supply of {each.supply_a:g} A, draws {each.typical_a:g} A"
    yield f"    {COMPUTER_SOURCE}; the Interstate's are estimates"


def facts_json() -> dict[str, Any]:
    """The same for programs."""
    return {
        "facts": [fact._asdict() for fact in FACTS],
        "cables": {"mm2": {f"{size:g}": amps for size, amps in CABLES_MM2.items()}, "source": CABLE_SOURCE},
        "computers": {"models": {name: each._asdict() for name, each in COMPUTERS.items()}, "source": COMPUTER_SOURCE},
    }
