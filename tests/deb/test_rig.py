"""The rig by itself: systemd is real, the network is not there, and nothing is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.at_a_prompt import at_a_prompt
from tests.deb.container import GROUPS
from tests.deb.rig import CommandError, Machine

pytestmark = pytest.mark.debian


def test_each_release_boots_with_the_real_systemd(any_machine: Machine) -> None:
    assert any_machine.read("/proc/1/comm") == "systemd\n"
    assert any_machine.run("systemctl", "is-system-running").stdout == "running\n"
    assert any_machine.sh("systemctl --failed --no-legend") == ""
    assert any_machine.sh("cd /sys/class/net && echo *") == "lo"
    assert any_machine.run("python3", "-c", "import ensurepip", check=False).returncode == 1


def test_what_is_written_outlives_a_reboot_and_a_power_cut_and_not_the_test(machine: Machine) -> None:
    machine.write("/etc/wallboard/a file", "one\n")
    booted = machine.read("/proc/sys/kernel/random/boot_id")
    machine.reboot()
    assert machine.read("/etc/wallboard/a file") == "one\n"
    assert machine.read("/proc/sys/kernel/random/boot_id") != booted
    machine.kill()
    machine.start()
    assert machine.read("/etc/wallboard/a file") == "one\n"
    machine.close()
    assert not machine.upper.exists()


def test_files_go_in_and_come_back(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/secret").write_text("שלום\n")
    machine.put(tmp_path / "folder", "/srv/new", mode="go-rwx")
    assert machine.read("/srv/new/folder/secret") == "שלום\n"
    assert machine.sh("stat -c '%a %U' /srv/new/folder/secret") == "600 root"
    assert machine.exists("/srv/new/folder") and not machine.exists("/srv/old")


def test_a_failed_command_and_a_failed_unit_say_why(machine: Machine) -> None:
    with pytest.raises(CommandError, match="exit code 2\nof no use\n"):
        machine.run("sh", "-c", "echo of no use; exit 2")
    unit = "[Service]\nType=notify\nExecStart=sh -c 'echo last words; exit 3'\n"
    machine.write("/etc/systemd/system/bad.service", unit)
    machine.run("systemctl", "start", "--no-block", "bad")
    with pytest.raises(CommandError, match=r"(?s)bad failed \((exit-code|protocol)\).*last words"):
        machine.wait_for("bad", timeout=20)
    assert machine.run("id", "-un", user="nobody").stdout == "nobody\n"


def test_a_program_of_the_host_is_heard_on_the_machines_loopback(machine: Machine) -> None:
    machine.beside("mosquitto", "-p", "1883")
    machine.wait_until(lambda: ":1883" in machine.sh("ss -ltn"), "the broker listens", timeout=10)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_whatever_the_test_dies_of(
    number: signal.Signals, tree_of: Callable[[str], Path], tmp_path: Path
) -> None:
    script = textwrap.dedent(f"""
        import pathlib, sys, time
        from tests.deb.rig import Machine
        machine = Machine(pathlib.Path({str(tree_of("trixie"))!r}), pathlib.Path({str(tmp_path / "machine")!r}))
        try:
            machine.start()
            print(machine._leader, flush=True)
            time.sleep(60)
        finally:
            machine.close()
    """)
    with at_a_prompt():
        run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with run:
        assert run.stdout is not None
        leader = int(run.stdout.readline())
        assert Path(f"/proc/{leader}").exists()
        run.send_signal(number)
        run.wait(30)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{leader}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{leader}").exists()
    assert str(tmp_path) not in Path("/proc/mounts").read_text()
    for group in Path("/sys/fs/cgroup").glob(f"**/{GROUPS}{run.pid}-*/cgroup.events"):
        assert "populated 0" in group.read_text()
