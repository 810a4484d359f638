"""A PBX to follow the administrator's page on: Debian 12 with mosquitto, and a real Asterisk with files as FreePBX's.

Debian 12 has no Asterisk, so that of tests/pbx lies in it as a chroot; a service `asterisk` runs it, and the command
`asterisk` is it. Its settings and logs are the machine's own /etc/asterisk and /var/log/asterisk.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests import debian_tree
from tests.deb.container import HOST
from tests.deb.rig import Machine
from tests.deb.trees import PACKAGES
from tests.debian_tree import MMDEBSTRAP
from tests.pbx import asterisk, build

SUITE, ADDRESS, INSIDE = "bookworm", "192.0.2.10", "/srv/asterisk"
QUEUES = (
    "[600]\nmember => Local/101@agents/n,0,Alice,Custom:101\n[601]\nmember => Local/102@agents/n,0,Bob,Custom:102\n"
)
# As FreePBX writes it: the administrator's own file is the last.
MANAGER = """\
[general]
enabled = yes
port = 5038
bindaddr = 0.0.0.0
displayconnects=no

#include manager_additional.conf
#include manager_custom.conf
"""
_COMMAND = f'#!/bin/sh\nexec chroot {INSIDE} /usr/sbin/asterisk -C /mnt/etc/asterisk.conf "$@"\n'
_MOUNTS = f"""#!/bin/sh
set -eu
mount -t tmpfs tmpfs {INSIDE}/tmp
mount -t tmpfs tmpfs {INSIDE}/mnt
mount -t proc proc {INSIDE}/proc
mount --rbind /dev {INSIDE}/dev
cd {INSIDE}/mnt
mkdir etc log lib run spool
mount --bind /etc/asterisk etc
mount --bind /var/log/asterisk log
"""
_UNIT = """\
[Service]
ExecStartPre=/usr/local/sbin/asterisk-mounts
ExecStart=/usr/sbin/asterisk -f
UMask=0027
[Install]
WantedBy=multi-user.target
"""


def tree() -> Path:
    """Debian 12 with a broker; made once."""
    recipe = (*MMDEBSTRAP, f"--include={','.join((*PACKAGES, 'mosquitto'))}", SUITE)
    path = debian_tree.folder_of(f"pbx-{SUITE}", recipe)
    debian_tree.install(path, recipe, "usr/sbin/mosquitto", f"Debian {SUITE} with mosquitto", lambda line: None)
    return path


def machine(release: build.Release, folder: Path) -> Machine:
    """A PBX that is off. Raises RigError where this machine cannot run one."""
    installed = build.build(release, lambda line: None)
    made = Machine(tree(), folder)
    made.options = (f"--bind-ro={HOST}{installed.path}:{INSIDE}",)
    own = made.upper / "etc/asterisk"
    shutil.copytree(asterisk.SETTINGS, own)
    (own / "queues.conf").write_text(QUEUES)
    with (own / "modules.conf").open("a") as modules:
        modules.write("load = res_clioriginate.so\n")
    (own / "manager.conf").write_text(MANAGER)
    for name in ("manager_additional.conf", "manager_custom.conf"):
        (own / name).write_text("")
        (own / name).chmod(0o660)
    for name, text in (("sbin/asterisk", _COMMAND), ("local/sbin/asterisk-mounts", _MOUNTS)):
        path = made.upper / "usr" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    return made


def switch_on(pbx: Machine) -> None:
    """Boot it, with its address, and start Asterisk with both agents idle."""
    pbx.start()
    pbx.write("/etc/hosts", "127.0.0.1 localhost\n")  # as every installation of Debian has it
    pbx.sh(f"ip address add {ADDRESS}/32 dev lo")
    pbx.sh(
        "addgroup --quiet --system asterisk; chgrp -R asterisk /etc/asterisk;"
        "install -d -m 2750 -g asterisk /var/log/asterisk"
    )
    pbx.write("/etc/systemd/system/asterisk.service", _UNIT)
    pbx.run("systemctl", "start", "asterisk")
    booted = "asterisk -rx 'core waitfullybooted' 2>&1"
    pbx.wait_until(lambda: "fully booted" in pbx.sh(booted, check=False), "Asterisk", 30, lambda: pbx.log("asterisk"))
    for agent in ("101", "102"):
        pbx.run("asterisk", "-rx", f"devstate change Custom:{agent} NOT_INUSE")


def call(pbx: Machine, queue: str) -> None:
    """Somebody calls, and waits."""
    told = pbx.run("asterisk", "-rx", f"channel originate Local/caller@phones application Queue {queue}").stdout
    assert "No such command" not in told, told
