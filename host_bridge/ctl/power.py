"""`wallboardctl power`: what supply, cables and fuses a set of LED modules needs, and what it will draw."""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from config.yaml_file import ConfigError
from firmware.pi import settings
from firmware.pi.panel import PanelSettings, check
from host_bridge.ctl import power_text as text
from host_bridge.ctl.power_frames import pages
from host_bridge.ctl.power_text import Told
from hw.power import Modules, plan_for
from hw.power_facts import COMPUTERS, DROP, HOURS

DESCRIPTION = """\
Plans the power of a board: the current at full white, which is what supply, cables and fuses are for, and what our own
pages draw, from the share of LEDs that they light. Then the supply, a lead for each module or two, its fuse, its cable
by length in mm² and AWG with the voltage lost, the Pi's own supply, heat, and the energy of a year.

  wallboardctl power --board board.yaml                    the panel of a board.yaml
  wallboardctl power --rows 64 --cols 64 --chain 2         two modules of 64x64, one after the other
  wallboardctl power --rows 32 --cols 64 --amps 3.2        the label of the module says 3.2 A
  wallboardctl power --rows 64 --cols 64 --length 2.5      leads of 2.5 m, from supply to module
  wallboardctl power --facts                               the numbers it reckons with, and where each is from

The numbers are for planning: nothing replaces a clamp meter on the finished board, at the self-test. The mains side is
for an electrician; see hw/SAFETY.md.
"""
LENGTHS_M = (0.5, 1.0, 2.0, 3.0)


class _Range(NamedTuple):
    low: float
    high: float
    unit: str


_RANGES = {
    "rows": _Range(8, 64, "LEDs"),
    "cols": _Range(16, 256, "LEDs"),
    "chain": _Range(1, 16, "modules"),
    "parallel": _Range(1, 3, "chains"),
    "brightness": _Range(1, 100, "percent"),
    "amps": _Range(0.5, 40, "A"),
    "pitch": _Range(1, 20, "mm"),
    "length": _Range(0.1, 20, "m"),
    "drop": _Range(0.02, 0.5, "V"),
    "hours": _Range(0, 24, "h"),
}


class UsageError(ValueError):
    """Options that are out of range, or do not go together; one clear line."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `power`."""
    parser = subparsers.add_parser(
        "power",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit codes: 0 printed, 2 wrong usage, or the board.yaml is wrong or cannot be read.",
    )
    panel = parser.add_argument_group("the panel")
    panel.add_argument("--board", metavar="FILE", type=Path, help="a board.yaml: its modules and brightness")
    panel.add_argument("--rows", metavar="N", type=int, help="LEDs of one module from top to bottom")
    panel.add_argument("--cols", metavar="N", type=int, help="LEDs of one module from left to right")
    panel.add_argument("--chain", metavar="N", type=int, help="modules one after the other (1)")
    panel.add_argument("--parallel", metavar="N", type=int, help="chains one below the other (1)")
    panel.add_argument("--brightness", metavar="N", type=int, help="percent (100)")
    panel.add_argument("--amps", metavar="A", type=float, help="of one module at full white, if its label tells")
    panel.add_argument("--pitch", metavar="MM", type=float, help="from LED to LED: adds size, and heat per area")
    around = parser.add_argument_group("around it")
    around.add_argument("--length", metavar="M", type=float, help="of the leads from supply to module (a table)")
    around.add_argument("--drop", metavar="V", type=float, help=f"that a lead may lose ({DROP.value:g})")
    around.add_argument("--pi", choices=list(COMPUTERS), default="4", help="what drives the panel (%(default)s)")
    around.add_argument("--hours", metavar="H", type=float, help=f"that the board is on in a day ({HOURS.value:g})")
    parser.add_argument("--facts", action="store_true", help="print the numbers behind it, each with its source")
    parser.add_argument("--json", action="store_true", help="print all of it as JSON; currents in A, lengths in m")


def run(args: argparse.Namespace) -> int:
    """0 when it was printed, 2 when the panel is none."""
    if args.facts:
        print(json.dumps(text.facts_json(), ensure_ascii=False, indent=2) if args.json else "\n".join(text.facts()))
        return 0
    try:
        told = _told(args)
    except UsageError as error:
        print(f"wallboardctl power: {error}", file=sys.stderr)
        return 2
    except ConfigError as error:
        print("\n".join(error.errors), file=sys.stderr)
        return 2
    print(json.dumps(text.as_json(told), ensure_ascii=False, indent=2) if args.json else "\n".join(text.lines(told)))
    return 0


def _told(args: argparse.Namespace) -> Told:
    for name, limits in _RANGES.items():
        value = getattr(args, name)
        if value is not None and not (math.isfinite(value) and limits.low <= value <= limits.high):
            raise UsageError(f"--{name}: {value:g}, expected {limits.low:g} to {limits.high:g} {limits.unit}")
    panel = _panel(args)
    modules = Modules(panel.rows, panel.cols, panel.chain, panel.parallel, args.amps)
    plan = plan_for(modules)
    return Told(
        plan=plan,
        size=(panel.width, panel.height),
        brightness=panel.brightness,
        pages=tuple(pages((panel.width, panel.height), panel.brightness)),
        pitch_mm=args.pitch,
        lengths_m=LENGTHS_M if args.length is None else (args.length,),
        drop=DROP.value if args.drop is None else args.drop,
        computer=COMPUTERS[args.pi],
        hours=HOURS.value if args.hours is None else args.hours,
    )


def _panel(args: argparse.Namespace) -> PanelSettings:
    """The panel of the board.yaml or of the options. Raises UsageError and ConfigError."""
    sizes = ("rows", "cols", "chain", "parallel")
    if args.board is not None:
        twice = next((name for name in sizes if getattr(args, name) is not None), None)
        if twice:
            raise UsageError(f"--{twice}: the panel of --board has its own: leave out one of them")
        of_board = settings.load(args.board, secrets=False).panel
        return of_board if args.brightness is None else replace(of_board, brightness=args.brightness)
    if args.rows is None or args.cols is None:
        raise UsageError("of which panel? Give --board board.yaml, or --rows and --cols of one module")
    panel = PanelSettings(
        "emulator", args.rows, args.cols, args.chain or 1, args.parallel or 1, brightness=args.brightness or 100
    )
    problems = check(panel)
    if problems:
        raise UsageError("; ".join(f"--{key}: {message}" for key, message in problems))
    return panel
