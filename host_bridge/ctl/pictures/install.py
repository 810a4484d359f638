"""A sheet of the installer's self-test, with what a technician is to look at in each of its pictures."""

from __future__ import annotations

import hashlib

from PIL import Image

from firmware.core.layout import choose
from firmware.pi.look import led_look
from host_bridge.ctl.pictures.sheet import MARGIN, frames, sheet

SIZE = (64, 32)
# (scene, what to look at) of it, for the technician's guide.
SHOTS = (
    ("install_red", "is it red?"),
    ("install_bars", "in this order?"),
    ("install_corners", "all four corners?"),
    ("install_rows", "one row, from top to bottom?"),
    ("install_modules", "upright, one arrow?"),
    ("install_ramp", "each step brighter?"),
    ("install_white", "even, steady, not pink?"),
    ("install_supply_low", "the Pi saw its supply sag"),
    ("install_buzzer_sounds", "heard now?"),
    ("install_button", "press it"),
    ("install_button_late", "nobody did"),
    ("install_link", "all of the way holds"),
    ("install_link_wifi", "no Wi-Fi"),
    ("install_link_broker", "the broker refuses"),
    ("install_address", "the board's own address"),
    ("install_done", "supply, buzzer, button, link"),
    ("never_linked_broker", "until it was ever linked"),
)


def install(pitch_px: int) -> Image.Image:
    """All of SHOTS."""
    drawn = frames(choose(*SIZE))
    looks = [(caption, led_look(drawn[name][1](), pitch_px)) for name, caption in SHOTS]
    return sheet("", [("", looks)], 4 * SIZE[0] * pitch_px + 5 * MARGIN)


def install_hash() -> str:
    """Of the LEDs and captions of SHOTS: a picture that bears another one is out of date."""
    drawn = frames(choose(*SIZE))
    found = hashlib.sha256()
    for name, caption in SHOTS:
        found.update(caption.encode() + drawn[name][1]().tobytes())
    return found.hexdigest()
