"""Which site and which broker a command is about: those of bridge.yaml, or --url and --site where there is none.

add_site_options(parser)
place = find(args)             # raises UsageError, and ConfigError for what is wrong in bridge.yaml
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from config import connect, credentials
from config.broker_client import BrokerLogin
from config.section import Section
from config.yaml_file import Problem
from firmware.core.check import Field, Record, read
from host_bridge.settings import load_broker
from host_bridge.settings_schema import SITE

DEFAULTS = (Path("bridge.yaml"), Path("/etc/wallboard/bridge.yaml"))
# The options instead of bridge.yaml, by its keys of the section mqtt.
_OPTIONS = {
    "url": "--url",
    "username": "--username",
    "password_file": "--password-file",
    "ca_file": "--ca-file",
    "cert_file": "--cert-file",
    "key_file": "--key-file",
}


class UsageError(ValueError):
    """Options that do not fit together, or name what is not there. `lines`: each for a person."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Place(NamedTuple):
    """A site and its broker. `source`: the file that names them, None where options do."""

    site: str
    login: BrokerLogin
    source: Path | None

    @property
    def broker(self) -> str:
        """The broker as messages name it."""
        return f"broker {self.login.host}:{self.login.port}"

    def hint(self, text: str) -> str:
        """A text that names keys of bridge.yaml, as it is for people who gave options."""
        return _with_options(text) if self.source is None else text


def add_site_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that name the site."""
    group = parser.add_argument_group("the site, and its broker")
    add_config(group)
    group.add_argument("--url", metavar="URL", help="where there is no bridge.yaml: mqtt://HOST or mqtts://HOST:PORT")
    group.add_argument("--site", metavar="NAME", help="with --url: the site's name, as in board.yaml")
    group.add_argument("--username", metavar="NAME", help="with --url: the broker's user")
    group.add_argument("--password-file", metavar="FILE", type=Path, help="with --url: its first line is the password")
    group.add_argument("--ca-file", metavar="FILE", type=Path, help="with --url mqtts://…: PEM file of its authority")
    group.add_argument("--cert-file", metavar="FILE", type=Path, help="with --url mqtts://…: our own certificate, PEM")
    group.add_argument("--key-file", metavar="FILE", type=Path, help="with --cert-file: its key, PEM")


def add_config(options: argparse._ActionsContainer) -> None:
    """Adds the option that names bridge.yaml."""
    options.add_argument(
        "--config", metavar="FILE", type=Path, help=f"bridge.yaml; if not given, ./{DEFAULTS[0]} or else {DEFAULTS[1]}"
    )


def config_path(args: argparse.Namespace, or_else: str = "") -> Path:
    """The bridge.yaml that is meant. Raises UsageError when there is none; `or_else` is what one may name instead."""
    path: Path | None = args.config or next((each for each in DEFAULTS if each.exists()), None)
    if path is None:
        raise UsageError(f"there is no {DEFAULTS[0]} here and no {DEFAULTS[1]}: name it with --config FILE{or_else}")
    return path


def find(args: argparse.Namespace) -> Place:
    """The place that the options name. Raises UsageError, and ConfigError for what is wrong in bridge.yaml."""
    given = {key: str(value) for key, option in _OPTIONS.items() if (value := _value(args, option)) is not None}
    if args.url is None and args.site is None:
        if given:
            raise UsageError(f"{_OPTIONS[next(iter(given))]} belongs to --url: bridge.yaml has a login of its own")
        return of_file(args)
    if args.config is not None:
        raise UsageError("--config and --url: the file names site and broker already, give one of the two")
    if args.url is None:
        raise UsageError("--site needs --url mqtt://HOST, the broker")
    if args.site is None:
        raise UsageError("--url needs --site NAME, the site's name as in board.yaml")
    return _of_options(args, given)


def of_file(args: argparse.Namespace) -> Place:
    """The place that bridge.yaml names. Raises UsageError and ConfigError."""
    path = config_path(args, ", or the broker with --url mqtt://HOST --site NAME")
    site, login = load_broker(path)
    return Place(site, replace(login, client_id=""), path)  # under the bridge's id, the broker would cut the bridge off


def _of_options(args: argparse.Namespace, given: dict[str, str]) -> Place:
    schema = Record((Field("site", SITE, required=True), Field("mqtt", connect.Mqtt())))
    clean: dict[str, Any]
    clean, found = read(schema, {"site": args.site, "mqtt": given})
    mqtt = Section(given, clean["mqtt"], "mqtt")
    found += connect.contradictions(mqtt)
    password = credentials.read_secret(mqtt, Path(), found)
    tls = credentials.tls_context(mqtt, Path(), found) if mqtt["url"] and mqtt["url"].tls else None
    if found:
        raise _wrong_options(found)
    address: connect.Address = mqtt["url"]
    assert address.port is not None  # a URL has one, the protocol's own if need be
    return Place(clean["site"], BrokerLogin(address.host, address.port, "", mqtt["username"], password, tls), None)


def _value(args: argparse.Namespace, option: str) -> Any:
    return getattr(args, option.removeprefix("--").replace("-", "_"))


def _wrong_options(problems: Iterable[Problem]) -> UsageError:
    return UsageError(*(f"{_OPTIONS.get(str(path[-1]), '--site')}: {_with_options(text)}" for path, text in problems))


def _with_options(text: str) -> str:
    for key, option in _OPTIONS.items():
        text = text.replace(f"mqtt.{key}", option)
    return text
