"""hw/README.md, carried out word for word: the card is a folder, as the page says, and the package on it a stand-in."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from config.reconnect import KINDS
from firmware.core.freshness import BRIDGE, PBX
from firmware.pi.selftest.way import Broker, Network, way
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


def test_every_word_of_the_chain_is_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    up, here = Network(True, True, "192.0.2.1"), Broker("b.example", 8883, True, "")
    shown = [way(up, here._replace(up=False, trouble=each), None, True, "main") for each in [*KINDS, "login", "closed"]]
    networks = (Network(True, False, ""), Network(False, False, ""), Network(True, True, ""))
    shown += [way(each, here._replace(up=False), None, True, "main") for each in networks]
    faults = ((BRIDGE, True), (PBX, True), (None, False), (None, True))
    shown += [way(up, here, fault, ruled, "main") for fault, ruled in faults]
    for each in shown:
        assert each.lines[0] in page, each.lines[0]


def test_what_is_asked_of_the_boards_own_tools_they_know() -> None:
    page = PAGE.read_text("utf-8")
    tool = (CHECKOUT / "hw/firstboot/wallboard-writable").read_text("utf-8")
    asked = re.findall(r"wallboard-writable (--[a-z]+)", page)
    assert {"--on", "--off"} <= set(asked)
    for option in asked:
        assert re.search(rf"^ +.*{option}(\)| \|)", tool, re.MULTILINE), option


def _help(command: str) -> str:
    words = [sys.executable, "-m", "host_bridge.ctl", command, "--help"]
    return subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
