"""A board's life: a frame of its own, a version that hangs, a power cut in the midst of an upgrade, the LED library."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.deb.debs import FIRST, LATER, Debs
from tests.deb.rig import Machine
from tests.deb.sites import (
    UNITS,
    everything,
    in_use,
    install,
    set_up_board,
    set_up_bridge,
)

pytestmark = [pytest.mark.debian, pytest.mark.usefixtures("hanging")]  # the longest of all begins here
BOARD, BRIDGE = UNITS["board"], UNITS["bridge"]
FRAME = "var/lib/wallboard/frames/latest.png"


def lit(machine: Machine) -> bytes:
    """The frame that the board shows, RGB; it has something on it."""
    with Image.open(machine.upper / FRAME) as picture:
        assert picture.size == (64, 32) and picture.mode == "RGB"
        pixels = picture.tobytes()
    assert sum(pixels) > 1000
    return pixels


def test_both_on_one_machine_and_each_goes_alone(new_machine: Callable[[str], Machine], debs: Debs) -> None:
    """On Debian 12, which FreePBX 17 runs on: a broker, a bridge, and a board whose panel is a picture."""
    machine = new_machine("bookworm")
    machine.start()
    before = everything(machine)
    for package in ("wallboard-bridge", "wallboard-board"):
        told = install(machine, debs, FIRST, package)
    assert "the LED library rpi-rgb-led-matrix is not here" in told and "wallboard-rgbmatrix --help" in told
    set_up_bridge(machine)
    set_up_board(machine)
    machine.sh("ln -sf mqtt.secret /etc/wallboard/link.secret")  # of which nobody's file becomes the service's
    machine.sh("systemctl start wallboard")
    machine.wait_for(BOARD)
    alone = lit(machine)

    machine.beside("mosquitto", "-p", "1883")
    machine.sh("systemctl start wallboard-bridge")
    machine.wait_until(lambda: "hall-1" in machine.sh("wallboardctl boards", check=False), "the board is seen", 30)
    machine.wait_until(lambda: lit(machine) != alone, "what the bridge says is on the panel", 30)
    assert "board.secret" in machine.sh("find /etc/wallboard -user wallboard -perm 600 -name '*.secret'")

    killed = machine.show(BOARD, "MainPID")
    machine.sh(f"kill -KILL {killed}")
    machine.wait_until(lambda: machine.show(BOARD, "NRestarts") == "1", "systemd restarts it")
    machine.wait_for(BOARD)
    lit(machine)

    # A secret that both name stays when one of them goes.
    machine.sh("sed -i s/board.secret/mqtt.secret/ /etc/wallboard/board.yaml")
    machine.run("dpkg", "--purge", "wallboard-bridge")
    assert machine.show(BOARD, "ActiveState") == "active"
    assert machine.sh("ls /etc/wallboard").split() == [
        *("board.example.yaml", "board.schema.json", "board.secret", "board.yaml", "link.secret", "mqtt.secret")
    ]
    assert machine.sh("ls /opt/wallboard") == "0.1.0\nboard" and machine.sh("wallboardctl --version") == FIRST
    assert machine.run("id", "wallboard-bridge", check=False).returncode != 0
    machine.sh("systemctl restart wallboard")
    assert machine.sh("stat -c '%a %U' /etc/wallboard/mqtt.secret") == "600 wallboard"
    assert machine.sh("journalctl --namespace=wallboard --quiet -u wallboard-bridge") != "", (
        "the journal is the board's"
    )

    machine.run("dpkg", "--purge", "wallboard-board")
    assert not everything(machine) - before - {"/var/log/asterisk", "/var/log/asterisk/queue_log"}


def test_the_led_library_and_lgpio_are_found_beside_the_package(installed: Machine, debs: Debs, tmp_path: Path) -> None:
    """A stand-in for each: what is seen is where it lies. Nothing else of the system's Python is."""
    machine = installed
    python = "/opt/wallboard/board/bin/python"
    refused = machine.run("wallboard-rgbmatrix", check=False)
    assert refused.returncode == 1 and "sudo wallboard-rgbmatrix build" in refused.stderr

    wheel = tmp_path / "rgbmatrix-0.0.1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("rgbmatrix/__init__.py", "LIT = True\n")
        archive.writestr(
            "rgbmatrix-0.0.1.dist-info/METADATA", "Metadata-Version: 2.1\nName: rgbmatrix\nVersion: 0.0.1\n"
        )
        archive.writestr(
            "rgbmatrix-0.0.1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("rgbmatrix-0.0.1.dist-info/RECORD", "")
    machine.put(wheel, "/root")
    told = machine.run("wallboard-rgbmatrix", f"/root/{wheel.name}")
    assert "The LED library is in /opt/wallboard/rgbmatrix/rgbmatrix" in told.stdout
    assert machine.sh("wallboard-rgbmatrix") == "/opt/wallboard/rgbmatrix/rgbmatrix"
    again = machine.run("wallboard-rgbmatrix", "/root/nothing.whl", check=False)
    assert (again.returncode, again.stderr) == (1, "wallboard-rgbmatrix: there is no file /root/nothing.whl\n")

    dist = "/usr/lib/python3/dist-packages"
    assert machine.run(python, "-c", "import lgpio", check=False).returncode == 1
    machine.write(f"{dist}/lgpio.py", "PIN = 1\n")
    machine.write(f"{dist}/other.py", "")
    assert machine.run(python, "-c", "import lgpio; print(lgpio.__file__)").stdout.endswith("site-packages/lgpio.py\n")
    assert machine.run(python, "-c", "import other", check=False).returncode == 1

    # A later environment sees both.
    install(machine, debs, LATER, "wallboard-board")
    assert in_use(machine, "board") == f"{LATER}/board"
    machine.run(python, "-c", "import lgpio, rgbmatrix; assert rgbmatrix.LIT")


def test_another_machines_package_is_refused_by_dpkg(machine: Machine, debs: Debs, tmp_path: Path) -> None:
    other = "arm64" if debs.machine == "amd64" else "amd64"
    subprocess.run(["dpkg-deb", "--raw-extract", debs("wallboard-board"), tmp_path / "tree"], check=True)
    control = tmp_path / "tree/DEBIAN/control"
    control.write_text(control.read_text().replace(f"Architecture: {debs.machine}", f"Architecture: {other}"))
    subprocess.run(["dpkg-deb", "-Znone", "--build", tmp_path / "tree", tmp_path / "other.deb"], check=True)
    machine.put(tmp_path / "other.deb", "/root")
    told = machine.run("dpkg", "--install", "/root/other.deb", check=False)
    assert told.returncode != 0 and "does not match system" in told.stderr
    assert not machine.exists("/opt/wallboard")
