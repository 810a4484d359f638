"""The service of a board or a bridge: does it run, has it restarted, was an upgrade taken back?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from firmware.core.spelling import one_line
from host_bridge.ctl.health import files
from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, warning
from host_bridge.ctl.health.machine import Machine

SERVICE = "service"
ASKED = "LoadState,ActiveState,SubState,UnitFileState,NRestarts,Result,StatusText,ActiveEnterTimestamp,ExecMainStatus"
WRONG_CONFIGURATION = "2"  # the exit code of our programs


class Unit(NamedTuple):
    """`kind` is the settings file's; `name` the unit's; `user` whom it runs as."""

    kind: str
    name: str
    user: str

    @property
    def state(self) -> Path:
        """Its StateDirectory."""
        return Path("/var/lib") / self.user


UNITS = {
    "board": Unit("board", "wallboard.service", "wallboard"),
    "bridge": Unit("bridge", "wallboard-bridge.service", "wallboard-bridge"),
}


def service(machine: Machine, unit: Unit) -> Iterator[Finding]:
    """What systemd says of it."""
    yield from rolled_back(machine, unit)
    ran = machine.run("systemctl", "show", unit.name, f"--property={ASKED}")
    if ran is None:
        raise NotCheckedError(f"{unit.name}: this machine has no systemd")
    if ran.code != 0:
        reason = one_line((ran.err.strip().splitlines() or [f"exit code {ran.code}"])[0], 120)
        raise NotCheckedError(f"{unit.name}: systemd does not answer ({reason})")
    told = dict(line.partition("=")[::2] for line in ran.out.splitlines())
    name = unit.name.removesuffix(".service")
    log = f"journalctl --namespace=wallboard -u {unit.name} -e"
    if told.get("LoadState") != "loaded":
        what = f"{unit.name} is not installed ({told.get('LoadState')})"
        yield warning(SERVICE, what, f"install the package wallboard-{unit.kind}")
        return
    state = f"{told.get('ActiveState')} ({told.get('SubState')})"
    restarts = int(told.get("NRestarts") or 0)
    if told.get("ActiveState") == "active":
        since = told.get("ActiveEnterTimestamp", "")
        says = f", and says: {told['StatusText']}" if told.get("StatusText") else ""
        if restarts:
            often = "once" if restarts == 1 else f"{restarts} times"
            yield warning(SERVICE, f"{name} runs since {since}, and was restarted {often}{says}", f"why: {log}")
        else:
            yield ok(SERVICE, f"{name} runs since {since}{says}")
    elif told.get("ExecMainStatus") == WRONG_CONFIGURATION:
        do = f"wallboardctl check --secrets /etc/wallboard/{unit.kind}.yaml, then sudo systemctl restart {name}"
        yield problem(SERVICE, f"{name} refuses its configuration: {state}", do)
    else:
        result = f", {told['Result']}" if told.get("Result") not in ("success", None, "") else ""
        do = f"sudo systemctl restart {name}; why: {log}"
        yield problem(SERVICE, f"{name} does not run: {state}{result}, restarted {restarts} times", do)
    if told.get("UnitFileState") in ("disabled", "masked"):
        do = f"sudo systemctl {'unmask' if told['UnitFileState'] == 'masked' else 'enable'} {name}"
        yield warning(SERVICE, f"{name} does not start with the machine ({told['UnitFileState']})", do)


def rolled_back(machine: Machine, unit: Unit) -> Iterator[Finding]:
    """An upgrade that was not healthy leaves a file that names the version and why."""
    text = machine.read(f"/opt/wallboard/{unit.kind}.rolled-back")
    if text is not None:
        said = one_line(" ".join(text.split()), 300) or "no reason is given"
        do = "the version before it runs; mend what it names, then install the new package again"
        yield problem(SERVICE, f"an upgrade of the {unit.kind} was taken back: {said}", do)


def user_of(machine: Machine, unit: Unit) -> files.User | None:
    """Whom it runs as, with the groups that a drop-in may give it (SupplementaryGroups=); None when there is none."""
    ran = machine.run("systemctl", "show", unit.name, "--property=SupplementaryGroups", "--value")
    return files.user(unit.user, ran.out.split() if ran is not None and ran.code == 0 else ())
