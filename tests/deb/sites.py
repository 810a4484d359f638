"""What a technician writes on a machine with our packages, and what stands there before and after."""

from __future__ import annotations

from tests.deb.debs import FIRST, Debs
from tests.deb.rig import Machine

UNITS = {"bridge": "wallboard-bridge.service", "board": "wallboard.service"}

# A PBX that writes queue_log, on this very machine, and a broker on its loopback.
BRIDGE = """\
site: main
pbx: {type: queue_log, queue_log: /var/log/asterisk/queue_log}
mqtt: {url: "mqtt://127.0.0.1", username: wallboard-bridge, password_file: mqtt.secret}
thresholds: thresholds.yaml
journal: /var/lib/wallboard-bridge/bridge.journal
"""
THRESHOLDS = "timezone: Asia/Jerusalem\nqueues: {support: {label: תמיכה}}\n"
BOARD = """\
site: main
board: hall-1
mqtt: {url: "mqtt://127.0.0.1", username: hall-1, password_file: board.secret}
panel: {driver: image, path: /var/lib/wallboard/frames, rows: 32, cols: 64}
"""
# What systemd, dpkg and update-alternatives write themselves, whatever is installed.
_NOT_OURS = "/proc|/sys|/dev|/run|/tmp|/root|/var/log/dpkg.log|/var/log/alternatives.log|/var/lib/dpkg/.*-old"


def set_up_bridge(machine: Machine) -> None:
    """Settings as an administrator writes them: as root, readable by all."""
    machine.write("/var/log/asterisk/queue_log", "1790000000|NONE|NONE|NONE|QUEUESTART|\n")
    machine.write("/etc/wallboard/bridge.yaml", BRIDGE)
    machine.write("/etc/wallboard/thresholds.yaml", THRESHOLDS)
    machine.write("/etc/wallboard/mqtt.secret", "one\n")


def set_up_board(machine: Machine) -> None:
    """A board with a picture for a panel."""
    machine.write("/etc/wallboard/board.yaml", BOARD)
    machine.write("/etc/wallboard/board.secret", "two\n")


def everything(machine: Machine) -> set[str]:
    """Each file, user, group and loaded unit of the machine."""
    files = machine.sh(f"find / -xdev -regextype posix-extended -regex '{_NOT_OURS}' -prune -o -print")
    run = machine.sh("find /run -name '*wallboard*'")
    people = machine.sh("cut -d : -f 1 /etc/passwd /etc/group")
    units = machine.sh("systemctl list-units --all --plain --no-legend '*wallboard*' | cut -d ' ' -f 1")
    return {*files.split("\n"), *run.split("\n"), *people.split("\n"), *units.split("\n")}


def install(
    machine: Machine, debs: Debs, version: str = FIRST, package: str = "wallboard-bridge", *, patient: bool = False
) -> str:
    """Put the package onto the machine and install it; what dpkg said. `patient` as in Debs."""
    deb = debs(package, version, patient=patient)
    machine.put(deb, "/root")
    told = machine.run("dpkg", "--install", f"/root/{deb.name}", timeout=120)
    return told.stdout + told.stderr


def in_use(machine: Machine, role: str = "bridge") -> str:
    """Which environment the link names."""
    return machine.sh(f"readlink /opt/wallboard/{role}")


def wait_for_version(machine: Machine, version: str, timeout: float, role: str = "bridge") -> None:
    """Until the watch over the upgrade is over, and the service of `version` runs."""

    def over() -> bool:
        return not machine.exists(f"/opt/wallboard/{role}.trial")

    machine.wait_until(over, "the upgrade is judged", timeout, lambda: machine.log(f"wallboard-{role}-health"))
    machine.wait_for(UNITS[role])
    command = machine.sh(f"tr '\\0' '\\n' < /proc/{machine.show(UNITS[role], 'MainPID')}/cmdline")
    assert command.split("\n")[0] == f"/opt/wallboard/{version}/{role}/bin/python"
