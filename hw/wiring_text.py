"""WIRING.md: the pin tables beside the drawings, made from pins.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from hw.drawing.blocks import signal_name
from hw.drawing.sheet import settings
from hw.pins import Mapping, Wiring
from hw.pins_schema import CODES
from hw.tables import numbers, table
from hw.wires import wires

_HEAD = """\
# Wiring

Made from [pins.yaml](pins.yaml) by `make wiring`: change that file, and this page and the drawings follow. Numbers are
GPIO numbers, as in board.yaml; a *place* is a pin's place on the Pi's 40-pin header, or on a connector.
`wallboardctl check board.yaml` refuses what clashes and names the pins that are free.

Print the sheet of your board; wires bear numbers, so black and white will do.
"""
_CONNECTOR = """\
## The panel's socket, and who drives it

The module's INPUT (an arrow points away from it), 2 × 8 contacts of 2.54 mm, seen into the socket; place 1 is at the
triangle, where the ribbon has its red edge. A HAT or an adapter takes the ribbon as it is; the columns are for a
meter, and for a panel that is wired by hand. The colours are for single wires, in the code of IEC 60757. On modules of
32 rows place 8 is ground. A few makes of 64 rows have E at place 4: what is printed beside the socket is right. A HAT
has a pad E to be bridged to place 8 (or 16), an active-3 a jumper for place 8 or 4. Some modules count colours from 0:
R0 is R1, and R1 is R2.
"""
_BEGIN = """\
## Where the buzzer's and the button's wires begin

A HAT or an adapter covers the header. Three ways:

- **HAT or Bonnet**: its own pads bear the GPIO numbers, 5V and GND; solder the wires there. Wire 1 to the pad 5V, not
  to a screw terminal. GPIO4 and GPIO18 are joined by a short wire from pad 4 to pad 18 (17 lies between them).
- **Adapter**: a stacking header of 2 × 20 with long pins between the Pi and the adapter; plug or solder the wires to
  the pins that look out of it.
- **Adapter with buffers** (active-3, by its schematic: there are 74HCT245 on it), the buzzer alone: its best pin is R2
  of the next chain, so its signal is also at **place 5 of the adapter's next free socket**, at 5 V, ground at place
  16. R1 of 1 kΩ is right for 5 V too. Not for the button, which is an input.

The input for 5 V that a HAT or an adapter has (socket, terminals or pads) stays empty: the Pi has its own supply, and
on an adapter without a diode the Pi's USB would feed the whole panel.

**Interstate 75 W** (there is no firmware for it yet): pads A0, A1 and GND, and the 5 V terminal, which gives the buzzer
USB's 5 V; neither join it to the panel's supply nor feed modules from it. Its buttons A and B are its own.
"""
_DRIVER = """\
## The buzzer's driver

An **active** buzzer (it sounds on direct current), 5 V, at most 50 mA: the panel library owns the Pi's PWM, so a
passive one stays silent. A pin bears 16 mA and 3.3 V, so a transistor switches it: any NPN of 40 V, 200 mA or more and
a gain of 100 or more. R1: (3.3 V - 0.7 V) / 1 kΩ = 2.6 mA into the base, and 50 mA then need a gain of 20 alone. R2
keeps it silent while nobody drives the pin. D1 is for a magnetic buzzer, whose coil would kick; it does a piezo one no
harm. For a louder one of more than 50 mA a relay module, or a MOSFET whose gate is made for 3.3 V, takes the place of
Q1.
"""
_METER = """\
## With a meter, before power is switched on

1. Each wire from end to end, by its number; the header's place 1 has a square pad on the Pi's lower side.
2. V+ to V- at the supply's end of every lead, modules plugged in: no beep, or one that ends at once.
3. Plus of each lead to the pin of its module that is marked 5 V or VCC, through the fuse.
4. Ground of the supply to ground of the Pi (place 6), ribbon plugged in: a beep. The ribbon joins them. Then pull at
   each minus: with a loose one a module's current comes back through the ribbon, and burns it.
5. The supply alone, its leads taken off, switched on: set it to 5.0 V.
"""


def page(wiring: Wiring) -> str:
    """The whole file."""
    return "\n".join([_HEAD, *_sheets(wiring), _CONNECTOR, _contacts(wiring), _BEGIN, *_free(wiring), _DRIVER, _METER])


def _sheets(wiring: Wiring) -> Iterator[str]:
    rows = []
    for name, sheet in wiring.sheets.items():
        five = wires(wiring, sheet)
        rows.append(
            (
                f"[{sheet.title}](wiring-{name}.svg)",
                _pin(sheet.mapping, five[1].gpio),
                _pin(sheet.mapping, five[3].gpio),
            )
        )
    yield table(("sheet", "buzzer", "button"), rows)
    for name, sheet in wiring.sheets.items():
        five = wires(wiring, sheet)
        yield f"## {sheet.title}\n"
        yield f"`{settings(sheet, five)}`\n"
        yield f"![Header, socket, circuits and power of: {sheet.title}](wiring-{name}.svg)\n"
        yield table(
            ("wire", "colour", "from", "to"),
            [
                (wire.number, f"{CODES[wire.colour]} ({wire.colour})", _from(wire.gpio, wire.at), wire.to)
                for wire in five
            ],
        )


def _from(gpio: int | None, at: str) -> str:
    return at if gpio is None else f"GPIO{gpio}, {at}"


def _pin(mapping: Mapping, gpio: int | None) -> str:
    return "none" if gpio is None else f"GPIO{gpio}, {mapping.place(gpio)}"


def _contacts(wiring: Wiring) -> str:
    columns: list[tuple[str, Mapping, dict[str, int]]] = []
    for mapping in (*wiring.mappings.values(), *wiring.boards.values()):
        for number, signals in enumerate(mapping.signals, 1):
            name = mapping.name if len(mapping.signals) == 1 else f"{mapping.name}, chain {number}"
            if mapping.name != "classic":  # left out of the table: nobody should wire it anew
                columns.append((name, mapping, signals))
    rows = []
    for place, contact in wiring.connector.items():
        cells = [str(place), f"**{signal_name(contact.signal)}**", CODES[contact.colour]]
        for _, mapping, signals in columns:
            pin = signals.get(contact.signal)
            cells.append("" if pin is None else f"{pin} (place {mapping.header[pin]})" if mapping.header else f"{pin}")
        rows.append(cells)
    return table(("place", "signal", "colour", *(name for name, _, _ in columns)), rows)


def _free(wiring: Wiring) -> Iterator[str]:
    yield "## Which pins are free\n"
    rows = []
    for mapping in (*wiring.mappings.values(), *wiring.boards.values()):
        for chains in range(1, mapping.most_parallel + 1):
            best = mapping.suggested_buzzer(chains), mapping.suggested_button(chains)
            cells = (mapping.name, chains, numbers(mapping.usable(chains)), *(pin or "none" for pin in best))
            rows.append(cells)
    yield table(("wiring", "chains", "free", "buzzer", "button"), rows)
    yield "With three chains of the regular wiring no pin is left: take a sounder on the network.\n"
    yield (
        "Refused for a buzzer or a button, even where the panel leaves them, as the operating system may drive them. "
        "The regular wiring itself uses most of them for the panel: leave SPI, I2C and the serial console off, "
        "and 1-Wire too, which takes GPIO4.\n"
    )
    yield table(
        ("GPIO", "place", "what it is"), [(pin, wiring.header[pin], what) for pin, what in _system(wiring).items()]
    )
    pulled = numbers(next(iter(wiring.mappings.values())).pulled_up)
    yield (
        f"GPIO {pulled} are pulled up from power-on until the board's program starts: a buzzer there may\n"
        "sound while the Pi starts, and `check` warns of it.\n"
    )


def _system(wiring: Wiring) -> dict[int, str]:
    return next(iter(wiring.mappings.values())).system
