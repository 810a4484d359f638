"""config.txt and cmdline.txt of a Raspberry Pi: what the firmware was told before Linux began."""

from __future__ import annotations

import re
from typing import NamedTuple

from host_bridge.ctl.health.machine import Machine

BOOT_FOLDERS = ("/boot/firmware", "/boot")  # since Bookworm; before it
MOST = 98  # characters of a line that the firmware reads

# Filters of config.txt (Raspberry Pi's documentation, "Model filters") → the device tree's names of what they hold for.
_MODELS = {
    "pi0": "Zero(?! 2)", "pi0w": "Zero W", "pi02": "Zero 2", "pi1": "Pi Model [AB]|Compute Module Rev", "pi2": "Pi 2",
    "pi3": "Pi 3|Module 3", "pi3+": "Pi 3 Model [AB] Plus", "pi4": "Pi 4|Module 4", "pi400": "Pi 400",
    "pi5": "Pi 5|Module 5", "pi500": "Pi 500", "cm1": "Compute Module Rev", "cm3": "Module 3", "cm3+": "Module 3 Plus",
    "cm4": "Module 4", "cm5": "Module 5",
}  # fmt: skip


class Setting(NamedTuple):
    """A line of config.txt: `dtparam=audio=off` is key dtparam, value audio=off."""

    line: int
    key: str
    value: str


class BootConfig(NamedTuple):
    """`path`: of config.txt, "" when there is none."""

    path: str
    settings: tuple[Setting, ...]

    def parameter(self, name: str) -> Setting | None:
        """The last dtparam of that name, for a later one wins. Without a value it is `on`."""
        found = None
        for each in self.settings:
            if each.key != "dtparam":
                continue
            for part in each.value.split(","):
                key, _, value = part.partition("=")
                if key.strip() == name:
                    found = Setting(each.line, name, value.strip() or "on")
        return found

    def overlay(self, name: str) -> Setting | None:
        """The dtoverlay of that name, its value what stands behind it."""
        for each in self.settings:
            if each.key == "dtoverlay":
                own, _, more = each.value.partition(",")
                if own.strip() == name:
                    return Setting(each.line, name, more)
        return None

    def value(self, key: str) -> Setting | None:
        """The last `key=value`."""
        return next((each for each in reversed(self.settings) if each.key == key), None)


def is_on(setting: Setting | None) -> bool:
    """What the firmware takes for on."""
    return setting is not None and setting.value.lower() in ("on", "1", "yes", "true")


def boot_config(machine: Machine) -> BootConfig:
    """What of config.txt holds for this model. Raises NotCheckedError."""
    for folder in BOOT_FOLDERS:
        text = machine.read(f"{folder}/config.txt")
        if text is not None and "DO NOT EDIT" not in text[:200]:  # Bookworm leaves a note in the old place
            return BootConfig(f"{folder}/config.txt", tuple(_settings(text, machine.model())))
    return BootConfig("", ())


class BootLine(NamedTuple):
    """cmdline.txt, whether there is one or not: `text` is "" when there is none."""

    path: str
    text: str


def boot_line(machine: Machine) -> BootLine:
    """What the kernel is told at the next start. Raises NotCheckedError."""
    for folder in BOOT_FOLDERS:
        text = machine.read(f"{folder}/cmdline.txt")
        if text is not None and "DO NOT EDIT" not in text[:200]:
            return BootLine(f"{folder}/cmdline.txt", text)
    return BootLine(f"{BOOT_FOLDERS[0]}/cmdline.txt", "")


def kernel_words(machine: Machine) -> dict[str, str]:
    """The running kernel's command line: isolcpus=3 → {"isolcpus": "3"}."""
    words = (machine.read("/proc/cmdline") or "").split()
    return {key: value for key, _, value in (word.partition("=") for word in words)}


def _settings(text: str, model: str) -> list[Setting]:
    found = []
    holds = True
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        line = line.partition("#")[0].strip()[:MOST]
        if line.startswith("[") and line.endswith("]"):
            holds = _for_us(line[1:-1].lower(), model)
        elif holds and "=" in line:
            key, _, value = line.partition("=")
            found.append(Setting(number, key.strip(), value.strip()))
    return found


def _for_us(section: str, model: str) -> bool:
    """Filters: all, none, pi4, pi5, pi02, cm4 …; those that ask for a display or a pin are taken as not met."""
    if section in ("all", "none"):
        return section == "all"
    return section in _MODELS and re.search(_MODELS[section], model) is not None
