"""The options of `wallboardctl provision`, and what they come to: the system, the network, the login at the broker."""

from __future__ import annotations

import argparse
import getpass
import os
import re
from pathlib import Path

from config import interrupt
from config.regular_file import read_regular
from config.terminal import can_ask
from host_bridge.calendar import zone
from hw.pins import mappings
from hw.provision import CardError, ProvisionError, card, network
from hw.provision.board_yaml import FOR_A_BOARD, Panel, panel
from hw.provision.network import Network
from hw.provision.system import System, hostname_of

_MOST_BYTES = 1 << 16  # of a file with one line in it


def add_card(parser: argparse.ArgumentParser) -> None:
    """Adds the option that says where the card is."""
    parser.add_argument(
        "--out", metavar="DIR", type=place, required=True, help="the card's boot partition: D:\\, or …/bootfs"
    )


def place(text: str, *, windows: bool = os.name == "nt") -> Path:
    """The folder that --out names. On Windows D: alone would be whichever folder of the drive was the last one used."""
    if '"' in text:  # "D:\" has its backslash keep the quote, and what follows is one word with it
        raise argparse.ArgumentTypeError(f"{text!r}: write D:\\ without quotes")
    drive, folder = text[:2], text[2:]
    if windows and re.fullmatch("[A-Za-z]:", drive) and folder[:1] not in ("\\", "/"):
        return Path(f"{drive}\\{folder}")
    return Path(text)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds all options that say what is to be on the card."""
    parser.add_argument("--board", metavar="ID", required=True, help="the board's own name, as lobby")
    parser.add_argument("--force", action="store_true", help="write over what others set up on this card")
    parser.add_argument("--json", action="store_true", help="print {board, out, form, files, notes, next, …}")
    _add_broker(parser.add_argument_group("its site and broker"))
    _add_panel(parser.add_argument_group("what hangs on the wall"))
    _add_network(parser.add_argument_group("its network: by cable, unless --wifi"))
    _add_system(parser.add_argument_group("its system"))


def _add_broker(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--site", metavar="NAME", help="the site's name, as in bridge.yaml")
    group.add_argument("--broker", metavar="URL", help="mqtts://HOST or mqtts://HOST:PORT; mqtt:// is not encrypted")
    group.add_argument(
        "--pki", metavar="DIR", type=Path, help="the folder of `wallboardctl pki`: certificates from there"
    )
    group.add_argument("--ca", metavar="FILE", type=Path, help="instead of --pki: who signed the broker's certificate")
    group.add_argument("--cert", metavar="FILE", type=Path, help="… this board's own certificate")
    group.add_argument("--key", metavar="FILE", type=Path, help="… and its key")
    group.add_argument(
        "--username", metavar="NAME", help="for a broker that wants a password; the board's id if not given"
    )
    group.add_argument("--password-file", metavar="FILE", type=Path, help="its first line is the broker's password")
    group.add_argument("--password-env", metavar="NAME", help="… or this environment variable holds it")


def _add_panel(group: argparse._ArgumentGroup) -> None:
    own = Panel()
    group.add_argument("--board-yaml", metavar="FILE", type=Path, help="take all of this from a board.yaml")
    group.add_argument("--panel", metavar="WxH", default="128x64", help="LEDs of the whole panel; %(default)s")
    group.add_argument("--module", metavar="WxH", help="LEDs of one of its modules; 64x64 or 64x32, as fits")
    group.add_argument(
        "--mapping", choices=tuple(mappings()), default=own.mapping, help="its wiring (hw/pins.yaml); %(default)s"
    )
    group.add_argument(
        "--driver", choices=FOR_A_BOARD, default=own.driver, help="%(default)s: the LEDs; image: without"
    )
    group.add_argument(
        "--slowdown", metavar="N", type=int, help="0 to 10, when the picture is garbled; the library's own"
    )
    group.add_argument("--buzzer", metavar="GPIO", help="its pin, or none; the best free one if not given")
    group.add_argument("--button", metavar="GPIO", type=int, help="the pin of a push button; none if not given")


def _add_network(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--wifi", metavar="NAME", help="the wireless network's name; the passphrase is asked for, or:")
    group.add_argument("--wifi-passphrase-file", metavar="FILE", type=Path, help="its first line is the passphrase")
    group.add_argument("--wifi-passphrase-env", metavar="NAME", help="this environment variable holds it")
    group.add_argument("--wifi-hidden", action="store_true", help="the network does not show its name")
    group.add_argument(
        "--wifi-security",
        choices=tuple(network.SECURITY),
        default="auto",
        help="%(default)s: WPA2, or WPA3 where both are offered; wpa2 when it does not connect to such a network",
    )
    group.add_argument("--country", metavar="XX", default="IL", help="whose rules for Wi-Fi apply; %(default)s")
    group.add_argument("--address", metavar="IP/LEN", help="a fixed address, as 192.168.1.50/24; by DHCP if not given")
    group.add_argument("--gateway", metavar="IP", help="with --address: the router")
    group.add_argument(
        "--dns", metavar="IP", action="append", default=[], help="with --address: a name server; repeat it"
    )


def _add_system(group: argparse._ArgumentGroup) -> None:
    own = System("x")
    group.add_argument("--hostname", metavar="NAME", help="wallboard-ID if not given")
    group.add_argument("--user", metavar="NAME", default=own.user, help="who may log in with --ssh-key; %(default)s")
    group.add_argument(
        "--ssh-key", metavar="FILE", type=Path, action="append", default=[], help="a public key (.pub): ssh is on"
    )
    group.add_argument("--timezone", metavar="ZONE", default=own.timezone, help="%(default)s")
    group.add_argument("--locale", metavar="NAME", default=own.locale, help="%(default)s")
    group.add_argument(
        "--deb", metavar="FILE", type=Path, action="append", default=[], help="the board's package; as found in dist/"
    )
    group.add_argument(
        "--rgbmatrix", metavar="WHEEL", type=Path, help="the LED library, if you have built it; as found in dist/"
    )
    group.add_argument(
        "--form",
        choices=(card.AUTO, *card.FORMS),
        default=card.AUTO,
        help=f"{card.CLOUD_INIT}: Raspberry Pi OS Trixie, {card.FIRST_RUN}: Bookworm; %(default)s sees which",
    )


def system_of(args: argparse.Namespace) -> System:
    """The system that the options describe. Raises ProvisionError."""
    try:
        zone(args.timezone)  # the laptop knows all zones, and the Pi would go on by UTC
    except ValueError as error:
        raise ProvisionError(f"--timezone: {error}") from None
    keys = [line for path in args.ssh_key for line in _text(path, "--ssh-key").splitlines() if line.strip()]
    return System(
        hostname=args.hostname.lower() if args.hostname else hostname_of(args.board),
        user=args.user,
        ssh_keys=tuple(key.strip() for key in keys),
        timezone=args.timezone,
        locale=args.locale,
    )


def network_of(args: argparse.Namespace) -> Network:
    """The network that the options describe; asks for the passphrase when they do not tell. Raises ProvisionError."""
    more = [name for name in ("wifi_passphrase_file", "wifi_passphrase_env", "wifi_hidden") if getattr(args, name)]
    if args.wifi is None and (more or args.wifi_security != "auto"):
        raise ProvisionError(f"--{(more or ['wifi_security'])[0].replace('_', '-')} belongs to --wifi NAME")
    if args.address is None and (args.gateway or args.dns):
        raise ProvisionError("--gateway and --dns belong to --address IP/LEN")
    found = None
    if args.wifi is not None:
        network.wifi(args.wifi, "-" * 8 if args.wifi_security != "open" else None, security=args.wifi_security)
        found = network.wifi(args.wifi, _passphrase(args), hidden=args.wifi_hidden, security=args.wifi_security)
    fixed = network.address(args.address, args.gateway, args.dns) if args.address else None
    return Network(found, fixed, network.country(args.country) if found else None)


def _passphrase(args: argparse.Namespace) -> str | None:
    given = secret(args.wifi_passphrase_file, args.wifi_passphrase_env, "--wifi-passphrase")
    if given is not None or args.wifi_security == "open":
        return given
    if not can_ask():
        raise ProvisionError("the passphrase of --wifi: give it with --wifi-passphrase-file or --wifi-passphrase-env")
    try:
        with interrupt.tidily():  # else Ctrl-C would leave a terminal that does not show what is typed
            return getpass.getpass(f"Passphrase of the Wi-Fi {args.wifi}: ")
    except KeyboardInterrupt:
        raise CardError("interrupted: nothing was written") from None


def secret(path: Path | None, variable: str | None, option: str) -> str | None:
    """The secret that a file's first line or an environment variable holds; None when neither is named."""
    if path is not None and variable is not None:
        raise ProvisionError(f"{option}-file and {option}-env: give one of the two")
    if variable is not None:
        value = os.environ.get(variable)
        if not value:
            raise ProvisionError(f"{option}-env: the environment variable {variable} is not set, or empty")
        return value
    if path is None:
        return None
    first = _text(path, f"{option}-file").split("\n", 1)[0].strip("\r")
    if not first:
        raise ProvisionError(f"{option}-file: the first line of {path} is empty")
    return first


def panel_of(args: argparse.Namespace) -> Panel:
    """The panel that the options describe. Raises ProvisionError."""
    modules, chain, parallel = panel(args.panel, args.module, args.mapping)
    buzzer: int | None
    if args.buzzer is None:
        buzzer = mappings()[args.mapping].suggested_buzzer(parallel)
    elif args.buzzer.lower() == "none":
        buzzer = None
    elif args.buzzer.isdecimal():
        buzzer = int(args.buzzer)
    else:
        raise ProvisionError(f"--buzzer {args.buzzer!r}: expected a GPIO number, or none")
    return Panel(modules, chain, parallel, args.driver, args.mapping, args.slowdown, buzzer, args.button)


def _text(path: Path, option: str) -> str:
    """A small text file. Raises ProvisionError."""
    return read(path, option, _MOST_BYTES).decode("utf-8-sig", "replace")


def read(path: Path, option: str, most: int) -> bytes:
    """The file that an option names, at most so many bytes. Raises ProvisionError."""
    try:
        data = read_regular(path, most + 1)
    except OSError as error:
        raise ProvisionError(f"{option}: {path} cannot be read: {error.strerror or error}") from None
    if len(data) > most:
        raise ProvisionError(f"{option}: {path} is larger than {most >> 10} KiB: it cannot be what is wanted")
    return data
