"""What passes for blinking, calm, a fault and nothing live, on frames drawn for it. Needs no Asterisk."""

from __future__ import annotations

from PIL import Image

from firmware.core.scenes import queues_view
from firmware.core.screen import Screen
from firmware.core.view import Tile
from firmware.pi.canvas_pillow import PillowCanvas, load_font
from tests.pbx.frames import FAULTS, TILES, Frame, blinks, calm, count, fault, ink, label, nothing_live

UPPER, LOWER = TILES
SCREEN = Screen(128, 64, load_font)


def _tile(name: str, **changes: object) -> Tile:
    fields: dict[str, object] = {
        "id": name, "label": name, "rtl": False, "waiting": 3, "oldest_s": 40, "sla": 900, "sla_target": 800,
        "agents_free": 1, "agents_in": 4, "severity": 0, "acked": False, "phase": 0, "life": 0,
        "next_breach_s": None, "approx": False, "open": True, "why": (0, 0, 0, 0, 0),
    }  # fmt: skip
    return Tile(**(fields | changes))


def _draw(upper: Tile, lower: Tile, named: str | None = None) -> Image.Image:
    canvas = PillowCanvas(128, 64)
    SCREEN.draw(canvas, queues_view((upper, lower), fault=named))
    return canvas.image()


def _frames(*upper: Tile) -> list[Frame]:
    return [Frame(n, _draw(tile, _tile("sales"))) for n, tile in enumerate(upper)]


def test_two_phases_blink_and_steady_ones_do_not() -> None:
    for severity in (1, 2):
        one, two = (_tile("support", severity=severity, phase=phase) for phase in (0, 1))
        assert blinks(_frames(one, two, one), UPPER)
        assert not blinks(_frames(one, two, one), LOWER)
        assert not blinks(_frames(one, one, one), UPPER)
        assert not blinks(_frames(two, two, two), UPPER)
        assert not calm(_frames(one), UPPER)
        assert not calm(_frames(two), UPPER)
        assert calm(_frames(one, two), LOWER)
    assert calm(_frames(_tile("support")), UPPER)


def test_shapes_know_names_and_counts_in_every_colour() -> None:
    plain = _draw(_tile("support"), _tile("sales"))
    tinted = _draw(_tile("support", severity=2, phase=1), _tile("sales", waiting=4))
    assert ink(plain, label(UPPER)) == ink(tinted, label(UPPER)) != ink(plain, label(LOWER))
    assert ink(plain, count(UPPER)) == ink(tinted, count(UPPER))
    assert ink(plain, count(LOWER)) != ink(tinted, count(LOWER))


def test_faults_are_told_apart_and_from_none() -> None:
    stale = _tile("support", life=1), _tile("sales", life=2)
    for name in FAULTS:
        assert fault(_draw(*stale, name)) == name
        assert nothing_live(_draw(*stale, name))
    assert fault(_draw(*stale)) is None


def test_a_live_figure_under_a_fault_is_seen() -> None:
    stale = _tile("support", life=1)
    assert not nothing_live(_draw(stale, _tile("sales"), "PBX"))
    assert not nothing_live(_draw(_tile("support", severity=2, phase=1), stale, "PBX"))
    assert not nothing_live(_draw(stale, stale))
