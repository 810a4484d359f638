"""What goes into the bundle: each part a file, what it is for people, and how it is asked for."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from config.regular_file import read_regular
from config.version import version
from host_bridge.ctl.bundle import kept
from host_bridge.ctl.bundle.redact import without_comments
from host_bridge.ctl.health.finding import NotCheckedError
from host_bridge.ctl.health.machine import Machine
from host_bridge.ctl.health.pi_config import BOOT_FOLDERS
from host_bridge.ctl.health.services import UNITS
from host_bridge.ctl.health.sites import Own

MOST_LOG = 4 << 20  # bytes of one log, the newest
MOST_PART = 1 << 20
LOG_LINES = 40_000
KERNEL = (
    "oltage", "throttl", "mmc", "EXT4-fs", "I/O error", "Out of memory", "oom-kill", "segfault", "brcmfmac", "wlan",
    "eth0", "usb ", "watchdog", "snd_bcm", "gpio", "overlay",
)  # fmt: skip
"""Lines of the kernel's log that tell of power, card, memory and network."""
LEFT_OUT = (
    "passwords, keys, certificates: none of their files; what they hold is removed wherever else it stands",
    "Wi-Fi names and passphrases: no file of the network's settings is taken",
    "callers' numbers and agents' names: journal and history in numbers alone; long numbers in logs become [number]",
    "queue_log, manager.conf, and the comments of settings files",
    "other programs' logs, but for the kernel's lines on power, card and network, and mosquitto's last ones",
)
STAYS = "It does name hosts, addresses, queues, boards and the names of service accounts, which support needs."


class Part(NamedTuple):
    """`make` gives the text. `log`: it may have callers' numbers in it."""

    name: str
    about: str
    make: Callable[[], str]
    log: bool = False
    most: int = MOST_PART


def parts(machine: Machine, settings: Sequence[Path], owns: Sequence[Own], days: int, now_ms: int) -> list[Part]:
    """All but the doctor's own."""
    versions = "versions of the wallboard, of Python, of what is installed"
    about_machine = "model, OS, memory, disks, addresses, what the Pi was started with"
    found = [
        Part("system/versions.txt", versions, partial(_versions, machine)),
        Part("system/machine.txt", about_machine, partial(_machine, machine)),
        Part("system/services.txt", "what systemd says of our services", partial(_services, machine)),
    ]
    found += [
        Part(f"settings/{number}-{path.name}", f"{path}, without secrets", partial(_settings, path))
        for number, path in enumerate(settings, 1)
    ]
    found += [
        Part(
            "logs/wallboard.txt",
            f"our services' log of the last {days} days",
            partial(_journal, machine, days),
            log=True,
            most=MOST_LOG,
        ),
        Part("logs/kernel.txt", "the kernel's lines on power, card and network", partial(_kernel, machine), log=True),
        Part("logs/mosquitto.txt", "the broker's last lines, if it runs here", partial(_broker, machine), log=True),
    ]
    for own in owns:
        if own.bridge is not None and own.bridge.journal is not None:
            make = partial(_kept, own.bridge.journal, now_ms, days)
            found.append(Part("system/kept.txt", "journal and history in numbers", make))
    return found


def _versions(machine: Machine) -> str:
    lines = [
        f"led-wallboard {version()}",
        f"Python {sys.version.split()[0]} ({sys.executable}), {platform.machine()}",
        *_said(machine, "asterisk", "-V"),
        *_said(machine, "dpkg-query", "--show", "wallboard*", "mosquitto*", "asterisk", "python3"),
        "",
        *sorted(f"{each.metadata['Name']} {each.version}" for each in importlib.metadata.distributions()),
        "",
        *(f"{path}: {_text(machine, path).strip()}" for path in machine.glob("/opt/wallboard/*.rolled-back")),
        *(str(path) for path in machine.glob("/opt/wallboard/*/*")),
    ]
    return "\n".join(lines)


def _machine(machine: Machine) -> str:
    lines = [f"model: {machine.model() or 'no Raspberry Pi'}"]
    for name in ("/etc/os-release", "/proc/version", "/proc/uptime", "/proc/loadavg", "/proc/cmdline", "/proc/mounts"):
        lines += ["", f"== {name}", _text(machine, name).strip()]
    memory = _text(machine, "/proc/meminfo").splitlines()[:5]
    lines += ["", "== /proc/meminfo", *memory]
    for folder in BOOT_FOLDERS:
        for name in ("config.txt", "cmdline.txt", "wallboard/report.txt"):
            text = _text(machine, f"{folder}/{name}")
            if text:
                lines += ["", f"== {folder}/{name}", text.strip()]
    for command in (
        ("df", "-h"),
        ("ip", "-brief", "address"),
        ("ip", "route"),
        ("timedatectl",),
        ("vcgencmd", "get_throttled"),
    ):
        lines += ["", f"== {' '.join(command)}", *_said(machine, *command)]
    lines += ["", "== /proc/net/wireless", _text(machine, "/proc/net/wireless").strip()]
    modules = sorted(line.split()[0] for line in _text(machine, "/proc/modules").splitlines() if line)
    return "\n".join([*lines, "", "== modules", " ".join(modules)])


def _services(machine: Machine) -> str:
    lines: list[str] = []
    for unit in UNITS.values():
        for command in (("status", "--no-pager", "--lines=0"), ("cat", "--no-pager")):
            lines += [f"== systemctl {command[0]} {unit.name}", *_said(machine, "systemctl", *command, unit.name), ""]
    return "\n".join(lines)


def _settings(path: Path) -> str:
    try:
        return without_comments(read_regular(path, MOST_PART).decode("utf-8", "replace"))
    except OSError as error:
        raise NotCheckedError(f"{path}: {error.strerror or error}") from None


def _journal(machine: Machine, days: int) -> str:
    units = [word for unit in UNITS.values() for word in ("-u", unit.name)]
    options = ("--since", f"-{days}d", "--output=short-iso", "--no-pager", "-n", str(LOG_LINES))
    return _log(machine, "--namespace=wallboard", *options) + _log(machine, *units, *options)


def _broker(machine: Machine) -> str:
    return _log(machine, "-u", "mosquitto.service", "-n", "300", "--output=short-iso", "--no-pager")


def _kernel(machine: Machine) -> str:
    ran = machine.run("journalctl", "-k", "-b", "--no-pager", "--output=short-iso")
    if ran is None or ran.code != 0 or not ran.out.strip():
        ran = machine.run("dmesg", "--time-format=iso") or machine.run("dmesg")
    if ran is None or ran.code != 0:
        raise NotCheckedError("the kernel's log may be read by root alone")
    return "\n".join(line for line in ran.out.splitlines() if any(word in line for word in KERNEL))


def _log(machine: Machine, *options: str) -> str:
    """What journalctl prints; its own hint that others' messages are not shown is the reason that it is not whole."""
    ran = machine.run("journalctl", *options)
    if ran is None:
        raise NotCheckedError("this machine has no journalctl")
    if "not seeing messages" in ran.err or "insufficient permissions" in ran.err.lower():
        raise NotCheckedError("the log may be read by root and the group systemd-journal alone")
    if "-- No entries --" in ran.out:
        return ""
    if ran.code != 0:
        return f"journalctl {' '.join(options)}: {(ran.err.strip().splitlines() or ['no answer'])[-1]}\n"
    return ran.out


def _kept(journal: Path, now_ms: int, days: int) -> str:
    return "\n".join(kept.summary(journal, now_ms, days))


def _said(machine: Machine, *command: str) -> Iterator[str]:
    ran = machine.run(*command)
    if ran is None:
        yield f"{command[0]}: not installed"
        return
    yield from (ran.out.rstrip() or ran.err.rstrip()).splitlines()


def _text(machine: Machine, name: str | Path) -> str:
    try:
        return machine.read(name) or ""
    except NotCheckedError as error:
        return error.why
