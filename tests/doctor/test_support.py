"""`wallboardctl support`: what is in the file, what is not, and no secret wherever one was planted."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from host_bridge.ctl import doctor, program, support
from host_bridge.ctl.bundle import pack, parts, secrets
from host_bridge.ctl.bundle.kept import summary
from host_bridge.ctl.bundle.parts import Part
from host_bridge.ctl.bundle.redact import Redactor, without_comments
from host_bridge.ctl.health import certificates
from host_bridge.ctl.health import machine as machines
from host_bridge.ctl.health.finding import NotCheckedError
from host_bridge.ctl.health.machine import Machine, Ran, run_here
from tests.doctor.certs import Authority
from tests.doctor.machines import NOW_S, machine
from tests.journals import a_batch, written

PLANTED = {
    "ami": "Kx7-secret-of-the-pbx",
    "mqtt": "p@ss/w0rd with blanks",
    "yaml": "in-the-yaml-itself",
    "env": "of-the-environment-9",
    "dropin": "of-a-dropin-7",
    "wifi": "the wifi passphrase!",
    "wpa": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "netplan": "netplanned:secret",
    "boot": "of-network-config",
    "url": "in-an-url-5",
    "foreign": "nobody-knew-of-this",
}
LOG = """\
2026-11-26T08:12:01+0200 pbx wallboard-bridge[311]: up; PBX 192.0.2.10:5038
2026-11-26T08:12:02+0200 pbx wallboard-bridge[311]: AMI sent Secret: {ami}; caller 050-123-4567, +972501234567
2026-11-26T08:12:03+0200 pbx wallboard-bridge[311]: broker said {mqtt}, then {mqtt_quoted} and {mqtt_64}
2026-11-26T08:12:04+0200 pbx wallboard-bridge[311]: mqtt://board:{url}@192.0.2.20:1883 is no URL of ours
2026-11-26T08:12:05+0200 pbx wallboard-bridge[311]: somebody wrote password={foreign} and 'psk': "{wifi}"
2026-11-26T08:12:06+0200 pbx wallboard-bridge[311]: {env} {dropin} {netplan} {boot} {wpa}
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgplantedkeyplantedkey
-----END PRIVATE KEY-----
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Machine, list[Path]]:
    """A machine with secrets in every place where one may lie, and its settings files."""
    etc = tmp_path / "root/etc/wallboard"
    etc.mkdir(parents=True)
    authority = Authority(etc, "ca")
    authority.make(etc, "board")
    authority.make(etc, "of-before")  # a key that no settings name any more
    (etc / "ami.secret").write_text(PLANTED["ami"] + "\r\n")
    (etc / "mqtt.secret").write_text("\ufeff" + PLANTED["mqtt"] + "\n")
    board, bridge = etc / "board.yaml", etc / "bridge.yaml"
    board.write_text(
        "site: main\nboard: b1\nmqtt: {url: 'mqtts://192.0.2.20', username: b1, password_file: mqtt.secret, "
        f"key_file: board.key}}\npassword: {PLANTED['yaml']}  # here by mistake\npanel: {{driver: image, path: x}}\n"
    )
    bridge.write_text(
        "site: main\npbx: {host: 192.0.2.10, username: wallboard, password_file: ami.secret}\n"
        "mqtt: {url: 'mqtt://192.0.2.20', username: x, password_env: ODD_NAME}\nthresholds: t.yaml\njournal: j\n"
    )
    (etc / "t.yaml").write_text("timezone: Asia/Jerusalem\n")
    monkeypatch.setenv("ODD_NAME", PLANTED["env"])
    log = LOG.format(**PLANTED, mqtt_quoted="p%40ss%2Fw0rd%20with%20blanks", mqtt_64="cEBzcy93MHJkIHdpdGggYmxhbmtz")
    log += "".join((etc / name).read_text().splitlines()[1] + "\n" for name in ("board.key", "of-before.key"))
    network = f"[wifi]\nssid=Office\n[wifi-security]\nkey-mgmt=wpa-psk\npsk={PLANTED['wifi']}\n"
    dropin = f'[Service]\nEnvironment="ODD_NAME={PLANTED["dropin"]}"\n'
    files = {
        "/etc/NetworkManager/system-connections/office.nmconnection": network,
        "/etc/wpa_supplicant/wpa_supplicant.conf": f'network={{\n\tssid="Office"\n\tpsk={PLANTED["wpa"]}\n}}\n',
        "/etc/netplan/50.yaml": f'access-points:\n  "Office": {{password: "{PLANTED["netplan"]}"}}\n',
        "/boot/firmware/network-config": f'access-points: {{Office: {{password: "{PLANTED["boot"]}"}}}}\n',
        "/boot/firmware/config.txt": "dtparam=audio=off\n",
        "/boot/firmware/wallboard/report.txt": f"joined Office with {PLANTED['wifi']}\nOK\n",
        "/etc/systemd/system/wallboard-bridge.service.d/x.conf": dropin,
        "/proc/cmdline": f"root=x wifi.psk={PLANTED['wifi']}\n",
    }  # fmt: skip
    commands = {
        "journalctl --namespace=wallboard": log,
        "journalctl": "-- No entries --\n",
        "systemctl cat": f"{dropin}Environment=X_TOKEN={PLANTED['foreign']}\n",
    }
    return machine(tmp_path / "root", files, commands), [board, bridge, etc / "t.yaml"]


def bundle(at: Machine, settings: Sequence[Path]) -> tuple[pack.Gathered, Redactor]:
    redactor = Redactor(secrets.known(at, settings, dict(os.environ)))
    return pack.gather(parts.parts(at, settings, [], 3, int(NOW_S * 1000)), redactor), redactor


def test_no_secret_that_was_planted_is_in_it(site: tuple[Machine, list[Path]]) -> None:
    at, settings = site
    gathered, redactor = bundle(at, settings)
    whole = "\n".join(gathered.texts.values())
    for place, secret in PLANTED.items():
        assert secret not in whole, place
    for name in ("board.key", "of-before.key"):
        assert (settings[0].parent / name).read_text().splitlines()[1] not in whole, name
    assert "plantedkey" not in whole
    for form in ("p%40ss%2Fw0rd", "cEBzcy93MHJk", "050-123-4567", "972501234567", "Office"):
        assert form not in whole.replace("joined Office", ""), form
    assert redactor.removed > 15


def test_what_support_needs_is_still_there(site: tuple[Machine, list[Path]]) -> None:
    gathered, _ = bundle(*site)
    assert "password_file: ami.secret" in gathered.texts["settings/2-bridge.yaml"]
    assert "password_env: ODD_NAME" in gathered.texts["settings/2-bridge.yaml"]
    assert "key_file: board.key" in gathered.texts["settings/1-board.yaml"]
    assert "mqtts://192.0.2.20" in gathered.texts["settings/1-board.yaml"]
    log = gathered.texts["logs/wallboard.txt"]
    assert "2026-11-26T08:12:01+0200 pbx wallboard-bridge[311]: up; PBX 192.0.2.10:5038" in log
    assert "caller [number], [number]" in log
    assert "mqtt://[removed]@192.0.2.20:1883" in log
    assert "dtparam=audio=off" in gathered.texts["system/machine.txt"]
    assert "Raspberry Pi 4" in gathered.texts["system/machine.txt"]


def test_without_the_search_by_value_the_secrets_would_be_there(site: tuple[Machine, list[Path]]) -> None:
    """So the test above can fail."""
    at, settings = site
    found = pack.gather(parts.parts(at, settings, [], 3, int(NOW_S * 1000)), Redactor(()))
    assert PLANTED["mqtt"] in "\n".join(found.texts.values())


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-26 08:12:01 it began", "version 0.2.0, Linux 6.12.34", "192.0.2.10:5038", "throttled=0x50005",
        "at 1795738000.123456", "password_file: mqtt.secret", "mqtt.password_file", "check the password", "id 12345",
        "wallboard --user wallboard", "mosquitto_sub -u board -t t", "--password-file x.secret",
        '"password_file=x.secret"',
        "PJSIP/101-0000001f", "08:12:01.1234567", "/proc/1234567/x",
    ],
)  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor(("nothing-of-it",)).clean(text, log=True) == text


@pytest.mark.parametrize(
    "text",
    [
        "password: x1", "PASSWORD = 'x1'", '"psk": "x1"', "secret => x1", "api_key=x1", "ApiToken: x1",
        "Key: " + "ab" * 16, "Authorization: Bearer x1", "https://u:x1@host/", "wpa_passphrase=x1",
        "mqtt://u:x1/x1@x1@host", "{password: &p x1}", "password: !!str x1", "password: it is x1", "סיסמה: x1",
        "password: |\n  x1\n\n  x1", "password:\n  x1", 'password: "a\\"x1 x1"', "psk: 'it''s x1'",
        "- secret: >-\n    x1", 'logged {"token": "a\\"x1"}', 'Environment="X_SECRET=x1 x1" A=b', "X_PW=x1", "XPWD=x1",
        "run --password x1 --more", "# mosquitto_sub -u b -P x1 -t t", "curl -u b:x1 host", "# the password is x1, now",
    ],
)  # fmt: skip
def test_shapes_of_secrets_that_nobody_knew_of(text: str) -> None:
    clean = Redactor(()).clean(text)
    assert "x1" not in clean and "abab" not in clean
    assert "[removed]" in clean


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("# Dana, 050-1234567", "# …"), ("a: 1  # Dana", "a: 1  # …"), ("a: 'x # y' # Dana", "a: 'x # y' # …"),
        ('a: "x \\" # y" # Dana', 'a: "x \\" # y" # …'), ("a: Dana's # Dana", "a: Dana's # …"), ("a: x#y", "a: x#y"),
        ("a: 'D:\\' # Dana", "a: 'D:\\' # …"),
        ('a: "D:\\\\" # Dana', 'a: "D:\\\\" # …'), ("{a: ['#'], b: \"#\"}\r", "{a: ['#'], b: \"#\"}\r"), ("", ""),
    ],
)  # fmt: skip
def test_comments_hold_whatever_people_noted(line: str, kept: str) -> None:
    assert without_comments(f"{line}\nb: 2\n") == f"{kept}\nb: 2\n"


def test_a_settings_file_goes_without_its_comments(site: tuple[Machine, list[Path]]) -> None:
    at, settings = site
    settings[1].write_text(settings[1].read_text() + "# ask Dana, 050-1234567\n")
    gathered, _ = bundle(at, settings)
    assert "Dana" not in "".join(gathered.texts.values()) and "# …" in gathered.texts["settings/2-bridge.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "from 050-1234567.", "tel:+972501234567", "PJSIP/0501234567-0000001f", "Local/0501234567@from-queue/n",
        "(03) 501 234 567", "sip:0501234567@192.0.2.1", '"Dana" <0501234567>',
    ],
)  # fmt: skip
def test_numbers_in_a_log(text: str) -> None:
    clean = Redactor(()).clean(text, log=True)
    assert "[number]" in clean and "4567" not in clean and "567" not in clean.replace("4567", "")


def test_what_follows_a_secret_of_many_lines_stays() -> None:
    text = "mqtt:\n  password: |\n    x1\n    x1\n  port: 1883\nsite: main\n"
    assert Redactor(()).clean(text) == "mqtt:\n  password: [removed]\n  port: 1883\nsite: main\n"
    text = "mqtt:\n  password_file:\n    mqtt.secret\n"
    assert Redactor(()).clean(text) == text


def test_a_secret_of_many_words_goes_whole() -> None:
    assert "x1" not in Redactor(("horse battery x1",)).clean("tried password=horse battery x1, refused")


def test_a_short_secret_goes_as_a_word_alone() -> None:
    assert Redactor(("main",)).clean("main domain main.") == "[removed] domain [removed]."


def test_parts_are_bounded_newest_kept_and_a_broken_one_spoils_nothing() -> None:
    def breaks() -> str:
        raise ZeroDivisionError

    def denied() -> str:
        raise NotCheckedError("root alone")

    long = "".join(f"line {number}\n" for number in range(100_000))
    made = [
        Part("a", "", lambda: long, most=1000),
        Part("b", "", breaks),
        Part("c", "", denied),
        Part("d", "", lambda: "fine"),
        Part("e", "", lambda: ""),
    ]
    gathered = pack.gather(made, Redactor(()))
    assert list(gathered.texts) == ["a", "d"]
    assert len(gathered.texts["a"]) <= 1000
    assert gathered.texts["a"].startswith("line ") and gathered.texts["a"].endswith("line 99999\n")
    assert [line.split(":")[0] for line in gathered.missing] == ["a", "b", "c", "e"]
    many = [Part(str(number), "", lambda: long, most=1 << 20) for number in range(18)]
    assert sum(map(len, pack.gather(many, Redactor(())).texts.values())) <= pack.MOST


def test_a_part_that_still_has_a_secret_is_left_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    redactor = Redactor(("swordfish",))
    monkeypatch.setattr(redactor, "clean", lambda text, log=False: text)
    gathered = pack.gather([Part("a", "", lambda: "the swordfish"), Part("b", "", lambda: "fine")], redactor)
    assert list(gathered.texts) == ["b"]
    assert "left out whole" in gathered.missing[0]


def test_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", "12345")
    monkeypatch.setenv("SUDO_GID", "12345")
    path = tmp_path / "x.zip"
    pack.write(path, {"a.txt": "א\n"}, 100.0)  # a clock of 1970
    status = path.stat()
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert status.st_uid == (12345 if os.geteuid() == 0 else os.geteuid())
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["x/a.txt"]
        assert archive.read("x/a.txt").decode() == "א\n"
        assert archive.getinfo("x/a.txt").date_time[0] == 1980
    with pytest.raises(FileExistsError):
        pack.write(path, {}, 0.0)
    assert [each.name for each in tmp_path.iterdir()] == ["x.zip"]


@pytest.fixture
def called(
    site: tuple[Machine, list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Path], Path]:
    """Settings, and a folder to write to, for the command as it is called on this very machine."""
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(doctor, "FOLDER", tmp_path / "none")
    for name in ("board.yaml", "bridge.yaml"):
        text = (site[1][0].parent / name).read_text().replace("192.0.2.", "127.0.0.")
        (site[1][0].parent / name).write_text(text)
    return site[1], folder


def test_the_command(called: tuple[list[Path], Path], capsys: pytest.CaptureFixture[str]) -> None:
    settings, folder = called
    assert program.main(["support", *map(str, settings)]) == 0
    out = capsys.readouterr().out
    (made,) = folder.glob("wallboard-support-*.zip")
    with zipfile.ZipFile(made) as archive:
        names = [name.partition("/")[2] for name in archive.namelist()]
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert names[:3] == ["README.txt", "doctor.txt", "doctor.json"]
    assert {"settings/1-board.yaml", "settings/2-bridge.yaml", "settings/3-t.yaml"} <= set(names)
    readme = texts[f"{made.stem}/README.txt"]
    assert "Left out:" in readme and "\r\n" in readme
    json.loads(texts[f"{made.stem}/doctor.json"])
    assert out.index("Left out:") < out.index("Missing:") < out.index(f"{made.name}:")
    for place in ("ami", "mqtt", "yaml", "env"):
        assert PLANTED[place] not in "".join(texts.values()) + out, place
    assert made.stat().st_size < 1_000_000


def test_it_only_tells_and_it_overwrites_nothing(
    called: tuple[list[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    settings, folder = called
    words = list(map(str, settings))
    assert program.main(["support", "--list", *words]) == 0
    assert "would go" in capsys.readouterr().out
    assert program.main(["support", "--list", "--json", *words]) == 0
    assert json.loads(capsys.readouterr().out)["file"] is None
    assert list(folder.iterdir()) == []
    (folder / "x.zip").write_text("mine")
    assert program.main(["support", "--out", "x.zip", *words]) == 2
    assert program.main(["support", "--out", str(folder), *words]) == 2
    assert program.main(["support", "--out", "no/such/x.zip", *words]) == 2
    assert program.main(["support", "none.yaml"]) == 2
    assert [line.partition(":")[0] for line in capsys.readouterr().err.splitlines()] == ["wallboardctl support"] * 4
    assert (folder / "x.zip").read_text() == "mine"


def test_a_folder_that_may_not_be_written(called: tuple[list[Path], Path], capsys: pytest.CaptureFixture[str]) -> None:
    settings, _ = called
    assert program.main(["support", "--out", "/proc/x.zip", *map(str, settings)]) == 1
    assert "/proc/x.zip cannot be written" in capsys.readouterr().err


def test_a_read_only_boot_partition_is_told_before_the_work_and_how_it_is_opened(
    called: tuple[list[Path], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, folder = called
    real = os.statvfs(folder)
    told = [*real[:8], real.f_flag | os.ST_RDONLY, real.f_namemax]
    monkeypatch.setattr(support.os, "statvfs", lambda _: os.statvfs_result(told))
    monkeypatch.setattr(Path, "is_mount", lambda each: each == folder.resolve())
    assert program.main(["support", "--out", str(folder / "x.zip"), *map(str, settings)]) == 2
    told_words = capsys.readouterr()
    assert told_words.out == ""
    assert told_words.err.strip().endswith(f"is read-only: first  sudo mount -o remount,rw {folder.resolve()}")


def test_who_is_not_root_is_told_what_is_missing(
    called: tuple[list[Path], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, _ = called
    hint = "Hint: You are currently not seeing messages from other users and the system.\n"

    def runner(command: Sequence[str], timeout_s: float = 0.0) -> Ran | None:
        return Ran(0, "", hint) if command[0] == "journalctl" else run_here(command)

    monkeypatch.setattr(machines, "run_here", runner)
    monkeypatch.setattr(machines.os, "geteuid", lambda: 1000)
    assert program.main(["support", *map(str, settings)]) == 0
    out = capsys.readouterr().out
    assert "logs/wallboard.txt: the log may be read by root and the group systemd-journal alone" in out
    assert "what root alone may see: run it with sudo" in out


def test_journal_and_history_in_numbers(tmp_path: Path) -> None:
    path = tmp_path / "bridge.journal"
    written(path, *map(a_batch, range(1, 30)))
    text = "\n".join(summary(path, 60_000, 3))
    assert "29 End" in text and "answered: 29" in text
    assert "1.7" not in text  # a call's id
    assert "\n".join(summary(tmp_path / "none", 0, 3)).count("no such file") == 2


def test_a_file_without_an_end_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe that nobody writes to, where a settings file or a secret should be. A device would take all memory."""
    pipe = tmp_path / "board.yaml"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "host_bridge.ctl", "support", str(pipe), "--out", str(tmp_path / "o.zip")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "board.yaml: it is a pipe or a device, expected a file" in done.stdout
    with pytest.raises(NotCheckedError, match="it is a pipe or a device"):
        certificates.of_file(pipe)


def test_names_of_files() -> None:
    assert support._name(0.0).startswith("wallboard-support-")
    assert partial(support._obstacle, Path("x.zip"))() == ""
