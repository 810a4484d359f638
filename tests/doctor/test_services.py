"""What systemd and the packages' files say of a service."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_bridge.ctl.health import services
from host_bridge.ctl.health.machine import Ran
from tests.doctor.machines import levels, machine, told

RUNS = """\
ExecMainStatus=0
Result=success
NRestarts=0
LoadState=loaded
ActiveState=active
SubState=running
StatusText=PBX up, broker up
UnitFileState=enabled
ActiveEnterTimestamp=Thu 2026-11-26 08:12:01 IST
"""
UNIT = services.UNITS["bridge"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["ok"]),
        ({"NRestarts=0": "NRestarts=7"}, ["warning"]),
        ({"ActiveState=active": "ActiveState=failed", "SubState=running": "SubState=failed"}, ["problem"]),
        ({"ActiveState=active": "ActiveState=failed", "ExecMainStatus=0": "ExecMainStatus=2"}, ["problem"]),
        ({"LoadState=loaded": "LoadState=not-found"}, ["warning"]),
        ({"UnitFileState=enabled": "UnitFileState=disabled"}, ["ok", "warning"]),
    ],
)
def test_states(tmp_path: Path, changes: dict[str, str], expected: list[str]) -> None:
    text = RUNS
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    pi = machine(tmp_path, commands={f"systemctl show {UNIT.name}": text})
    assert levels(services.service(pi, UNIT)) == expected


def test_a_wrong_configuration_is_named_as_such(tmp_path: Path) -> None:
    text = RUNS.replace("=active", "=failed").replace("ExecMainStatus=0", "ExecMainStatus=2")
    (finding,) = services.service(machine(tmp_path, commands={"systemctl show": text}), UNIT)
    assert "refuses its configuration" in finding.what
    assert "wallboardctl check --secrets /etc/wallboard/bridge.yaml" in finding.do


def test_an_upgrade_that_was_taken_back(tmp_path: Path) -> None:
    said = "0.2.0: not active 60 s after the upgrade:\nbridge.yaml:7:3: mqtt.url: unknown\n"
    pi = machine(tmp_path, {"/opt/wallboard/bridge.rolled-back": said}, {"systemctl show": RUNS})
    assert told(services.service(pi, UNIT))[0] == (
        "problem", "an upgrade of the bridge was taken back: 0.2.0: not active 60 s after the upgrade: "
        "bridge.yaml:7:3: mqtt.url: unknown",
    )  # fmt: skip


def test_no_systemd(tmp_path: Path) -> None:
    assert levels(services.service(machine(tmp_path), UNIT)) == ["unknown"]
    refused = {
        "systemctl": Ran(1, "", "System has not been booted with systemd as init system (PID 1).\nCan't operate.")
    }
    assert levels(services.service(machine(tmp_path, commands=refused), UNIT)) == ["unknown"]
