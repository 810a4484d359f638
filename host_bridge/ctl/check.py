"""`wallboardctl check FILE…`: are these settings right? All mistakes of all files at once, with their places."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from config.mistakes import WARNING
from host_bridge.ctl.checks.files import KINDS, Checked, check

DESCRIPTION = """\
Checks bridge.yaml, thresholds.yaml and board.yaml files, of any name: which kind a file is, its keys tell. Nothing is
changed, and nothing that runs takes notice.

Each mistake is one line, FILE:LINE:COLUMN: PATH: what was found, what is expected, the nearest right spelling:

    thresholds.yaml:7:28: queues.support.rules.wait.critical: critical 30s is easier to reach than warn 60s: expected …

What is legal but odd is a warning, marked as such: a rule that can never fire, a name that no panel has room for. Where
a bridge.yaml is known (among the files, beside thresholds.yaml, or by --bridge) and its broker answers within moments,
queues that the PBX does not have are warnings too; where not, a line says so and the check goes on.

Passwords and certificates that a file names are opened with --secrets only, so that files can be checked anywhere; the
login to that broker is, for this look, but never missed.
"""
EPILOG = """\
examples:
  wallboardctl check thresholds.yaml                        before you save it over the one in use
  wallboardctl check --strict bridge.yaml thresholds.yaml board-*.yaml
  wallboardctl check --json thresholds.yaml                 for an editor or a script

Exit codes: 0 all right, with warnings or without; 2 a file is wrong or cannot be read, or --strict and a warning.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `check`."""
    parser = subparsers.add_parser(
        "check",
        help="are these settings files right?",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    parser.add_argument("--kind", choices=sorted(KINDS), help="what the files are, if their keys do not tell")
    parser.add_argument("--strict", action="store_true", help="warnings count as mistakes: exit code 2")
    parser.add_argument("--bridge", metavar="FILE", type=Path, help="the bridge.yaml whose PBX has the queues")
    parser.add_argument("--secrets", action="store_true", help="open passwords and certificates too")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print a list of {file, kind, ok, errors, warnings}; each of these has file, line, column, path, message",
    )


def run(args: argparse.Namespace) -> int:
    """0 when all files are right, else 2; 2 for a warning too when --strict."""
    found, notes = check(args.files, kind=args.kind, secrets=args.secrets, bridge=args.bridge)
    if args.json:
        print(json.dumps([_as_json(each) for each in found], ensure_ascii=False, indent=2))
    else:
        print("\n".join(line for each in found for line in _lines(each)))
        if len(found) > 1:
            print(_summary(found))
    for note in notes:
        print(f"wallboardctl check: {note}", file=sys.stderr)
    wrong = any(each.errors or (args.strict and each.warnings) for each in found)
    return 2 if wrong else 0


def _as_json(checked: Checked) -> dict[str, Any]:
    told = [
        {
            "file": mistake.file,
            "line": mistake.place.line if mistake.place else None,
            "column": mistake.place.column if mistake.place else None,
            "path": mistake.path,
            "message": mistake.message,
            "severity": mistake.severity,
        }
        for mistake in (*checked.errors, *checked.warnings)
    ]
    return {
        "file": str(checked.path),
        "kind": checked.kind,
        "ok": not checked.errors,
        "errors": [each for each in told if each["severity"] != WARNING],
        "warnings": [each for each in told if each["severity"] == WARNING],
    }


def _lines(checked: Checked) -> list[str]:
    if checked.errors:
        return [str(mistake) for mistake in checked.errors]
    warnings = [str(mistake) for mistake in checked.warnings]
    about = f"{checked.kind}, {_count(len(warnings), 'warning')}" if warnings else str(checked.kind)
    return [*warnings, f"{checked.path}: OK ({about})"]


def _summary(found: list[Checked]) -> str:
    wrong = [each for each in found if each.errors]
    warnings = sum(len(each.warnings) for each in found)
    parts = [f"{len(found) - len(wrong)} right" if wrong else "all right"]
    if wrong:
        parts.append(f"{len(wrong)} wrong with {_count(sum(len(each.errors) for each in wrong), 'mistake')}")
    if warnings:
        parts.append(_count(warnings, "warning"))
    return f"{_count(len(found), 'file')}: {', '.join(parts)}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
