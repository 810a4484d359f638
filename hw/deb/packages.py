"""What is packaged: the two packages, the machines they are for, and the wheels each brings, by name.

A package carries the wheels of every Python that it runs on. Its postinst makes an environment of them, without a
network: /opt/wallboard/<version>/<role>.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PYTHONS = ("3.11", "3.13")  # Debian 12 (FreePBX 17 runs on it), Debian 13 (Raspberry Pi OS Trixie)
# Debian's name of a machine → the kinds of wheel that run on it: Debian 12 has glibc 2.36, so these and older.
ARCHITECTURES = {
    "amd64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "arm64": ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
}


class Package(NamedTuple):
    """A Debian package. `role` names its environment under /opt/wallboard, and its settings in /etc/wallboard."""

    name: str
    role: str
    unit: str  # of systemd, without .service; the service's user and its /var/lib folder are called so too
    programs: tuple[str, ...]  # in /usr/bin, but for wallboardctl: that both bring, so it is an alternative
    priority: int  # of that alternative: whose wallboardctl it is where both are installed
    settings: tuple[str, ...]  # which examples and schemas of config/ lie in /etc/wallboard
    examples: tuple[str, ...]  # of examples/, for people to copy
    recommends: str
    suggests: str
    synopsis: str
    description: str

    @property
    def folder(self) -> str:
        """Where the package's own files are."""
        return f"/usr/lib/{self.name}"


BRIDGE = Package(
    name="wallboard-bridge",
    role="bridge",
    unit="wallboard-bridge",
    programs=("wallboard-bridge",),
    priority=20,
    settings=("bridge", "thresholds"),
    examples=("only-these-hosts.conf",),
    recommends="",
    suggests="mosquitto",
    synopsis="LED wallboard for call centres: the bridge beside the PBX",
    description=(
        "Reads the call queues of one Asterisk over AMI, or out of its queue_log, and publishes how many callers wait, "
        "for how long, the service level and who is free over MQTT, to any number of LED boards. wallboardctl, the "
        "operator's command, comes with it."
    ),
)
BOARD = Package(
    name="wallboard-board",
    role="board",
    unit="wallboard",
    programs=("wallboard",),
    priority=10,
    settings=("board",),
    examples=("emulator.conf", "only-these-hosts.conf"),
    recommends="python3-lgpio",
    suggests="",
    synopsis="LED wallboard for call centres: the board on the wall",
    description=(
        "Shows the call queues of a call centre on an RGB LED panel and sounds a buzzer, from what wallboard-bridge "
        "publishes over MQTT. The LED library rpi-rgb-led-matrix is not in this package: it is put beside it with "
        "wallboard-rgbmatrix. Until then the board runs with the driver image or, on a PC, emulator."
    ),
)
PACKAGES = (BRIDGE, BOARD)


def requirements(package: Package, architecture: str) -> list[str]:
    """What the package's environment is made of, as pyproject.toml asks for it; lock/ pins it, and all that it needs.

    lgpio is left out: it has no wheel for the Pi, and Debian has it. RGBMatrixEmulator brings numpy, as large as all
    else together: a PC shows its panel in the browser, a Pi has one of LEDs.
    """
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = list(project["dependencies"])
    if package is BOARD:
        wanted += [each for each in extras["pi"] if not each.startswith("lgpio")]
        if architecture == "amd64":
            wanted += [each for each in extras["demo"] if each.startswith("RGBMatrixEmulator")]
    return wanted


def project_version() -> str:
    """The version in pyproject.toml."""
    return str(tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["version"])
