"""`wallboardctl pki`, as a technician types it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import config
from host_bridge.ctl import program
from host_bridge.pki import mosquitto
from host_bridge.pki.mosquitto import Listeners

Call = Callable[..., tuple[int, str, str]]
INIT = ("init", "--site", "main", "--broker", "broker.example", "192.0.2.20")
NEXT = """\
next, on the broker's host: copy both folders of etc into /etc/mosquitto, and as root
  chown -R mosquitto: /etc/mosquitto/wallboard && chmod 600 /etc/mosquitto/wallboard/acl \
/etc/mosquitto/wallboard/broker.key && systemctl restart mosquitto
"""


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """call("board", "hall-1") → exit code, stdout, stderr; in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def called(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = program.main(["pki", *words])
        except SystemExit as end:
            code = int(end.code or 0)
        return (code, *capsys.readouterr())

    return called


def test_from_nothing_to_a_broker_and_a_board(call: Call, tmp_path: Path) -> None:
    code, out, err = call(*INIT)
    assert (code, err) == (0, "")
    assert out.startswith("made: the authority of the site main, until 20")
    assert "made: broker, reached as broker.example, localhost, 192.0.2.20, 127.0.0.1, ::1: pki/broker.crt\n" in out
    assert "made: wallboard-bridge (bridge): pki/clients/wallboard-bridge.crt\n" in out
    assert "made: wallboardctl (operator): pki/clients/wallboardctl.crt\n" in out
    assert "pki/ca.key signs for the whole site" in out
    assert call("board", "hall-1", "hall-2")[1] == (
        "made: hall-1 (board): pki/boards/hall-1.crt\nmade: hall-2 (board): pki/boards/hall-2.crt\n"
    )
    code, out, err = call("broker", "--out", "etc")
    assert (code, err) == (0, "")
    assert "wrote etc/conf.d/wallboard.conf\nwrote etc/wallboard/acl\n" in out
    assert "chown -R mosquitto: /etc/mosquitto/wallboard && chmod 600" in out
    assert call("broker", "--out", "etc")[1] == "etc is as it should be\n"
    assert not (tmp_path / "etc/wallboard/passwords").exists()


def test_twice_is_as_good_as_once(call: Call) -> None:
    call(*INIT)
    code, out, err = call(*INIT)
    assert (code, err) == (0, "")
    assert {line.split(":")[0] for line in out.splitlines()} == {"there already"}
    call("board", "hall-1")
    assert call("board", "hall-1")[1] == "there already: hall-1 (board): pki/boards/hall-1.crt\n"


def test_the_list_tells_who_until_when_and_what_is_revoked(call: Call) -> None:
    call(*INIT)
    call("board", "hall-1", "hall-2")
    call("client", "alice")
    call("client", "lobby-tv", "--read-only")
    call("renew", "alice")
    code, out, err = call("revoke", "hall-2")
    assert (code, err) == (0, "")
    assert out.startswith("hall-2: 1 certificate revoked\nit holds from when the broker has the new list on: ")
    out = call("list")[1]
    assert out.startswith("site main: authority until 20")
    rows = [line.split() for line in out.splitlines()[1:]]
    assert [row[:3] for row in rows] == [
        ["broker", "broker", "until"],
        ["alice", "operator", "until"],
        ["alice", "operator", "until"],
        ["lobby-tv", "monitor", "until"],
        ["wallboard-bridge", "bridge", "until"],
        ["wallboardctl", "operator", "until"],
        ["hall-1", "board", "until"],
        ["hall-2", "board", "revoked"],
    ]
    assert "pki revoke --older" in out
    assert call("revoke", "--older", "alice")[1].startswith("alice: 1 certificate revoked\n")
    listed = json.loads(call("list", "--json")[1])
    assert [each["name"] for each in listed if each["revoked"]] == ["alice", "hall-2"]
    board = next(each for each in listed if each["name"] == "hall-1")
    assert 3_640 < board["days_left"] < 3_660
    assert board["files"]["key"] == str(Path("pki/boards/hall-1.key"))
    assert call("revoke", "hall-2")[1].startswith("hall-2: nothing left to revoke\n")


def test_the_list_names_a_file_that_cannot_be_read_and_tells_the_rest(call: Call, tmp_path: Path) -> None:
    call(*INIT)
    call("board", "hall-1", "hall-2")
    whole = call("list")[1].splitlines()
    (tmp_path / "pki/boards/hall-1.crt").write_text("")
    code, out, err = call("list")
    assert (code, out.splitlines()) == (1, whole)
    assert err.startswith(f"wallboardctl pki list: {Path('pki/boards/hall-1.crt')} holds no certificate: put it back")
    assert err.count("\n") == 1
    serial = next(each["serial"] for each in json.loads(call("list", "--json")[1]) if each["name"] == "hall-2")
    kept = tmp_path / f"pki/issued/{serial:0>40}.crt"
    kept.write_bytes(b"\xff")
    code, out, err = call("list", "--json")
    assert (code, err.count("\n")) == (1, 2) and kept.name in err
    assert {each["name"] for each in json.loads(out)} == {"broker", "wallboard-bridge", "wallboardctl", "hall-1"}


def test_renew_without_a_name_takes_what_ends_soon(call: Call) -> None:
    call(*INIT)
    assert call("renew")[1] == "none ends within 365 days\n"
    code, out, _ = call("renew", "--within", "36500")
    assert code == 0
    assert [line.split()[1] for line in out.splitlines() if line.startswith("made: ")] == [
        "broker", "wallboard-bridge", "wallboardctl",
    ]  # fmt: skip
    assert out.count("next: ") == 2  # to the hosts that use them, and to the broker
    assert call("renew", "--new-key")[0] == 1


def test_what_was_written_by_hand_is_kept(call: Call, tmp_path: Path) -> None:
    call(*INIT)
    call("broker", "--out", "etc")
    acl = tmp_path / "etc/wallboard/acl"
    acl.write_text(acl.read_text() + "\nuser other\ntopic read other/#\n")
    call("client", "alice")
    out = call("broker", "--out", "etc", "--passwords")[1]
    assert "what was there before is etc/wallboard/acl.old\n" in out
    assert "what was there before is etc/conf.d/wallboard.conf.old\n" in out
    assert "user other" in (tmp_path / "etc/wallboard/acl.old").read_text()
    assert "user alice" in acl.read_text()
    assert "listener 1883" in (tmp_path / "etc/conf.d/wallboard.conf").read_text()
    passwords = tmp_path / "etc/wallboard/passwords"
    passwords.write_text("hall-1:x\n")
    call("broker", "--out", "etc", "--passwords")
    assert passwords.read_text() == "hall-1:x\n"


def test_a_copy_of_the_folder_lets_nobody_in_again_who_was_revoked_from_another(call: Call, tmp_path: Path) -> None:
    def revoked(folder: str) -> list[str]:
        return [each["name"] for each in json.loads(call("list", "--json", "--pki", folder)[1]) if each["revoked"]]

    call(*INIT)
    call("board", "hall-1", "hall-2")
    shutil.copytree("pki", "copy")
    call("revoke", "hall-1")
    call("broker", "--out", "etc")
    call("revoke", "hall-2", "--pki", "copy")
    assert call("broker", "--out", "etc", "--pki", "copy")[:2] == (0, f"wrote {Path('etc/wallboard/crl.pem')}\n" + NEXT)
    assert (revoked("pki"), revoked("copy")) == (["hall-1"], ["hall-1", "hall-2"])
    call("broker", "--out", "etc")
    assert revoked("pki") == ["hall-1", "hall-2"]
    call("init", "--pki", "other", *INIT[1:])
    assert call("broker", "--out", "etc", "--pki", "other")[0] == 0
    assert revoked("other") == []  # another authority begins anew


def test_other_ports_and_places(call: Call, tmp_path: Path) -> None:
    call(*INIT)
    call("broker", "--out", "etc", "--at", "/mosquitto/config/wallboard", "--port", "8884", "--passwords", "1884")
    conf = (tmp_path / "etc/conf.d/wallboard.conf").read_text()
    assert "listener 8884\ncafile /mosquitto/config/wallboard/ca.crt\n" in conf
    assert "listener 1884\npassword_file /mosquitto/config/wallboard/passwords\n" in conf


def test_two_at_once_make_one_authority(tmp_path: Path) -> None:
    """Its key and its certificate belong together, or nothing can ever be signed."""
    words = (sys.executable, "-m", "host_bridge.ctl", "pki", *INIT, "--pki")
    for number in range(4):
        pki = tmp_path / f"pki-{number}"
        both = [subprocess.Popen([*words, pki], stdout=subprocess.DEVNULL) for _ in range(2)]
        assert [each.wait(60) for each in both] == [0, 0]
        assert len(list((pki / "issued").iterdir())) == 3  # the broker's, the bridge's and wallboardctl's


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--passwords", "8883"), "--passwords 8883: that is mqtts's own port, expected another\n"),
        (("--at", "/a\nallow_anonymous true"), "--at '/a?allow_anonymous true': expected a folder from / on"),
        (("--at", "mosquitto"), "--at 'mosquitto': expected a folder from / on, as the broker's host has it\n"),
    ],
)
def test_settings_with_which_no_broker_would_start_are_not_written(
    call: Call, tmp_path: Path, words: tuple[str, ...], error: str
) -> None:
    call(*INIT)
    code, out, err = call("broker", "--out", "etc", *words)
    assert (code, out) == (2, "") and error in err
    assert not (tmp_path / "etc").exists()


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("board", "a/b"), 2, "wallboardctl pki board: board 'a/b': '/' may not stand in a name\n"),
        (("board", "wallboardctl"), 2, "wallboardctl pki board: 'wallboardctl' is not free: it is the operator"),
        (("revoke", "hal-1"), 2, "wallboardctl pki revoke: nobody is called 'hal-1'; did you mean 'hall-1'?\n"),
        (("renew", "nobody"), 2, "wallboardctl pki renew: nobody is called 'nobody'; there are "),
        (("revoke", "broker"), 1, "wallboardctl pki revoke: boards ask nobody whether"),
        (("list", "--pki", "other"), 1, f"wallboardctl pki list: there is no {Path('other/ca.crt')}: make it with"),
        (("init", "--site", "other", "--broker", "b"), 1, "wallboardctl pki init: pki/ca.crt is the authority of the"),
        (
            ("init", "--site", "main", "--broker", "a:1"),
            2,
            "wallboardctl pki init: broker 'a:1': expected a host",
        ),
        (
            ("broker", "--out", "x", "--port", "0"),
            2,
            "wallboardctl pki broker: --port: '0': expected a port",
        ),
        ((), 2, "wallboardctl pki: the following arguments are required: STEP (see wallboardctl pki --help)\n"),
    ],
)
def test_what_cannot_be_done_is_one_line(call: Call, words: tuple[str, ...], code: int, error: str) -> None:
    call(*INIT)
    call("board", "hall-1")
    done, out, err = call(*words)
    assert (done, out) == (code, "")
    assert err.startswith(error) and err.count("\n") == 1


def test_a_file_in_the_place_of_the_folder_is_one_line(call: Call, tmp_path: Path) -> None:
    (tmp_path / "pki").write_text("")
    code, _, err = call(*INIT)
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("wallboardctl pki init: pki: no such folder can be made: ")


def test_help_does_not_wait_for_the_library() -> None:
    script = "import sys\nfrom host_bridge.ctl import program\ntry: program.main(['pki', '--help'])\n"
    script += "except SystemExit: print('cryptography' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\nFalse\n")


@pytest.mark.parametrize("encoding", ["cp1255", "cp437", "utf-8"])
def test_it_runs_without_what_only_posix_has(tmp_path: Path, encoding: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(config.__file__).parents[1]), "PYTHONIOENCODING": encoding}
    for words in (
        INIT,
        ("board", "לובי"),
        ("list",),
        ("broker", "--out", "E:\\"),
        ("renew", "לובי"),
        ("revoke", "לובי"),
    ):
        command = [sys.executable, "-m", "tests.windows_guard", "pki", *words]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, encoding=encoding, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), words
    assert (tmp_path / "E:\\" / "wallboard" / "broker.key").exists()
    assert not any(b"\r" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_the_examples_for_a_broker_with_passwords_are_what_would_be_made() -> None:
    folder = Path(config.__file__).parent
    assert (folder / "mosquitto.example.conf").read_text() == mosquitto.conf("main", Listeners(None, 1883))
    assert (folder / "mosquitto.example.acl").read_text() == mosquitto.acl("main", {})
