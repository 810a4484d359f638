"""`wallboardctl doctor` as it is called: both kinds on one machine, exit codes, and its end within 20 seconds."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from host_bridge.ctl import doctor, program
from tests.brokers import broker  # noqa: F401 - a fixture
from tests.site_rig import Site, bridge_yaml, site  # noqa: F401 - a fixture

BOARD = """\
site: main
board: b1
mqtt: {{url: 'mqtt://127.0.0.1:{port}'}}
panel: {{driver: image, path: x, rows: 64, cols: 64}}
"""


def files(folder: Path, port: int) -> tuple[Path, Path]:
    """board.yaml and bridge.yaml of one machine."""
    board = folder / "board.yaml"
    board.write_text(BOARD.format(port=port))
    (folder / "t.yaml").write_text("timezone: UTC\n")
    return board, bridge_yaml(folder, port)


def test_a_board_that_is_well_in_all_that_can_be_seen_here(
    site: Site,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    site.live()
    board, _ = files(tmp_path, site.broker.port)
    assert program.main(["doctor", str(board)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert str(board) in out[0]
    assert any(line.startswith("ok ") and "bridge: it lives" in line for line in out)
    assert "problem" not in out[-1]


def test_both_kinds_json_and_a_problem(
    site: Site,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    site.live()
    assert program.main(["doctor", "--json", *map(str, files(tmp_path, site.broker.port))]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], len(told["files"])) == (False, 2)
    problems = {each["area"] for each in told["findings"] if each["level"] == "problem"}
    assert problems == {"AMI"}  # bridge.yaml's PBX is no host
    assert sum(told["counts"].values()) == len(told["findings"])
    lines = [f"{each['level']} {each['area']} {each['what']}" for each in told["findings"]]
    assert len(lines) == len(set(lines)), "both name the same broker"


def test_settings_are_found_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files(tmp_path, 1)
    (tmp_path / "bridge.example.yaml").write_text("site: of nobody\n")  # as the package leaves it there
    monkeypatch.setattr(doctor, "FOLDER", tmp_path)
    assert program.main(["doctor", "--brief"]) == 1
    head, *rest = capsys.readouterr().out.splitlines()
    assert not any("example" in line for line in (head, *rest))
    assert "board.yaml" in head and "bridge.yaml" in head and "t.yaml" in head
    assert not any(line.startswith("ok ") for line in rest)


def test_no_settings_at_all_is_a_problem_and_the_machine_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "FOLDER", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert program.main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "there is no board.yaml and no bridge.yaml" in out
    assert "free space" in out


def test_a_wrong_file_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    board, _ = files(tmp_path, 1)
    board.write_text(board.read_text().replace("driver", "drver"))
    assert program.main(["doctor", str(board)]) == 1
    assert "board.yaml:4:9: panel.drver" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["none.yaml"], ["--listen", "0"], ["--listen", "soon"]])
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = program.main(["doctor", *words])
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_it_ends_in_time_when_every_host_is_a_black_hole(tmp_path: Path) -> None:
    """As a process: threads that hang must not keep it. The hosts take connections and say nothing."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        board, bridge = files(tmp_path, port)
        board.write_text(board.read_text().replace("'mqtt:", "'mqtts:"))
        bridge.write_text(bridge.read_text().replace("host: pbx", f"host: 127.0.0.1, port: {port}"))
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "host_bridge.ctl", "doctor", str(board), str(bridge)],
            capture_output=True, text=True, timeout=60, env={**os.environ}, check=False,
        )  # fmt: skip
    assert time.monotonic() - began < 20
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    assert done.stdout.count("PROBLEM") == 3, done.stdout
