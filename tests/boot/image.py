"""The card of a Raspberry Pi as an image: what Raspberry Pi OS Lite is made of, as near as Debian comes to it.

Two partitions in an MBR, as Raspberry Pi Imager writes them: FAT for the firmware (mounted at /boot/firmware), ext4 for
the system, which ends long before the card does. The system is Debian trixie for arm64 with what Lite has that matters
here: cloud-init reading the boot partition, netplan handing the network to NetworkManager, initramfs-tools, ssh.
It is made once, in the cache folder of tests/debian_tree.py; each test writes to a copy.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.debian_tree import MMDEBSTRAP, RigError, check_machine, folder_of, install

PACKAGES = (
    "systemd-sysv,udev,dbus,kmod,init,linux-image-arm64,initramfs-tools,cloud-init,netplan.io,network-manager,"
    "openssh-server,python3,sudo,fdisk,parted,e2fsprogs,dosfstools,util-linux,iproute2,iputils-ping,"
    "systemd-timesyncd,ca-certificates,less,procps,locales,bluez,avahi-daemon,wpasupplicant,rfkill"
)
RECIPE = (*MMDEBSTRAP, "--architectures=arm64", f"--include={PACKAGES}", "trixie")
NEEDED = {
    "mmdebstrap": "mmdebstrap",
    "unshare": "util-linux",
    "qemu-system-aarch64": "qemu-system-arm",
    "qemu-aarch64-static": "qemu-user-static",
    "sfdisk": "fdisk",
    "mkfs.ext4": "e2fsprogs",
    "mkfs.vfat": "dosfstools",
    "mcopy": "mtools",
    "mosquitto": "mosquitto",
}
CARD_MB, BOOT_MB, SYSTEM_MB = 4096, 512, 2560  # sd-card takes powers of two alone
DISK_ID = "5f1c2a7e"
BOOT_START, SYSTEM_START = 8192, 8192 + BOOT_MB * 2048  # sectors of 512 bytes
# The words of Raspberry Pi OS's own cmdline.txt (Trixie); `resize` grows the system over the card at the first start.
CMDLINE = (
    f"console=serial0,115200 console=tty1 root=PARTUUID={DISK_ID}-02 rootfstype=ext4 fsck.repair=yes rootwait resize\n"
)
CONFIG = "# For more options and information see the documentation\ndtparam=audio=on\ncamera_auto_detect=1\n\n[all]\n"
# What Raspberry Pi OS adds to Debian's packages, in the tree; and a root shell for the test, which no product has.
OVER_THE_TREE = {
    "etc/fstab": (
        "proc /proc proc defaults 0 0\n"
        f"PARTUUID={DISK_ID}-01 /boot/firmware vfat defaults 0 2\n"
        f"PARTUUID={DISK_ID}-02 / ext4 defaults,noatime 0 1\n"
    ),
    "etc/hostname": "raspberrypi\n",
    "etc/hosts": "127.0.0.1 localhost\n127.0.1.1 raspberrypi\n",
    "etc/machine-id": "",
    "etc/cloud/cloud.cfg.d/99_raspberry-pi.cfg": (
        "datasource_list: [ NoCloud, None ]\n"
        "datasource:\n  NoCloud:\n    seedfrom: file:///boot/firmware\n"
        "ssh_deletekeys: false\nssh_genkeytypes: []\n"
    ),
    "etc/systemd/system/cloud-init-local.service.d/boot.conf": "[Unit]\nRequiresMountsFor=/boot/firmware\n",
    "etc/systemd/system/cloud-init-main.service.d/boot.conf": "[Unit]\nRequiresMountsFor=/boot/firmware\n",
    "usr/lib/netplan/00-network-manager-all.yaml": "network:\n  version: 2\n  renderer: NetworkManager\n",
    "etc/systemd/system/test-shell.service": (
        "[Unit]\nDescription=A root shell for the test that runs this machine\nDefaultDependencies=no\n"
        "[Service]\nExecStart=/bin/sh -c 'exec sh <>/dev/virtio-ports/test >&0 2>&1'\n"
        "Restart=always\nRestartSec=1\n"
    ),
    "etc/udev/rules.d/99-test-shell.rules": (
        'SUBSYSTEM=="virtio-ports", ATTR{name}=="test", TAG+="systemd", ENV{SYSTEMD_WANTS}+="test-shell.service"\n'
    ),
}


class Base:
    """The made image with the kernel and the initramfs that the firmware of a Pi would load from it."""

    def __init__(self, folder: Path) -> None:
        self.card, self.kernel, self.initrd = folder / "card.img", folder / "vmlinuz", folder / "initrd.img"


def build(tell: Callable[[str], None]) -> Base:
    """The base image, made when it is missing (some twenty minutes); RigError says what this machine lacks."""
    check_machine(NEEDED, "a system is installed and a card is made, and that needs root: sudo make test-boot")
    tree = folder_of("pi-trixie-arm64", RECIPE)
    install(tree, RECIPE, "usr/sbin/NetworkManager", "Debian trixie for arm64, emulated", tell, minutes=18)
    recipe = hashlib.sha256(
        repr((RECIPE, OVER_THE_TREE, CARD_MB, BOOT_MB, SYSTEM_MB, "no ssh at all")).encode()
    ).hexdigest()[:10]
    folder = tree.parent / f"pi-card-{recipe}"
    if not (folder / "card.img").exists():
        tell(f"Making a card of it in {folder} …")
        making = tree.parent / f"building-{folder.name}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        _make(tree, making)
        making.rename(folder)
    return Base(folder)


def _make(tree: Path, folder: Path) -> None:
    upper, work, root = folder / "upper", folder / "work", folder / "root"
    for path, text in OVER_THE_TREE.items():
        (upper / path).parent.mkdir(parents=True, exist_ok=True)
        (upper / path).write_text(text)
    (upper / "boot/firmware").mkdir(parents=True)
    for each in (work, root):
        each.mkdir()
    card = folder / "card.img"
    with card.open("wb") as out:
        os.truncate(out.fileno(), CARD_MB << 20)
    table = (
        f"label: dos\nlabel-id: 0x{DISK_ID}\n"
        f"start={BOOT_START}, size={BOOT_MB * 2048}, type=c\nstart={SYSTEM_START}, size={SYSTEM_MB * 2048}, type=83\n"
    )
    _do("sfdisk", "--quiet", str(card), send=table)
    system = folder / "system.img"
    overlay = (
        f'mount -t overlay overlay -o "lowerdir={tree},upperdir={upper},workdir={work}" {root}; '
        f"cd {root}/etc/systemd/system; rm -f multi-user.target.wants/ssh.service sshd.service; cd /; "  # off, as there
        f"mkfs.ext4 -q -L rootfs -d {root} {system} {SYSTEM_MB}M"
    )
    _do("unshare", "--mount", "--propagation", "private", "sh", "-euc", overlay)
    _do("dd", f"if={system}", f"of={card}", "bs=1M", f"seek={SYSTEM_START // 2048}", "conv=notrunc,sparse")
    boot = ("--offset", str(BOOT_START), str(card), str(BOOT_MB * 1024))
    _do("mkfs.vfat", "-F", "32", "-n", "bootfs", *boot)
    shutil.copy(next((tree / "boot").glob("vmlinuz-*")), folder / "vmlinuz")
    shutil.copy(next((tree / "boot").glob("initrd.img-*")), folder / "initrd.img")
    system.unlink()
    for each in (upper, work, root):
        shutil.rmtree(each)


def _do(*command: str, send: str = "") -> str:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    done = subprocess.run(
        command, input=send, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
    )
    if done.returncode != 0:
        raise RigError(f"{command[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout
