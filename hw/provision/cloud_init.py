"""cloud-init's files: Raspberry Pi OS Trixie reads them from its boot partition (datasource NoCloud, /boot/firmware).

Sources, read in August 2026: RPi-Distro/pi-gen, stage2/04-cloud-init (user-data, meta-data and network-config lie on
the stock card, all comments); raspberrypi/rpi-imager, src/customization_generator.cpp and src/downloadthread.cpp (what
Imager 2 writes); canonical/cloud-init, cloudinit/sources/DataSourceNoCloud.py and handlers/__init__.py.

- Nothing here needs a network: no packages, no keys from elsewhere.
- `user` (and not `users`) renames the system's own first user, so that it keeps its groups (rpi-imager, issue 1601);
  Imager does the same. `sudo` is said, for it would come with no password asked anyway.
- user-data that begins with a byte-order mark is no cloud-config to cloud-init: it passes over the whole file. So the
  command that starts everything stands in vendor-data too, which is read when user-data says nothing; it mends the
  file and has cloud-init begin again (files/start.sh).
- `locale: false` leaves the system's own language (cc_locale.py): any other has to be generated at the first boot.
- The wizard that asks for a user at the first boot would wait for a keyboard in front of all that follows
  (userconf-pi, userconfig.service): it is stopped before it begins.
"""

from __future__ import annotations

import hashlib

from hw.provision import BOOT, FOLDER, MADE_BY
from hw.provision.system import OWN_LOCALE, System
from hw.provision.yaml_text import quoted

RUNCMD = f"  - [sh, {BOOT}/{FOLDER}/start.sh, {BOOT}]"
# cloud-init notes that a command was run before it runs it: after a power cut in the middle it would never come again.
_AGAIN = f"[ ! -e {BOOT}/{FOLDER}/MANIFEST ] || rm -f /var/lib/cloud/instances/*/sem/config_scripts_user"
BOOTCMD = "\n".join(
    (
        "bootcmd:",
        "  - [sh, -c, 'systemctl disable userconfig.service; systemctl stop --no-block userconfig.service; true']",
        f"  - [sh, -c, '{_AGAIN}']",
    )
)


def user_data(system: System) -> str:
    """The file user-data."""
    lines = [
        "#cloud-config",
        f"# The board's system, {MADE_BY}. It may be changed here, in any editor, before the first",
        "# boot: the first line stays as it is, spaces at the beginning of a line count, tabs do not work.",
        f"hostname: {quoted(system.hostname)}",
        "manage_etc_hosts: true",
        f"timezone: {quoted(system.timezone)}",
        f"locale: {quoted(system.locale) if system.locale != OWN_LOCALE else 'false'}",
        "user:",
        f"  name: {quoted(system.user)}",
        "  shell: /bin/bash",
        "  lock_passwd: true",
        '  sudo: ["ALL=(ALL) NOPASSWD:ALL"]',
    ]
    if system.ssh_keys:
        lines += ["  ssh_authorized_keys:", *(f"    - {quoted(key)}" for key in system.ssh_keys)]
    lines += ["ssh_pwauth: false", BOOTCMD, "runcmd:"]
    if system.ssh_keys:  # Raspberry Pi OS's ssh is off, and cloud-init does not start it
        lines.append("  - [systemctl, enable, --now, ssh]")
    return "\n".join([*lines, RUNCMD]) + "\n"


def vendor_data() -> str:
    """The file vendor-data: what is done even when user-data cannot be read."""
    return "\n".join(["#cloud-config", f"# {MADE_BY}; see user-data", BOOTCMD, "runcmd:", RUNCMD]) + "\n"


def meta_data(board: str, *contents: bytes) -> str:
    """The file meta-data. Another content is another instance, which cloud-init then sets up anew."""
    digest = hashlib.sha256(b"\0".join(contents)).hexdigest()[:16]
    identity = quoted(f"wallboard-{board}-{digest}")
    return f"# {MADE_BY}\ndsmode: local\ninstance-id: {identity}\n"
