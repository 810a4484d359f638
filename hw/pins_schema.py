"""What pins.yaml may hold, and what its parts must say together: the file that settings are checked against is itself
checked, so that a slip of the pen in it names its line and never lets two outputs meet on one pin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from firmware.core.check import Field, Int, ListOf, MapOf, OneOf, Record, Text

Path = tuple[str | int, ...]
Problem = tuple[Path, str]

PI_PINS = (2, 27)  # on the header; 0 and 1 are the ID EEPROM's
PICO_PINS = (0, 29)
PLACES = 40
CONNECTOR = 16
COLOURS = ("r1", "g1", "b1", "r2", "g2", "b2")
CONTROL = ("output_enable", "clock", "strobe")
ROWS = ("a", "b", "c", "d", "e")
SIGNALS = (*COLOURS, *ROWS, *CONTROL, "ground")
WIRES = ("buzzer_supply", "buzzer_signal", "buzzer_ground", "button_signal", "button_ground")
# IEC 60757: the codes that stand on wires and in drawings
CODES = {
    "BK": "black", "BN": "brown", "RD": "red", "OG": "orange", "YE": "yellow", "GN": "green", "BU": "blue",
    "VT": "violet", "GY": "grey", "WH": "white", "PK": "pink",
}  # fmt: skip


def _uses(pins: tuple[int, int], more: tuple[Field, ...] = ()) -> Record:
    """What hangs on which pin of a processor."""
    pin = Int(*pins)
    chain = Record(tuple(Field(name, pin, required=True) for name in COLOURS))
    return Record(
        (
            *(Field(name, pin, required=True) for name in CONTROL),
            Field("rows", MapOf(pin), required=True),
            Field("chains", ListOf(chain, 1, 3), required=True),
            Field("reserved", MapOf(Text(80), key=pin), required=True),
            Field("buzzer", ListOf(pin, 1), required=True),
            Field("button", ListOf(pin, 1), required=True),
            *more,
        )
    )


_PIN, _PLACE, _COLOUR = Int(*PI_PINS), Int(1, PLACES), OneOf(tuple(CODES))
_CONTACT = Record((Field("signal", OneOf(SIGNALS), required=True), Field("colour", _COLOUR, required=True)))
_SHEET = Record(
    (
        Field("title", Text(80), required=True),
        Field("uses", Text(40), required=True),
        Field("chains", Int(1, 3), required=True),
        Field("chain", Int(1, 4), required=True),
        Field("rows", Int(8, 64), required=True),
        Field("cols", Int(16, 256), required=True),
    )
)
SCHEMA = Record(
    (
        Field("header", MapOf(_PLACE, key=_PIN), required=True),
        Field("supply", MapOf(Text(20), key=_PLACE), required=True),
        Field("system", MapOf(Text(80), key=_PIN), required=True),
        Field("pulled_up", ListOf(_PIN), required=True),
        Field("connector", MapOf(_CONTACT, key=Int(1, CONNECTOR)), required=True),
        Field("wires", Record(tuple(Field(name, _COLOUR, required=True) for name in WIRES)), required=True),
        Field("mappings", MapOf(_uses(PI_PINS)), required=True),
        Field(
            "boards",
            MapOf(_uses(PICO_PINS, (Field("pads", MapOf(Text(10), key=Int(*PICO_PINS)), required=True),))),
            required=True,
        ),
        Field("sheets", MapOf(_SHEET), required=True),
    )
)


def contradictions(clean: dict[str, Any]) -> Iterator[Problem]:
    """What is wrong in a file whose every value is in range."""
    yield from _places(clean["header"], clean["supply"])
    yield from _contacts(clean["connector"])
    for section in ("mappings", "boards"):
        for name, each in clean[section].items():
            yield from _shared(each, (section, name))
            offered = set(each.get("pads") or set(clean["header"]) - set(clean["system"]))
            yield from _suggested(each, offered, (section, name))
    for name, sheet in clean["sheets"].items():
        known = {**clean["mappings"], **clean["boards"]}
        if sheet["uses"] not in known:
            yield ("sheets", name, "uses"), f"{sheet['uses']!r}, expected one of: {', '.join(known)}"
        elif sheet["chains"] > len(known[sheet["uses"]]["chains"]):
            most = len(known[sheet["uses"]]["chains"])
            yield ("sheets", name, "chains"), f"{sheet['chains']}, expected at most {most}: {sheet['uses']} has no more"


def _places(header: dict[int, int], supply: dict[int, str]) -> Iterator[Problem]:
    """Each place of the header is one GPIO or one of the supply."""
    taken = dict(supply)
    for gpio, place in header.items():
        if place in taken:
            yield ("header", str(gpio)), f"place {place} is {taken[place]} already"
        taken.setdefault(place, f"GPIO{gpio}")
    missing = sorted(set(range(1, PLACES + 1)) - set(taken))
    if missing:
        yield ("header",), f"nothing is said of place {', '.join(map(str, missing))}"


def _contacts(connector: dict[int, dict[str, str]]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for place, contact in connector.items():
        signal = contact["signal"]
        if signal in first and signal != "ground":
            yield ("connector", str(place), "signal"), f"{signal} is at place {first[signal]} already"
        first.setdefault(signal, place)
    missing = [signal for signal in SIGNALS if signal not in first]
    if missing or len(connector) < CONNECTOR:
        places = set(range(1, CONNECTOR + 1)) - set(connector)
        yield ("connector",), f"missing: {', '.join([*missing, *(f'place {each}' for each in sorted(places))])}"


def _shared(uses: dict[str, Any], path: Path) -> Iterator[Problem]:
    """Two on one pin."""
    first: dict[int, str] = {}
    for where, pin in _pins(uses):
        if pin in first:
            yield (*path, *where), f"{pin} is {first[pin]} already"
        first.setdefault(pin, ".".join(map(str, where)))
    unknown = [row for row in uses["rows"] if row not in ROWS]
    for row in unknown:
        yield (*path, "rows", row), f"no row line, expected some of: {', '.join(ROWS)}"


def _pins(uses: dict[str, Any]) -> Iterator[tuple[Path, int]]:
    yield from (((name,), uses[name]) for name in CONTROL)
    yield from ((("rows", name), pin) for name, pin in uses["rows"].items())
    for number, chain in enumerate(uses["chains"]):
        yield from ((("chains", number, name), pin) for name, pin in chain.items())
    yield from ((("reserved", str(pin)), pin) for pin in uses["reserved"])
    yield from ((("pads", str(pin)), pin) for pin in uses.get("pads", ()))


def _suggested(uses: dict[str, Any], offered: Iterable[int], path: Path) -> Iterator[Problem]:
    """What is recommended must be free, at least while one chain hangs there."""
    taken = {pin for where, pin in _pins(uses) if where[:1] != ("pads",) and where[:1] != ("chains",)}
    taken |= set(uses["chains"][0].values())
    for name in ("buzzer", "button"):
        for index, pin in enumerate(uses[name]):
            if pin in taken or pin not in offered:
                yield (*path, name, index), f"{pin} is not free"
