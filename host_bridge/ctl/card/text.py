"""What `wallboardctl provision` says: what lies on the card now, which of it is secret, and what to do next."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

from config.mistakes import ConfigError
from host_bridge.ctl.card.plan import Made
from hw.provision import FOLDER, CardError, ProvisionError
from hw.provision.card import CLOUD_INIT


def refused(command: str, error: ConfigError | ProvisionError) -> int:
    """Say why there is no card; the exit code."""
    if isinstance(error, ConfigError):
        print("\n".join(error.errors), file=sys.stderr)
        return 2
    print(f"wallboardctl {command}: {error}", file=sys.stderr)
    return 1 if isinstance(error, CardError) else 2


def interrupted(command: str, again: str) -> int:
    """Say what Ctrl-C left; the exit code."""
    print(f"wallboardctl {command}: interrupted: the card is not complete, {again}", file=sys.stderr)
    return 1


def lines(made: Made) -> str:
    """For people; the last three lines say what to do next."""
    system, board = made.plan.system, made.plan.board.settings
    by = (
        "Raspberry Pi OS Trixie (cloud-init)"
        if made.forms[0] == CLOUD_INIT
        else "Raspberry Pi OS Bookworm (firstrun.sh)"
    )
    if len(made.forms) > 1:
        by = "Raspberry Pi OS Trixie (cloud-init) or Bookworm (firstrun.sh)"
    panel = board.panel
    told = [
        f"{made.folder}: the card of the board {board.board!r} of the site {board.site!r}, for {by}",
        f"  broker   {board.mqtt.host}:{board.mqtt.port}, {_login(made)}",
        f"  network  {_network(made)}",
        f"  panel    {panel.width}x{panel.height}, driver {panel.driver}, "
        f"wired as {panel.hardware_mapping}; buzzer {_pin(board.buzzer_gpio)}, button {_pin(board.button_gpio)}",
        f"  system   {system.hostname}, {system.timezone}",
        f"  files    {len(made.files)}, {_size(sum(len(each.data) for each in made.files))}; "
        f"secrets until the first boot is done: {', '.join(_secrets(made)) or 'none'}",
        *(f"note: {note}" for note in made.notes),
        *(f"{number}. {step}" for number, step in enumerate(next_steps(made), 1)),
    ]
    return "\n".join(told)


def next_steps(made: Made) -> list[str]:
    """Three sentences."""
    board = made.plan.board.settings.board
    return [
        "Eject the card safely, put it into the Pi, connect the panel, and switch on.",
        "Wait ten minutes at most: the Pi starts a few times, then the panel shows its self-test and the figures.",
        f"If it does not, read report.txt and notes.txt in {FOLDER} on the card. `wallboardctl boards` shows {board}.",
    ]


def as_json(made: Made) -> str:
    """For programs."""
    board, reach = made.plan.board.settings, made.plan.network
    told: dict[str, Any] = {
        "board": board.board,
        "site": board.site,
        "out": str(made.folder),
        "form": list(made.forms),
        "hostname": made.plan.system.hostname,
        "broker": f"{board.mqtt.host}:{board.mqtt.port}",
        "wifi": reach.wifi.ssid if reach.wifi else None,
        "country": reach.country,
        "address": reach.address.own if reach.address else None,
        "files": [
            {
                "path": each.name,
                "bytes": len(each.data),
                "sha256": hashlib.sha256(each.data).hexdigest(),
                "secret": each.secret,
            }
            for each in made.files
        ],
        "notes": made.notes,
        "next": next_steps(made),
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _login(made: Made) -> str:
    login = made.plan.board.settings.mqtt
    names = {each.name.rpartition("/")[2] for each in made.files}
    how = [f"user {login.username!r} with a password"] * (login.password is not None)
    how += ["a certificate of its own"] * ("board.crt" in names)
    return f"{'encrypted' if login.tls else 'not encrypted'}, {' and '.join(how) or 'without a login'}"


def _network(made: Made) -> str:
    wifi, address = made.plan.network.wifi, made.plan.network.address
    by = (
        f"Wi-Fi {wifi.ssid!r}{', hidden' * wifi.hidden} (rules of {made.plan.network.country}), or cable"
        if wifi
        else "cable"
    )
    return f"{by}; {f'address {address.own}' if address else 'address by DHCP'}"


def _pin(gpio: int | None) -> str:
    return "none" if gpio is None else f"GPIO {gpio}"


def _secrets(made: Made) -> list[str]:
    return [each.name for each in made.files if each.secret]


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"
