"""How a machine of these tests is booted: in an overlay, its own namespaces and control group, by systemd-nspawn."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

GROUPS = "wallboard-rig-"
HOST = "/mnt/host"  # where systemd-nspawn finds what is this host's, whatever is hidden below

# $1 what is read only, $2 the folder to write to, $3 the name of a control group, then words for its systemd. Tmpfs
# hides what nspawn leaves in /run and /tmp when it is killed. A group of its own in the unified hierarchy, whatever
# else this host has mounted, is what the machine's systemd takes for the root of all groups; those of runs that were
# killed are empty, and removed here. BPF is what systemd holds units to DeviceAllow=, SocketBindDeny= and
# IPAddressDeny= with.
CONTAINER = ("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private")
CONTAINER += ("--pid", "--fork", "--kill-child", "--mount-proc")
_BOOT = """
set -e
mount -t tmpfs tmpfs /mnt
mkdir /mnt/root /mnt/host
mount --rbind / /mnt/host
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" /mnt/root
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
for each in cpu memory pids; do echo "+$each" > /sys/fs/cgroup/cgroup.subtree_control || true; done 2> /dev/null
for old in /sys/fs/cgroup/wallboard-rig-*; do
    if grep -qs "populated 0" "$old/cgroup.events"; then find "$old" -depth -type d -exec rmdir {} + || true; fi
done
mkdir "/sys/fs/cgroup/$3"
echo 0 > "/sys/fs/cgroup/$3/cgroup.procs"
shift 3
exec systemd-nspawn --quiet --directory=/mnt/root --boot --private-network --register=no --keep-unit \\
    --link-journal=no --resolv-conf=off --timezone=off --hostname=debian --console=pipe \\
    --capability=CAP_BPF,CAP_NET_ADMIN,CAP_PERFMON --system-call-filter=bpf "$@"
"""


def boot_command(lower: str, folder: Path, options: Iterable[str]) -> list[str]:
    """What boots it, in the foreground; words for its systemd may follow.

    `lower`: what is read only, as overlayfs takes it; `folder` has upper/ and work/; `options`: more of systemd-nspawn.
    """
    group = f"{GROUPS}{os.getpid()}-{time.monotonic_ns()}"
    return [*CONTAINER, "sh", "-c", _BOOT, "sh", lower, str(folder), group, *options]


def leader(container: int) -> int:
    """The first process in it, systemd, as this host numbers it; 0 as long as there is none."""
    nspawn = _child(container)
    first = _child(nspawn) if nspawn else 0
    return first if first and Path(f"/proc/{first}/comm").read_text() == "systemd\n" else 0


def _child(parent: int) -> int:
    """The number of the last process that `parent` has started, 0 when there is none."""
    try:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    except OSError:
        return 0
    return int(children[-1]) if children else 0
