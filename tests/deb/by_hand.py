"""Both programs and their units in a machine without a package: for the tests of the units alone.

The wheels are downloaded once into the cache folder, for the machine's Python and not for this one.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.deb.rig import Machine
from tests.debian_tree import RigError, folder_of

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHONS = {"trixie": "313", "bookworm": "311"}
PROGRAMS = {"wallboard": "firmware.pi", "wallboard-bridge": "host_bridge", "wallboardctl": "host_bridge.ctl"}
USERS = ("wallboard", "wallboard-bridge")
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
_START = """\
#!/usr/bin/python3 -I
import sys
sys.path.insert(0, "/opt/wallboard/lib")
from {module}.__main__ import main
sys.exit(main())
"""


def install(machine: Machine, suite: str) -> None:
    """Before its first boot."""
    library = machine.upper / "opt/wallboard/lib"
    shutil.copytree(_wheels(PYTHONS[suite]), library)
    for package in ("config", "firmware", "host_bridge", "hw"):
        shutil.copytree(CHECKOUT / package, library / package, ignore=shutil.ignore_patterns("__pycache__"))
    programs = machine.upper / "usr/bin"
    programs.mkdir(parents=True)
    for name, module in PROGRAMS.items():
        (programs / name).write_text(_START.format(module=module))
        (programs / name).chmod(0o755)
    units = machine.upper / "usr/lib/systemd"
    (units / "system").mkdir(parents=True)
    for each in (CHECKOUT / "hw/deb").glob("*.service"):
        shutil.copy(each, units / "system")
    (units / "journald@wallboard.conf.d").mkdir()
    shutil.copy(CHECKOUT / "hw/deb/journald@wallboard.conf", units / "journald@wallboard.conf.d/50-wallboard.conf")


def configure(machine: Machine) -> None:
    """Its users, and settings that are right."""
    for user in USERS:
        machine.run("adduser", "--quiet", "--system", "--group", "--no-create-home", user)
    for name, text in (("bridge", BRIDGE), ("thresholds", THRESHOLDS), ("board", BOARD)):
        machine.write(f"/etc/wallboard/{name}.yaml", text)
    for name, user in (("ami", "wallboard-bridge"), ("mqtt", "wallboard")):
        machine.write(f"/etc/wallboard/{name}.secret", "a secret\n", "0600")
        machine.run("chown", f"{user}:", f"/etc/wallboard/{name}.secret")


def _wheels(python: str) -> Path:
    """The folder of what the project needs, unpacked."""
    wanted = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    folder = folder_of(f"wheels-{python}", tuple(wanted))
    if not folder.exists():
        building = folder.with_name(f"building-{folder.name}")
        machine = platform.machine()
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
        command += [f"--target={building}", f"--python-version={python}", "--only-binary=:all:"]
        command += [f"--platform={each}_{machine}" for each in ("manylinux_2_28", "manylinux2014")]
        done = subprocess.run([*command, *wanted], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RigError(f"the wheels could not be had: {done.stderr.strip().splitlines()[-1]}")
        building.rename(folder)
    return folder
