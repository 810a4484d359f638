"""The wiring of hw/pins.yaml: what a pin does for the panel, and which pins are left for a buzzer or a button.

The panel library does not check: a pin that the panel and a buzzer both drive is a short circuit between two outputs,
an unknown mapping kills the process (DISPLAY.md), so settings are held against this table first.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from config.yaml_file import parse
from firmware.core.check import Field, Int, ListOf, MapOf, Record, Text, read

_PIN = Int(2, 27)
_LINES = tuple(Field(name, _PIN, required=True) for name in ("r1", "g1", "b1", "r2", "g2", "b2"))
_MAPPING = Record(
    (
        Field("output_enable", _PIN, required=True),
        Field("clock", _PIN, required=True),
        Field("strobe", _PIN, required=True),
        Field("rows", MapOf(_PIN), required=True),
        Field("chains", ListOf(Record(_LINES), 1, 3), required=True),
        Field("reserved", MapOf(Text(80), key=_PIN), required=True),
        Field("buzzer", ListOf(_PIN), required=True),
    )
)
_SCHEMA = Record(
    (
        Field("header", MapOf(Int(1, 40), key=_PIN), required=True),
        Field("mappings", MapOf(_MAPPING), required=True),
    )
)


class Mapping(NamedTuple):
    """One way to wire panels to the header. All pins are GPIO numbers."""

    name: str
    fixed: dict[int, str]  # pin → what it does, whatever the number of chains
    chains: tuple[dict[int, str], ...]
    row_lines: int  # address lines: n of them select one of 2ⁿ pairs of rows
    buzzer: tuple[int, ...]  # pins for a buzzer, best first
    header: dict[int, int]  # pin → position on the 40-pin header

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
        return [pin for pin in sorted(self.header) if pin not in used]

    def suggested_buzzer(self, parallel: int) -> int | None:
        """The best free pin for a buzzer; None when the panel takes them all."""
        free = self.free(parallel)
        return next((pin for pin in self.buzzer if pin in free), None)


@cache
def mappings() -> dict[str, Mapping]:
    """All mappings by name, in the file's order. Raises ConfigError if the project's own file is broken."""
    file = parse(files("hw").joinpath("pins.yaml").read_bytes(), "hw/pins.yaml")
    clean, problems = read(_SCHEMA, file.data)
    file.refuse(problems)
    header: dict[int, int] = clean["header"]
    return {name: _mapping(name, each, header) for name, each in clean["mappings"].items()}


def _mapping(name: str, section: dict[str, object], header: dict[int, int]) -> Mapping:
    fixed = {}
    for key in ("output_enable", "clock", "strobe"):
        pin = section[key]
        assert isinstance(pin, int)
        fixed[pin] = "the panel's " + key.replace("_", "-")
    rows, chains, reserved, buzzer = (section[key] for key in ("rows", "chains", "reserved", "buzzer"))
    assert isinstance(rows, dict) and isinstance(chains, list) and isinstance(reserved, dict)
    assert isinstance(buzzer, list)
    fixed.update({pin: f"the panel's row line {line}" for line, pin in rows.items()})
    fixed.update(reserved)
    return Mapping(name, fixed, tuple(_chain(chains)), len(rows), tuple(buzzer), header)


def _chain(chains: Iterable[dict[str, int]]) -> Iterable[dict[int, str]]:
    for number, lines in enumerate(chains, 1):
        yield {pin: f"the panel's {line} of chain {number}" for line, pin in lines.items()}
