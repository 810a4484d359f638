"""A pen that writes SVG: lines, boxes, words. Pixels from the top left; the same input makes the same bytes."""

from __future__ import annotations

from html import escape

FONT = "DejaVu Sans, Verdana, Arial, sans-serif"
# A browser prints a drawing at its own size, and cuts off what a page cannot hold: one sheet, across, whole.
PRINT = "@page { size: A4 landscape; margin: 6mm } @media print { svg { width: 284mm; height: 197mm } }"
PANEL_FILL, WHITE, BLACK = "#d8d8d8", "#ffffff", "#000000"


Point = tuple[float, float]


class Pen:
    """What is drawn goes onto a page of `width` × `height`."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self._head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'font-family="{FONT}" font-size="14" stroke-linecap="round">'
        )
        self._parts = [
            f"<title>{escape(title)}</title>",
            f"<style>{PRINT}</style>",
            f'<rect width="{width}" height="{height}" fill="{WHITE}"/>',
        ]

    def line(self, *points: tuple[float, float], width: float = 1.6, dash: str = "") -> None:
        """A line through some points."""
        path = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._add(f'<polyline points="{path}" fill="none" stroke="{BLACK}" stroke-width="{_number(width)}"{dashed}/>')

    def box(
        self, x: float, y: float, w: float, h: float, *, fill: str = WHITE, width: float = 1.6, dash: str = ""
    ) -> None:
        """A rectangle."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._add(
            f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(w)}" height="{_number(h)}" fill="{fill}" '
            f'stroke="{BLACK}" stroke-width="{_number(width)}"{dashed}/>'
        )

    def circle(self, x: float, y: float, radius: float, fill: str = WHITE) -> None:
        """A circle around (x, y)."""
        self._add(
            f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" fill="{fill}" stroke="{BLACK}" '
            f'stroke-width="1.6"/>'
        )

    def shape(self, *points: tuple[float, float], fill: str = BLACK) -> None:
        """A filled polygon."""
        path = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._add(f'<polygon points="{path}" fill="{fill}" stroke="{BLACK}" stroke-width="1"/>')

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        size: float = 14,
        bold: bool = False,
        fill: str = BLACK,
    ) -> None:
        """One line; (x, y) is its baseline's `start`, `middle` or `end`."""
        weight = ' font-weight="bold"' if bold else ""
        self._add(
            f'<text x="{_number(x)}" y="{_number(y)}" text-anchor="{anchor}" font-size="{_number(size)}"{weight} '
            f'fill="{fill}">{escape(words)}</text>'
        )

    def lines(self, x: float, y: float, *rows: str, size: float = 14, step: float = 20) -> None:
        """Several lines, one below the other."""
        for index, row in enumerate(rows):
            self.text(x, y + index * step, row, size=size)

    def dot(self, x: float, y: float) -> None:
        """Where wires are joined."""
        self.circle(x, y, 3.2, fill=BLACK)

    def number(self, x: float, y: float, wire: int) -> None:
        """The number of a wire, white on black, as it is found again elsewhere."""
        self.circle(x, y, 12, fill=BLACK)
        self.text(x, y + 5, str(wire), anchor="middle", bold=True, fill=WHITE)

    def svg(self) -> str:
        """The whole file."""
        return "\n".join([self._head, *self._parts, "</svg>"]) + "\n"

    def _add(self, part: str) -> None:
        self._parts.append(part)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
