"""A bridge's life on a clean Debian with no network: installed, set up, killed, upgraded, removed, purged."""

from __future__ import annotations

import time

import pytest

from tests.deb.debs import FIRST, LATER, REFUSING, Debs
from tests.deb.rig import Machine
from tests.deb.sites import UNITS, everything, in_use, install, set_up_bridge, wait_for_version

pytestmark = pytest.mark.debian
UNIT = UNITS["bridge"]


def test_the_life_of_a_bridge(machine: Machine, debs: Debs) -> None:
    before = everything(machine)

    told = install(machine, debs, FIRST)
    assert "waiting for its settings" in told and "sudo cp bridge.example.yaml bridge.yaml" in told
    assert machine.sh("systemctl --failed --no-legend") == "", "no settings are no failure"
    assert machine.show(UNIT, "ActiveState") == "inactive"
    assert machine.sh("systemctl is-enabled wallboard-bridge") == "enabled"

    set_up_bridge(machine)
    assert ": OK" in machine.sh("wallboardctl check /etc/wallboard/bridge.yaml")
    machine.sh("systemctl start wallboard-bridge")
    assert machine.sh("stat -c '%a %U' /etc/wallboard/mqtt.secret") == "600 wallboard-bridge"
    assert machine.sh(f"stat -c %U /proc/{machine.show(UNIT, 'MainPID')}") == "wallboard-bridge"

    killed = machine.show(UNIT, "MainPID")
    machine.sh(f"kill -KILL {killed}")
    machine.wait_until(lambda: machine.show(UNIT, "NRestarts") == "1", "systemd restarts it")
    machine.wait_for(UNIT)
    assert machine.show(UNIT, "MainPID") != killed

    # An upgrade keeps what people wrote and what the bridge counted, and does not hold dpkg up.
    machine.sh("echo '# mine' >> /etc/wallboard/thresholds.yaml; chmod 0640 /etc/wallboard/mqtt.secret")
    kept = "sha256sum /etc/wallboard/*.yaml; stat -c %i /var/lib/wallboard-bridge/bridge.journal"
    as_it_was = machine.sh(kept)
    told = install(machine, debs, LATER, patient=True)
    assert machine.read("/opt/wallboard/bridge.trial") in {"restart\n", "watch\n"}, "dpkg is done before the verdict"
    assert "waiting for its settings" not in told
    wait_for_version(machine, LATER, 30)
    assert "version 0.2.0 is healthy" in machine.log("wallboard-bridge-health")
    assert machine.sh(kept) == as_it_was
    assert machine.sh("stat -c '%a %U' /etc/wallboard/mqtt.secret") == "600 wallboard-bridge"
    assert machine.sh("wallboardctl --version") == LATER

    # A version that does not work goes back by itself, and says so.
    since = time.monotonic()
    install(machine, debs, REFUSING)
    wait_for_version(machine, LATER, 60)
    assert time.monotonic() - since < 60
    why = machine.read("/opt/wallboard/bridge.rolled-back")
    assert why == (
        "0.3.0 was refused: it refuses the configuration that the version before accepts: "
        "bridge.yaml:1:1: this version wants something else; 0.2.0 is in use again\n"
    )
    assert why.strip() in machine.log("wallboard-bridge-health")
    assert machine.sh(kept) == as_it_was

    # Downgraded; only that version and the one before it are kept.
    install(machine, debs, FIRST)
    wait_for_version(machine, FIRST, 30)
    assert not machine.exists("/opt/wallboard/bridge.rolled-back")
    assert machine.sh("ls /opt/wallboard") == "0.1.0\n0.2.0\nbridge\nbridge.before"

    machine.run("dpkg", "--remove", "wallboard-bridge")
    assert machine.sh(kept) == as_it_was, "removed is not purged"
    assert not machine.exists("/opt/wallboard") and not machine.exists("/usr/bin/wallboardctl")
    machine.run("dpkg", "--purge", "wallboard-bridge")
    left = everything(machine) - before - {"/var/log/asterisk", "/var/log/asterisk/queue_log"}
    assert not left


def test_what_was_cut_off_is_mended_by_dpkg_itself(machine: Machine, debs: Debs) -> None:
    """A full disk, and a power cut while the environment is made."""
    deb = debs("wallboard-bridge")
    machine.put(deb, "/root")
    machine.sh("mkdir /opt/wallboard; mount -t tmpfs -o size=8M tmpfs /opt/wallboard")
    full = machine.run("dpkg", "--install", f"/root/{deb.name}", check=False, timeout=120)
    assert full.returncode != 0 and "No space left on device" in full.stderr
    assert machine.sh("ls /opt/wallboard") == "0.1.0", "and has room again"
    assert int(machine.sh("df --output=pcent /opt/wallboard | tail -n 1").strip(" %")) < 5
    machine.sh("umount /opt/wallboard")

    machine.sh("systemd-run --quiet dpkg --configure -a")
    site = "/opt/wallboard/0.1.0/bridge/lib/python3.13/site-packages/PIL"
    machine.wait_until(lambda: machine.exists(site), "the environment is being made")
    machine.kill()
    machine.start()
    assert not machine.exists("/opt/wallboard/bridge")
    told = machine.run("dpkg", "--configure", "-a", timeout=120)
    assert "waiting for its settings" in told.stdout
    set_up_bridge(machine)
    machine.sh("systemctl start wallboard-bridge")
    assert in_use(machine) == "0.1.0/bridge"


def test_a_new_python_of_the_system_gets_a_new_environment(bridge_host: Machine) -> None:
    """Debian 12 becomes 13 under it: the trigger on /usr/bin/python3. Here the environment says that it is of 3.11."""
    machine = bridge_host
    at_work = machine.show(UNIT, "MainPID")
    machine.sh("dpkg-trigger --by-package=python3 /usr/bin/python3; dpkg --triggers-only --pending")
    machine.sh("systemctl start wallboard-bridge")  # waits for a restart that is under way
    assert in_use(machine) == "0.1.0/bridge" and machine.show(UNIT, "MainPID") == at_work, "the same Python: no matter"
    machine.sh("sed -i s/python3.13/python3.11/ /opt/wallboard/bridge/complete")
    machine.sh("dpkg-trigger --by-package=python3 /usr/bin/python3; dpkg --triggers-only --pending")
    assert in_use(machine) == "0.1.0_2/bridge"
    wait_for_version(machine, "0.1.0_2", 30)
