"""Clean Debian systems, as a host of the bridge or a Pi is before us: `python -m tests.deb.trees` makes them, once.

Trixie is what Raspberry Pi OS is made of today; bookworm is what FreePBX 17 runs on. Each has systemd and Python, but
neither python3-venv nor pip: what a package needs beyond this it must bring.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tests import debian_tree
from tests.debian_tree import MMDEBSTRAP

SUITES = ("trixie", "bookworm")
# What every installation of Debian and of Raspberry Pi OS Lite has beside the minimum.
PACKAGES = ("adduser", "dbus", "iproute2", "kmod", "less", "nano", "procps", "python3", "systemd-sysv", "udev")
NEEDED = {
    **debian_tree.NEEDED,
    "systemd-nspawn": "systemd-container",
    "nsenter": "util-linux",
    "mosquitto": "mosquitto",
    "tar": "tar",
}


def recipe(suite: str) -> tuple[str, ...]:
    """The command that makes the tree of a Debian release, but for the folder to make it in."""
    return (*MMDEBSTRAP, f"--include={','.join(PACKAGES)}", suite)


def check_machine() -> None:
    """Raise RigError naming everything that this machine lacks for the rig."""
    debian_tree.check_machine(
        NEEDED, "a real systemd is booted in a container, and that needs root: run this as root (sudo make test-deb)"
    )


def tree(suite: str, tell: Callable[[str], None]) -> Path:
    """The installed system, made when it is missing; `tell` gets one line a step. Raises RigError."""
    check_machine()
    path = debian_tree.folder_of(f"debian-{suite}", recipe(suite))
    debian_tree.install(path, recipe(suite), "usr/lib/systemd/systemd", f"Debian {suite} with systemd", tell)
    return path


def main() -> int:
    """0 when the trees are ready, 1 with one clear line when one is not."""
    return debian_tree.command("tests/deb", lambda tell: [tree(suite, tell) for suite in SUITES])


if __name__ == "__main__":
    sys.exit(main())
