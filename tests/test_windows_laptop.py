"""wallboardctl on a laptop with Windows, as far as it can be had here: see windows_guard.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zoneinfo
from pathlib import Path
from types import SimpleNamespace

import pytest
import tzdata

from firmware.pi import __main__ as board
from host_bridge import __main__ as bridge
from host_bridge.calendar import calendar
from host_bridge.ctl import program

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "config"
SPOILT = "wallboardctl: a \\ before a closing quote makes the quote part of the name: write "


def guarded(folder: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "cp1255",
        "PYTHONWARNDEFAULTENCODING": "1",
    }
    return subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("completion bash", 0),  # which loads the modules of all commands
        ("power --rows 64 --cols 64", 0),
        ("preview --sheet install --out sheet.png", 0),
        ("ami --secret ami.secret", 0),
        ("history --config bridge.yaml", 2),
        ("check board.yaml", 0),
        ("hours thresholds.yaml", 0),
        ("pki init --site main --broker b", 0),
        ("boards --url mqtt://127.0.0.1:1 --site main", 1),
    ],
)
def test_a_command_needs_nothing_that_windows_lacks(command: str, code: int, tmp_path: Path) -> None:
    for name in ("board", "thresholds"):
        (tmp_path / f"{name}.yaml").write_bytes((EXAMPLES / f"{name}.example.yaml").read_bytes())
    done = guarded(tmp_path, "-m", "tests.windows_guard", *command.split())
    assert (done.returncode, b"Traceback" in done.stderr) == (code, False), done.stderr.decode("cp1255")


def test_a_file_that_is_read_in_the_country_s_encoding_is_noticed(tmp_path: Path) -> None:
    script = "from tests import windows_guard; windows_guard.name_encodings(); exec('open(0)', {'__name__': 'hw.x'})"
    assert b"EncodingWarning: 'encoding' argument not specified" in guarded(tmp_path, "-c", script).stderr
    assert guarded(tmp_path, "-c", script.replace("hw.x", "theirs")).returncode == 0


@pytest.mark.parametrize("command", ["doctor", "support"])
@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_what_looks_at_its_own_machine_says_on_which_one(
    command: str, system: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("host_bridge.ctl.doctor.sys", SimpleNamespace(platform=system, stderr=sys.stderr))
    assert program.main([command]) == 2
    assert capsys.readouterr() == (
        "",
        f"wallboardctl {command}: it looks at the machine that it runs on; log in to the board, "
        f"or to the bridge's host, and there: sudo wallboardctl {command}\n",
    )


def test_board_and_bridge_say_that_they_are_not_for_windows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert (board.main(), bridge.main()) == (2, 2)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("wallboard: a board runs on Linux")
    assert second.startswith("wallboard-bridge: it runs on Linux")


@pytest.mark.parametrize(
    ("words", "right"),
    [  # what Windows makes of "D:\" --board lobby, of --out="D:\", and of ".\pki folder\" --board lobby
        (("provision", "--out", 'D:" --board lobby'), "D:\\ without quotes"),
        (("provision", "--board", "lobby", '--out=D:"'), "D:\\ without quotes"),
        (("provision", "--pki", '.\\pki folder" --board lobby'), '".\\pki folder"'),
        (("check", 'C:\\Users\\Dana Cohen\\cfg"'), '"C:\\Users\\Dana Cohen\\cfg"'),
    ],
)
def test_a_backslash_before_a_closing_quote_is_told(
    words: tuple[str, ...], right: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert program.main(words) == 2
    assert capsys.readouterr().err == f"{SPOILT}{right}\n"


def test_other_quotes_are_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert program.main(["notice", 'A:"go"', "--config", "none.yaml"]) == 2  # where no shell does this to a word
    assert SPOILT not in capsys.readouterr().err
    monkeypatch.setattr(sys, "platform", "win32")
    assert program.main(["notice", 'A: "go"', "--config", "none.yaml"]) == 2
    assert SPOILT not in capsys.readouterr().err


def test_a_time_zone_in_the_wrong_case_is_none_on_the_pi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asia").mkdir()
    shutil.copy(Path(tzdata.__path__[0]) / "zoneinfo/Asia/Jerusalem", tmp_path / "asia/jerusalem")  # as NTFS finds it
    zoneinfo.reset_tzpath([tmp_path])
    try:
        assert calendar.zone("asia/jerusalem").key == "asia/jerusalem"
        monkeypatch.setattr(calendar, "ANY_CASE", (sys.platform,))
        monkeypatch.setattr(calendar, "available_timezones", lambda: {"Asia/Jerusalem"})
        with pytest.raises(ValueError, match="did you mean 'Asia/Jerusalem'"):
            calendar.zone("asia/jerusalem")
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()
