"""Which wire runs from where to where: the five of a buzzer's driver and a button, numbered as in the drawings."""

from __future__ import annotations

from typing import NamedTuple

from hw.pins import Sheet, Wiring

GROUND, FIVE = "ground", "5 V"


class Wire(NamedTuple):
    """One wire. `place`: on the Pi's 40-pin header, 0 on a board without one; `at`: where it begins, in words."""

    number: int
    colour: str  # IEC 60757
    place: int
    gpio: int | None
    at: str
    to: str


def wires(wiring: Wiring, sheet: Sheet) -> tuple[Wire, ...]:
    """Supply, signal and ground of the buzzer's driver, signal and ground of the button. Each ground is the nearest."""
    mapping = sheet.mapping
    buzzer = mapping.suggested_buzzer(sheet.chains)
    button = mapping.suggested_button(sheet.chains)
    assert buzzer is not None and button is not None, "the file's own check sees to it"
    colours = wiring.wires
    if not mapping.header:
        places = {"supply": 0, "buzzer": 0, "button": 0, "one": 0, "other": 0}
    else:
        supply = min(place for place, what in wiring.supply.items() if what == FIVE)
        one = _nearest(wiring, mapping.header[buzzer], ())
        other = _nearest(wiring, mapping.header[button], (one,))
        places = {"supply": supply, "buzzer": mapping.header[buzzer], "button": mapping.header[button]}
        places |= {"one": one, "other": other}

    def at(key: str, otherwise: str) -> str:
        return f"place {places[key]}" if places[key] else otherwise

    return (
        Wire(1, colours["buzzer_supply"], places["supply"], None, at("supply", "5 V terminal"), "driver 5 V"),
        Wire(2, colours["buzzer_signal"], places["buzzer"], buzzer, at("buzzer", mapping.place(buzzer)), "driver R1"),
        Wire(3, colours["buzzer_ground"], places["one"], None, at("one", "pad GND"), "driver ground"),
        Wire(4, colours["button_signal"], places["button"], button, at("button", mapping.place(button)), "button"),
        Wire(5, colours["button_ground"], places["other"], None, at("other", "pad GND"), "button"),
    )


def _nearest(wiring: Wiring, place: int, taken: tuple[int, ...]) -> int:
    """The nearest place of ground that is not taken; two columns of twenty."""

    def far(other: int) -> tuple[int, int]:
        rows, columns = (other - 1) // 2 - (place - 1) // 2, (other - place) % 2
        return rows * rows + columns, other

    return min((each for each, what in wiring.supply.items() if what == GROUND and each not in taken), key=far)
