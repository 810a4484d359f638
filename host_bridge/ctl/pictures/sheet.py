"""Sheets of pages at LED look: all scenes of a panel size under headings, and the few that tell the story."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from firmware.core import scenes
from firmware.core.canvas import dump, palette
from firmware.core.layout import Layout, choose
from firmware.core.screen import Screen
from firmware.core.view import CENTRE, CLOCK, QUEUES, View
from firmware.pi.canvas_pillow import PillowCanvas, load_font
from firmware.pi.look import led_look
from firmware.pi.selftest.pictures_panel import Picture
from firmware.pi.selftest.scenes import scenes as self_test_scenes
from firmware.pi.selftest.sheet import ShadesCanvas, Sheet

MARGIN = 14
_CAPTION = 20
_HEADING = 40
_WIDEST = 1600  # of a sheet, in pixels: what a browser shows without scrolling sideways
_GROUND, _INK, _FAINT = (24, 24, 28), (235, 235, 240), (165, 165, 175)


class Shot(NamedTuple):
    """A page to show: a panel size, a scene of it, and what a stranger should see."""

    size: tuple[int, int]
    scene: str
    caption: str


# For the README and firmware/SCREENS.md.
STORY = (
    Shot((128, 64), "calm", "all is well"),
    Shot((128, 64), "warn", "a warning: half a mark, amber"),
    Shot((128, 64), "critical", "critical: a full mark, the name on a plate"),
    Shot((128, 64), "critical_second_phase", "its second phase, once a second"),
    Shot((128, 64), "acknowledged", "acknowledged: broken marks, no blinking"),
    Shot((128, 64), "why_service_level", "why: the service level alone"),
    Shot((128, 64), "pbx_dim", "the PBX is lost: figures struck out"),
    Shot((128, 64), "link_dashes", "after 15 s: dashes"),
    Shot((128, 64), "queues_4", "four queues"),
    Shot((128, 64), "single_critical", "one queue"),
    Shot((128, 64), "centre_calm", "the whole centre and its day"),
    Shot((128, 64), "notice_hebrew", "a notice"),
    Shot((256, 64), "twelve_critical", "256x64: twelve queues, those in breach stay"),
    Shot((64, 64), "single_next_breach", "64x64: limit in 0:42"),
    Shot((64, 32), "label_gershayim", "64x32"),
    Shot((192, 64), "single_next_breach", "192x64: agents and target as numbers"),
    Shot((128, 32), "long_wait", "128x32, both phases"),
    Shot((64, 32), "clock_hebrew", "64x32, when all is calm"),
)


INSTALLER = "The installer's self-test"


def frame(size: tuple[int, int], view: View) -> Image.Image:
    """The view's pixels, one an LED."""
    canvas = PillowCanvas(*size)
    Screen(*size, load_font).draw(canvas, view)
    return canvas.image()


def self_test_frame(size: tuple[int, int], picture: Picture) -> Image.Image:
    """A picture of the installer's self-test, one pixel an LED."""
    canvas = ShadesCanvas(*size)
    picture.draw(Sheet(canvas))
    return canvas.image()


def frames(panel: Layout) -> dict[str, tuple[str, Callable[[], Image.Image]]]:
    """All scenes of a panel size by name: the heading under which each stands, and what draws it."""
    size = (panel.width, panel.height)
    found = {name: (_group(view), partial(frame, size, view)) for name, view in scenes.scenes(panel.slots(99))}
    tests = {name: (INSTALLER, partial(self_test_frame, size, picture)) for name, picture in self_test_scenes(*size)}
    return {**found, **tests}


def of_size(panel: Layout, pitch_px: int) -> Image.Image:
    """All scenes of one panel size, in groups under headings."""
    groups: dict[str, list[tuple[str, Image.Image]]] = {}
    for name, (group, draw) in frames(panel).items():
        groups.setdefault(group, []).append((name.replace("_", " "), led_look(draw(), pitch_px)))
    return sheet(f"{panel.width}x{panel.height}", list(groups.items()))


def story(pitch_px: int) -> Image.Image:
    """The pages of STORY."""
    looks = []
    for shot in STORY:
        view = dict(scenes.scenes(choose(*shot.size).slots(99)))[shot.scene]
        looks.append((shot.caption, led_look(frame(shot.size, view), pitch_px)))
    return sheet("", [("", looks)], 3 * 128 * pitch_px + 4 * MARGIN)


def story_hash() -> str:
    """Of the LEDs, colours and captions of STORY: a picture that bears another one is out of date."""
    found = hashlib.sha256(palette())
    for shot in STORY:
        canvas = PillowCanvas(*shot.size)
        view = dict(scenes.scenes(choose(*shot.size).slots(99)))[shot.scene]
        Screen(*shot.size, load_font).draw(canvas, view)
        found.update(f"{shot}\n{dump(canvas)}".encode())
    return found.hexdigest()


def _group(view: View) -> str:
    """The heading under which a scene stands, by what it shows."""
    if view.kind == CENTRE:
        return "The whole centre"
    if view.kind == CLOCK:
        return "The clock and notices"
    if view.kind != QUEUES:
        return "For technicians"
    if view.fault is not None or not view.tiles or any(tile.life for tile in view.tiles):
        return "Somebody is lost"
    if view.pages > 1:
        return "More queues than a page holds"
    names = {1: "One queue", 2: "Two queues"}
    return names.get(len(view.tiles), "More queues")


def sheet(title: str, groups: list[tuple[str, list[tuple[str, Image.Image]]]], width: int = _WIDEST) -> Image.Image:
    """The pictures on shelves, each under its caption, a heading before each group."""
    texts: list[tuple[int, int, str, int, tuple[int, int, int]]] = []
    places: list[tuple[int, int, Image.Image]] = []
    right, y = 0, MARGIN
    for heading, looks in groups:
        if heading or title:
            texts.append((MARGIN, y, f"{title}  {heading}".strip(), 20, _INK))
            y += _HEADING
        x, shelf = MARGIN, 0
        for caption, look in looks:
            if x > MARGIN and x + look.width + MARGIN > width:
                x, y, shelf = MARGIN, y + shelf + _CAPTION + MARGIN, 0
            texts.append((x, y, caption, 13, _FAINT))
            places.append((x, y + _CAPTION, look))
            x += look.width + MARGIN
            right, shelf = max(right, x), max(shelf, look.height)
        y += shelf + _CAPTION + 2 * MARGIN
    whole = Image.new("RGB", (right, y - MARGIN), _GROUND)
    pen = ImageDraw.Draw(whole)
    for left, top, text, size, ink in texts:
        pen.text((left, top), text, fill=ink, font=ImageFont.load_default(size))
    for left, top, look in places:
        whole.paste(look, (left, top))
    return whole
