"""The emulated panel as people see it: the page in a real Chromium, in windows of every shape."""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

if importlib.util.find_spec("RGBMatrixEmulator") is None:  # importing it would leave a file in the working directory
    pytest.skip("RGBMatrixEmulator (an extra: demo) is not installed", allow_module_level=True)
from firmware.core import layout, scenes
from firmware.pi.panel import PanelSettings
from firmware.pi.panel_emulator import EmulatorPanel
from tests.brokers import Broker, broker
from tests.browser import LEDS, Browser
from tests.ports import free_port
from tests.waiting import wait_until
from tests.wallboard_process import Process, drawn

__all__ = ["broker"]

LOG = logging.getLogger("t")
WINDOWS = (((1920, 1080), 1), ((1366, 768), 1), ((1280, 800), 2), ((390, 844), 3), ((844, 390), 3), ((390, 844), 1))
PLACE = """(() => {
  const { left, top, right, bottom } = panel.getBoundingClientRect();
  return [left, top, innerWidth - right, innerHeight - bottom];
})()"""
LIT = f"{LEDS}.some((value) => value > 0)"
STATE = "state.textContent"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as it:
        yield it


def scene(size: tuple[int, int], name: str) -> Image.Image:
    return drawn(dict(scenes.scenes(layout.choose(*size).slots(99)))[name], size)


@pytest.mark.parametrize("size", layout.SIZES, ids="{0[0]}x{0[1]}".format)
def test_the_page_has_every_led_and_fits_its_window(browser: Browser, size: tuple[int, int]) -> None:
    width, height = size
    panel = EmulatorPanel(PanelSettings("emulator", height, 64, chain=width // 64, port=0), "Floor 2", LOG)
    try:
        shown = scene(size, "critical")
        panel.show(shown)
        for window, ratio in WINDOWS:
            browser.open(panel.url, window, ratio)
            wait_until(lambda: browser.value(LIT), otherwise="no frame")
            assert bytes(browser.value(LEDS)) == shown.tobytes()
            assert min(browser.value(PLACE)) >= 0, f"it does not fit a window of {window}, ratio {ratio}"
        assert browser.value("document.title") == "Floor 2"
        following = scene(size, "calm")
        panel.show(following)
        wait_until(lambda: bytes(browser.value(LEDS)) == following.tobytes(), otherwise="no next frame")
    finally:
        panel.close()
    wait_until(lambda: browser.value(STATE).startswith("The board is not running"), otherwise="it looks alive")
    assert not browser.value(LIT)


def test_an_led_on_the_screen_has_its_colour(browser: Browser) -> None:
    """In the middle of a dot; around it is the board."""
    panel = EmulatorPanel(PanelSettings("emulator", 64, 64, chain=2, port=0), "", LOG)
    try:
        shown = scene((128, 64), "critical")
        panel.show(shown)
        browser.open(panel.url, (1920, 1080))
        wait_until(lambda: browser.value(LIT), otherwise="no frame")
        left, top, _, _ = browser.value(PLACE)
        border, pitch = browser.value("[panel.clientLeft, pitch]")
        seen = browser.look()
        for column in range(128):
            for row in range(64):
                colour = shown.getpixel((column, row))
                x, y = (round(edge + border + (place + 0.5) * pitch) for edge, place in ((left, column), (top, row)))
                dot = seen.getpixel((x, y))
                assert isinstance(colour, tuple) and isinstance(dot, tuple)
                for given, found in zip(colour, dot, strict=True):
                    assert given - 4 <= found <= max(given, 26) + 64, (column, row)  # the glow adds a little
    finally:
        panel.close()


def test_a_board_that_hangs_leaves_no_figures_in_the_browser(
    browser: Browser,
    broker: Broker,
    tmp_path: Path,
) -> None:
    """All its processes stand still, as after Ctrl-Z: their sockets stay open, and nobody tells the page anything."""
    board = Process(tmp_path, broker.port, driver="emulator", page_port=free_port())
    stopped = [board.process.pid]
    try:
        wait_until(lambda: any("the panel is at" in line for line in board.lines()), otherwise="no page")
        (told,) = (line for line in board.lines() if "the panel is at" in line)
        browser.open(told.split()[-1])
        wait_until(lambda: browser.value(LIT), otherwise="no frame")
        stopped += board.helpers()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: browser.value(STATE).startswith("The board does not answer"), otherwise="it looks alive")
        assert not browser.value(LIT)
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        wait_until(lambda: browser.value(LIT) and not browser.value(STATE), otherwise="it does not go on")
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        board.end()
