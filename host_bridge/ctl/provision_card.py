"""The files of one card, put together in the order in which they are written, and written."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

from host_bridge.ctl import provision_parts as parts
from host_bridge.ctl.provision_board import Board
from hw.provision import FOLDER, MADE_BY, card, cloud_init, cmdline, first_run, keyfile, netplan, writer
from hw.provision.card import CLOUD_INIT, FIRST_RUN, Card
from hw.provision.network import Network
from hw.provision.system import System
from hw.provision.writer import File, of_text


@dataclass(frozen=True)
class Made:
    """What was made: `files` as written, and `notes` for the person, a line each."""

    folder: Path
    forms: tuple[str, ...]
    board: Board
    system: System
    network: Network
    files: list[File] = field(repr=False)
    notes: list[str]


def make(args: argparse.Namespace, onto: Card, system: System, board: Board, network: Network) -> Made:
    """Write the card. Raises ProvisionError for what is not there, CardError when the card does not take it."""
    packages, notes = parts.packages(args)
    library, more = parts.led_library(args, board.settings.panel.driver)
    payload = [*packages, *library, *board.files, *parts.first_boot()]
    forms = {"cloud_init": CLOUD_INIT in onto.forms, "first_run": FIRST_RUN in onto.forms}
    command = cmdline.changed(onto.cmdline, country=network.country, **forms)
    files = [*payload, *_system(onto, system, network, board), File("cmdline.txt", command)]
    card.check_room(onto, sum(len(each.data) for each in files))
    written = writer.write(onto.folder, files)
    _clear(onto)
    return Made(
        onto.folder,
        onto.forms,
        board,
        system,
        network,
        written,
        [*board.notes, *notes, *more, *_notes(board, network, system)],
    )


def _system(onto: Card, system: System, network: Network, board: Board) -> list[File]:
    secret = network.wifi is not None and network.wifi.passphrase is not None
    made = []
    if CLOUD_INIT in onto.forms:
        user, reach = (
            of_text("user-data", cloud_init.user_data(system)),
            of_text("network-config", netplan.text(network)),
        )
        vendor = of_text("vendor-data", cloud_init.vendor_data())
        payload = b"".join(each.data for each in board.files)
        meta = cloud_init.meta_data(board.settings.board, user.data, reach.data, payload)
        made += [File(reach.name, reach.data, secret), user, vendor, of_text("meta-data", meta)]
    if FIRST_RUN in onto.forms:
        made += [of_text(f"{FOLDER}/{name}", text, secret=secret) for name, text in keyfile.files(network).items()]
        made.append(of_text("firstrun.sh", first_run.script(system)))
    return made


def _clear(onto: Card) -> None:
    """The other form's files of ours, from an earlier time: nothing may start twice."""
    if FIRST_RUN not in onto.forms:
        (onto.folder / "firstrun.sh").unlink(missing_ok=True)
    if CLOUD_INIT not in onto.forms and MADE_BY.encode() in onto.old("user-data"):
        for name in ("user-data", "vendor-data", "meta-data", "network-config"):
            (onto.folder / name).unlink(missing_ok=True)


def _notes(board: Board, network: Network, system: System) -> list[str]:
    notes = []
    login = board.settings.mqtt
    if login.tls is None:
        notes.append("the broker's address is mqtt://: figures and passwords go unencrypted; with --pki they would not")
    if network.wifi and network.wifi.security == "open":
        notes.append("the Wi-Fi is open: everybody near it can listen")
    if system.ssh_keys:
        notes.append(
            f"ssh is on (port 22), for {system.user} with a key; leave out --ssh-key for a board that listens nowhere"
        )
    else:
        notes.append("nobody can log in to this board: it is mended by making its card anew; --ssh-key lets you in")
    return notes
