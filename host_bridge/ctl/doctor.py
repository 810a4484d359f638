"""`wallboardctl doctor`: what support asks first, looked at on this machine, with what to do about each."""

from __future__ import annotations

import argparse
import json
import socket
import sys
from pathlib import Path
from typing import Any

from host_bridge.ctl.health.finding import Finding, Level
from host_bridge.ctl.health.report import as_json, lines
from host_bridge.ctl.health.sites import FOLDER, chosen
from host_bridge.ctl.number_args import whole
from host_bridge.ctl.site.args import UsageError

DESCRIPTION = """\
Looks at this machine as support would, on a board, on a bridge's host, or where both are: power and heat, sound module
and pins, the panel's library, Wi-Fi, clock, card and watchdog, the service, the broker with its certificates, rights
and latency, the PBX's AMI with its user's permissions and event filters, queue_log, thresholds and journal.

Nothing is changed, and nothing is sent but questions: the broker and the PBX see one more login. One line a finding,
the worst last, and what to do about it behind the arrow. What cannot be looked at is `not checked`, never `ok`. It ends
within 20 seconds, also when hosts are gone.

Much is root's alone to see: sudo wallboardctl doctor
"""
EPILOG = """\
examples:
  sudo wallboardctl doctor                       what is in /etc/wallboard
  wallboardctl doctor board.yaml                 these settings instead
  sudo wallboardctl doctor --listen 60           and meanwhile call a queue, let an agent answer, and hang up: only
                                                 events that come can show what the AMI user may see
  sudo wallboardctl doctor --json                for a script

Exit codes: 0 no problem (warnings may be), 1 a problem, 2 wrong usage.
"""
MOST_LISTEN_S = 600


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `doctor`."""
    parser = subparsers.add_parser(
        "doctor",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    help_files = f"board.yaml, bridge.yaml; if none is given, those in {FOLDER}, or else here"
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help=help_files)
    parser.add_argument(
        "--listen",
        metavar="SECONDS",
        type=whole("seconds", 1, MOST_LISTEN_S),
        default=3,
        help="how long to hear the PBX; %(default)s if not given",
    )
    parser.add_argument("--brief", action="store_true", help="leave out what is fine")
    parser.add_argument("--json", action="store_true", help="print {ok, host, version, files, counts, findings}")


def run(args: argparse.Namespace) -> int:
    """0 when there is no problem, else 1; 2 when a file that was named is not there, or this is no Linux."""
    if not_here("doctor"):
        return 2
    from host_bridge.ctl.health.card import BY_HAND, is_protected  # noqa: PLC0415
    from host_bridge.ctl.health.machine import Machine  # noqa: PLC0415
    from host_bridge.ctl.health.whole import examined  # noqa: PLC0415 - all checks, and what they need

    try:
        files = chosen(args.files, FOLDER)
    except UsageError as error:
        print(f"wallboardctl doctor: {error}", file=sys.stderr)
        return 2
    found = examined(files, args.listen)
    if args.json:
        print(json.dumps(as_json(found, about(files)), ensure_ascii=False, indent=2))
    else:
        note = BY_HAND if is_protected(Machine()) else ""
        print("\n".join(lines(found, heading(files), brief=args.brief, note=note)))
    return code(found)


def not_here(command: str) -> bool:
    """Say that this machine, a laptop of Windows or a Mac, is not the one that is meant."""
    if sys.platform.startswith("linux"):
        return False
    there = f"log in to the board, or to the bridge's host, and there: sudo wallboardctl {command}"
    print(f"wallboardctl {command}: it looks at the machine that it runs on; {there}", file=sys.stderr)
    return True


def code(found: list[Finding]) -> int:
    """The exit code of these findings."""
    return int(any(each.level is Level.PROBLEM for each in found))


def about(files: list[Path]) -> dict[str, Any]:
    """What the report is about."""
    from config.version import version  # noqa: PLC0415 - slow to load

    return {"host": socket.gethostname(), "version": version(), "files": [str(each) for each in files]}


def heading(files: list[Path]) -> str:
    """The same as a line for people."""
    told = about(files)
    return f"wallboard {told['version']} on {told['host']}: {', '.join(told['files']) or 'no settings'}"
