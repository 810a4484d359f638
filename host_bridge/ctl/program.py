"""`wallboardctl COMMAND`: one module a command, each with add_parser(subparsers) and run(args) → exit code."""

from __future__ import annotations

import argparse
import errno
import os
import sys

from config.version import version
from host_bridge.ctl import boards, check, preview, reconcile

_COMMANDS = {"check": check, "boards": boards, "preview": preview, "reconcile": reconcile}

EPILOG = """\
Every command prints for people, and JSON with --json; `wallboardctl COMMAND --help` tells more.
Exit codes: 0 fine, 1 failed, 2 wrong usage or wrong configuration.
"""


def main(argv: list[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        prog="wallboardctl",
        description="Looks after LED wallboards: checks their files, shows which boards are alive and what they show.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=version())
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in _COMMANDS.values():
        command.add_parser(subparsers)
    args = parser.parse_args(argv)
    try:
        code: int = _COMMANDS[args.command].run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # `wallboardctl boards | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at exit
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print("wallboardctl: the output cannot be written: the disk is full", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code
