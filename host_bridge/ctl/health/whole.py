"""Which checks a machine gets, by the settings that are on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from host_bridge.ctl.health import (
    ami_words,
    broker,
    card,
    certificates,
    files,
    os_state,
    pbx,
    pbx_files,
    pi_panel,
    pi_pins,
    pi_power,
    services,
    wifi,
)
from host_bridge.ctl.health.finding import Finding, problem
from host_bridge.ctl.health.machine import Machine
from host_bridge.ctl.health.rounds import DEADLINE_S, Check, examine
from host_bridge.ctl.health.sites import SETTINGS, Own, read
from host_bridge.settings import BridgeSettings


def examined(paths: Sequence[Path], listen_s: float, machine: Machine | None = None) -> list[Finding]:
    """All findings about this machine, with these settings. `listen_s`: how long to hear the PBX."""
    machine = machine or Machine()
    owns, told = read(paths)
    if not paths:
        do = (
            "name the file: wallboardctl doctor FILE. New: beside the PBX copy bridge.example.yaml, and a board's card "
            "comes from wallboardctl provision"
        )
        told.append(problem(SETTINGS, "there is no board.yaml and no bridge.yaml", do))
    groups = [_machine(machine, owns)]
    for own in owns:
        groups.append(_services(machine, own))
        groups.append(_broker(machine, own))
        if own.bridge is not None:
            groups.append([Check(ami_words.AMI, partial(pbx.pbx, machine, own, listen_s))])
            groups.append(_kept(machine, own.bridge))
    found = told + examine(groups, DEADLINE_S + max(listen_s - 3, 0))
    return list(dict.fromkeys(found))  # a bridge and a board on one machine share broker and files


def _machine(machine: Machine, owns: Sequence[Own]) -> list[Check]:
    boards = [own.board for own in owns if own.board is not None]
    board_only = bool(boards) and len(boards) == len(owns)
    panel_here = any(board.panel.driver == "rgbmatrix" for board in boards)
    checks = [
        Check(os_state.MACHINE, partial(os_state.what_it_is, machine, panel_here=panel_here)),
        Check(pi_power.POWER, partial(pi_power.power, machine)),
        Check(pi_power.HEAT, partial(pi_power.temperature, machine)),
    ]
    for board in boards:
        checks += [
            Check(pi_panel.SOUND, partial(pi_panel.sound, machine, board.panel)),
            Check(pi_pins.PINS, partial(pi_pins.pins, machine, board)),
            Check(pi_pins.PINS, partial(pi_pins.access, machine, board, services.UNITS["board"].user)),
            Check(pi_panel.CPU, partial(pi_panel.processor, machine, board.panel)),
            Check(pi_panel.LIBRARY, partial(pi_panel.library, machine, board.panel)),
        ]
    folders = {Path("/"): "the system", **{services.UNITS[own.kind].state: f"the {own.kind}" for own in owns}}
    folders |= {own.bridge.journal.parent: "the journal" for own in owns if own.bridge and own.bridge.journal}
    return [
        *checks,
        Check(wifi.WIFI, partial(wifi.wifi, machine)),
        Check(os_state.CLOCK, partial(os_state.clock, machine, board_only=board_only)),
        Check(os_state.SPACE, partial(os_state.space, machine, folders)),
        Check(os_state.MEMORY, partial(os_state.memory, machine)),
        Check(card.CARD, partial(card.card, machine)),
        Check(os_state.WATCHDOG, partial(os_state.watchdog, machine)),
    ]


def _services(machine: Machine, own: Own) -> list[Check]:
    unit = services.UNITS[own.kind]
    pem = own.files("mqtt", ("ca_file", "cert_file")) | own.files("pbx", ("ca_file",))
    return [
        Check(services.SERVICE, partial(services.service, machine, unit)),
        Check(files.SECRETS, lambda: files.secrets(own.secret_files(), services.user_of(machine, unit))),
        Check(certificates.CERTIFICATES, partial(certificates.of_files, pem, machine.now_s())),
    ]


def _broker(machine: Machine, own: Own) -> list[Check]:
    return [Check(broker.BROKER, partial(broker.broker, machine, own))]


def _kept(machine: Machine, bridge: BridgeSettings) -> list[Check]:
    who = partial(services.user_of, machine, services.UNITS["bridge"])
    return [
        Check(pbx_files.QUEUE_LOG, lambda: pbx_files.queue_log(bridge, who(), machine.now_s())),
        Check(pbx_files.THRESHOLDS, lambda: pbx_files.thresholds(bridge, who())),
        Check(pbx_files.KEPT, lambda: pbx_files.journal(bridge, who())),
    ]
