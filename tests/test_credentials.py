"""The files of a login: secrets that others may read are told, by the program and `check`, and keep no wall dark."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
from pathlib import Path

import pytest

from config.yaml_file import ConfigError
from firmware.pi import settings as board_settings
from host_bridge import settings
from host_bridge.ctl import program
from host_bridge.pki.names import BOARD
from host_bridge.pki.site import Pki, board_files
from tests.other_users import let_in
from tests.secure_site import now

BRIDGE = """\
site: main
pbx: {host: pbx, username: u, password_file: ami.secret}
mqtt: {url: "mqtts://127.0.0.1:1", ca_file: ca.crt, cert_file: hall-1.crt, key_file: hall-1.key}
thresholds: thresholds.yaml
"""
BOARD_YAML = """\
site: main
board: hall-1
mqtt: {url: "mqtts://127.0.0.1:1", ca_file: ca.crt, cert_file: hall-1.crt, key_file: hall-1.key}
panel: {driver: image, rows: 32, cols: 64, path: frames}
state_file: state.json
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bridge.yaml and a board.yaml with all that they name."""
    Pki.create(tmp_path / "pki", "main", now())
    for path in board_files(tmp_path / "pki", "hall-1"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "ami.secret").write_text("s3cret\n")
    (tmp_path / "thresholds.yaml").write_text("timezone: Asia/Jerusalem\n")
    (tmp_path / "bridge.yaml").write_text(BRIDGE)
    (tmp_path / "board.yaml").write_text(BOARD_YAML)
    for name in ("ami.secret", "hall-1.key"):
        (tmp_path / name).chmod(0o600)
    return tmp_path


def told(folder: Path) -> list[str]:
    """What is loose of bridge.yaml, and of board.yaml."""
    bridge, board = settings.load(folder / "bridge.yaml", "b"), board_settings.load(folder / "board.yaml", "b")
    return [str(each).replace(f"{folder}/", "") for each in (*bridge.loose, *board.loose)]


def test_secrets_of_their_owner_alone_are_no_word_worth(folder: Path) -> None:
    assert told(folder) == []


def test_what_the_group_or_everybody_may_read_is_told(folder: Path) -> None:
    (folder / "ami.secret").chmod(0o644)
    (folder / "hall-1.key").chmod(0o640)
    alone = ", expected its owner alone: chmod 600"
    group = "may be read by the group of its file, expected its owner alone: chmod 600"
    assert told(folder) == [
        f"b:2:46: warning: pbx.password_file: ami.secret may be read by everybody on this machine{alone}",
        f"b:3:86: warning: mqtt.key_file: hall-1.key {group}",
        f"b:3:86: warning: mqtt.key_file: hall-1.key {group}",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has files of others")
def test_a_secret_that_belongs_to_a_person_is_told_and_one_of_a_service_is_not(folder: Path) -> None:
    os.chown(folder / "hall-1.key", 4242, 0)
    os.chown(folder / "ami.secret", 123, 0)
    belongs = "hall-1.key belongs to user 4242, expected root or the service's own user: chown it"
    assert told(folder) == [f"b:3:86: warning: mqtt.key_file: {belongs}"] * 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another")
def test_a_secret_that_is_roots_alone_says_whose_it_is(folder: Path) -> None:
    let_in(folder)
    os.seteuid(65534)
    try:
        with pytest.raises(ConfigError) as wrong:
            settings.load(folder / "bridge.yaml", "b")
    finally:
        os.seteuid(0)
    mine = "cannot be read: Permission denied: it belongs to root, and this is nobody"
    assert wrong.value.errors == [
        f"b:2:46: pbx.password_file: {folder}/ami.secret {mine}",
        f"b:3:86: mqtt.key_file: hall-1.key {mine}",
    ]


def test_check_tells_it_with_secrets_and_strict_does_not_let_it_pass(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "hall-1.key").chmod(0o604)
    board = str(folder / "board.yaml")
    assert program.main(["check", board]) == 0
    assert "may be read" not in capsys.readouterr().out
    assert program.main(["check", "--secrets", board]) == 0
    out = capsys.readouterr().out
    assert f"{board}:3:86: warning: mqtt.key_file: {folder}/hall-1.key may be read by everybody on this machine" in out
    assert program.main(["check", "--secrets", "--strict", board]) == 2


def test_a_key_of_another_certificate_and_one_with_a_password(folder: Path) -> None:
    other = Pki.create(folder / "other", "main", now())[0].give("hall-1", BOARD, now())[0]
    (folder / "hall-1.key").write_bytes(other.key.read_bytes())
    with pytest.raises(ConfigError) as wrong:
        board_settings.load(folder / "board.yaml", "b")
    (line,) = wrong.value.errors
    assert line == (
        "b:3:64: mqtt.cert_file: hall-1.crt is not the certificate of the key in hall-1.key: "
        "expected two that belong together"
    )
    command = ["openssl", "ec", "-aes128", "-passout", "pass:x", "-in", other.key, "-out", folder / "hall-1.key"]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(ConfigError) as wrong:  # and nobody is asked for it
        board_settings.load(folder / "board.yaml", "b")
    assert wrong.value.errors == [
        "b:3:86: mqtt.key_file: hall-1.key holds no usable key: it is locked with a passphrase, which nobody types in "
        "at a start: openssl pkey -in hall-1.key -out NEW"
    ]


def test_the_id_of_a_connection_with_a_key_cannot_be_guessed(folder: Path) -> None:
    """Whoever comes with the id of another cuts him off."""
    first = board_settings.load(folder / "board.yaml").mqtt.client_id
    assert first.startswith("wallboard-board-main-hall-1-") and len(first) > 40
    assert board_settings.load(folder / "board.yaml").mqtt.client_id == first  # it takes its own place over
    other = Pki.create(folder / "other", "main", now())[0].give("hall-1", BOARD, now())[0]
    for path in other:
        (folder / path.name).write_bytes(path.read_bytes())
    assert board_settings.load(folder / "board.yaml").mqtt.client_id != first
    assert settings.load(folder / "bridge.yaml").mqtt.client_id.startswith("wallboard-bridge-main-")
    assert board_settings.load(folder / "board.yaml", secrets=False).mqtt.client_id == "wallboard-board-main-hall-1"


def test_nor_can_that_of_one_with_a_password(folder: Path) -> None:
    def known_as(password: str) -> str:
        (folder / "own.secret").write_text(f"{password}\n")
        mqtt = 'mqtt: {url: "mqtt://127.0.0.1:1", username: u, password_file: own.secret}'
        (folder / "board.yaml").write_text(re.sub(r"mqtt: \{.*\}", mqtt, BOARD_YAML))
        return board_settings.load(folder / "board.yaml").mqtt.client_id

    first = known_as("secret")
    assert re.fullmatch("wallboard-board-main-hall-1-[0-9a-f]{16}", first)
    assert known_as("secret") == first != known_as("another")


def test_a_password_in_the_environment_that_is_no_text(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = BRIDGE.replace("thresholds:", "wallboardctl: {username: o, password_env: WORD}\nthresholds:")
    (folder / "bridge.yaml").write_text(text)
    monkeypatch.setenv("WORD", "\udcff")
    with pytest.raises(ConfigError) as wrong:
        settings.load_broker(folder / "bridge.yaml")
    assert wrong.value.errors[0].endswith("wallboardctl.password_env: environment variable WORD is not UTF-8 text")


def test_wallboardctl_has_a_login_of_its_own(folder: Path) -> None:
    """And needs none of the bridge's secrets."""
    (folder / "own.secret").write_text("mine\n")
    text = BRIDGE.replace("thresholds:", "wallboardctl: {username: o, password_file: own.secret}\nthresholds:")
    (folder / "bridge.yaml").write_text(text)
    assert settings.load(folder / "bridge.yaml").mqtt.username is None
    for name in ("hall-1.key", "ami.secret"):
        (folder / name).unlink()
    _, login = settings.load_broker(folder / "bridge.yaml")
    assert (login.username, login.password) == ("o", "mine")
    assert isinstance(login.tls, ssl.SSLContext)


@pytest.mark.parametrize(
    ("section", "error"),
    [
        ("{cert_file: a}", "b.yaml:4:27: wallboardctl.cert_file: given without key_file, expected both"),
        ("{password_file: a}", "b.yaml:4:15: wallboardctl.username: missing, expected the user"),
        ("{username: a, password_file: a, password_env: b}", "b.yaml:4:61: wallboardctl.password_env: both"),
        ("{url: a}", "b.yaml:4:16: wallboardctl.url: unknown key"),
    ],
)
def test_what_is_wrong_in_that_login(folder: Path, section: str, error: str) -> None:
    text = BRIDGE.replace("thresholds:", f"wallboardctl: {section}\nthresholds:")
    (folder / "bridge.yaml").write_text(text)
    with pytest.raises(ConfigError) as wrong:
        settings.load(folder / "bridge.yaml", "b.yaml", secrets=False)
    assert wrong.value.errors[0].startswith(error)
