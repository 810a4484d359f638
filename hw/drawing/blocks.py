"""The parts of a sheet that show pins: the Pi's header, a board's pads, a panel's connector."""

from __future__ import annotations

from hw.drawing.pen import BLACK, PANEL_FILL, WHITE, Pen, Point
from hw.pins import Sheet, Wiring
from hw.wires import Wire

SHORT = {"output_enable": "OE", "strobe": "LAT", "clock": "CLK"}
_ROW, _CELL = 31, 34


def signal_name(signal: str) -> str:
    """As it is printed on modules."""
    return SHORT.get(signal, signal if signal == "ground" else signal.upper())


def uses_of(sheet: Sheet) -> dict[int, str]:
    """Pin → what hangs there, in few letters: R1, CLK, and 2:R1 for the second of two chains."""
    found: dict[int, str] = {}
    for number, signals in enumerate(sheet.mapping.signals[: sheet.chains], 1):
        for signal, pin in signals.items():
            shared = pin in found
            prefix = f"{number}:" if sheet.chains > 1 and signal[-1] in "12" else ""
            if not shared:
                found[pin] = prefix + signal_name(signal)
    return found


def header(pen: Pen, at: Point, wiring: Wiring, sheet: Sheet, wires: tuple[Wire, ...]) -> None:
    """The 40-pin header, place 1 at the top left; 450 wide, 690 high."""
    x, y = at
    by_place = {wire.place: wire for wire in wires}
    pens = {place: gpio for gpio, place in wiring.header.items()}
    uses, free = uses_of(sheet), sheet.mapping.usable(sheet.chains)
    left = x + 190
    pen.text(x + 225, y, "The Pi's header, seen from above", anchor="middle", bold=True)
    pen.text(
        x + 225,
        y + 20,
        "card's end at the top, even places at the board's edge",
        anchor="middle",
        size=12,
    )
    for place in range(1, 41):
        row, odd = (place - 1) // 2, place % 2 == 1
        top = y + 34 + row * _ROW
        cell = left if odd else left + _CELL
        gpio = pens.get(place)
        wire = by_place.get(place)
        what = _what(wiring, free, uses, place, gpio)
        fill = BLACK if wire else PANEL_FILL if gpio in uses else WHITE
        pen.box(cell, top, _CELL, _ROW - 3, fill=fill)
        ink = WHITE if wire else BLACK
        pen.text(cell + _CELL / 2, top + 20, str(place), anchor="middle", bold=bool(wire), fill=ink, size=13)
        edge = cell - 8 if odd else cell + _CELL + 8
        if wire:
            pen.number(edge - 8 if odd else edge + 8, top + 14, wire.number)
            edge += -28 if odd else 28
        pen.text(edge, top + 19, what, anchor="end" if odd else "start", bold=bool(wire), size=13)
    pen.box(x + 60, y + 670, 20, 18, fill=PANEL_FILL)
    pen.text(x + 86, y + 684, "the panel", size=13)
    pen.box(x + 160, y + 670, 20, 18, fill=BLACK)
    pen.text(x + 186, y + 684, "buzzer and button", size=13)
    pen.box(x + 320, y + 670, 20, 18, fill=WHITE)
    pen.text(x + 346, y + 684, "nothing of ours", size=13)


def _what(wiring: Wiring, free: list[int], uses: dict[int, str], place: int, gpio: int | None) -> str:
    if gpio is None:
        return wiring.supply[place]
    if gpio in uses:
        return f"GPIO{gpio} · {uses[gpio]}"
    return f"GPIO{gpio}" if gpio in free else f"GPIO{gpio} · not free"


def pads(pen: Pen, x: float, y: float, sheet: Sheet, wires: tuple[Wire, ...]) -> None:
    """The pads of a board without a header."""
    pen.text(x + 225, y, "The pads of the board", anchor="middle", bold=True)
    pen.text(x + 225, y + 20, "by the names printed beside them", anchor="middle", size=12)
    for index, wire in enumerate(wires):
        top = y + 50 + index * 52
        pen.box(x + 150, top, 130, 34, fill=BLACK)
        pen.text(x + 215, top + 22, wire.at.removeprefix("pad "), anchor="middle", bold=True, fill=WHITE)
        pen.number(x + 128, top + 17, wire.number)
        pen.text(x + 296, top + 22, f"GPIO{wire.gpio}" if wire.gpio is not None else "", size=13)
    notes = [
        "Buttons A and B, the light and the radio are the",
        "board's own; so is the panel's socket: the board plugs",
        "onto the module, or a ribbon cable runs between.",
        "THERE IS NO FIRMWARE FOR THIS BOARD YET.",
    ]
    pen.lines(x + 60, y + 350, *notes, size=13)
    taken = [f"GPIO{pin}: {what}" for pin, what in sheet.mapping.fixed.items() if not what.startswith("the panel's")]
    pen.text(x + 60, y + 440, "Not free, though not the panel's:", size=13, bold=True)
    pen.lines(x + 60, y + 462, *taken, size=12, step=17)


def connector(pen: Pen, at: Point, wiring: Wiring, sheet: Sheet, chain: int) -> None:
    """The socket of the first module of a chain (from 0 on): 2 × 8 contacts, place 1 at the top left; 370 wide."""
    x, y = at
    name = f"HUB75 socket of chain {chain + 1}" if sheet.chains > 1 else "HUB75 socket"
    pen.text(x + 185, y, f"{name}: INPUT of the first module", anchor="middle", bold=True)
    signals = sheet.mapping.signals[chain]
    left = x + 151
    pen.box(left - 6, y + 14, 2 * _CELL + 12, 8 * _ROW + 9, width=2.4)
    pen.box(left - 12, y + 14 + 3.5 * _ROW, 12, _ROW, fill=WHITE)  # the notch
    pen.shape((left - 20, y + 28), (left - 8, y + 33), (left - 20, y + 38))
    for place, contact in wiring.connector.items():
        row, odd = (place - 1) // 2, place % 2 == 1
        top = y + 20 + row * _ROW
        cell = left if odd else left + _CELL
        live = contact.signal in signals and not (contact.signal == "e" and sheet.rows < 64)
        pen.box(cell, top, _CELL, _ROW - 3, fill=PANEL_FILL if live else WHITE)
        pen.text(cell + _CELL / 2, top + 20, str(place), anchor="middle", size=13)
        label = signal_name(contact.signal) if live else "ground"
        label = f"{label} · GPIO{signals[contact.signal]}" if live else label
        pen.text(cell - 26 if odd else cell + _CELL + 14, top + 19, label, anchor="end" if odd else "start", size=13)
