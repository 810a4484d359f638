"""hw/README.md, carried out word for word: the card is a folder, as the page says, and the package on it a stand-in."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests import page_steps
from tests.page_steps import CHECKOUT

PAGE = CHECKOUT / "hw" / "README.md"


def test_what_the_page_says_is_so(tmp_path: Path) -> None:
    page_steps.bring_wallboardctl(tmp_path)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/wallboard-board_1.2.3_arm64.deb").write_bytes(b"!<arch>\nbody")
    steps = list(page_steps.steps(PAGE.read_text("utf-8")))
    for step in steps:
        page_steps.carry_out(step, tmp_path)
    assert len(steps) >= 8


def test_the_commands_and_links_of_the_page_exist() -> None:
    page = PAGE.read_text("utf-8")
    for name in re.findall(r"\]\((?!http)([^)#]+)\)", page):
        assert (PAGE.parent / name).exists(), name
    for name in sorted(set(re.findall(r"`(?:sudo )?wallboardctl (\w+)", page))):
        _help(name)
    offered = _help("provision")
    for option in re.findall(r"`(--[a-z-]+)", page.split("## 2.")[0]):
        assert option in offered, option


def _help(command: str) -> str:
    words = [sys.executable, "-m", "host_bridge.ctl", command, "--help"]
    return subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
