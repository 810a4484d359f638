"""Symbols of circuits (IEC 60617, simplified), each at a place of its own."""

from __future__ import annotations

from hw.drawing.pen import BLACK, WHITE, Pen


def resistor_across(pen: Pen, x: float, y: float, name: str, value: str) -> None:
    """A resistor from (x, y) to (x + 60, y)."""
    pen.box(x + 8, y - 9, 44, 18)
    pen.line((x, y), (x + 8, y))
    pen.line((x + 52, y), (x + 60, y))
    pen.text(x + 30, y - 16, f"{name} {value}", anchor="middle")


def resistor_down(pen: Pen, x: float, y: float, name: str, value: str) -> None:
    """A resistor from (x, y) to (x, y + 60)."""
    pen.box(x - 9, y + 8, 18, 44)
    pen.line((x, y), (x, y + 8))
    pen.line((x, y + 52), (x, y + 60))
    pen.text(x - 16, y + 26, name, anchor="end")
    pen.text(x - 16, y + 44, value, anchor="end")


def npn(pen: Pen, x: float, y: float, name: str) -> None:
    """An NPN transistor: base at (x, y), collector at (x + 40, y - 40), emitter at (x + 40, y + 40)."""
    pen.circle(x + 28, y, 30)
    pen.line((x - 2, y), (x + 16, y))
    pen.line((x + 16, y - 18), (x + 16, y + 18), width=4)
    pen.line((x + 16, y - 8), (x + 40, y - 24), (x + 40, y - 40))
    pen.line((x + 16, y + 8), (x + 40, y + 24), (x + 40, y + 40))
    pen.shape((x + 38, y + 23), (x + 27, y + 21), (x + 33, y + 12))
    pen.text(x + 64, y + 6, name)
    for dx, dy, letter in ((-8, -6, "B"), (48, -30, "C"), (48, 40, "E")):
        pen.text(x + dx, y + dy, letter, size=12)


def diode_up(pen: Pen, x: float, y: float, name: str, value: str) -> None:
    """A diode that conducts from (x, y + 60) up to (x, y): its band is at the top."""
    pen.line((x, y), (x, y + 18))
    pen.line((x - 13, y + 18), (x + 13, y + 18), width=3)
    pen.shape((x, y + 18), (x - 12, y + 40), (x + 12, y + 40))
    pen.line((x, y + 40), (x, y + 60))
    pen.text(x + 20, y + 28, name)
    pen.text(x + 20, y + 46, value)


def buzzer_down(pen: Pen, x: float, y: float) -> None:
    """A buzzer from plus at (x, y) to minus at (x, y + 60)."""
    pen.line((x, y), (x, y + 8))
    pen.box(x - 26, y + 8, 52, 44)
    pen.text(x, y + 35, "BZ1", anchor="middle")
    pen.line((x, y + 52), (x, y + 60))
    pen.text(x + 8, y + 5, "+", bold=True)
    pen.text(x + 8, y + 68, "-", bold=True)


def ground(pen: Pen, x: float, y: float) -> None:
    """The symbol of ground below (x, y)."""
    pen.line((x, y), (x, y + 8))
    for index, half in enumerate((14, 9, 4)):
        pen.line((x - half, y + 8 + 5 * index), (x + half, y + 8 + 5 * index), width=2)


def push_button(pen: Pen, x: float, y: float) -> None:
    """A button that closes while it is pressed, from (x, y) to (x + 80, y)."""
    pen.line((x, y), (x + 20, y))
    pen.line((x + 60, y), (x + 80, y))
    pen.circle(x + 23, y, 3, fill=WHITE)
    pen.circle(x + 57, y, 3, fill=WHITE)
    pen.line((x + 18, y - 12), (x + 62, y - 12), width=3)
    pen.line((x + 40, y - 12), (x + 40, y - 28))
    pen.line((x + 28, y - 28), (x + 52, y - 28), width=3)


def fuse_up(pen: Pen, x: float, y: float, value: str) -> None:
    """A fuse from (x, y) up to (x, y - 50)."""
    pen.line((x, y), (x, y - 50))
    pen.box(x - 7, y - 42, 14, 34, fill="none")
    pen.text(x - 13, y - 20, value, anchor="end")


def arrow(pen: Pen, x: float, y: float, to_x: float) -> None:
    """An arrow to the right, of a ribbon cable: thick."""
    pen.line((x, y), (to_x - 10, y), width=6)
    pen.shape((to_x, y), (to_x - 16, y - 9), (to_x - 16, y + 9), fill=BLACK)
