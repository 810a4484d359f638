"""What a technician solders: the buzzer's driver and the button."""

from __future__ import annotations

from hw.drawing import symbols
from hw.drawing.pen import Pen


def buzzer_driver(pen: Pen, x: float, y: float) -> None:
    """An NPN transistor as a switch to ground, of 470 × 330. Wires 1, 2 and 3 come from the left."""
    pen.text(x + 235, y, "The buzzer's driver", anchor="middle", bold=True)
    top, base, bottom = y + 45, y + 190, y + 270
    pen.number(x + 20, top, 1)
    pen.text(x + 38, top - 8, "5 V", size=13)
    pen.line((x + 32, top), (x + 370, top))
    symbols.buzzer_down(pen, x + 270, top + 15)
    pen.line((x + 270, top), (x + 270, top + 15))
    pen.dot(x + 270, top)
    pen.line((x + 270, top + 75), (x + 270, base - 40))
    symbols.diode_up(pen, x + 370, top + 15, "D1", "1N4148")
    pen.line((x + 370, top), (x + 370, top + 15))
    pen.line((x + 370, top + 75), (x + 370, top + 90), (x + 270, top + 90))
    pen.dot(x + 270, top + 90)
    symbols.npn(pen, x + 230, base, "Q1 NPN")
    pen.number(x + 20, base, 2)
    pen.text(x + 38, base - 8, "GPIO", size=13)
    pen.line((x + 32, base), (x + 75, base))
    symbols.resistor_across(pen, x + 75, base, "R1", "1 kΩ")
    pen.line((x + 135, base), (x + 230, base))
    pen.dot(x + 180, base)
    symbols.resistor_down(pen, x + 180, base + 10, "R2", "10 kΩ")
    pen.line((x + 180, base), (x + 180, base + 10))
    pen.line((x + 270, base + 40), (x + 270, bottom))
    pen.line((x + 180, base + 70), (x + 180, bottom))
    pen.number(x + 20, bottom, 3)
    pen.text(x + 38, bottom - 8, "ground", size=13)
    pen.line((x + 32, bottom), (x + 270, bottom))
    pen.dot(x + 180, bottom)
    pen.dot(x + 270, bottom)
    symbols.ground(pen, x + 270, bottom)
    pen.lines(
        x + 10,
        bottom + 42,
        "BZ1: an active buzzer (it sounds on 5 V), 50 mA at most.",
        "D1: its band is towards 5 V. R2: silence while the board starts.",
        "Never a buzzer straight on the pin: it bears 16 mA (Pico: 12).",
        size=13,
        step=19,
    )


def button(pen: Pen, x: float, y: float) -> None:
    """A button to ground, of 470 × 100."""
    pen.text(x + 235, y, "The button", anchor="middle", bold=True)
    pen.number(x + 20, y + 50, 4)
    pen.text(x + 38, y + 42, "GPIO", size=13)
    pen.line((x + 32, y + 50), (x + 110, y + 50))
    symbols.push_button(pen, x + 110, y + 50)
    pen.line((x + 190, y + 50), (x + 270, y + 50))
    pen.number(x + 282, y + 50, 5)
    pen.text(x + 262, y + 42, "ground", size=13, anchor="end")
    pen.lines(
        x + 10,
        y + 82,
        "It closes while pressed. No resistor: the pin is pulled up.",
        "Twist 4 and 5 together, and keep them off ribbons and leads.",
        size=13,
        step=19,
    )
