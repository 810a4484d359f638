"""What a package meets now and then: removed and wanted again, killed at any instant, judged at a slow start."""

from __future__ import annotations

import time

import pytest

from tests.deb import trees
from tests.deb.debs import FIRST, HANGING, LATER, Debs
from tests.deb.rig import Machine
from tests.deb.sites import UNITS, in_use, install, set_up_bridge, wait_for_version

pytestmark = pytest.mark.debian
UNIT = UNITS["bridge"]
HEALTH = "wallboard-bridge-health.service"

on_each_release = pytest.mark.parametrize("bridge_host", trees.SUITES, indirect=True)


@on_each_release
def test_removed_purged_and_wanted_again(bridge_host: Machine, debs: Debs) -> None:
    machine = bridge_host
    # SYSTEMD.md's way to read the history; `cd /etc/wallboard` and `wallboardctl pki init` are on the same pages.
    machine.sh("useradd tech; usermod --append --groups wallboard-bridge tech")
    machine.write("/etc/wallboard/pki/ca.key", "signs for the whole site\n", "0600")
    machine.write("/etc/wallboard/thresholds.yaml.before-undo", "defaults: {}\n")

    machine.run("dpkg", "--remove", "wallboard-bridge")
    install(machine, debs)
    machine.wait_for(UNIT)

    told = machine.run("dpkg", "--purge", "wallboard-bridge").stdout
    assert "wallboard-bridge: what is in /etc/wallboard still is not of this package: pki" in told
    assert machine.sh("find /etc/wallboard -type f") == "/etc/wallboard/pki/ca.key"

    install(machine, debs)
    assert machine.sh("id -gn wallboard-bridge") == "wallboard-bridge"


def test_half_an_environment_is_never_taken_for_one(bridge_host: Machine, debs: Debs) -> None:
    """The power is cut in the middle of removing one."""
    machine = bridge_host
    # Before dpkg's own in its PATH: it removes a part, and then all is over.
    machine.write(
        "/usr/local/sbin/rm",
        "#!/bin/sh\n"
        "case $* in *-rf*/bridge*) /usr/bin/rm -r /opt/wallboard/0.1.0/bridge/lib; kill -KILL $PPID; exit 1 ;; esac\n"
        'exec /usr/bin/rm "$@"\n',
        "0755",
    )
    assert machine.run("dpkg", "--remove", "wallboard-bridge", check=False).returncode != 0
    assert machine.exists("/opt/wallboard/0.1.0/bridge/bin")
    assert not machine.exists("/opt/wallboard/0.1.0/bridge/complete")
    machine.run("/usr/bin/rm", "/usr/local/sbin/rm")
    install(machine, debs)
    machine.wait_for(UNIT)


@on_each_release
def test_killed_at_any_instant(bridge_host: Machine, debs: Debs) -> None:
    """dpkg and the scripts that it runs; the service runs on, and `dpkg --configure -a` is enough."""
    machine = bridge_host
    deb = debs("wallboard-bridge", LATER)
    machine.put(deb, "/root")
    for number, instant_s in enumerate((0.3, 0.7, 1.2, 2.0, 3.0, 4.5)):
        machine.sh(
            f"systemd-run --quiet --unit=dpkg-{number} dpkg --install /root/{deb.name}; sleep {instant_s};"
            f" systemctl kill --signal=KILL dpkg-{number} 2> /dev/null || true"
        )
        assert machine.show(UNIT, "ActiveState") in {"active", "activating"}, instant_s
        assert in_use(machine) in {f"{FIRST}/bridge", f"{LATER}/bridge"}
        assert machine.sh("wallboardctl --version") in {FIRST, LATER}
    machine.sh("dpkg --configure -a", timeout=120)
    install(machine, debs, LATER)
    wait_for_version(machine, LATER, 70)
    assert machine.sh("dpkg --audit") == ""


@on_each_release
def test_a_slow_start_of_the_machine_is_nothing_against_a_version(bridge_host: Machine, debs: Debs) -> None:
    """Cut off in its trial, and the PBX on this machine takes longer to start than the trial lasts."""
    machine = bridge_host
    install(machine, debs, LATER)
    machine.write(
        "/etc/systemd/system/asterisk.service",
        "[Service]\nType=oneshot\nExecStart=sleep 12\n[Install]\nWantedBy=multi-user.target\n",
    )
    machine.sh(
        "systemctl enable asterisk; sed -i s/^longest_s=12/longest_s=8/"
        " /usr/lib/wallboard-bridge/health; grep -q longest_s=8 /usr/lib/wallboard-bridge/health; sync"
    )
    assert machine.exists("/opt/wallboard/bridge.trial")
    machine.kill()
    machine.start(settled=False)
    wait_for_version(machine, LATER, 60)
    assert not machine.exists("/opt/wallboard/bridge.rolled-back")


def test_the_watch_is_killed_and_the_disk_is_full(machine: Machine, debs: Debs) -> None:
    """Neither keeps a version that hangs in use."""
    machine.sh("mkdir /opt/wallboard; mount -t tmpfs -o size=250M tmpfs /opt/wallboard")
    install(machine, debs, FIRST)
    set_up_bridge(machine)
    machine.sh("systemctl start wallboard-bridge")
    install(machine, debs, HANGING)
    machine.wait_until(lambda: machine.read("/opt/wallboard/bridge.trial") == "watch\n", "the watch has begun")
    machine.sh("dd if=/dev/zero of=/opt/wallboard/full 2> /dev/null || true")
    machine.sh(f"systemctl kill --signal=KILL {HEALTH}")
    since = time.monotonic()
    wait_for_version(machine, FIRST, 40)
    assert time.monotonic() - since < 40
    assert "0.4.0 was refused: it was not ready and steady within 12 s; 0.1.0 is in use again" in machine.log(HEALTH)
