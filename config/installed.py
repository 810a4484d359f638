"""How this program was installed, so that a message about a part that is missing says what to type on this machine.

A Debian package's environment below /opt/wallboard is nobody's to install into; elsewhere a part is an extra of the
Python package (pyproject.toml).
"""

from __future__ import annotations

import sys
from pathlib import Path

PACKAGES = Path("/opt/wallboard")  # where the Debian packages put their environments
LIBRARY = PACKAGES / "rgbmatrix"  # every board's environment there looks into it
SOURCE = "https://github.com/hzeller/rpi-rgb-led-matrix"
# What this version was built and tried with: its master on 19 May 2026 (it has no releases). Git itself checks that
# what it fetches for these digits is what they stand for.
COMMIT = "cf60d08f9b77c7216a51964602f8d9fc6d96d7c7"
_START = "`sudo systemctl restart wallboard`"

# Python module → (what to do where a Debian package brought the program, the extra that has it elsewhere).
_PARTS = {
    "rgbmatrix": (f"put it into {LIBRARY} with `sudo wallboard-rgbmatrix`, then {_START}", ""),
    "lgpio": (f"`sudo apt install python3-lgpio`, then {_START}", "pi"),
    "gpiozero": ("install the package wallboard-board again", "pi"),
    "RGBMatrixEmulator": ("install wallboard-board on a PC, whose package has it", "demo"),
    "amqtt": ("`sudo apt install mosquitto`, and name that broker in mqtt.url (no package of ours has one)", "demo"),
}


def packaged(prefix: Path = Path(sys.prefix)) -> bool:
    """Whether a Debian package brought it. `prefix`: of the environment that it runs in."""
    return prefix.is_relative_to(PACKAGES)


def how_to_get(module: str, prefix: Path = Path(sys.prefix)) -> str:
    """What a person types for a Python module of _PARTS that is missing in the environment `prefix`."""
    packages, extra = _PARTS[module]
    if packaged(prefix):
        return packages
    if extra:
        return f"install led-wallboard[{extra}]"
    return f"{prefix}/bin/python -m pip install git+{SOURCE}@{COMMIT}, then start the board again"
