"""wallboard-init as the first process of a system on a disk image, on a card that has no partition for the state.

No machine is booted: in place of systemd a script says what it finds. With a partition it is tried in tests/boot, where
a disk has some.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hw import firstboot

pytestmark = pytest.mark.debian
SYSTEM_MB = 900
# In place of systemd. Its standard output is the machine's console, and so not ours.
INIT = """#!/bin/sh
exec >&3 2>&3
findmnt -n -o SOURCE /
findmnt -n -o OPTIONS /mnt/card | tr , '\\n' | head -n 1
findmnt -n -o SOURCE /var/lib/wallboard | sed 's/loop[0-9]*/disk/'
cat /etc/fstab
stat -c '%a %U' /var/lib/systemd/timesync
touch /etc/new /mnt/card/etc/new
echo kept >> /var/lib/wallboard/kept
cat /var/lib/wallboard/kept
cat /run/wallboard-unprotected 2> /dev/null
sync
"""
FSTAB = "PARTUUID=1-01 /boot/firmware vfat defaults 0 2\nPARTUUID=1-02 / ext4 defaults,noatime 0 1\n"
# $1 the disk: it becomes the root as an initramfs leaves it, read-only, with /dev, /proc and /sys.
START = """
set -e
mount --make-rprivate /
mount -o ro "$1" /mnt
mount -t tmpfs tmpfs /mnt/run
mkdir /mnt/run/old
mount --rbind /dev /mnt/dev
cd /mnt
pivot_root . run/old
mount -t proc proc /proc
mount -t sysfs sysfs /sys
umount -l /run/old
exec 3>&1
exec setsid /usr/lib/wallboard/wallboard-init
"""


class Disk:
    """An image with Debian and what first boot installs; `without`: a folder that is missing in it."""

    def __init__(self, folder: Path, tree: Path, without: str = "") -> None:
        upper, work, root = (folder / each for each in ("upper", "work", "root"))
        for each in (work, root):
            each.mkdir()
        folders = ("usr/lib/wallboard/overlay", "mnt/card", "mnt/state/wallboard", "var/log/journal", "etc", "usr/sbin")
        for each in (*folders, "mnt/state/systemd/timesync", "mnt/state/journal", "var/lib/wallboard"):
            if each != without:
                (upper / each).mkdir(parents=True)
        os.chown(upper / "mnt/state/systemd/timesync", 1, 1)
        (upper / "etc/fstab").write_text(FSTAB)
        for name, text in (
            ("lib/wallboard/wallboard-init", firstboot.contents()["wallboard-init"]),
            ("sbin/init", b""),
        ):
            (upper / "usr" / name).parent.mkdir(parents=True, exist_ok=True)
            (upper / "usr" / name).write_bytes(text or INIT.encode())
            (upper / "usr" / name).chmod(0o755)
        self.image = folder / "system.img"
        script = (
            f'mount -t overlay overlay -o "lowerdir={tree},upperdir={upper},workdir={work}" {root}; '
            f"mkfs.ext4 -q -d {root} {self.image} {SYSTEM_MB}M"
        )
        subprocess.run(["unshare", "--mount", "sh", "-euc", script], check=True, capture_output=True)

    def start(self) -> list[str]:
        """What the script in place of systemd says."""
        loop = subprocess.check_output(["losetup", "--find", "--show", self.image], text=True).strip()
        try:
            enclosed = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", START, "sh", loop]
            done = subprocess.run(enclosed, capture_output=True, text=True, timeout=60, check=False)
        finally:
            subprocess.run(["losetup", "--detach", loop], check=True)
        return (done.stdout + done.stderr).splitlines()


@pytest.fixture
def disk(tree_of: Callable[[str], Path], tmp_path: Path) -> Iterator[Callable[..., Disk]]:
    yield lambda **more: Disk(tmp_path, tree_of("trixie"), **more)
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_the_system_is_read_only_and_the_state_is_kept(disk: Callable[..., Disk]) -> None:
    made = disk()
    first = made.start()
    assert first[:3] == ["wallboard-overlay", "ro", "/dev/disk[/mnt/state/wallboard]"], first
    assert first[3:5] == ["PARTUUID=1-01 /boot/firmware vfat defaults,ro,nofail 0 2", "755 daemon"]
    assert first[5:] == ["touch: cannot touch '/mnt/card/etc/new': Read-only file system", "kept"]
    second = made.start()
    assert second[6:] == ["kept", "kept"], "what was written to the state is there at the next start"


def test_what_it_cannot_do_leaves_the_system_as_it_always_was(disk: Callable[..., Disk]) -> None:
    told = disk(without="usr/lib/wallboard/overlay").start()
    assert told[0].startswith("/dev/loop"), told
    assert "no memory to put over the system" in told, "and says why"
    assert "kept" in told, "the first process is the system's own"
