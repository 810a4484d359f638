"""The panel's library is loaded in a process of its own, whatever it does there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from firmware.pi.panel import PanelSettings
from host_bridge.ctl.health import pi_panel
from host_bridge.ctl.health.machine import Machine, run_here
from tests.doctor.machines import told

PANEL = PanelSettings(driver="rgbmatrix", rows=64, cols=64)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a module rgbmatrix is found by the child."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "rgbmatrix.py"


@pytest.mark.parametrize(
    ("source", "level", "words"),
    [
        ("class RGBMatrixOptions: rows = 0", "ok", "rgbmatrix of no known version"),
        ("import os; os.abort()", "problem", "ends the process that loads it (signal 6)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "problem", "(signal 11)"),
        ("import no_such_library", "problem", "does not load: ModuleNotFoundError: No module named 'no_such_library'"),
        ("import time; time.sleep(60)", "unknown", "no answer within 3 s"),
        (None, "problem", "rgbmatrix is not installed"),
    ],
)
def test_a_library_that_works_that_kills_and_that_is_missing(
    library: Path, source: str | None, level: str, words: str
) -> None:
    if source is not None:
        library.write_text(source)
    first, *_ = told(pi_panel.library(Machine(runner=run_here), PANEL))
    assert first[0] == level
    assert words in first[1]


def test_what_an_older_library_does_not_know_is_named_by_its_key(library: Path) -> None:
    library.write_text("class RGBMatrixOptions: rows = led_rgb_sequence = multiplexing = drop_priv_user = None")
    panel = replace(PANEL, led_rgb_sequence="RBG", multiplexing=1, panel_type="FM6126A", pixel_mapper="Rotate:90")
    problems = [what for level, what in told(pi_panel.library(Machine(runner=run_here), panel)) if level == "problem"]
    old = "the installed rgbmatrix is too old for it, and the panel stays dark"
    assert problems == [f"panel.panel_type: {old}", f"panel.pixel_mapper: {old}"]


def test_the_packages_own_python_is_asked(tmp_path: Path) -> None:
    python = tmp_path / "opt/wallboard/board/bin/python"
    python.parent.mkdir(parents=True)
    python.touch()
    asked: list[str] = []

    def runner(command: list[str]) -> None:
        asked.append(command[0])

    told(pi_panel.library(Machine(root=tmp_path, runner=runner), PANEL))  # type: ignore[arg-type]
    assert asked == ["/opt/wallboard/board/bin/python"]
