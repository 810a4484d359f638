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
FRAME = "/var/lib/wallboard/frames/latest.png"
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


def test_deconfigured_it_runs_on(bridge_host: Machine) -> None:
    """Something is installed that breaks the package, or what it depends on is replaced; and that is undone."""
    machine = bridge_host
    at_work = machine.show(UNIT, "MainPID")
    machine.write(
        "/root/other/DEBIAN/control",
        "Package: other\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nBreaks: wallboard-bridge\nDescription: x\n",
    )
    machine.sh("dpkg-deb --build /root/other; dpkg --auto-deconfigure --install /root/other.deb || true")
    status = "dpkg-query --show --showformat '${db:Status-Status}' wallboard-bridge"
    assert machine.sh(status) == "half-configured"
    assert machine.show(UNIT, "MainPID") == at_work and machine.sh("wallboardctl --version") == FIRST
    machine.sh("dpkg --remove other; dpkg --configure -a")
    machine.wait_for(UNIT)
    assert machine.sh(status) == "installed" and machine.sh("wallboardctl --version") == FIRST


def test_settings_that_were_wrong_before_the_upgrade_are_no_fault_of_a_version(
    bridge_host: Machine, debs: Debs
) -> None:
    """Somebody edited them, and the service had not been started again yet."""
    machine = bridge_host
    settings = "/etc/wallboard/bridge.yaml"
    machine.sh(f"sed -i s/^site/siet/ {settings}")
    install(machine, debs, LATER)
    machine.wait_until(lambda: machine.exists("/opt/wallboard/bridge.rolled-back"), "the verdict", 20)
    assert machine.read("/opt/wallboard/bridge.rolled-back") == (
        f"0.2.0 was refused: {settings} is wrong for the version before too, see: wallboardctl check {settings}; "
        "0.1.0 is in use again\n"
    )
    machine.sh(f"sed -i s/^siet/site/ {settings}; systemctl restart wallboard-bridge")
    machine.wait_for(UNIT)


_CANNOT = (
    "a file or variable that the settings name cannot be used, by whichever version: /etc/wallboard/bridge.yaml:3:76: "
    "mqtt.password_file: /etc/wallboard"
)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ("rm mqtt.secret", f"{_CANNOT}/mqtt.secret cannot be read: No such file or directory"),
        (  # its name does not end as those do that are made over to the service; root could read it
            "sed -i s/mqtt.secret/mqtt.pass/ bridge.yaml; install --mode=600 mqtt.secret mqtt.pass",
            f"{_CANNOT}/mqtt.pass cannot be read: Permission denied: it belongs to root, and this is wallboard-bridge",
        ),
        (
            "sed -i /^journal/d bridge.yaml; echo timezone: Nowhere > thresholds.yaml",
            "not the version and not /etc/wallboard/bridge.yaml, but: /etc/wallboard/thresholds.yaml:1:11: timezone: ",
        ),
    ],
    ids=["gone", "not the service's", "thresholds"],
)
def test_a_file_that_the_settings_name_is_blamed_itself(bridge_host: Machine, debs: Debs, spoil: str, why: str) -> None:
    machine = bridge_host
    machine.sh(f"cd /etc/wallboard; {spoil}")
    install(machine, debs, LATER)
    machine.wait_until(lambda: machine.exists("/opt/wallboard/bridge.rolled-back"), "the verdict", 20)
    told = machine.read("/opt/wallboard/bridge.rolled-back")
    assert told.startswith(f"0.2.0 was refused: {why}") and told.endswith("; 0.1.0 is in use again\n"), told


def test_settings_on_a_read_only_system_are_no_hindrance(bridge_host: Machine) -> None:
    machine = bridge_host
    machine.sh(
        "systemctl stop wallboard-bridge; mount --bind /etc/wallboard /etc/wallboard;"
        "mount -o remount,bind,ro /etc/wallboard; systemctl start wallboard-bridge"
    )
    machine.wait_for(UNIT)


def test_a_version_that_hangs_goes_back_within_a_minute_and_after_a_power_cut(hanging: tuple[Machine, float]) -> None:
    machine, since_s = hanging
    wait_for_version(machine, FIRST, 75, "board")
    back_s = float(machine.sh("stat -c %.Y /opt/wallboard/board.rolled-back"))
    assert 50 < back_s - since_s < 70
    machine.wait_until(lambda: machine.exists(FRAME), "a frame", 10)
    why = machine.read("/opt/wallboard/board.rolled-back")
    assert why == "0.4.0 was refused: it was not ready and steady within 60 s; 0.1.0 is in use again\n"
    assert why.strip() in machine.log("wallboard-board-health")
