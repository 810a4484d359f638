"""config/SUPERVISORS.md, carried out word for word beside `make practice`, with the board in a real browser."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

if importlib.util.find_spec("RGBMatrixEmulator") is None:  # importing it would leave a file in the working directory
    pytest.skip("RGBMatrixEmulator (an extra: demo) is not installed", allow_module_level=True)
from firmware.core import scenes
from host_bridge.demo import run_files
from tests import page_steps
from tests.browser import LEDS, Browser
from tests.page_steps import Command
from tests.test_demo_run import ROOT, Run, running
from tests.waiting import wait_until
from tests.wallboard_process import drawn

PAGE = ROOT / "config" / "SUPERVISORS.md"
SIZE = (128, 64)
TILES = [(0, 0), (64, 0), (0, 32), (64, 32)]
LABEL = (4, 0, 64, 11)  # of a tile: its top, right of the mark of an alarm
SECURITIES = "ךרע תוריינ"  # in display order
SHOWN_S = 60.0  # the pages of a busy centre take turns
SAVED = "cp practice/new.yaml practice/thresholds.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where a supervisor practises: with the days that the page's numbers are of, and `wallboardctl` by its name."""
    folder = tmp_path_factory.mktemp("supervisor")
    (folder / "practice").mkdir()
    run_files.write_past(folder / "practice", dt.date(2026, 11, 23))
    page_steps.bring_wallboardctl(folder)
    yield folder


@pytest.fixture(scope="module")
def demo(folder: Path) -> Iterator[Run]:
    with running("--practice", str(folder / "practice")) as run:
        yield run


def letters(picture: Image.Image, tile: tuple[int, int]) -> bytes:
    """Where the label of a tile is white, whatever stands behind it."""
    left, top = tile
    box = (left + LABEL[0], top + LABEL[1], left + LABEL[2], top + LABEL[3])
    return picture.crop(box).getchannel("G").point(lambda level: 255 * (level > 128)).tobytes()


def shows_securities(browser: Browser) -> bool:
    """Whether the board in the browser has a tile with the Hebrew name of the securities desk."""
    calm = tuple(scenes.a_tile(SECURITIES, (0, None), None, "0/0") for _ in TILES)
    name = letters(drawn(scenes.queues_view(calm), SIZE), TILES[0])
    frame = Image.frombytes("RGB", SIZE, bytes(browser.value(LEDS)))
    return any(letters(frame, tile) == name for tile in TILES)


def test_what_the_page_says_is_so(folder: Path, demo: Run) -> None:
    with Browser() as browser:
        browser.open(demo.wait_lit(), (1280, 800))
        wait_until(lambda: browser.value(f"{LEDS}.some((value) => value > 0)"), otherwise="the board is dark")
        done = 0
        for step in page_steps.steps(PAGE.read_text("utf-8")):
            done += 1
            saved = isinstance(step, Command) and step.command == SAVED
            if saved:
                assert not shows_securities(browser)
            page_steps.carry_out(step, folder)
            if saved:
                wait_until(lambda: shows_securities(browser), SHOWN_S, "the board did not follow")
        assert done >= 15


def test_the_pages_pictures_and_commands_exist() -> None:
    page = PAGE.read_text("utf-8")
    for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page):
        assert (PAGE.parent / name).exists(), name
    for name in re.findall(r"`wallboardctl (\w+)", page):
        command = [sys.executable, "-m", "host_bridge.ctl", name, "--help"]
        assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0, name


def test_a_page_that_says_otherwise_is_found_out(tmp_path: Path) -> None:
    (step,) = page_steps.steps("```console\n$ echo one\ntwo\n```\n")
    assert isinstance(step, Command)
    (tmp_path / "bin").mkdir()
    assert not page_steps.agrees(step.says, page_steps.shell(step.command, tmp_path))
