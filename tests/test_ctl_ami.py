"""`wallboardctl ami`: the user as it is written into the PBX's file, twice, and over what others wrote there."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from host_bridge.ctl.health import manager_conf
from host_bridge.ctl.health.machine import Machine
from host_bridge.ctl.program import main

OTHERS = "; mine\n[crm]\nsecret = other\n"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    return tmp_path / "ami.secret"


def test_printed_for_another_machine(secret: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ami", "--secret", str(secret), "--permit", "192.0.2.20", "--asterisk", "20.11"]) == 0
    out, err = capsys.readouterr()
    word = secret.read_text().strip()
    assert re.fullmatch(r"[0-9a-f]{48}", word)
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert f"\nsecret = {word}\n" in out
    assert "\npermit = 192.0.2.20/255.255.255.255\n" in out
    assert "\nwrite =\n" in out
    assert "a new secret" in err


def test_what_doctor_reads_of_it(secret: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In both forms, below a manager.conf as FreePBX writes it."""
    etc = tmp_path / "etc/asterisk"
    etc.mkdir(parents=True)
    (etc / "manager.conf").write_text("[general]\nenabled = yes\n#include manager_custom.conf\n")
    for version, form in (("16.28", "older"), ("20.10.1", "older"), ("22.1", "newer")):
        command = ["ami", "--secret", str(secret), "--into", str(etc / "manager_custom.conf"), "--json"]
        assert main([*command, "--asterisk", version]) == 0
        assert json.loads(capsys.readouterr().out)["filters"] == form
        conf = manager_conf.load(Machine(root=tmp_path, runner=lambda command: None))
        assert conf is not None
        found = list(manager_conf.judge(conf, "wallboard", version))
        assert [str(each.level) for each in found] == ["ok", "ok"], found


def test_the_rest_of_the_file_stays_and_twice_is_once(secret: Path, tmp_path: Path) -> None:
    into = tmp_path / "manager_custom.conf"
    into.write_bytes(OTHERS.encode() + b"; \xe9\n")
    into.chmod(0o640)
    command = ["ami", "--secret", str(secret), "--into", str(into)]
    assert main(command) == 0
    first = into.read_bytes()
    assert first.startswith(OTHERS.encode() + b"; \xe9\n\n")
    assert stat.S_IMODE(into.stat().st_mode) == 0o640
    into.write_bytes(first + b"[after]\n")
    assert main(command) == 0
    assert into.read_bytes() == first + b"[after]\n"
    assert main([*command, "--permit", "192.0.2.20"]) == 0
    assert into.read_bytes() == first.replace(b"127.0.0.1", b"192.0.2.20") + b"[after]\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ami.secret", "manager_custom.conf"]


def test_a_new_file_is_for_whom_manager_conf_is(secret: Path, tmp_path: Path) -> None:
    (tmp_path / "manager.conf").touch(0o640)
    (tmp_path / "vitalpbx").mkdir()
    into = tmp_path / "vitalpbx/manager__60-wallboard.conf"
    assert main(["ami", "--secret", str(secret), "--into", str(into)]) == 0
    assert stat.S_IMODE(into.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (
            ["--into", "{}/taken.conf"],
            1,
            "taken.conf has a user [wallboard] already: remove it, or choose another name",
        ),
        (["--into", "{}/none/x.conf"], 1, "x.conf: No such file or directory"),
        (["--into", "{}"], 1, "Is a directory"),
        (["--secret", "{}/none/x"], 1, "none/x: No such file or directory; name another with --secret"),
        (["--secret", "{}/odd"], 1, "odd: its first line is no secret that manager.conf can hold"),
        (["--secret", "{}/latin"], 1, "latin: it is not UTF-8 text"),
        (["--permit", "pbx.example"], 2, "--permit: 'pbx.example', expected an address"),
        (["--user", "general"], 2, "--user: 'general', expected a name"),
        (["--asterisk", "new"], 2, "--asterisk: 'new', expected a version"),
        (["--json"], 2, "--json needs --into FILE"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(
    words: list[str], code: int, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken.conf").write_text("[wallboard]\nsecret = theirs\n")
    (tmp_path / "odd").write_text("a;b\n")
    (tmp_path / "latin").write_bytes(b"\xe9\n")
    try:
        found = main(["ami", "--secret", str(tmp_path / "ami.secret"), *(word.format(tmp_path) for word in words)])
    except SystemExit as end:
        found = end.code  # type: ignore[assignment]
    out, err = capsys.readouterr()
    assert (found, out, err.count("\n")) == (code, "", 1)
    assert told in err
    assert (tmp_path / "taken.conf").read_text() == "[wallboard]\nsecret = theirs\n"
