"""`wallboardctl ami`: the bridge's user of Asterisk's manager, with a secret of its own, where the PBX wants it."""

from __future__ import annotations

import argparse
import ipaddress
import os
import secrets
import sys
from pathlib import Path

from host_bridge.ctl.ami_user import AmiUserError, into, text

DESCRIPTION = """\
Writes the AMI user by which the bridge reads the PBX: who may look and change nothing, from the bridge's address alone,
with filters that let out only what the bridge looks at. Its secret is made here, once, for `password_file` of
bridge.yaml. Asterisk takes it over with:  asterisk -rx "manager reload"

On the PBX, as root, into the file that it keeps for additions of your own:

  wallboardctl ami --into /etc/asterisk/manager_custom.conf                    FreePBX, Issabel
  wallboardctl ami --into /etc/asterisk/vitalpbx/manager__60-wallboard.conf    VitalPBX
  wallboardctl ami --into /etc/asterisk/manager.d/wallboard.conf               Asterisk itself, with a line in its
                                                                               manager.conf: #include manager.d/*.conf

On another machine, for the PBX to be given:

  wallboardctl ami --permit 192.0.2.20 --asterisk 16.28 | ssh root@192.0.2.10 'cat >> /etc/asterisk/manager_custom.conf'

Twice does no harm: the secret stays, and the user in the file is replaced by the new one.
"""
SECRET = Path("/etc/wallboard/ami.secret")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `ami`."""
    parser = subparsers.add_parser(
        "ami",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit codes: 0 written or printed, 1 a file cannot be read or written, 2 wrong usage.",
    )
    parser.add_argument("--into", metavar="FILE", type=Path, help="the file of the PBX; printed if not given")
    parser.add_argument(
        "--permit", metavar="IP", type=_address, default="127.0.0.1", help="the bridge's address (%(default)s)"
    )
    parser.add_argument("--user", metavar="NAME", type=_name, default="wallboard", help="its name (%(default)s)")
    parser.add_argument(
        "--secret", metavar="FILE", type=Path, default=SECRET, help="made if it is not there (%(default)s)"
    )
    older = "as 16.28: before 18.26, 20.11, 21.6 and 22.1 filters are written in another way"
    parser.add_argument(
        "--asterisk", metavar="VERSION", type=_version, help=f"{older}; this machine's if not given, else the newest"
    )
    parser.add_argument("--json", action="store_true", help="print {into, secret_file, made, filters}")


def run(args: argparse.Namespace) -> int:
    """0 when it is written, 1 when a file cannot be."""
    import json  # noqa: PLC0415 - for --json alone

    from host_bridge.ctl.health.machine import Machine  # noqa: PLC0415 - not for --help
    from host_bridge.ctl.health.manager_conf import understands, version_here  # noqa: PLC0415

    if args.json and args.into is None:
        print("wallboardctl ami: --json needs --into FILE", file=sys.stderr)
        return 2
    version = args.asterisk or version_here(Machine())
    older = understands(version) is False
    try:
        secret, made = _secret(args.secret)
        user = text(args.user, secret, args.permit, older=older)
        if args.into is not None:
            into(args.into, args.user, user)
    except AmiUserError as error:
        print(f"wallboardctl ami: {error}", file=sys.stderr)
        return 1
    release = f"Asterisk {version}" if version else "Asterisk 18.26, 20.11, 21.6, 22.1 and newer"
    if args.json:
        form = "older" if older else "newer"
        told = {"into": str(args.into), "secret_file": str(args.secret), "made": made, "filters": form}
        print(json.dumps(told, indent=2))
        return 0
    if args.into is None:
        print(user, end="")
    out = sys.stderr if args.into is None else sys.stdout
    print(f"{args.secret}: {'a new secret' if made else 'its secret, as it was'}", file=out)
    if args.into is not None:
        print(f"{args.into}: [{args.user}], who may look from {args.permit}; filters as {release} reads them")
        print('next: asterisk -rx "manager reload"')
    return 0


def _secret(path: Path) -> tuple[str, bool]:
    """The secret of the file, which is made when there is none; whether it was."""
    try:
        if path.exists():
            secret = (path.read_text("utf-8-sig").splitlines() or [""])[0].strip()
            if not secret.isprintable() or ";" in secret or not secret:
                raise AmiUserError(f"{path}: its first line is no secret that manager.conf can hold; remove the file")
            return secret, False
        secret = secrets.token_hex(24)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(f"{secret}\n".encode())
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        hint = "; as root?" if isinstance(error, PermissionError) else "; name another with --secret"
        raise AmiUserError(f"{path}: {why}{hint}") from None
    return secret, True


def _address(word: str) -> str:
    try:
        return str(ipaddress.IPv4Address(word))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word!r}, expected an address like 192.0.2.20") from None


def _name(word: str) -> str:
    if not word.replace("-", "").replace("_", "").isalnum() or not word.isascii() or word.lower() == "general":
        raise argparse.ArgumentTypeError(f"{word!r}, expected a name of letters, digits, - and _")
    return word


def _version(word: str) -> str:
    major, _, minor = word.partition(".")
    if not (word.isascii() and major.isdigit() and minor.partition(".")[0].isdigit()):
        raise argparse.ArgumentTypeError(f"{word!r}, expected a version like 16.28")
    return word
