"""The way from the board to the PBX as a chain of signs: the first that is broken is on a red plate, with its cause."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.core import band
from firmware.core.canvas import DIM, GREEN, RED, STALE, WHITE
from firmware.core.font import Pen
from firmware.core.layout_stale import band as band_of
from firmware.core.scenes import changed, queues_view
from firmware.pi.selftest.sheet import Sheet

SIGNS = {"Wi-Fi": "n", "cable": "c", "address": "i", "broker": "b", "bridge": "g", "PBX": "t", "rules": "r"}


@dataclass(frozen=True)
class Chain:
    """`links`: of SIGNS, from the board on; the first `whole` of them hold, the next is broken.

    `lines`: what is wrong and where to look, the first foremost; where there is no room they take turns, and `turn`
    counts these. `fault`: as the board names it, on a band; "" without one.
    """

    links: tuple[str, ...]
    whole: int
    lines: tuple[str, ...]
    turn: int = 0
    fault: str = ""

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        top = 1
        if self.fault:
            box, fonts = band_of(sheet.width, sheet.height)
            view = changed(queues_view(()), fault=self.fault)
            band.draw(Pen(sheet.canvas, sheet.fonts, 0, 0), box, fonts, view)
            top = box.h + 2
        scale = sheet.scale if sheet.width >= 128 else 1
        self._signs(sheet, top, scale)
        self._words(sheet, top + 10 * scale)

    def _signs(self, sheet: Sheet, top: int, scale: int) -> None:
        pitch = min((sheet.width - 8 * scale) // (len(self.links) - 1), 24 * scale)
        left = (sheet.width - pitch * (len(self.links) - 1) - 8 * scale) // 2
        for place, link in enumerate(self.links):
            x = left + place * pitch
            if place:
                gap = pitch - 8 * scale
                ink = GREEN if place < self.whole else DIM
                sheet.rect(x - gap + (gap > 2), top + 4 * scale - 1, gap - 2 * (gap > 2), scale, ink)
            broken = place == self.whole
            if broken:
                sheet.rect(x - 1, top - 1, 8 * scale + 2, 8 * scale + 2, RED)
            ink = GREEN if place < self.whole else WHITE if broken else STALE
            sheet.sign("signs8", SIGNS[link], x, top, ink, scale)

    def _words(self, sheet: Sheet, top: int) -> None:
        """As many lines at once as there is room for; all of them in turn."""
        tall = 10 if sheet.scale == 1 else 13
        room = max((sheet.height - top) // tall, 1)
        lines = [piece for line in self.lines for piece in sheet.pieces(line)]
        page = self.turn % max(-(-len(lines) // room), 1)
        for place, line in enumerate(lines[page * room : (page + 1) * room]):
            first = line == lines[0]
            ink = (RED if self.whole < len(self.links) else GREEN) if first else WHITE
            baseline = top + (sheet.height - top - room * tall) // 2 + (place + 1) * tall - 2
            sheet.words(line, min(baseline, sheet.height - 2), ink)


@dataclass(frozen=True)
class Address:
    """Where a technician finds the board in the network: in figures as large as there is room for."""

    name: str
    address: str

    def draw(self, sheet: Sheet) -> None:
        """See Picture."""
        ink = WHITE if self.address else RED
        if not self.address:
            sheet.words(self.name, 10 * sheet.scale, STALE)
            sheet.words("NO ADDRESS", sheet.height - 6 * sheet.scale, ink, letters=sheet.large)
            return
        small = sheet.scale == 1
        sheet.words(self.name, 8 if small else 14, STALE)
        letters = sheet.large
        lines = [self.address]
        if (
            min(sheet.fonts[name].measure(self.address, gap) for name, gap in letters if name != "letters8")
            > sheet.width
        ):
            lines = _halves(self.address)
        tall = 11 if small else 20
        spare = sheet.height - (9 if small else 16) - tall * len(lines)
        for place, line in enumerate(reversed(lines)):
            sheet.words(line, sheet.height - 1 - max(spare // 2, 0) - place * tall, ink, letters=letters)


def _halves(address: str) -> list[str]:
    """In two lines, cut behind a dot or a colon near the middle."""
    places = [place + 1 for place, char in enumerate(address[:-1]) if char in ".:"]
    if not places:
        return [address]
    cut = min(places, key=lambda place: abs(2 * place - len(address)))
    return [address[:cut], address[cut:]]
