"""No text leaves its tile or touches anything, with any figures on any page of any size.

A pen's strokes are recorded while a page is drawn: the ink box of every text, and every rectangle. Two texts are a
column or a row apart at least; a rectangle either holds a whole text, with a column to spare at both ends, or is apart
from it. This is stricter than the eye: boxes are compared, not pixels.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import pytest

from firmware.core import layout, scenes, scenes_pages
from firmware.core.canvas import LINE
from firmware.core.font import Font
from firmware.core.screen import Screen
from firmware.core.showing_centre import Centre
from firmware.core.view import CENTRE, CLOCK, QUEUES, Notice, Tile, View
from firmware.pi.canvas_pillow import PillowCanvas, load_font


class Ink(NamedTuple):
    """What was drawn: [left, right) by [top, bottom); `text` is empty for a rectangle."""

    text: str
    left: int
    top: int
    right: int
    bottom: int

    def apart(self, other: Ink, gap: int = 1) -> bool:
        """A blank column, or row, between the two at least."""
        columns = self.right + gap <= other.left or other.right + gap <= self.left
        return columns or self.bottom + gap <= other.top or other.bottom + gap <= self.top

    def near(self, other: Ink) -> bool:
        """The other begins in these rows and columns."""
        return self.left <= other.left < self.right and self.top <= other.top < other.bottom <= self.bottom

    def holds(self, other: Ink) -> bool:
        """The other stands inside, with a column to spare on both sides."""
        across = self.left < other.left and other.right < self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


class RecordingCanvas(PillowCanvas):
    """Notes rectangles; a test's Font.draw notes texts."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height)
        self.texts: list[Ink] = []
        self.rects: list[tuple[Ink, int]] = []

    def fill(self, ink: int) -> None:
        self.texts, self.rects = [], []
        super().rect(0, 0, self.width, self.height, ink)

    def rect(self, x: int, y: int, w: int, h: int, ink: int) -> None:
        self.rects.append((Ink("", x, y, x + w, y + h), ink))
        super().rect(x, y, w, h, ink)


@pytest.fixture(autouse=True)
def _texts_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = Font.draw

    def noting(  # noqa: PLR0917 - as Font.draw
        font: Font, canvas: Any, x: int, baseline: int, text: str, ink: int, tracking: int | None = None
    ) -> None:
        above, below = font.extent(text)
        if text.strip():
            wide = font.measure(text, tracking)
            canvas.texts.append(Ink(text, x, baseline - above, x + wide, baseline + below))
        draw(font, canvas, x, baseline, text, ink, tracking)

    monkeypatch.setattr(Font, "draw", noting)


def complaints(size: tuple[int, int], view: View, running: bool = False) -> list[str]:
    """What is wrong with the page, a line each."""
    canvas = RecordingCanvas(*size)
    Screen(*size, load_font).draw(canvas, view)
    found = []
    for text in canvas.texts:
        if not running and (text.left < 0 or text.right > size[0] - 1):
            found.append(f"{text} leaves the panel at its sides")
        if text.top < 0 or text.bottom > size[1]:
            found.append(f"{text} leaves the panel above or below")
    tiles = _tiles(size, view)
    inside = [text for text in canvas.texts if any(tile.near(text) and text.right < tile.right for tile in tiles)]
    found += [f"{text} leaves its tile" for text in canvas.texts if tiles and text not in inside]
    for one, two in itertools.combinations(canvas.texts, 2):
        if not one.apart(two):
            found.append(f"{one} touches {two}")
    for text in canvas.texts if not running else ():
        for rect, ink in canvas.rects:
            struck = view.fault is not None and rect.bottom - rect.top == 1 and rect.left < text.left
            if not rect.holds(text) and not rect.apart(text, 0 if ink == LINE else 1) and not struck:
                found.append(f"{text} touches {rect}")
    return found


def _tiles(size: tuple[int, int], view: View) -> list[Ink]:
    """Where the page has tiles, and its band."""
    if view.kind != QUEUES:
        return []
    page = layout.choose(*size).page(len(view.tiles), view.fault is not None)
    boxes = [(x, y, face.w, face.h) for x, y, face in page.tiles] + ([page.band] if page.band else [])
    return [Ink("", x, y, x + w, y + h) for x, y, w, h in boxes]


FIGURES: tuple[dict[str, Any], ...] = (
    {},
    {"waiting": 100, "oldest_s": 5999, "sla": 1000, "agents_in": 250, "agents_free": 0},
    {"waiting": 99, "oldest_s": 5999, "sla": 1000, "sla_target": 1000, "agents_in": 250, "agents_free": 250},
    {"waiting": 12345, "oldest_s": 86400, "sla": 1000, "sla_target": None, "agents_in": 9999, "agents_free": 9999},
    {"waiting": 20, "oldest_s": 1200, "sla": 888, "sla_target": 0, "agents_in": 88, "agents_free": 88},
    {"waiting": 8, "oldest_s": 6000, "sla": None, "sla_target": 800, "agents_in": None, "agents_free": None},
    {"waiting": None, "oldest_s": None, "sla": None, "agents_in": 0, "agents_free": 0},
    {"waiting": 0, "oldest_s": None, "sla": 1000, "approx": True, "agents_in": 1, "agents_free": 1},
    {"waiting": 100, "oldest_s": 59, "sla": 1000, "approx": True, "open": False},
)
STATES: tuple[dict[str, Any], ...] = (
    {},
    {"severity": 1, "why": (1, 1, 1, 1, 1)},
    {"severity": 1, "phase": 1},
    {"severity": 2, "why": (2, 2, 2, 2, 2)},
    {"severity": 2, "phase": 1},
    {"severity": 2, "acked": True},
    {"life": 1},
    {"life": 2},
    {"life": 3},
)
LABELS = (
    ("תינכט הכימת", True),
    (scenes.LONG, True),
    ('ל"וח תוחוקל קוחיש', True),
    ("Support (gjy) [Q] ₪", False),
    ("International Customer Care", False),
    ("Donaudampfschifffahrtsgesellschaft", False),
    ("תושדחתהותויומדקתהותוירחא", True),
    ("Premium Gold 24/7 תיקסע הכימת", True),
    ("", False),
)
BREACHES = (None, 0, 9, 42, 313, 5999, 35999)


def extremes() -> list[Tile]:
    """Tiles with every figure in every state, and every label with every time that shares its line."""
    plain = scenes.CALM
    tiles = [scenes.with_fields(plain, **(figures | state)) for figures in FIGURES for state in STATES]
    for (label, rtl), breach, state in itertools.product(LABELS, BREACHES, STATES):
        tiles.append(scenes.with_fields(plain, label=label, rtl=rtl, next_breach_s=breach, **state))
    return tiles


@pytest.mark.parametrize("size", layout.SIZES, ids="{0[0]}x{0[1]}".format)
def test_on_pages_of_queues_nothing_touches(size: tuple[int, int]) -> None:
    """As many tiles as a page holds, and one alone; all tiles of a page are extreme."""
    slots = layout.choose(*size).slots(99)
    tiles = extremes()
    for count in range(1, slots + 1):
        for start in range(0, len(tiles), count):
            shown = tuple(tiles[start : start + count])
            if len(shown) == count:
                fault = None if all(tile.life in (0, 3) for tile in shown) else "BRIDGE"
                if fault is not None:
                    shown = tuple(scenes.stale(tile, tile.life or 1) for tile in shown)
                view = scenes.changed(scenes.queues_view(shown, 1, 12, fault), muted=True, fault_min=99)
                assert complaints(size, view) == [], (count, shown)


@pytest.mark.parametrize("size", layout.SIZES, ids="{0[0]}x{0[1]}".format)
def test_on_the_page_of_the_whole_centre_nothing_touches(size: tuple[int, int]) -> None:
    days = ((264, 231, 12, 13, 360), (99999, 99999, 12345, 1000, 5999), (None, None, None, None, None))
    for tile, day in itertools.product(extremes(), days):
        for label in (tile.label, "@all"):
            named = scenes.with_fields(tile, label=label, rtl=tile.rtl and label != "@all")
            fault = "LINK" if tile.life in (1, 2) else None
            if fault is not None:
                named = scenes.stale(named, tile.life)
            view = scenes_pages.a_page(CENTRE, centre=Centre(named, *day), pages=3, page=2, fault=fault, fault_min=5999)
            assert complaints(size, view) == [], named


@pytest.mark.parametrize("size", layout.SIZES, ids="{0[0]}x{0[1]}".format)
def test_on_the_clock_and_under_notices_nothing_touches(size: tuple[int, int]) -> None:
    screen = Screen(*size, load_font)
    for minutes, date, rtl in itertools.product((None, 0, 1439), (None, "2026-12-26", "2028-02-29"), (False, True)):
        for muted in (False, True):
            view = scenes_pages.a_page(CLOCK, local_min=minutes, date=date, rtl=rtl, muted=muted)
            assert complaints(size, view) == [], view
    for text, rtl in (("Staff meeting 14:30", False), ("14:30 העשב תווצ תבישי", True), ("קל" * 40, True)):
        scroll = screen.scroll_px(text, rtl) // 2
        for muted in (False, True):
            view = scenes_pages.a_page(CLOCK, notice=Notice(text, rtl), scroll=scroll, muted=muted, pages=3)
            assert complaints(size, view, running=scroll > 0) == [], view


@pytest.mark.parametrize("size", layout.SIZES, ids="{0[0]}x{0[1]}".format)
def test_in_no_scene_anything_touches(size: tuple[int, int]) -> None:
    for name, view in scenes.scenes(layout.choose(*size).slots(99)):
        if not name.startswith("self_test"):
            assert complaints(size, view, running="running" in name) == [], name


def test_a_touch_is_seen() -> None:
    """The helper itself can fail: apart is apart, touching is not, a holder has a margin."""
    box = Ink("a", 10, 10, 20, 20)
    assert box.apart(Ink("b", 21, 10, 30, 20)) and not box.apart(Ink("b", 20, 10, 30, 20))
    assert box.apart(Ink("b", 10, 21, 20, 30)) and not box.apart(Ink("b", 15, 15, 16, 16))
    assert Ink("", 9, 10, 21, 20).holds(box) and not Ink("", 10, 10, 21, 20).holds(box)
