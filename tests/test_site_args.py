"""Which site a command is about: what may be given, what may not, and where bridge.yaml is looked for."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from host_bridge.ctl.site import args as site_args
from tests.site_rig import bridge_yaml


def find(*words: str) -> site_args.Place:
    parser = argparse.ArgumentParser()
    site_args.add_site_options(parser)
    return site_args.find(parser.parse_args(words))


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--url", "mqtt://x"), "--url needs --site NAME, the site's name as in board.yaml"),
        (("--site", "main"), "--site needs --url mqtt://HOST, the broker"),
        (("--username", "x"), "--username belongs to --url: bridge.yaml has a login of its own"),
        (("--url", "mqtt://x", "--site", "s", "--config", "b"), "--config and --url: the file names site and broker"),
        (("--url", "http://x", "--site", "s"), "--url: 'http://x', expected mqtt://HOST, mqtts://HOST:PORT"),
        (
            ("--url", "mqtt://u:p@x", "--site", "s"),
            "--url: a login in the URL, expected --username and --password-file",
        ),
        (("--url", "mqtt://x", "--site", "a/b"), "--site: 'a/b', expected"),
        (("--url", "mqtt://x", "--site", "s", "--password-file", "nowhere"), "--username: missing, expected the user"),
        (
            ("--url", "mqtt://x", "--site", "s", "--username", "u", "--password-file", "nowhere"),
            "--password-file: nowhere cannot be read: No such file or directory",
        ),
        (("--url", "mqtt://x", "--site", "s", "--ca-file", "x"), "--ca-file: of use with mqtts:// alone"),
    ],
)
def test_what_does_not_fit_is_one_line(words: tuple[str, ...], error: str) -> None:
    with pytest.raises(site_args.UsageError) as wrong:
        find(*words)
    assert wrong.value.lines[0].startswith(error)


def test_options_instead_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\nmore")
    place = find(
        "--url", "mqtts://broker.example:8884", "--site", "main",
        "--username", "u", "--password-file", str(tmp_path / "password"),
    )  # fmt: skip
    login = place.login
    assert (place.site, place.source, place.broker) == ("main", None, "broker broker.example:8884")
    assert (login.username, login.password, login.client_id, login.tls is not None) == ("u", "secret", "", True)
    assert find("--url", "mqtt://h", "--site", "main").login.port == 1883


def test_the_bridge_yaml_of_this_folder_goes_before_that_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    machine = tmp_path / "etc"
    machine.mkdir()
    monkeypatch.setattr(site_args, "DEFAULTS", (Path("bridge.yaml"), machine / "bridge.yaml"))
    with pytest.raises(
        site_args.UsageError, match=r"there is no bridge.yaml here and no .*etc/bridge.yaml: name it with"
    ):
        find()
    bridge_yaml(machine, 1, "far")
    assert (find().site, find().source) == ("far", machine / "bridge.yaml")
    bridge_yaml(tmp_path, 1, "near")
    assert (find().site, find().login.client_id) == ("near", "")


def test_the_secret_of_the_pbx_is_not_asked_for(tmp_path: Path) -> None:
    """It belongs to the bridge: a supervisor may not be allowed to read it."""
    path = bridge_yaml(tmp_path, 1)
    (tmp_path / "secret").unlink()
    assert find("--config", str(path)).site == "main"
