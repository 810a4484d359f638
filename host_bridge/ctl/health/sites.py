"""The settings files of this machine: found, read, and held against their schemas, with their secrets where we may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.broker_client import BrokerLogin
from config.credentials import SECRET_FILES
from config.yaml_file import ConfigError
from firmware.pi.settings import BoardSettings
from host_bridge.ctl.checks import files as check_files
from host_bridge.ctl.checks.files import Checked
from host_bridge.ctl.health.finding import Finding, ok, problem, unknown, warning
from host_bridge.ctl.health.machine import AS_ROOT
from host_bridge.ctl.site.args import UsageError
from host_bridge.settings import BridgeSettings

SETTINGS = "settings"
FOLDER = Path("/etc/wallboard")
DENIED = "Permission denied"


@dataclass
class Own:
    """One board.yaml or bridge.yaml.

    `built` is without secrets; `whole` has them, and is None, with `why` and what to `do`, where they cannot be had.
    """

    path: Path
    kind: str
    built: Any = None
    whole: Any = None
    why: str = ""
    do: str = ""
    checked: Checked | None = None

    @property
    def board(self) -> BoardSettings | None:
        """The settings of a board."""
        return self.built if self.kind == "board" else None

    @property
    def bridge(self) -> BridgeSettings | None:
        """The settings of a bridge."""
        return self.built if self.kind == "bridge" else None

    @property
    def login(self) -> BrokerLogin | None:
        """The broker with our login; None where the secrets cannot be had."""
        return self.whole.mqtt if self.whole else None

    def files(self, section: str, keys: Sequence[str]) -> dict[str, Path]:
        """`section.key` → the file that it names."""
        file = self.checked.file if self.checked else None
        found = {}
        for key in keys:
            name = file.at(section, key) if file else None
            if isinstance(name, str) and name:
                found[f"{section}.{key}"] = self.path.parent / name
        return found

    def secret_files(self) -> dict[str, Path]:
        """Files whose content is a secret of the service; wallboardctl's own are those of whoever uses it."""
        return {**self.files("mqtt", SECRET_FILES), **self.files("pbx", SECRET_FILES)}


def chosen(named: Sequence[Path], folder: Path) -> list[Path]:
    """The settings files that a command is about: those that a person has named, else those of `folder`.

    Where that has none, those of the folder we are in. The packages' examples, which lie there too, are nobody's
    settings. Raises UsageError for a name that leads to no file.
    """
    for path in named:
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise UsageError(f"{path}: there is no such file") from None
        except OSError as error:
            hint = f"; {AS_ROOT}" if isinstance(error, PermissionError) else ""
            raise UsageError(f"{path}: {error.strerror or error}{hint}") from None
    if named:
        return list(named)
    found = sorted(each for each in folder.glob("*.yaml") if not each.name.endswith(".example.yaml"))
    return found or [each for each in (Path("board.yaml"), Path("bridge.yaml")) if each.is_file()]


def read(paths: Sequence[Path]) -> tuple[list[Own], list[Finding]]:
    """The boards and bridges among these files, and what is to be said of all of them."""
    checked, _ = check_files.check(paths)  # that its look at the broker came to nothing, the broker's own check tells
    owns: list[Own] = []
    told: list[Finding] = []
    for each in checked:
        for mistake in each.errors:
            if DENIED in mistake.message and mistake.place is None:
                told.append(unknown(SETTINGS, str(mistake), AS_ROOT))
            else:
                told.append(problem(SETTINGS, str(mistake), f"mend it, then: wallboardctl check {each.path}"))
        told += [warning(SETTINGS, str(odd)) for odd in each.warnings]
        if not each.errors and each.kind is not None:
            told.append(ok(SETTINGS, f"{each.path} ({each.kind})"))
        if each.kind in ("board", "bridge") and each.built is not None:
            own = Own(each.path, each.kind, each.built, checked=each)
            told += _secrets_of(own)
            owns.append(own)
    return owns, told


def _secrets_of(own: Own) -> Iterator[Finding]:
    """Try again with passwords and certificates: a file that only the service may read is no mistake."""
    assert own.checked is not None and own.checked.file is not None
    try:
        own.whole = check_files.KINDS[own.kind].build(own.checked.file, own.path.parent, True)
    except ConfigError as error:
        mistakes = error.errors
    else:
        return
    if all(DENIED in each for each in mistakes):
        own.why, own.do = "its password may be read by root and the service alone", AS_ROOT
        yield unknown(SETTINGS, f"{own.path}: {own.why}", AS_ROOT)
        return
    own.why, own.do = "its password or certificates cannot be had", "mend the settings first"
    for mistake in mistakes:
        yield problem(SETTINGS, mistake, f"mend it, then: sudo wallboardctl check --secrets {own.path}")
