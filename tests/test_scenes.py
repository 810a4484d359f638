"""The goldens cover what they promise: every kind of page, on every size, in every state that people must tell apart.

Judged by what the scenes' views say, not by their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from firmware.core import layout
from firmware.core.scenes import scenes
from firmware.core.view import CENTRE, CLOCK, DARK, IDENTIFY, QUEUES, SELF_TEST, Tile, View
from tests.goldens.update import folder_of

SIZES = pytest.mark.parametrize("size", layout.SIZES, ids="{0[0]}x{0[1]}".format)
Test = Callable[[View, Tile], bool]

STATES: dict[str, Test] = {
    "calm": lambda view, tile: tile.life == 0 and tile.severity == 0 and bool(tile.waiting) and tile.open,
    "nobody waits": lambda view, tile: tile.life == 0 and tile.severity == 0 and tile.waiting == 0,
    "warn": lambda view, tile: (tile.severity, tile.phase, tile.acked) == (1, 0, False),
    "critical": lambda view, tile: (tile.severity, tile.phase, tile.acked) == (2, 0, False),
    "critical, second phase": lambda view, tile: (tile.severity, tile.phase) == (2, 1),
    "acknowledged": lambda view, tile: tile.acked and tile.severity == 2,
    "no data": lambda view, tile: tile.life == 3,
    "Hebrew": lambda view, tile: tile.rtl and tile.life == 0,
    "Latin": lambda view, tile: bool(tile.label) and not tile.rtl and tile.life == 0,
    "the caller's clock": lambda view, tile: tile.next_breach_s is not None,
} | {
    f"{fault}, {name}": lambda view, tile, fault=fault, life=life: view.fault == fault and tile.life == life  # type: ignore[misc]
    for fault in ("PBX", "BRIDGE", "LINK")
    for life, name in ((1, "dim"), (2, "dashes"))
}


def missing(views: Iterable[tuple[View, Tile]]) -> list[str]:
    """The states of which there is no view."""
    pairs = list(views)
    return [name for name, holds in STATES.items() if not any(holds(view, tile) for view, tile in pairs)]


def of(size: tuple[int, int]) -> list[View]:
    """All views of a size."""
    return [view for _, view in scenes(layout.choose(*size).slots(99))]


@SIZES
def test_pages_of_queues_are_drawn_in_every_state(size: tuple[int, int]) -> None:
    most = layout.choose(*size).slots(99)
    for count in {1, min(2, most)}:
        shown = [view for view in of(size) if view.kind == QUEUES and len(view.tiles) == count]
        assert missing((view, tile) for view in shown for tile in view.tiles) == [], count


@SIZES
def test_every_number_of_queues_that_a_page_holds_is_drawn_live_and_under_a_fault(size: tuple[int, int]) -> None:
    most = layout.choose(*size).slots(99)
    drawn = {(len(view.tiles), view.fault is not None) for view in of(size) if view.kind == QUEUES}
    assert drawn >= {(count, fault) for count in range(most + 1) for fault in (False, True)}


@SIZES
def test_twelve_queues_are_drawn_as_their_first_and_last_page(size: tuple[int, int]) -> None:
    """Calm, and with two of them in breach, which stay: where a page holds no more than two, there is no other then."""
    most = layout.choose(*size).slots(99)
    several = [view for view in of(size) if view.kind == QUEUES and view.pages > 1]
    calm = [view for view in several if not any(tile.severity for tile in view.tiles)]
    assert {(view.page, view.pages) for view in calm} == {(0, -(-12 // most)), (-(-12 // most) - 1, -(-12 // most))}
    assert most == 2 or any(tile.severity == 2 for view in several for tile in view.tiles)


@SIZES
def test_the_page_of_the_whole_centre_is_drawn_in_every_state(size: tuple[int, int]) -> None:
    assert missing((view, view.centre.tile) for view in of(size) if view.kind == CENTRE) == []


@SIZES
def test_the_other_pages_are_drawn(size: tuple[int, int]) -> None:
    views = of(size)
    clocks = [view for view in views if view.kind == CLOCK]
    assert {view.rtl for view in clocks if view.notice is None} == {False, True}
    notices = {(view.notice.rtl, view.scroll > 0) for view in clocks if view.notice is not None}
    assert notices == {(False, False), (True, False), (False, True), (True, True)}
    assert {view.page for view in views if view.kind == SELF_TEST} == set(range(6))
    assert {view.kind for view in views} >= {IDENTIFY, DARK}


@SIZES
def test_every_scene_has_its_golden_and_every_golden_its_scene(size: tuple[int, int]) -> None:
    names = [name for name, _ in scenes(layout.choose(*size).slots(99))]
    assert sorted(names) == sorted(path.stem for path in folder_of(*size).glob("*.txt"))
    assert len(names) == len(set(names))


def test_a_state_without_a_view_is_named() -> None:
    assert missing([]) == list(STATES)
    calm = next(view for view in of((128, 64)) if view.kind == QUEUES)
    assert "calm" not in missing((calm, tile) for tile in calm.tiles)
    assert "critical" in missing((calm, tile) for tile in calm.tiles)
