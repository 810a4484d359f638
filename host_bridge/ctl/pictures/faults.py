"""A sheet of what goes wrong with a panel, as the self-test shows it, each over the setting that mends it.

Each is the right picture put through what the fault does to it: colour lines that are swapped, an address line that is
missing, a module that has two rows in one. For hw/SELFTEST.md; a dark panel needs no picture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image, ImageChops

from firmware.pi.look import led_look
from firmware.pi.panel import PanelSettings
from firmware.pi.panel_shape import FOLDED, FROM_LEFT
from firmware.pi.selftest.pictures_panel import Bars, Corners, Lines, Modules
from firmware.pi.selftest.plan import modules_of
from host_bridge.ctl.pictures.sheet import MARGIN, self_test_frame, sheet

SIZE = (64, 32)
_PAIR = PanelSettings("image", 32, 64, chain=2)
_LONG = PanelSettings("image", 32, 64, chain=4)
_UPSIDE_DOWN = Image.Transpose.ROTATE_180


def swapped() -> Image.Image:
    """Modules whose red and blue lines are swapped."""
    red, green, blue = self_test_frame(SIZE, Bars()).split()
    return Image.merge("RGB", (blue, green, red))


def doubled() -> Image.Image:
    """The highest address line does not reach the module: it lights two rows of a half at once, and never the rest."""
    right = self_test_frame(SIZE, Lines(row=21))
    shown = Image.new("RGB", SIZE)
    for half in (0, 16):
        upper, lower = (right.crop((0, top, 64, top + 8)) for top in (half, half + 8))
        shown.paste(ImageChops.lighter(upper, lower), (0, half))
    return shown


def torn() -> Image.Image:
    """A module of multiplexing 1 ("Stripe") that is driven as 0: its register is two rows long, and has the row before.

    Row r of a half is kept beside row r + 8, in the further half of the register; three address lines tell eight apart.
    """
    right = self_test_frame(SIZE, Lines(row=21))
    shown = Image.new("RGB", SIZE)
    for half in (0, 16):
        for row in range(16):
            is_current = row < 8  # the nearer half of the register has what was sent last
            for address in (row % 8, row % 8 + 8):
                sent = half + (address if is_current else (address - 1) % 16)
                line = ImageChops.lighter(
                    shown.crop((0, half + row, 64, half + row + 1)), right.crop((0, sent, 64, sent + 1))
                )
                shown.paste(line, (0, half + row))
    return shown


def from_left() -> Image.Image:
    """The panel hangs upside down, or the Pi is at its left."""
    return self_test_frame(SIZE, Corners()).transpose(_UPSIDE_DOWN)


def two_from_left() -> Image.Image:
    """The same of two modules: the numbers are upside down, all of them."""
    return self_test_frame((128, 32), Modules(modules_of(_PAIR))).transpose(_UPSIDE_DOWN)


def turned() -> Image.Image:
    """One module of two is upside down: no setting's fault."""
    shown = self_test_frame((128, 32), Modules(modules_of(_PAIR)))
    shown.paste(shown.crop((0, 0, 64, 32)).transpose(_UPSIDE_DOWN), (0, 0))
    return shown


def bent() -> Image.Image:
    """A chain of four that is bent in its middle, and driven as a straight one."""
    straight = self_test_frame((256, 32), Modules(modules_of(_LONG)))
    shown = Image.new("RGB", (128, 64))
    shown.paste(straight.crop((128, 0, 256, 32)), (0, 0))
    shown.paste(straight.crop((0, 0, 128, 32)).transpose(_UPSIDE_DOWN), (0, 32))
    return shown


def folded() -> Image.Image:
    """The same, once pixel_mapper says so."""
    made = PanelSettings("image", 32, 64, chain=4, pixel_mapper=FOLDED)
    return self_test_frame((made.width, made.height), Modules(modules_of(made)))


class Fault(NamedTuple):
    """What it looks like; `mend`: the line of board.yaml's panel, or what to do."""

    draw: Callable[[], Image.Image]
    mend: str


FAULTS = (
    Fault(swapped, "led_rgb_sequence: BGR"),
    Fault(doubled, "a row line; row_address_type"),
    Fault(torn, "multiplexing: 1"),
    Fault(from_left, f"pixel_mapper: {FROM_LEFT}"),
    Fault(two_from_left, f"pixel_mapper: {FROM_LEFT}"),
    Fault(turned, "turn module 2"),
    Fault(bent, f"pixel_mapper: {FOLDED}"),
    Fault(folded, "and now it is right"),
)


def faults(pitch_px: int) -> Image.Image:
    """All of FAULTS."""
    looks = [(fault.mend, led_look(fault.draw(), pitch_px)) for fault in FAULTS]
    return sheet("", [("", looks)], 4 * SIZE[0] * pitch_px + 5 * MARGIN)


def faults_hash() -> str:
    """Of the LEDs and captions of FAULTS: a picture that bears another one is out of date."""
    found = hashlib.sha256()
    for fault in FAULTS:
        found.update(fault.mend.encode() + fault.draw().tobytes())
    return found.hexdigest()
