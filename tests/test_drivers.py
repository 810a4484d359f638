"""The choice of a driver, on machines that lack what some of them need."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from firmware.pi.drivers import Meanwhile, open_panel
from firmware.pi.panel import PanelError, PanelSettings

LOG = logging.getLogger("test")
LEDS = PanelSettings("rgbmatrix", 32, 64)


@pytest.mark.parametrize("missing", ["tornado.httpserver", "RGBMatrixEmulator"])
def test_an_emulator_that_is_not_installed_is_one_line(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("firmware.pi.panel_emulator", "firmware.pi.emulator_page"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(PanelError, match=r"panel\.driver: 'emulator' needs .*led-wallboard\[demo\]") as error:
        open_panel(PanelSettings("emulator", 32, 64, port=0), "a board", LOG)
    assert "\n" not in str(error.value)


def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rgbmatrix", None)


@pytest.mark.parametrize("always", [False, True])
def test_without_the_led_library_the_frames_are_pictures_and_the_panel_is_said_to_be_dark(
    always: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    no_library(monkeypatch)
    monkeypatch.setattr("firmware.pi.drivers.give_up", lambda user: None)
    panel = open_panel(LEDS, "a board", LOG, Meanwhile(tmp_path / "frames", always))
    panel.show(Image.new("RGB", (64, 32), (9, 9, 9)))
    with Image.open(tmp_path / "frames/latest.png") as picture:
        assert picture.getpixel((0, 0)) == (9, 9, 9)
    assert panel.problem.startswith("panel.driver: 'rgbmatrix' needs the Python module rgbmatrix")
    assert panel.problem.endswith(f"the panel is dark, and its picture in {tmp_path}/frames/latest.png")
    assert "\n" not in panel.problem


def test_root_is_given_up_with_the_pictures_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    no_library(monkeypatch)
    given: list[str] = []
    monkeypatch.setattr("firmware.pi.drivers.give_up", given.append)
    monkeypatch.setattr("firmware.pi.drivers.hand_over", lambda folder, user: given.append(f"{folder.name} {user}"))
    open_panel(LEDS, "a board", LOG, Meanwhile(tmp_path / "frames", False))
    assert given == ["frames daemon", "daemon"]


def test_what_else_keeps_it_dark_ends_the_board_at_a_terminal_and_not_as_a_service(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """This machine is no Raspberry Pi, whatever library it has."""
    monkeypatch.setitem(sys.modules, "rgbmatrix", SimpleNamespace())
    monkeypatch.setattr("firmware.pi.drivers.give_up", lambda user: None)
    with pytest.raises(PanelError, match="no Raspberry Pi"):
        open_panel(LEDS, "a board", LOG, Meanwhile(tmp_path, always=False))
    assert "no Raspberry Pi" in open_panel(LEDS, "a board", LOG, Meanwhile(tmp_path, always=True)).problem
