"""`wallboardctl check`, as it is called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import config
from host_bridge.ctl import program as ctl

EXAMPLES = [Path(config.__file__).parent / f"{kind}.example.yaml" for kind in ("bridge", "thresholds", "board")]


def call(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = ctl.main([str(each) for each in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_examples_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "check", *EXAMPLES)
    assert code == 0
    *each, summary = out.splitlines()
    assert [line.rsplit(": ", 1)[1] for line in each] == ["OK (bridge)", "OK (thresholds)", "OK (board)"]
    assert summary == "3 files: all right"


def test_a_file_is_known_by_its_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for source in EXAMPLES:
        copy = tmp_path / f"x{EXAMPLES.index(source)}.yml"
        copy.write_bytes(source.read_bytes())
    code, out, _ = call(capsys, "check", "--json", *sorted(tmp_path.iterdir()))
    assert code == 0
    assert [each["kind"] for each in json.loads(out)] == ["bridge", "thresholds", "board"]


def test_mistakes_are_told_and_the_exit_code_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "t.yaml"
    wrong.write_text("timezone: Asia/Jerusalem\nblink: {warn: 9hz}\nquite: {}\n")
    code, out, _ = call(capsys, "check", wrong, EXAMPLES[0])
    assert code == 2
    first, second, third, summary = out.splitlines()
    assert first.startswith(f"{wrong}:2:15: blink.warn: '9hz', expected a frequency")
    assert second.startswith(f"{wrong}:3:1: quite: unknown key")
    assert third.endswith("bridge.example.yaml: OK (bridge)")
    assert summary == "2 files: 1 right, 1 wrong with 2 mistakes"
    code, out, _ = call(capsys, "check", "--json", wrong)
    assert code == 2
    (found,) = json.loads(out)
    assert (found["ok"], found["kind"], len(found["errors"])) == (False, "thresholds", 2)
    assert found["errors"][1] == {
        "file": str(wrong),
        "line": 3,
        "column": 1,
        "path": "quite",
        "message": second.partition("quite: ")[2],
        "severity": "error",
    }


def test_an_empty_file_is_known_by_its_name_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("thresholds.yaml", "x.yaml"):
        (tmp_path / name).write_text("# nothing\n")
    code, out, _ = call(capsys, "check", tmp_path / "thresholds.yaml")
    assert code == 2
    assert "thresholds.yaml:1:1: timezone: missing" in out
    code, out, _ = call(capsys, "check", tmp_path / "x.yaml")
    assert code == 2
    assert out.endswith("x.yaml:1:1: nothing stands in this file\n")
    (tmp_path / "x.yaml").write_text("a: 1\n")
    _, out, _ = call(capsys, "check", tmp_path / "x.yaml")
    assert "which kind of file is this?" in out
    (tmp_path / "x.yaml").write_text("queue,warn,critical\nsales,30,60\n")
    _, out, _ = call(capsys, "check", tmp_path / "x.yaml")
    assert out.endswith("x.yaml:1:1: this is no settings file: expected lines like  key: value\n")
    (tmp_path / "x.yaml").write_text("Timezone: Asia/Jerusalem\n")
    _, out, _ = call(capsys, "check", tmp_path / "x.yaml")
    assert "x.yaml:1:1: Timezone: unknown key; did you mean 'timezone'?" in out
    (tmp_path / "x.yaml").write_text("")
    code, out, _ = call(capsys, "check", "--kind", "board", tmp_path / "x.yaml")
    assert "x.yaml:1:1: panel: missing" in out
    code, out, _ = call(capsys, "check", tmp_path / "absent.yaml")
    assert code == 2
    assert "absent.yaml: cannot be read: No such file or directory" in out


def test_secrets_are_opened_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "check", "--secrets", EXAMPLES[0])
    assert code == 2
    assert "pbx.password_file: " in out
    assert "mqtt.password_file: " in out


def test_help_and_wrong_usage() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "host_bridge.ctl", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert run().returncode == 2
    assert run("chekc").returncode == 2
    for arguments in ((), ("check",), ("boards",)):
        done = run(*arguments, "--help")
        assert done.returncode == 0
        assert "Exit codes" in done.stdout
