"""The bill of materials of parts.yaml, with quantities and ratings from the power plan of each build."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from config.yaml_file import parse
from firmware.core.check import Either, Field, Int, MapOf, OneOf, Record, Text, read
from hw.power import Modules, Plan, plan_for
from hw.power_facts import COMPUTERS
from hw.tables import table

COUNTS = ("modules", "leads", "supplies")
RATINGS = ("computer", "computer_supply", "supply", "cable", "fuse")
_WORDS = Text(600)
_BUILD = Record(
    (
        Field("title", Text(40), required=True),
        Field("rows", Int(8, 64), required=True),
        Field("cols", Int(16, 256), required=True),
        Field("chain", Int(1, 16), required=True),
        Field("parallel", Int(1, 3), default=1),
        Field("lead", Text(5), required=True),
        Field("pi", OneOf(tuple(COMPUTERS)), required=True),
    )
)
_PART = Record(
    (
        Field("name", Text(40), required=True),
        Field("count", Either(Int(1, 99), OneOf(COUNTS)), required=True),
        Field("spare", Int(0, 9), default=0),
        Field("rating", OneOf(RATINGS)),
        Field("is", _WORDS, required=True),
        Field("look_for", _WORDS),
        Field("avoid", _WORDS),
    )
)
_SCHEMA = Record((Field("builds", MapOf(_BUILD), required=True), Field("parts", MapOf(_PART), required=True)))


class Build(NamedTuple):
    """A board as it is commonly built. `lead_m`: from the supply to a module."""

    title: str
    plan: Plan
    lead_m: float
    pi: str


class Part(NamedTuple):
    """One line of the list. `number`: of it, or one of COUNTS; `rating`: of RATINGS, where it differs by build."""

    name: str
    number: int | str
    spare: int
    rating: str | None
    what: str
    look_for: str | None
    avoid: str | None


class Parts(NamedTuple):
    """All of the file."""

    builds: dict[str, Build]
    parts: dict[str, Part]


@cache
def parts() -> Parts:
    """The project's own list. Raises ConfigError, with the line, if it is broken."""
    return parts_of(files("hw").joinpath("parts.yaml").read_bytes(), "hw/parts.yaml")


def parts_of(data: bytes, name: str) -> Parts:
    """The list in a file's bytes. Raises ConfigError with every mistake and its line."""
    file = parse(data, name)
    clean, problems = read(_SCHEMA, file.data)
    file.refuse(problems)
    wrong = [
        (("builds", key, "lead"), f"{each['lead']!r}, expected metres from 0.1 to 20")
        for key, each in clean["builds"].items()
        if not _is_metres(each["lead"])
    ]
    file.refuse(wrong)
    builds = {
        key: Build(
            each["title"],
            plan_for(Modules(each["rows"], each["cols"], each["chain"], each["parallel"])),
            float(each["lead"]),
            each["pi"],
        )
        for key, each in clean["builds"].items()
    }
    listed = {
        key: Part(
            each["name"], each["count"], each["spare"], each["rating"], each["is"], each["look_for"], each["avoid"]
        )
        for key, each in clean["parts"].items()
    }
    return Parts(builds, listed)


def _is_metres(text: str) -> bool:
    return text.replace(".", "", 1).isdigit() and 0.1 <= float(text) <= 20


def count(part: Part, build: Build) -> int:
    """How many of it a build takes, without spares."""
    if isinstance(part.number, int):
        return part.number
    return {
        "modules": build.plan.modules.number,
        "leads": len(build.plan.leads),
        "supplies": len(build.plan.supplies),
    }[part.number]


def rating(part: Part, build: Build) -> str:
    """What it must be rated for in a build; "" where it is the same in all."""
    plan, computer = build.plan, COMPUTERS[build.pi]
    metric, gauge = plan.cable_mm2(build.lead_m), plan.cable_awg(build.lead_m)
    return {
        None: "",
        "computer": computer.name.removeprefix("Raspberry "),
        "computer_supply": f"{computer.supply_a:g} A",
        "supply": f"{plan.supplies[0]:g} A",
        "fuse": f"{max(lead.fuse for lead in plan.leads):g} A",
        "cable": f"{build.lead_m:g} m, {metric.size:g} mm² or AWG {gauge.size:g}" if metric and gauge else "too long",
    }[part.rating]


_HEAD = """\
# Parts

Made from [parts.yaml](parts.yaml) by `make wiring`. Quantities and ratings are those of `wallboardctl power`, which
reckons for any other panel too. `+1` is a spare to have at hand. What each part must be stands below the table.
"""
_FOOT = """\
## Tools

Crimp tool for VH and for 2.54 mm contacts, ferrule crimper, soldering iron, multimeter with a beep, clamp meter for
direct current of 100 A (for the check under load), screwdrivers, a label printer or a pen for the wires' numbers.

## When a module arrives

1. Read the chips on its back: what drives the LEDs must be none of those to avoid. FM6126A and FM6127 go into
   board.yaml as `panel.panel_type`.
2. Plug it alone, with one ribbon and one fused lead, and run the self-test (hold the button while the board starts):
   red, green, blue, white and its frame must be whole. Do this with each module before the frame is built.
3. Wrong colours, torn lines, nothing at all: [SELFTEST.md](SELFTEST.md) tells which key of board.yaml mends each.
   The keys hold for the whole panel, so all modules must need the same: send back what differs from the rest.
"""


def page() -> str:
    """PARTS.md."""
    known = parts()
    rows = [
        (f"[{part.name}](#{_anchor(part.name)})", *(_cell(part, build) for build in known.builds.values()))
        for part in known.parts.values()
    ]
    heads = ("part", *(build.title for build in known.builds.values()))
    return "\n".join([_HEAD, table(heads, rows), *_descriptions(known), _FOOT])


def _cell(part: Part, build: Build) -> str:
    spare = f" +{part.spare}" if part.spare else ""
    rated = rating(part, build)
    return f"{count(part, build)}{spare}" + (f" × {rated}" if rated else "")


def _descriptions(known: Parts) -> Iterator[str]:
    for part in known.parts.values():
        yield f"### {part.name}\n"
        yield _paragraph(f"{part.what[0].upper()}{part.what[1:]}.")
        if part.look_for:
            yield _paragraph(f"Look for: {part.look_for}.")
        if part.avoid:
            yield _paragraph(f"**Avoid**: {part.avoid}.")


def _paragraph(text: str) -> str:
    return textwrap.fill(text, 119, break_on_hyphens=False, break_long_words=False) + "\n"


def _anchor(name: str) -> str:
    """As GitHub makes them of headings."""
    return "".join(char for char in name.lower().replace(" ", "-") if char.isalnum() or char == "-")
