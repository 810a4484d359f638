"""`wallboardctl doctor` and `support` beside the real systemd: what it says of a service, and its journal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from host_bridge.ctl.bundle import parts
from host_bridge.ctl.bundle.redact import Redactor
from host_bridge.ctl.health import os_state, services
from host_bridge.ctl.health.finding import NotCheckedError
from host_bridge.ctl.health.machine import Machine as View
from host_bridge.ctl.health.machine import Ran
from tests.deb.rig import Machine
from tests.doctor.machines import told

pytestmark = pytest.mark.debian

UNIT = services.UNITS["bridge"]
SERVICE = """\
[Service]
Type=notify
NotifyAccess=all
ExecStart=/bin/sh -c '{says}; systemd-notify --ready --status="PBX up"; {then}'
Restart={restart}
RestartSec=100ms
LogNamespace=wallboard
[Install]
WantedBy=multi-user.target
"""
SAYS = 'echo "the secret is swordfish, caller 050-123-4567"'


def view(machine: Machine, user: str = "") -> View:
    """The machine as the checks see it: its files, and commands run in it."""

    def run(command: Sequence[str]) -> Ran | None:
        done = machine.run(*command, check=False, user=user)
        return None if done.returncode == 127 else Ran(done.returncode, done.stdout, done.stderr)

    return View(Path(f"/proc/{machine._leader}/root"), run, uid=1000 if user else 0)


def install(machine: Machine, then: str = "sleep 600", restart: str = "no") -> None:
    machine.write(f"/etc/systemd/system/{UNIT.name}", SERVICE.format(says=SAYS, then=then, restart=restart))
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "enable", "--quiet", UNIT.name)
    machine.run("systemctl", "restart", UNIT.name, check=False)


def test_a_service_in_all_its_states(any_machine: Machine) -> None:
    machine = any_machine
    ((level, what),) = told(services.service(view(machine), UNIT))
    assert (level, what) == ("warning", f"{UNIT.name} is not installed (not-found)")
    install(machine)
    machine.wait_for(UNIT.name)
    ((level, what),) = told(services.service(view(machine), UNIT))
    assert level == "ok"
    assert what.endswith("and says: PBX up")

    install(machine, "sleep 600", "always")
    machine.run("systemctl", "kill", "--signal=KILL", UNIT.name)
    machine.wait_until(lambda: machine.show(UNIT.name, "NRestarts") == "1", "a restart")
    machine.wait_for(UNIT.name)
    ((level, what),) = told(services.service(view(machine), UNIT))
    assert (level, "restarted once" in what) == ("warning", True), what

    install(machine, "exit 2")
    machine.wait_for(UNIT.name, "failed")
    ((level, what),) = told(services.service(view(machine), UNIT))
    assert (level, "refuses its configuration" in what) == ("problem", True), what

    install(machine, "exit 1")
    machine.wait_for(UNIT.name, "failed")
    machine.run("systemctl", "disable", "--quiet", UNIT.name)
    lines = told(services.service(view(machine), UNIT))
    assert [level for level, _ in lines] == ["problem", "warning"]
    assert "does not run: failed (failed), exit-code" in lines[0][1]
    assert "does not start with the machine" in lines[1][1]


def test_the_journal_of_our_own_namespace_and_who_may_not_read_it(machine: Machine) -> None:
    install(machine)
    machine.wait_for(UNIT.name)
    machine.run("journalctl", "--namespace=wallboard", "--sync")
    text = parts._journal(view(machine), 3)
    assert "the secret is swordfish, caller 050-123-4567" in text
    clean = Redactor(("swordfish",)).clean(text, log=True)
    assert "the secret is [removed], caller [number]" in clean
    assert clean.startswith(text[:19])  # the time of the first line stays
    with pytest.raises(NotCheckedError, match="root and the group systemd-journal"):
        parts._journal(view(machine, "nobody"), 3)


def test_watchdog_and_clock(machine: Machine) -> None:
    at = view(machine)
    ran = at.run("systemctl", "show", "--property=RuntimeWatchdogUSec")
    assert ran is not None
    assert ran.out.startswith("RuntimeWatchdogUSec=")
    (level, what), *more = told(os_state.clock(at, board_only=False))
    assert not more
    assert level in ("warning", "unknown"), what  # no network, so nobody keeps it
