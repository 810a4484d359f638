"""The board.yaml of a card, and the files that it names: made, and then read as the board itself will read them."""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from config.mistakes import ConfigError, Mistake
from config.yaml_file import YamlFile, parse
from firmware.pi import settings
from host_bridge.ctl.card.args import panel_of, read, secret
from host_bridge.ctl.card.parts import certificates, site_of
from hw.provision import FOLDER, ProvisionError, board_yaml
from hw.provision.board_yaml import FRAMES, KEY, KEYS, SECRET
from hw.provision.writer import File

_WRITTEN = ("/run/wallboard", settings.SERVICE_STATE)  # RuntimeDirectory= and StateDirectory= of wallboard.service


@dataclass(frozen=True)
class Board:
    """`settings`: what the files come to, as the board sees them; `files`: for the card; `notes`: for the person."""

    settings: settings.BoardSettings
    files: list[File] = field(repr=False)
    notes: list[str]


def board_of(args: argparse.Namespace) -> Board:
    """The board that the options describe. Raises ProvisionError, and ConfigError for what is wrong in a board.yaml."""
    base = _Base.of(args.board_yaml)
    site, url = args.site or base.said("site") or site_of(args.pki), args.broker or base.said("mqtt", "url")
    if not site:
        raise ProvisionError("which site? --site NAME, as in bridge.yaml")
    if not url:
        raise ProvisionError("which broker? --broker mqtts://HOST")
    contents, notes = _contents(args, base, site)
    username = args.username or base.said("mqtt", "username") or (args.board if SECRET in contents else None)
    own = board_yaml.head(site, args.board, url, contents, username)
    text = board_yaml.whole(own, base.rest if base.file else panel_of(args).text())
    named = {"board.yaml": text.encode(), **contents}
    made = [File(f"{FOLDER}/{name}", data, secret=name in (KEY, SECRET), exact=True) for name, data in named.items()]
    checked = _checked(named, args)
    base.must_run_as_a_service()
    return Board(checked, made, notes)


@dataclass(frozen=True)
class _Base:
    """A board.yaml that serves several boards: `rest` is its text without what differs. `file` None: there is none."""

    path: Path
    file: YamlFile | None = None
    rest: str = ""

    @staticmethod
    def of(path: Path | None) -> _Base:
        if path is None:
            return _Base(Path())
        data = read(path, "--board-yaml", 1 << 20)
        file = parse(data, str(path))
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
        try:
            return _Base(path, file, board_yaml.kept(data.decode(encoding)))
        except ProvisionError as error:
            raise ProvisionError(f"--board-yaml: {path}: {error}") from None

    def said(self, *keys: str) -> str:
        """What the file says there; empty when it says nothing."""
        value = self.file.at(*keys) if self.file else None
        return value if isinstance(value, str) else ""

    def must_run_as_a_service(self) -> None:
        """Refuse what is right on a desk alone: wallboard.service opens no port, and writes two folders."""
        about = f"--board-yaml: {self.path}"
        if self.said("panel", "driver") == "emulator":
            raise ProvisionError(f"{about}: panel.driver: emulator is for a PC; without its panel a board has image")
        for keys, instead in ((("panel", "path"), f"write {FRAMES}"), (("state_file",), "leave it out")):
            path = PurePosixPath(self.said(*keys) or _WRITTEN[0])
            if ".." in path.parts or not any(path.is_relative_to(each) for each in _WRITTEN):
                key = ".".join(keys)
                raise ProvisionError(f"{about}: {key}: a board's service cannot write to {path}; {instead}")


def _contents(args: argparse.Namespace, base: _Base, site: str) -> tuple[dict[str, bytes], list[str]]:
    """The files beside board.yaml, by their names on the card: from the options, else those that the base names."""
    found, notes = certificates(args, site)
    password = secret(args.password_file, args.password_env, "--password")
    if password is not None:
        found[SECRET] = password.encode() + b"\n"
    for name, key in KEYS.items():
        other = base.said("mqtt", key)
        if other and name not in found and not (args.pki and name == SECRET):
            found[name] = read(base.path.parent / other, f"--board-yaml: mqtt.{key}", 1 << 16)
    return found, notes


def _checked(named: Mapping[str, bytes], args: argparse.Namespace) -> settings.BoardSettings:
    """What the board will make of its files: certificates and key are opened too. Raises ConfigError."""
    about = str(args.board_yaml or "board.yaml")
    with tempfile.TemporaryDirectory(prefix="wallboard-") as made:
        for name, data in named.items():
            (Path(made) / name).write_bytes(data)
        try:
            return settings.load(Path(made) / "board.yaml", about)
        except ConfigError as error:
            raise _of_the_options(error, made, about, args) from None


def _of_the_options(error: ConfigError, folder: str, about: str, args: argparse.Namespace) -> ConfigError:
    """The mistakes with the option or the file that they come from; what stands in no file has no place."""
    options: dict[str, Any] = {
        "site": "--site",
        "board": "--board",
        "mqtt.url": "--broker",
        "mqtt.username": "--username",
        "mqtt.ca_file": "--pki" if args.pki else "--ca",
        "mqtt.cert_file": "--pki" if args.pki else "--cert",
        "mqtt.key_file": "--pki" if args.pki else "--key",
        "panel.gpio_slowdown": "--slowdown",
        "buzzer.gpio": "--buzzer",
        "button.gpio": "--button",
    }
    if args.board_yaml is not None:
        options = {key: option for key, option in options.items() if key.startswith(("site", "board", "mqtt"))}

    def told(mistake: Mistake) -> Mistake:
        message = re.sub(re.escape(folder) + r"[/\\]", "", mistake.message)
        if mistake.path in options:
            return Mistake(options[mistake.path], None, "", message)
        if args.board_yaml is None:
            return Mistake(
                "the panel's options" if mistake.path.startswith("panel") else about, None, mistake.path, message
            )
        return Mistake(about, None, mistake.path, message)  # the lines are those of the new file, not of the old

    return ConfigError(map(told, error.mistakes))
