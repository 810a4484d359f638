"""How the modules get data and power: ribbon cables from module to module, a fused lead to each from the supply."""

from __future__ import annotations

from hw.drawing import symbols
from hw.drawing.pen import PANEL_FILL, Pen, Point
from hw.pins import Sheet
from hw.power import Lead, Modules, plan_for

_WIDE, _HIGH, _GAP = 128, 58, 46
_PLUS, _MINUS = 190, 226  # the rails, below the block's top


def feed(pen: Pen, at: Point, sheet: Sheet) -> None:
    """The block, 1000 wide and 240 high."""
    x, y = at
    plan = plan_for(Modules(sheet.rows, sheet.cols, sheet.chain, sheet.chains))
    number = plan.modules.number
    example = f"{number} module{'s' * (number > 1)} of {sheet.cols}x{sheet.rows}"
    pen.text(x, y, f"Power and data, for example of {example}", bold=True)
    _computer(pen, (x, y + 25), sheet)
    first = x + 330
    lefts = {
        (chain + 1, module + 1): first + (chain * sheet.chain + module) * (_WIDE + _GAP)
        for chain in range(sheet.chains)
        for module in range(sheet.chain)
    }
    for (chain, module), left in lefts.items():
        pen.box(left, y + 30, _WIDE, _HIGH, fill=PANEL_FILL, width=2.4)
        pen.text(left + _WIDE / 2, y + 52, f"module {module}", anchor="middle", bold=True)
        if sheet.chains > 1:
            pen.text(left + _WIDE / 2, y + 70, f"of chain {chain}", anchor="middle", size=12)
        pen.text(left + 5, y + 83, "IN", size=12)
        pen.text(left + _WIDE - 5, y + 83, "OUT", anchor="end", size=12)
        if module > 1:
            symbols.arrow(pen, left - _GAP, y + 59, left)
    _ribbons(pen, (x + 230, y), lefts)
    _supply(pen, at, plan.supplies[0], max(lefts.values()) + _WIDE)
    for lead in plan.leads:
        _lead(pen, y, lead, [lefts[each] for each in lead.feeds])


def _computer(pen: Pen, at: Point, sheet: Sheet) -> None:
    x, y = at
    pi, hat = bool(sheet.mapping.header), sheet.mapping.name.startswith("adafruit")
    pen.box(x, y, 230, 68, width=2.4)
    pen.text(x + 115, y + 27, "Raspberry Pi" if pi else "Interstate 75 W", anchor="middle", bold=True)
    pen.text(x + 115, y + 49, ("with the HAT" if hat else "with the adapter") if pi else "", anchor="middle")
    pen.text(x, y + 90, f"its own supply of {'5.1' if pi else '5'} V, by USB", size=13)
    pen.text(x, y + 108, "no panel power through it", size=13)


def _ribbons(pen: Pen, at: Point, lefts: dict[tuple[int, int], float]) -> None:
    """From the board to the first module of each chain."""
    x, y = at
    first, second = lefts[1, 1], lefts.get((2, 1))
    symbols.arrow(pen, x, y + 59, first)
    pen.text((x + first) / 2 - 5, y + 48, "ribbon", anchor="middle", size=12)
    if second is not None:
        pen.line((x, y + 38), (x + 20, y + 38), (x + 20, y + 14), (second - 24, y + 14), (second - 24, y + 59), width=6)
        symbols.arrow(pen, second - 24, y + 59, second)


def _supply(pen: Pen, at: Point, amps: float, right: float) -> None:
    x, y = at
    plus, minus = y + _PLUS, y + _MINUS
    pen.box(x, plus - 30, 230, 80, width=2.4)
    pen.text(x + 78, plus - 6, "Supply 5 V", anchor="middle", bold=True)
    pen.text(x + 78, plus + 15, f"{amps:g} A or more", anchor="middle", size=13)
    pen.text(x + 78, plus + 39, "mains: an electrician", anchor="middle", size=12)
    for height, name in ((plus, "V+"), (minus, "V-")):
        pen.text(x + 222, height + 5, name, anchor="end", bold=True)
        pen.line((x + 230, height), (right, height), width=4)
    joined = x + 262
    pen.line((joined, minus), (joined, y + 82), (x + 230, y + 82), width=2.4, dash="7 5")
    pen.dot(joined, minus)
    pen.lines(joined + 6, y + 116, "grounds joined", "by the ribbon", size=12, step=16)


def _lead(pen: Pen, y: float, lead: Lead, lefts: list[float]) -> None:
    """From both rails to a module, or to two with two plugs; the fuse is in plus."""
    plus, minus, foot = y + _PLUS, y + _MINUS, y + 30 + _HIGH
    middle = lefts[0] + _WIDE / 2
    symbols.fuse_up(pen, middle - 24, plus, f"{lead.fuse:g} A")
    pen.line((middle - 24, plus - 50), (middle - 24, foot), width=3)
    pen.line((middle + 24, minus), (middle + 24, foot), width=3)
    pen.dot(middle - 24, plus)
    pen.dot(middle + 24, minus)
    pen.text(middle - 38, foot + 15, "+", bold=True)
    pen.text(middle + 32, foot + 15, "-", bold=True)
    for left in lefts[1:]:
        for side, height in ((-24, foot + 24), (24, foot + 38)):
            other = left + _WIDE / 2 + side
            pen.line((middle + side, height), (other, height), (other, foot), width=3)
            pen.dot(middle + side, height)
