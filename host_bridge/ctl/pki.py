"""`wallboardctl pki`: a site's own certificates, from the first to the last: make, list, renew, revoke."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from host_bridge.ctl.number_args import whole
from host_bridge.pki.mosquitto import PLAIN_PORT, TLS_PORT

DESCRIPTION = """\
Makes the certificates by which broker, bridge, boards and people of a site know each other, without any authority but
the site's own and without a network. They lie in a folder (--pki, ./pki when not given) that belongs to whoever looks
after the site: keep it, and a copy of it, where nobody else can read it, on no board and on no broker.

  wallboardctl pki init --site main --broker pbx.example 192.0.2.10   # once: authority, broker, bridge, wallboardctl
  wallboardctl pki broker --out /etc/mosquitto     # on the broker's host: mosquitto's settings, access list and key
  wallboardctl pki board hall-1 hall-2             # `wallboardctl provision` does this by itself
  wallboardctl pki client alice                    # for somebody who uses wallboardctl elsewhere
  wallboardctl pki list                            # who has one, and until when
  wallboardctl pki renew                           # what ends within a year
  wallboardctl pki revoke hall-2                   # a board that was stolen

Each may be given twice: what is there already stays as it is. A certificate ends after ten years, begins in 1970 (a
board whose clock nobody has set yet takes it), and names the user of the broker's access list.
"""
EPILOG = """\
Exit codes: 0 done, or there already; 1 something in the folder cannot be read, written or used; 2 wrong usage or a name
that cannot be used.
"""
FOLDER = Path("pki")
WITHIN_DAYS, MOST_DAYS = 365, 36_500
_PORT = whole("a port", 1, 65_535)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `pki`."""
    parser = subparsers.add_parser(
        "pki", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG
    )
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    init = _add(steps, "init", "the authority of a site; certificates of its broker, its bridge and wallboardctl")
    init.add_argument("--site", metavar="NAME", required=True, help="the site's name, as in bridge.yaml")
    init.add_argument(
        "--broker",
        metavar="HOST",
        nargs="+",
        action="extend",
        required=True,
        help="every name and address by which boards or bridge reach the broker; localhost is among them by itself",
    )
    broker = _add(steps, "broker", "mosquitto's settings, access list, certificate and key, into a folder")
    broker.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="/etc/mosquitto, or a folder to be copied there"
    )
    broker.add_argument(
        "--at", metavar="DIR", help="where the broker will find DIR/wallboard (/etc/mosquitto/wallboard)"
    )
    broker.add_argument("--port", metavar="PORT", type=_PORT, help=f"of mqtts ({TLS_PORT})")
    broker.add_argument(
        "--passwords",
        metavar="PORT",
        nargs="?",
        type=_PORT,
        const=PLAIN_PORT,
        help=f"let users with passwords in too, unencrypted, at this port ({PLAIN_PORT})",
    )
    board = _add(steps, "board", "certificates of boards")
    board.add_argument("names", metavar="ID", nargs="+", help="`board` in board.yaml")
    client = _add(steps, "client", "certificates of people and programs")
    client.add_argument("names", metavar="NAME", nargs="+", help="the user of the broker")
    client.add_argument("--read-only", action="store_true", help="who may watch, and change nothing")
    _add(steps, "list", "who has a certificate, and until when")
    renew = _add(steps, "renew", "new certificates in place of those that end soon, or of those that are named")
    renew.add_argument(
        "names", metavar="NAME", nargs="*", help="board, client or `broker`; all that end soon when absent"
    )
    renew.add_argument(
        "--within",
        metavar="DAYS",
        type=whole("days", 0, MOST_DAYS),
        default=WITHIN_DAYS,
        help="without names: those that end within so many days (%(default)s)",
    )
    renew.add_argument("--new-key", action="store_true", help="of those that are named: make another key too")
    revoke = _add(steps, "revoke", "let the broker take somebody's certificates no longer")
    revoke.add_argument("names", metavar="NAME", nargs="+", help="board or client")
    revoke.add_argument("--older", action="store_true", help="all but the newest, once that one is in its place")


def run(args: argparse.Namespace) -> int:
    """0 done, 1 the folder is in the way, 2 a name cannot be used."""
    from host_bridge.ctl import pki_steps  # noqa: PLC0415 - cryptography comes with it
    from host_bridge.pki import files  # noqa: PLC0415
    from host_bridge.pki.names import PkiError, WrongNameError, check  # noqa: PLC0415

    try:
        if args.step == "init":
            check(args.site, "site")
            files.make_folder(args.pki)
        with files.alone(args.pki):
            return pki_steps.run(args)
    except PkiError as error:
        print(f"wallboardctl pki {args.step}: {error}", file=sys.stderr)
        return 2 if isinstance(error, WrongNameError) else 1


def _add(steps: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str) -> argparse.ArgumentParser:
    parser = steps.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.", epilog=EPILOG)
    parser.add_argument(
        "--pki", metavar="DIR", type=Path, default=FOLDER, help="the folder of the site (./%(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print what was done, or is there, as JSON")
    return parser
