"""Driver `rgbmatrix`: the panel on the Pi's header, through rpi-rgb-led-matrix's Python module.

The library is GPL and not on PyPI, so the technician installs it; it is imported here alone. What would make it end the
process without a word to Python (no Pi, no root, the sound module loaded) is looked for first and told in one line.
"""

from __future__ import annotations

import importlib
import os
import pwd
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from config.installed import how_to_get
from firmware.pi.panel import NoLibraryError, Panel, PanelError, PanelSettings
from firmware.pi.panel_options import is_pi_5, lacks, set_options
from hw.pins import mappings


class MatrixPanel:
    """A panel behind the API of rpi-rgb-led-matrix (the emulator has the same)."""

    problem = ""

    def __init__(self, matrix: Any) -> None:
        self.width: int = matrix.width
        self.height: int = matrix.height
        self._matrix = matrix
        self._canvas = matrix.CreateFrameCanvas()
        self._shown = self._drawn = Image.new("RGB", (self.width, self.height))

    def show(self, image: Image.Image) -> None:
        """See Panel.

        SetImage's fast path reads Pillow's memory by the header it was built with, and another Pillow is a crash; its
        safe path takes 2.5 ms for 128×64 on a PC and many times that on a Pi. So only the box of pixels that differ
        from what this buffer holds goes the safe path: a ticking figure is a tenth of the panel.
        """
        changed = ImageChops.difference(image, self._drawn).getbbox()
        if changed is not None:
            self._canvas.SetImage(image.crop(changed), changed[0], changed[1], False)
        before = self._canvas
        self._canvas = self._matrix.SwapOnVSync(before)
        # The library hands back the buffer shown until now, the emulator the very canvas it was given.
        self._drawn = image if self._canvas is before else self._shown
        self._shown = image

    def close(self) -> None:
        """Both buffers black; the refresh thread ends with the process."""
        black = Image.new("RGB", (self.width, self.height))
        self.show(black)
        self.show(black)


def open_rgbmatrix(panel: PanelSettings, root: Path = Path("/")) -> Panel:
    """The panel on this Pi's header. Raises PanelError. Afterwards the process is no longer root but `panel.user`."""
    try:
        module = importlib.import_module("rgbmatrix")
    except ImportError as error:
        raise NoLibraryError(
            f"panel.driver: 'rgbmatrix' needs the Python module rgbmatrix ({error}), which is GPL and not of this "
            f"package: {how_to_get('rgbmatrix')}; on a desktop take driver 'emulator'"
        ) from None
    obstacle = obstacle_on(root, panel, os.geteuid())
    if obstacle:
        raise PanelError(f"panel.driver: 'rgbmatrix' cannot start: {obstacle}")
    options = module.RGBMatrixOptions()
    for lack in lacks(dir(options), panel, pi5=is_pi_5(_model(root))):
        raise PanelError(f"{lack}: {how_to_get('rgbmatrix')}")
    matrix = module.RGBMatrix(options=set_options(options, panel))
    if (matrix.width, matrix.height) != (panel.width, panel.height):  # it passes over a mapper that it does not know
        raise PanelError(
            f"panel: the installed rgbmatrix makes {matrix.width}x{matrix.height} LEDs of these modules, expected "
            f"{panel.width}x{panel.height}: leave out multiplexing and pixel_mapper, or take a newer one"
        )
    return MatrixPanel(matrix)


def obstacle_on(root: Path, panel: PanelSettings, user_id: int) -> str | None:
    """Why the library would end the process here, and what to do; None when nothing speaks against starting it.

    `root` is where proc and dev are (a test brings its own). Source: lib/gpio.cc of the library, May 2026.
    """
    if not _model(root).startswith("Raspberry Pi"):
        return "this machine is no Raspberry Pi; on a desktop take driver 'emulator'"
    newest = is_pi_5(_model(root))  # another way to the pins, without the PWM block
    pulses = mappings()[panel.hardware_mapping].hardware_pulses and not newest
    if newest and panel.row_address_type not in (0, 2):  # led-matrix.cc: there is no panel then, and no word of it
        return f"panel.row_address_type: {panel.row_address_type}, expected 0 or 2 on a Pi 5; or take a Pi 4 or 3"
    if pulses and user_id != 0:
        return f"it must be started as root; it becomes user {panel.user!r} once it has the GPIO"
    if pulses and any(line.startswith("snd_bcm2835 ") for line in _read(root / "proc/modules").splitlines()):
        return "the Pi's onboard sound uses the same PWM: put 'blacklist snd_bcm2835' into /etc/modprobe.d, and reboot"
    if user_id == 0 and panel.user not in {each.pw_name for each in pwd.getpwall()}:
        return f"panel.user: this machine has no user {panel.user!r}"
    if (
        user_id != 0
        and not newest
        and not any(os.access(root / "dev" / name, os.R_OK | os.W_OK) for name in ("mem", "gpiomem"))
    ):
        return "no access to /dev/gpiomem: start it as root, or put its user into the group gpio"
    return None


def _model(root: Path) -> str:
    return _read(root / "proc/device-tree/model").rstrip("\0")


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
