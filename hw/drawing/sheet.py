"""One sheet, A4 across: header or pads, the panel's socket, the circuits, the list of wires, power."""

from __future__ import annotations

from hw.drawing import blocks, circuits
from hw.drawing.feed import feed
from hw.drawing.pen import Pen
from hw.pins import Sheet, Wiring
from hw.pins_schema import CODES
from hw.wires import Wire, wires

WIDTH, HEIGHT = 1400, 1060
_HANG = "\u00a0\u00a0\u00a0"  # SVG takes plain spaces away from a line's begin


def draw(wiring: Wiring, sheet: Sheet) -> str:
    """The SVG."""
    pen = Pen(WIDTH, HEIGHT, f"Wiring: {sheet.title}")
    five = wires(wiring, sheet)
    pen.text(30, 38, sheet.title, size=22, bold=True)
    pen.text(WIDTH - 30, 38, settings(sheet, five), anchor="end", size=14)
    pen.line((30, 50), (WIDTH - 30, 50), width=2.4)
    if sheet.mapping.header:
        blocks.header(pen, (10, 78), wiring, sheet, five)
    else:
        blocks.pads(pen, 10, 78, sheet, five)
    for chain in range(sheet.chains):
        blocks.connector(pen, (475, 78 + chain * 300), wiring, sheet, chain)
    pen.lines(478, 78 + sheet.chains * 300 + 18, *_begin(sheet, five), size=13, step=19)
    circuits.buzzer_driver(pen, 900, 78)
    circuits.button(pen, 900, 468)
    _notes(pen, 900, 600, sheet)
    pen.line((30, 790), (WIDTH - 30, 790), width=1)
    feed(pen, (30, 814), sheet)
    _list(pen, 1030, 814, five)
    return pen.svg()


def settings(sheet: Sheet, five: tuple[Wire, ...]) -> str:
    """What board.yaml says of it."""
    if not sheet.mapping.header:
        return f"buzzer GPIO{five[1].gpio}, button GPIO{five[3].gpio}"
    parallel = f", parallel: {sheet.chains}" if sheet.chains > 1 else ""
    return (
        f"board.yaml: hardware_mapping: {sheet.mapping.name}{parallel}; "
        f"buzzer: {{gpio: {five[1].gpio}}}; button: {{gpio: {five[3].gpio}}}"
    )


def _begin(sheet: Sheet, five: tuple[Wire, ...]) -> tuple[str, ...]:
    """How to come at the pins: whatever drives the panel covers the header."""
    if not sheet.mapping.header:
        return ()
    if sheet.mapping.name.startswith("adafruit"):
        return (
            "The HAT covers the header: solder the wires to its pads,",
            f"1 to 5V (no screw terminal), 2 to {five[1].gpio}, 4 to {five[3].gpio}, 3 and 5",
            "to GND; or take a stacking header with long pins.",
        )
    return (
        "The adapter covers the header: put a stacking header of",
        "2 × 20 with long pins between. Wire 2 may also begin at",
        "place 5 of the adapter's next free socket (ground: 16).",
    )


def _list(pen: Pen, x: float, y: float, five: tuple[Wire, ...]) -> None:
    pen.text(x, y, "Wires to crimp, 0.25 mm² (AWG 24)", bold=True)
    for index, wire in enumerate(five):
        top = y + 36 + index * 36
        pen.number(x + 12, top, wire.number)
        pen.text(x + 32, top + 5, f"{wire.colour} {CODES[wire.colour]}", size=13)
        gpio = f" (GPIO{wire.gpio})" if wire.gpio is not None else ""
        pen.text(x + 104, top + 5, f"{wire.at}{gpio}", size=13)
        pen.text(x + 236, top + 5, wire.to, size=13)


def _notes(pen: Pen, x: float, y: float, sheet: Sheet) -> None:
    pen.text(x + 235, y, "Before power is switched on", anchor="middle", bold=True)
    rows = [
        "• Plus and ground are not swapped at any module: what is",
        f"{_HANG}printed there is right, the colours of leads may not be.",
        "• The ribbon is in IN, its red edge at the triangle, place 1.",
        "• From V+ to V- a meter does not beep, but for a moment.",
    ]
    if sheet.mapping.name.startswith("adafruit"):
        rows.append("• A short wire joins its pads 4 and 18 (if not: adafruit-hat).")
        rows.append("• The HAT's own socket and terminals for 5 V stay empty.")
        if sheet.rows >= 64:
            rows.append("• 64 rows: pad E of the HAT is bridged to 8 (a few makes: 16).")
    elif sheet.mapping.header:
        rows.append("• The adapter's own input for 5 V stays empty: through it")
        rows.append(f"{_HANG}the Pi's USB would feed the whole panel.")
        if sheet.rows >= 64:
            rows.append("• 64 rows: the adapter's jumper puts E at place 8 (a few: 4).")
    pen.lines(x + 10, y + 25, *rows, size=13, step=20.5)
