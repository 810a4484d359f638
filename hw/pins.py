"""The wiring of hw/pins.yaml: what a pin does for the panel, and which pins are left for a buzzer or a button.

The panel library does not check: a pin that the panel and a buzzer both drive is a short circuit between two outputs,
an unknown mapping kills the process (DISPLAY.md), so settings are held against this table first (pins_clash.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from config.yaml_file import parse
from firmware.core.check import read
from hw.pins_schema import COLOURS, CONTROL, SCHEMA, contradictions


class Mapping(NamedTuple):
    """One way to wire panels, to the Raspberry Pi's header or to a board of its own. All pins are GPIO numbers."""

    name: str
    fixed: dict[int, str]  # pin → what it does, whatever the number of chains
    chains: tuple[dict[int, str], ...]
    row_lines: int  # address lines: n of them select one of 2ⁿ pairs of rows
    buzzer: tuple[int, ...]  # pins for a buzzer, best first
    header: dict[int, int]  # pin → place on the 40-pin header; empty for a board that has none
    button: tuple[int, ...] = ()  # pins for a button, best first
    system: dict[int, str] = {}  # pin → what the operating system may drive there  # noqa: RUF012 - never changed
    pulled_up: tuple[int, ...] = ()  # pins that are up from power-on until a program says otherwise
    signals: tuple[dict[str, int], ...] = ()  # of each chain: signal → pin, as the panel's connector calls them
    pads: dict[int, str] = {}  # pin → the name printed beside it, on a board without a header  # noqa: RUF012

    @property
    def most_parallel(self) -> int:
        """How many chains can hang side by side."""
        return len(self.chains)

    @property
    def most_rows(self) -> int:
        """The tallest panel whose rows the address lines can tell apart."""
        return 2 << self.row_lines

    @property
    def hardware_pulses(self) -> bool:
        """The output-enable is on a pin of the Pi's PWM block: less flicker, and it needs root and no onboard sound."""
        return "the panel's output-enable" in (self.fixed.get(18), self.fixed.get(12))

    def uses(self, parallel: int) -> dict[int, str]:
        """Pin → what it does for a panel of `parallel` chains."""
        used = dict(self.fixed)
        for chain in self.chains[:parallel]:
            used.update(chain)
        return used

    def free(self, parallel: int) -> list[int]:
        """Pins that the panel leaves, ascending."""
        used = self.uses(parallel)
        return [pin for pin in sorted(self.header or self.pads) if pin not in used]

    def usable(self, parallel: int) -> list[int]:
        """Pins that the panel and the operating system leave, ascending: what a buzzer or a button may hang on."""
        return [pin for pin in self.free(parallel) if pin not in self.system]

    def suggested_buzzer(self, parallel: int) -> int | None:
        """The best free pin for a buzzer; None when the panel takes them all."""
        return _first(self.buzzer, self.usable(parallel))

    def suggested_button(self, parallel: int, buzzer: int | None = None) -> int | None:
        """The best free pin for a button beside a buzzer on `buzzer`, or on the best for it; None when none is left."""
        taken = self.suggested_buzzer(parallel) if buzzer is None else buzzer
        return _first(self.button, [pin for pin in self.usable(parallel) if pin != taken])

    def place(self, pin: int) -> str:
        """Where people find a pin."""
        return f"place {self.header[pin]} of the header" if pin in self.header else f"pad {self.pads[pin]}"


class Contact(NamedTuple):
    """One of the 16 contacts of a panel's connector."""

    signal: str
    colour: str


class Sheet(NamedTuple):
    """A way to build a board, that is drawn."""

    name: str
    title: str
    mapping: Mapping
    chains: int
    chain: int  # modules in each, as an example …
    rows: int  # … of so many LEDs
    cols: int


class Wiring(NamedTuple):
    """All of pins.yaml."""

    header: dict[int, int]
    supply: dict[int, str]  # place on the header → what it is
    connector: dict[int, Contact]  # by its places
    wires: dict[str, str]  # wire → its colour
    mappings: dict[str, Mapping]  # what panel.hardware_mapping takes
    boards: dict[str, Mapping]  # boards that are no Raspberry Pi
    sheets: dict[str, Sheet]


@cache
def wiring() -> Wiring:
    """All of the project's own file. Raises ConfigError, with the line, if it is broken."""
    return wiring_of(files("hw").joinpath("pins.yaml").read_bytes(), "hw/pins.yaml")


def mappings() -> dict[str, Mapping]:
    """All mappings of a Raspberry Pi by name, in the file's order. Raises ConfigError."""
    return wiring().mappings


def wiring_of(data: bytes, name: str) -> Wiring:
    """All of a file's bytes. Raises ConfigError with every mistake and its line."""
    file = parse(data, name)
    clean, problems = read(SCHEMA, file.data)
    file.refuse(problems or contradictions(clean))
    system, pulled_up = clean["system"], tuple(clean["pulled_up"])
    maps = {
        name: _mapping(name, each, clean["header"])._replace(system=system, pulled_up=pulled_up)
        for name, each in clean["mappings"].items()
    }
    boards = {name: _mapping(name, each, {})._replace(pads=each["pads"]) for name, each in clean["boards"].items()}
    known = {**maps, **boards}
    return Wiring(
        header=clean["header"],
        supply=clean["supply"],
        connector={place: Contact(**each) for place, each in sorted(clean["connector"].items())},
        wires=clean["wires"],
        mappings=maps,
        boards=boards,
        sheets={
            name: Sheet(
                name, each["title"], known[each["uses"]], each["chains"], each["chain"], each["rows"], each["cols"]
            )
            for name, each in clean["sheets"].items()
        },
    )


def _mapping(name: str, section: dict[str, Any], header: dict[int, int]) -> Mapping:
    fixed = {section[key]: "the panel's " + key.replace("_", "-") for key in CONTROL}
    fixed.update({pin: f"the panel's row line {line}" for line, pin in section["rows"].items()})
    fixed.update(section["reserved"])
    shared = {key: section[key] for key in CONTROL} | section["rows"]
    return Mapping(
        name,
        fixed,
        tuple(_chain(section["chains"])),
        len(section["rows"]),
        tuple(section["buzzer"]),
        header,
        tuple(section["button"]),
        signals=tuple({**{colour: lines[colour] for colour in COLOURS}, **shared} for lines in section["chains"]),
    )


def _chain(chains: Iterable[dict[str, int]]) -> Iterable[dict[int, str]]:
    for number, lines in enumerate(chains, 1):
        yield {pin: f"the panel's {line} of chain {number}" for line, pin in lines.items()}


def _first(best: Iterable[int], usable: list[int]) -> int | None:
    return next((pin for pin in best if pin in usable), None)
