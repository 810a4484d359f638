"""What a message says of a part that is missing, by how the program was installed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.installed import how_to_get

PACKAGE = Path("/opt/wallboard/1.2.3/board")
VENV = Path("/home/me/venv")


@pytest.mark.parametrize(
    ("module", "package", "elsewhere"),
    [
        ("rgbmatrix", "into /opt/wallboard/rgbmatrix with `sudo wallboard-rgbmatrix`", f"{VENV}/bin/python -m pip "),
        ("lgpio", "`sudo apt install python3-lgpio`", "install led-wallboard[pi]"),
        ("gpiozero", "install the package wallboard-board again", "install led-wallboard[pi]"),
        ("amqtt", "`sudo apt install mosquitto`, and name that broker", "install led-wallboard[demo]"),
        ("RGBMatrixEmulator", "on a PC, whose package has it", "install led-wallboard[demo]"),
    ],
)
def test_a_package_is_told_of_apt_and_everybody_else_of_pip(module: str, package: str, elsewhere: str) -> None:
    assert package in how_to_get(module, PACKAGE)
    assert "pip" not in how_to_get(module, PACKAGE) and "led-wallboard[" not in how_to_get(module, PACKAGE)
    assert elsewhere in how_to_get(module, VENV)


def test_the_led_library_is_the_commit_that_was_tried_and_not_the_newest() -> None:
    assert re.search(r" git\+https://\S+@[0-9a-f]{40}, then", how_to_get("rgbmatrix", VENV))
