"""The units under the real systemd: they verify, are hardened, start, are watched, and log within bounds.

What they can do, and cannot, is tried in test_sandbox.py.
"""

from __future__ import annotations

import json

import pytest

from tests.deb import prepared, trees
from tests.deb.prepared import UNITS
from tests.deb.rig import CommandError, Machine

pytestmark = pytest.mark.debian

# What `systemd-analyze security` may say at most, in tenths, and all that it may find fault with.
LIMITS = {"wallboard-bridge": 12, "wallboard": 32}
NEEDED = {  # to reach a PBX and a broker anywhere; systemd and the journal; a root of its own would need all of Python
    "PrivateNetwork=",
    "RestrictAddressFamilies=~AF_(INET|INET6)",
    "RestrictAddressFamilies=~AF_UNIX",
    "IPAddressDeny=",
    "RootDirectory=/RootImage=",
    "DeviceAllow=",  # that of the real-time clock, read only, which ProtectClock= itself allows
    "UMask=",  # the service's group may read
}
NEEDED_FOR_PINS = {
    "User=/DynamicUser=",
    "PrivateUsers=",
    "PrivateDevices=",
    "CapabilityBoundingSet=~CAP_SYS_RAWIO",
    "CapabilityBoundingSet=~CAP_SYS_(NICE|RESOURCE)",
    "CapabilityBoundingSet=~CAP_SET(UID|GID|PCAP)",
    "CapabilityBoundingSet=~CAP_(DAC_*|FOWNER|IPC_OWNER)",
    "CapabilityBoundingSet=~CAP_(CHOWN|FSETID|SETFCAP)",
    "CapabilityBoundingSet=~CAP_KILL",
    "RestrictRealtime=",
    "SystemCallFilter=~@privileged",
    "SystemCallFilter=~@resources",
    "ProcSubset=",  # which Pi it is stands in /proc
    "SupplementaryGroups=",  # these two do not matter for root
    "RemoveIPC=",
}
BOUND_BYTES = 36 << 20  # SystemMaxUse, and a file that is being begun
LOG_ONLY = """\
site: main
pbx: {type: queue_log, queue_log: /var/log/asterisk/queue_log}
mqtt: {url: "mqtt://127.0.0.1"}
thresholds: thresholds.yaml
journal: /var/lib/wallboard-bridge/bridge.journal
"""


on_each_release = pytest.mark.parametrize("installed", trees.SUITES, indirect=True)


@on_each_release
def test_the_units_verify(installed: Machine) -> None:
    told = installed.run("systemd-analyze", "verify", *(f"/usr/lib/systemd/system/{unit}.service" for unit in UNITS))
    newer = ("'RestartSteps'", "'RestartMaxDelaySec'")  # than the systemd of Debian 12, which passes over them
    others = [line for line in told.stderr.splitlines() if not any(name in line for name in newer)]
    assert others == []
    assert "trixie" not in installed.read("/etc/os-release") or told.stderr == ""


@on_each_release
@pytest.mark.parametrize("unit", UNITS)
def test_the_units_are_hardened(installed: Machine, unit: str) -> None:
    installed.run("systemd-analyze", "security", f"--threshold={LIMITS[unit]}", "--no-pager", unit)
    found = json.loads(installed.run("systemd-analyze", "security", "--json=short", unit).stdout)
    faults = {each["name"] for each in found if not each["set"]}
    assert faults <= NEEDED | (NEEDED_FOR_PINS if unit == "wallboard" else set())


@on_each_release
def test_both_are_ready_though_nobody_answers_and_come_back_after_kill_and_reboot(installed: Machine) -> None:
    installed.run("systemctl", "enable", "--now", *UNITS)
    for unit in UNITS:
        assert installed.show(unit, "ActiveState") == "active"
    installed.wait_until(
        lambda: "PBX down" in installed.show(UNITS[0], "StatusText"), "what the bridge does", timeout=10
    )
    for unit in UNITS:
        process = installed.show(unit, "MainPID")
        installed.run("kill", "-KILL", process)
        installed.wait_until(lambda u=unit, p=process: installed.show(u, "MainPID") not in {p, "0"}, f"{unit} again")
        installed.wait_for(unit)
    installed.reboot()
    for unit in UNITS:
        installed.wait_for(unit)
        assert "Traceback" not in installed.log(unit)


def test_from_queue_log_to_the_panel_with_no_port_open_on_the_way(installed: Machine) -> None:
    """The log is the PBX's, for its group alone to read; the bridge has been put into that group."""
    installed.sh(
        "addgroup --quiet --system asterisk; adduser --quiet wallboard-bridge asterisk;"
        "install -d -m 0750 -g asterisk /var/log/asterisk;"
        "install -m 0640 -g asterisk /dev/null /var/log/asterisk/queue_log;"
        'echo "$(date +%s)|1.1|support|NONE|ENTERQUEUE||31|1" >> /var/log/asterisk/queue_log'
    )
    installed.write("/etc/wallboard/bridge.yaml", LOG_ONLY)
    installed.beside("mosquitto", "-p", "1883")
    installed.run("systemctl", "start", *UNITS)
    installed.wait_until(
        lambda: installed.show("wallboard", "StatusText").startswith("live"),
        "a live board",
        20,
        lambda: installed.log("wallboard-bridge") + installed.log("wallboard"),
    )
    installed.wait_until(
        lambda: installed.show("wallboard-bridge", "StatusText").startswith("main: PBX up since"), "its status", 5
    )
    listening = installed.sh("ss -H -ltnup | grep -v mosquitto || true").splitlines()
    assert [line for line in listening if ":1883" not in line] == []
    owners = installed.sh("ps -o user= -C wallboard | sort -u").split()
    assert owners == ["wallboard"]  # with driver image none of its processes stays root
    assert installed.sh("stat -c %U /run/wallboard/latest.png") == "wallboard"


def test_one_that_hangs_is_killed_and_its_journal_survives(installed: Machine) -> None:
    installed.run("systemctl", "start", *UNITS)
    before = {unit: installed.show(unit, "MainPID") for unit in UNITS}
    installed.run("kill", "-STOP", *before.values())
    for unit in UNITS:
        is_new = f"systemctl show -p NRestarts --value {unit} | grep -qx 1"
        installed.sh(f"timeout 60 sh -c 'until {is_new}; do sleep 0.2; done'", timeout=70)
        installed.wait_for(unit)
        log = installed.log(unit)
        assert "Watchdog timeout (limit 20s)" in log
        assert "most recent call first" in log  # where each thread was
    assert len(installed.sh("pgrep -f bin/wallboard\\ --config").split()) == 3  # the one before has left none
    assert "set aside" not in installed.log("wallboard-bridge")
    assert "1 " in installed.run("wallboardctl", "rules", "--config", "/etc/wallboard/bridge.yaml").stdout


def test_a_wrong_configuration_waits_for_a_person_and_says_where(installed: Machine) -> None:
    for unit, file in (("wallboard-bridge", "bridge"), ("wallboard", "board")):
        path = f"/etc/wallboard/{file}.yaml"
        right = installed.read(path)
        installed.write(path, right.replace("site: main", "siet: main"))
        with pytest.raises(CommandError):
            installed.run("systemctl", "start", unit)
        assert installed.show(unit, "ActiveState") == "failed"
        assert (installed.show(unit, "ExecMainStatus"), installed.show(unit, "NRestarts")) == ("2", "0")
        line = f"{path}:1:1: siet: unknown key; did you mean 'site'?"
        installed.wait_until(lambda u=unit, li=line: li in installed.log(u), f"{line} in the log", 5)
        installed.write(path, right)
        installed.run("systemctl", "start", unit)


def test_thresholds_that_are_saved_are_seen_and_an_undo_too(installed: Machine) -> None:
    file, save = "/etc/wallboard/thresholds.yaml", prepared.THRESHOLDS.replace("30s", "40s")
    installed.run("systemctl", "start", "wallboard-bridge")

    def in_force(text: str) -> None:
        command = ("wallboardctl", "rules", "--config", "/etc/wallboard/bridge.yaml")
        installed.wait_until(
            lambda: (
                f"warn: {text}" in installed.read(file) and "is just so" in installed.run(*command, check=False).stdout
            ),
            f"{text} in force",
            10,
            lambda: installed.log("wallboard-bridge"),
        )

    in_force("30s")
    installed.write(file, save)  # in place
    in_force("40s")
    installed.write(f"{file}.new", save.replace("40s", "50s"))
    installed.run("mv", f"{file}.new", file)  # as editors do
    in_force("50s")
    for expected in ("40s", "30s"):
        told = installed.run("wallboardctl", "rules", "--undo", "--config", "/etc/wallboard/bridge.yaml").stdout
        assert "it is in force" in told
        in_force(expected)
    installed.run("systemctl", "stop", "wallboard-bridge")
    installed.run("wallboardctl", "rules", "--to", "3", "--config", "/etc/wallboard/bridge.yaml")
    installed.run("systemctl", "start", "wallboard-bridge")
    in_force("50s")
    assert installed.sh("find /var/lib/wallboard-bridge ! -user wallboard-bridge") == ""
    assert "cannot" not in installed.log("wallboard-bridge").replace("cannot be reached", "")


def test_the_journal_is_of_their_own_and_bounded(installed: Machine) -> None:
    installed.run("systemctl", "start", "wallboard-bridge")
    own = "journalctl --quiet --no-pager --output=cat -u wallboard-bridge"
    errors = f"{own} --namespace=wallboard -p err"
    installed.wait_until(lambda: "broker 127.0.0.1:1883: down" in installed.sh(errors), "a line of its own", 5)
    assert "broker" not in installed.sh(own)
    installed.sh("mount -t tmpfs -o size=2g tmpfs /var/log/journal; systemctl restart systemd-journald@wallboard")
    _flood(installed)
    kept = installed.sh("journalctl --namespace=wallboard --quiet --no-pager -t flood | wc -l")
    assert 1_000 <= int(kept) <= 5_000  # of 400,000 lines
    _flood(installed, "-p", "LogRateLimitBurst=1000000")
    used = int(installed.sh("du -sb /var/log/journal/*.wallboard | cut -f1"))
    assert 16 << 20 < used <= BOUND_BYTES
    assert "flood" not in installed.sh("journalctl --quiet --no-pager -t flood")


def _flood(machine: Machine, *more: str) -> None:
    """120 MB of lines that compress badly, in the namespace of the wallboard."""
    run = ("systemd-run", "--quiet", "--wait", "-p", "LogNamespace=wallboard", "-p", "SyslogIdentifier=flood", *more)
    machine.run(*run, "sh", "-c", "base64 -w 300 /dev/urandom | head -c 120000000", timeout=120)
