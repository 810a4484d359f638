"""The choice of a driver, on machines that lack what some of them need."""

from __future__ import annotations

import logging
import sys

import pytest

from firmware.pi.drivers import open_panel
from firmware.pi.panel import PanelError, PanelSettings

LOG = logging.getLogger("test")


@pytest.mark.parametrize("missing", ["tornado.httpserver", "RGBMatrixEmulator"])
def test_an_emulator_that_is_not_installed_is_one_line(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("firmware.pi.panel_emulator", "firmware.pi.emulator_page"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(PanelError, match=r"panel\.driver: 'emulator' needs .*led-wallboard\[demo\]") as error:
        open_panel(PanelSettings("emulator", 32, 64, port=0), "a board", LOG)
    assert "\n" not in str(error.value)
