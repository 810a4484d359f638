"""The secrets of this machine, so that each can be taken out of a text wherever it stands.

A shape misses what it was not made for: a password in a log line, a key in a name. So whatever holds a secret here is
read, where we may, and what stands in it is looked for by its value. Nothing of it is kept or shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from config.credentials import SECRET_FILES
from config.regular_file import read_regular
from host_bridge.ctl.health.finding import NotCheckedError
from host_bridge.ctl.health.machine import Machine

SHORTEST = 4  # characters: what is shorter stands in any text by chance
MOST = 4_000
# Words that a file may have for a value and that tell nothing: everybody knows them, and they stand everywhere. One who
# took such a word for his secret has none; behind `secret =` it is removed by its shape all the same.
_COMMON = frozenset(
    (
        "none", "null", "true", "false", "auto", "manual", "wpa-psk", "wpa2", "open", "password", "secret", "disabled",
        "enabled", "wallboard", "wallboard-bridge", "asterisk", "mosquitto", "raspberry", "raspberrypi", "bridge",
        "board",
    )
)  # fmt: skip

NAMED = (
    "/etc/wallboard/*.secret",
    "/etc/wallboard/*.key",
    "/etc/wallboard/*/*.key",
    "/boot/firmware/wallboard/*.secret",
    "/boot/firmware/wallboard/*.key",
    "/boot/wallboard/*.secret",
    "/boot/wallboard/*.key",
    "/etc/mosquitto/*/*.key",
)
"""Files that are a secret from end to end."""
HOLDING = (
    "/etc/NetworkManager/system-connections/*",
    "/run/NetworkManager/system-connections/*",
    "/etc/wpa_supplicant/*.conf",
    "/etc/netplan/*.yaml",
    "/boot/firmware/network-config",
    "/boot/firmware/user-data",
    "/boot/firmware/firstrun.sh",
    "/boot/firmware/wpa_supplicant.conf",
    "/boot/network-config",
    "/boot/user-data",
    "/boot/firstrun.sh",
    "/boot/wpa_supplicant.conf",
    "/etc/default/wallboard*",
    "/etc/systemd/system/wallboard*.service.d/*.conf",
    "/etc/asterisk/manager*.conf",
    "/etc/asterisk/manager.d/*.conf",
)
"""Files that have secrets behind the words of KEY."""
KEY = (
    r"(?:pass(?:word|wd|phrase)?|pwd|_pw(?![a-z])|secret|psk|wep[_-]?key\d?|token|api[_-]?key|private[_-]?key"
    r"|credentials?|סיסמ[א-ת]*)"
)
QUOTED = r"""(?:"(?:\\.|[^"\\\n])*"|'(?:''|[^'\n])*')"""
_ASSIGNED = re.compile(rf"(?i)[\w.-]*{KEY}[\w.-]*[\"']?\s*(?:=>|[=:])\s*(.+)")


def known(machine: Machine, settings: Iterable[Path], environment: Mapping[str, str]) -> frozenset[str]:
    """All that can be read here. `settings`: files whose `password_file:` and the like name further ones."""
    found: set[str] = set()
    for text in _whole_files(machine, settings):
        found.update(_lines(text))
    for text in _holding_files(machine):
        found.update(_assigned(text))
    found.update(_of_environment(environment))
    texts = [_text(path) or "" for path in settings]
    named = {name for text in texts for name in re.findall(r"\bpassword_env\s*:\s*[\"']?(\w+)", text)}
    for text in texts:
        found.update(_assigned(text))  # one that somebody wrote into YAML, where it does not belong
    for text in ("\n".join(f"{name}={value}" for name, value in environment.items()), *_holding_files(machine)):
        found.update(_of_variables(text, named))
    kept = sorted((each for each in found if _is_secret(each)), key=len, reverse=True)
    return frozenset(kept[:MOST])


def _whole_files(machine: Machine, settings: Iterable[Path]) -> Iterator[str]:
    for pattern in NAMED:
        for path in machine.glob(pattern):
            yield _read(machine, path)
    for path in settings:
        for name in re.findall(rf"(?m)\b(?:{'|'.join(SECRET_FILES)})\s*:\s*([^\s,}}#]+)", _text(path) or ""):
            yield _text(path.parent / name.strip("\"'")) or ""


def _holding_files(machine: Machine) -> Iterator[str]:
    for pattern in HOLDING:
        for path in machine.glob(pattern):
            yield _read(machine, path)


def _read(machine: Machine, path: Path) -> str:
    try:
        return machine.read(path) or ""
    except NotCheckedError:  # what we may not read cannot get into the bundle from there either
        return ""


def _text(path: Path) -> str | None:
    try:
        return read_regular(path, 1 << 20).decode("utf-8", "replace")
    except OSError:
        return None


def _lines(text: str) -> Iterator[str]:
    """Each line of a secret file: a password is the first, a key has many."""
    for line in text.lstrip("\ufeff").splitlines():
        line = line.strip()
        if not line.startswith("-----"):
            yield line


def _assigned(text: str) -> Iterator[str]:
    """Values behind words like password, as they stand and without quotes, comments and closing brackets."""
    for line in text.splitlines():
        found = _ASSIGNED.search(line)
        if not found or re.match(r"(?i)\s*#", line):
            continue
        name = line[: found.start(1)].lower()
        if any(each in name for each in (*SECRET_FILES, "password_env")):
            continue
        value = re.sub(r"^(?:[&!]\S+\s+)+", "", found[1].strip())
        quoted = re.match(QUOTED, value)
        if quoted:
            yield quoted[0][1:-1]
            yield quoted[0][1:-1].replace('\\"', '"').replace("''", "'")
        else:
            yield re.split(r"\s+[#;]|[,}]", value)[0].strip()


def _of_environment(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        if re.search(KEY, name, re.IGNORECASE):
            yield value


def _of_variables(text: str, names: Iterable[str]) -> Iterator[str]:
    """Of the environment variables that `password_env` names: `NAME=value`, `Environment="NAME=value"`."""
    for name in names:
        for value in re.findall(rf"\b{re.escape(name)}=(\"[^\"\n]*\"|'[^'\n]*'|[^\n\"']*)", text):
            yield value.strip("\"' ")


def _is_secret(word: str) -> bool:
    return len(word) >= SHORTEST and word.lower() not in _COMMON and not word.startswith("/")


def of_this_process() -> dict[str, str]:
    """The environment that a secret may stand in."""
    return dict(os.environ)
