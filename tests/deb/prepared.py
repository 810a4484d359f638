"""Machines on which packages are installed and configured, once a run: each test has one as a layer under its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.deb.debs import Debs
from tests.deb.rig import Machine
from tests.deb.sites import install, set_up_bridge

UNITS = ("wallboard-bridge", "wallboard")
PACKAGES = ("wallboard-bridge", "wallboard-board")
BRIDGE = """\
site: main
pbx: {host: 127.0.0.1, username: wallboard, password_file: ami.secret}
mqtt: {url: "mqtt://127.0.0.1"}
thresholds: thresholds.yaml
journal: /var/lib/wallboard-bridge/bridge.journal
"""
THRESHOLDS = "timezone: Asia/Jerusalem\ndefaults: {rules: {wait: {warn: 30s}}}\n"
BOARD = """\
site: main
board: hall-1
mqtt: {url: "mqtt://127.0.0.1", username: hall-1, password_file: mqtt.secret}
panel: {driver: image, path: /run/wallboard, rows: 64, cols: 64, chain: 2}
"""

Preparation = Callable[[Machine, Debs], None]


def both(machine: Machine, debs: Debs) -> None:
    """Both programs. Nobody has started them yet, and nothing starts them at boot: that is the tests'."""
    for package in PACKAGES:
        machine.put(debs(package), "/root")
    machine.sh("dpkg --install /root/*.deb; rm /root/*.deb", timeout=300)
    for name, text in (("bridge", BRIDGE), ("thresholds", THRESHOLDS), ("board", BOARD)):
        machine.write(f"/etc/wallboard/{name}.yaml", text)
    for name in ("ami", "mqtt"):
        machine.write(f"/etc/wallboard/{name}.secret", "a secret\n")
    machine.run("systemctl", "disable", *UNITS)


def bridge(machine: Machine, debs: Debs) -> None:
    """A bridge beside a PBX that writes queue_log; it starts with the machine."""
    install(machine, debs)
    set_up_bridge(machine)


def prepare(tree: Path, debs: Debs, folder: Path, preparation: Preparation) -> Path:
    """The layer, in `folder`."""
    machine = Machine(tree, folder)
    machine.start()
    try:
        preparation(machine, debs)
    finally:
        machine.stop()
    return machine.upper
