"""A stand-in for a Raspberry Pi with a provisioned card: Debian with what Raspberry Pi OS has, and a boot partition.

Raspberry Pi OS itself cannot be had here. What its first boot is made of can: cloud-init, netplan and NetworkManager
of Debian 13, systemd of Debian 12. cloud-init is told of the boot partition as Raspberry Pi OS tells it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from host_bridge.ctl import program
from hw.provision import cmdline
from tests import debian_tree
from tests.deb.rig import Machine
from tests.deb.trees import PACKAGES
from tests.debian_tree import MMDEBSTRAP

MORE = {
    "trixie": ("cloud-init", "netplan.io", "network-manager", "openssh-server", "sudo", "locales", "rfkill", "iw"),
    "bookworm": ("network-manager", "openssh-server", "sudo", "locales", "rfkill", "iw"),
}
CMDLINE = "console=serial0,115200 console=tty1 root=PARTUUID=8a438930-02 rootfstype=ext4 fsck.repair=yes rootwait\n"
# /etc/cloud/cloud.cfg.d of Raspberry Pi OS Trixie, as its own log tells: DataSourceNoCloud
# [seed=ds_config_seedfrom,file:///boot/firmware]
DATASOURCE = "datasource_list: [NoCloud, None]\ndatasource: {NoCloud: {seedfrom: file:///boot/firmware}}\n"
# In place of the real one, which has tests of its own: what it was called with.
FIRSTBOOT = """#!/bin/sh
printf '%s\\n' "$*" >>/root/firstboot
mv "$1/wallboard/MANIFEST" "$1/wallboard/MANIFEST.done"
"""
SSID, PASSPHRASE = "מוקד 5", "pass \"w\\o'rd;1"
NOTEPAD = b"\xef\xbb\xbf"


def tree(suite: str) -> Path:
    """The Debian of that release with what a Pi has; made once."""
    recipe = (*MMDEBSTRAP, f"--include={','.join((*PACKAGES, *MORE[suite]))}", suite)
    path = debian_tree.folder_of(f"pi-{suite}", recipe)
    debian_tree.install(path, recipe, "usr/lib/systemd/systemd", f"Debian {suite} as a Pi", lambda line: None)
    return path


def blank(folder: Path, *, trixie: bool) -> Path:
    """A boot partition as Raspberry Pi Imager leaves it without own settings (pi-gen, stage1 and stage2)."""
    folder.mkdir(parents=True)
    (folder / "cmdline.txt").write_text(CMDLINE)
    (folder / "config.txt").write_text("dtparam=audio=on\n[all]\n")
    if trixie:
        for name in ("user-data", "network-config", "meta-data"):
            (folder / name).write_text("# an example, all in comments\n#hostname: raspberrypi\n")
    return folder


def provisioned(boot: Path, monkeypatch: pytest.MonkeyPatch, *more: str, passphrase: str = PASSPHRASE) -> None:
    """What `wallboardctl provision` makes of the partition, with a stand-in for the packages and for firstboot.sh."""
    package = boot.parent / "wallboard-board_1.0_arm64.deb"
    package.write_bytes(b"!<arch>\n")
    monkeypatch.setenv("WALLBOARD_TEST_WIFI", passphrase)
    wifi = ("--wifi", SSID, "--wifi-passphrase-env", "WALLBOARD_TEST_WIFI")
    place = ("--board", "lobby", "--site", "main", "--broker", "mqtt://192.0.2.1", "--out", str(boot))
    assert program.main(["provision", *place, *wifi, "--deb", str(package), *more]) == 0
    package.unlink()
    firstboot_is(boot, FIRSTBOOT)


def firstboot_is(boot: Path, text: str) -> None:
    """Another firstboot.sh on a card, which is whole for all that."""
    manifest, script = boot / "wallboard/MANIFEST", boot / "wallboard/firstboot.sh"
    real, other = (hashlib.sha256(each).hexdigest() for each in (script.read_bytes(), text.encode()))
    manifest.write_text(manifest.read_text().replace(real, other))
    script.write_text(text)


def saved_by_notepad(path: Path) -> None:
    """As Notepad saves a file as UTF-8: a byte-order mark in front, CRLF at the ends of lines."""
    path.write_bytes(NOTEPAD + path.read_bytes().replace(b"\n", b"\r\n"))


def machine(suite: str, folder: Path) -> Machine:
    """A machine of that release that is off; its boot partition is the folder boot_of(machine)."""
    made = Machine(tree(suite), folder)
    if suite == "trixie":
        (made.upper / "etc/cloud/cloud.cfg.d").mkdir(parents=True)
        (made.upper / "etc/cloud/cloud.cfg.d/99_raspberry-pi.cfg").write_text(DATASOURCE)
    return made


def boot_of(of: Machine) -> Path:
    """Where its boot partition lies while it is off."""
    return of.upper / "boot/firmware"


def as_cmdline_says(of: Machine) -> None:
    """Let it start with what the card's cmdline.txt says beside what any Pi's does."""
    usual = set(CMDLINE.split())
    of.cmdline = tuple(each for each in cmdline.words((boot_of(of) / "cmdline.txt").read_bytes()) if each not in usual)
