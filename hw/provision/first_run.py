"""firstrun.sh: the first boot of Raspberry Pi OS Bookworm, which has no cloud-init.

As Raspberry Pi Imager 1.x made it (rpi-imager, src/downloadthread.cpp): a script on the boot partition, which systemd
runs instead of the usual start because cmdline.txt says so, and a second start after it. What it does is in
files/firstrun.sh; here stand the values that it does it with, at the top, where a person finds them. The Wi-Fi is not
among them: it stands in wallboard/*.nmconnection, which start.sh puts in place. custom.toml, the other older form, only
exists on some releases of Bookworm, and cannot start anything, so it is not used.
"""

from __future__ import annotations

import shlex
from importlib.resources import files

from hw.provision import MADE_BY
from hw.provision.system import System


def script(system: System) -> str:
    """The file firstrun.sh."""
    values = {
        "HOST_NAME": system.hostname,
        "USER_NAME": system.user,
        "SSH_KEYS": "\n".join(system.ssh_keys),
        "TIME_ZONE": system.timezone,
        "LOCALE": system.locale,
    }
    head = ["#!/bin/sh", f"# The board's system, {MADE_BY}. These may be changed here, before the first boot:"]
    body = files("hw.provision").joinpath("files", "firstrun.sh").read_bytes().decode().replace("\r\n", "\n")
    return "\n".join([*head, *(f"{name}={shlex.quote(value)}" for name, value in values.items())]) + "\n" + body
