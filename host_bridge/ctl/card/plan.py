"""A card: planned from the options, with all that can be wrong in them; and then written, in the right order."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.folder_lock import alone
from config.replace_file import replace_file
from host_bridge.ctl.card import parts
from host_bridge.ctl.card.args import network_of, system_of
from host_bridge.ctl.card.board import Board, board_of
from hw.provision import (
    FOLDER,
    MADE_BY,
    CardError,
    ProvisionError,
    card,
    cloud_init,
    cmdline,
    first_run,
    keyfile,
    netplan,
    writer,
)
from hw.provision.card import CLOUD_INIT, FIRST_RUN, Card
from hw.provision.network import Network
from hw.provision.system import System
from hw.provision.writer import File, of_text


@dataclass(frozen=True)
class Plan:
    """What is to stand on a card, whichever card that is. `payload`: packages, settings and scripts."""

    board: Board
    system: System
    network: Network
    payload: list[File] = field(repr=False)
    notes: list[str]


@dataclass(frozen=True)
class Made:
    """What was made of a plan: `files` as written, `notes` for the person, a line each."""

    folder: Path
    forms: tuple[str, ...]
    plan: Plan
    files: list[File] = field(repr=False)
    notes: list[str]


def plan_of(args: argparse.Namespace) -> Plan:
    """What the options ask for; a passphrase is asked for last. Raises ProvisionError and ConfigError."""
    system, board = system_of(args), board_of(args)
    packages, notes = parts.packages(args)
    library, more = parts.led_library(args, board.settings.panel.driver)
    payload = [*packages, *library, *board.files, *parts.first_boot()]
    network = network_of(args)
    return Plan(board, system, network, payload, [*board.notes, *notes, *more, *_notes(board, network, system)])


def onto(folder: Path, form: str, plan: Plan, *, force: bool) -> Made:
    """Write the plan onto the card in `folder`. Raises ProvisionError when it is none, CardError when it fails."""
    to = look(folder, form, force=force)
    try:
        with alone(folder, wait=False):
            return _onto(to, plan)
    except BlockingIOError:
        raise CardError(f"{folder}: another wallboardctl is writing to this card: wait for it") from None
    except OSError as error:
        raise CardError(writer.why(error, folder)) from None


def _onto(to: Card, plan: Plan) -> Made:
    forms = {"cloud_init": CLOUD_INIT in to.forms, "first_run": FIRST_RUN in to.forms}
    command = cmdline.changed(to.cmdline, country=plan.network.country, **forms)
    files = [*plan.payload, *_system(to, plan), File("cmdline.txt", command)]
    card.check_room(to, sum(len(each.data) for each in files))
    notes = [*_keep_edited(to, files), *plan.notes]
    written = writer.write(to.folder, files, without=_of_the_other_form(to))
    return Made(to.folder, to.forms, plan, written, notes)


def look(folder: Path, form: str, *, force: bool) -> Card:
    """The card in `folder`. Raises ProvisionError when there is none, or when others' settings are on it."""
    found = card.look(folder, form)
    cmdline.words(found.cmdline)
    try:
        others = card.in_the_way(found)
    except OSError as error:
        raise CardError(f"{folder} cannot be read: {error.strerror or error}") from None
    if others and not force:
        raise ProvisionError("; ".join(others) + ". To go on all the same: --force")
    return found


def _system(to: Card, plan: Plan) -> list[File]:
    network, system = plan.network, plan.system
    secret = network.wifi is not None and network.wifi.passphrase is not None
    made = []
    if CLOUD_INIT in to.forms:
        user = of_text("user-data", cloud_init.user_data(system))
        reach = of_text("network-config", netplan.text(network), secret=secret)
        vendor = of_text("vendor-data", cloud_init.vendor_data())
        payload = b"".join(each.data for each in plan.board.files)
        meta = cloud_init.meta_data(plan.board.settings.board, user.data, reach.data, payload)
        made += [reach, user, vendor, of_text("meta-data", meta)]
    if FIRST_RUN in to.forms:
        made += [of_text(f"{FOLDER}/{name}", text, secret=secret) for name, text in keyfile.files(network).items()]
        made.append(of_text("firstrun.sh", first_run.script(system)))
    return made


def _keep_edited(to: Card, files: Sequence[File]) -> list[str]:
    """A board.yaml that somebody has edited on the card is not lost; a note about it. Raises OSError."""
    name = f"{FOLDER}/board.yaml"
    theirs = writer.edited(to.folder, "board.yaml")
    if theirs is None or theirs in (each.data for each in files if each.name == name):
        return []
    kept = to.folder / f"{name}.before"
    replace_file(kept, theirs)
    return [f"{name} had been edited by hand: that is {kept.name} now; to go by it, --board-yaml {kept}"]


def _of_the_other_form(to: Card) -> list[str]:
    """Files of ours from an earlier time, or of others with --force: nothing may start twice."""
    names = [] if FIRST_RUN in to.forms else ["firstrun.sh"]
    if CLOUD_INIT not in to.forms and MADE_BY.encode() in to.old("user-data"):
        names += ["user-data", "vendor-data", "meta-data", "network-config"]
    return names


def _notes(board: Board, network: Network, system: System) -> list[str]:
    notes = []
    if board.settings.mqtt.tls is None:
        notes.append("the broker's address is mqtt://: figures and passwords go unencrypted; with --pki they would not")
    if network.wifi and network.wifi.security == "open":
        notes.append("the Wi-Fi is open: everybody near it can listen")
    if system.ssh_keys:
        who = f"ssh is on (port 22), for {system.user} with a key"
        notes.append(f"{who}; leave out --ssh-key for a board that listens nowhere")
    else:
        notes.append("nobody can log in to this board: it is mended by making its card anew; --ssh-key lets you in")
    return notes
