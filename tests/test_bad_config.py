"""The wrong files of tests/bad_config: one mistake each, told in one line, and mended as the file says there is none.

At the end of each stands what `wallboardctl check` says of it, without the file's name, and the lines that mend it:

    # mistake 4:5: queues.sales.lable: unknown key; did you mean 'label'? Others here: service_level, rules, hours
    # mended 4:     label: מכירות

A line that is mended to nothing is one too many. `\\n` stands where one line becomes two.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from host_bridge.ctl import program as ctl

FOLDER = Path(__file__).with_name("bad_config")
FILES = sorted(FOLDER.glob("*/*.yaml"))
LEAST = {"thresholds": 60, "bridge": 15, "board": 15}


def name(path: Path) -> str:
    return path.relative_to(FOLDER).with_suffix("").as_posix()


def noted(path: Path, what: str) -> list[str]:
    """The notes of a kind at the end of a file."""
    text = path.read_bytes().decode("utf-8", "replace")
    return re.findall(rf"^# {what} (.*)$", text, re.MULTILINE)


def mended(path: Path) -> bytes:
    lines = path.read_bytes().split(b"\n")
    for note in reversed(noted(path, "mended")):
        number, _, line = note.partition(":")
        lines[int(number) - 1 : int(number)] = line[1:].replace("\\n", "\n").encode().split(b"\n") if line else []
    return b"\n".join(lines)


def test_there_are_enough_of_each_kind() -> None:
    assert {kind: len(list((FOLDER / kind).iterdir())) >= least for kind, least in LEAST.items()} == dict.fromkeys(
        LEAST, True
    )


@pytest.mark.parametrize("path", FILES, ids=name)
def test_one_mistake_is_told_in_one_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (expected,) = noted(path, "mistake")
    assert ctl.main(["check", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines() == [f"{path}:{expected}"]
    assert err == ""


@pytest.mark.parametrize("path", FILES, ids=name)
def test_mended_as_it_says_it_has_none(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert noted(path, "mended")
    copy = tmp_path / f"{path.parent.name}.yaml"
    copy.write_bytes(mended(path))
    assert ctl.main(["check", "--strict", str(copy)]) == 0, capsys.readouterr().out
    assert capsys.readouterr().out == f"{copy}: OK ({path.parent.name})\n"
