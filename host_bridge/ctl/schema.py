"""`wallboardctl schema [KIND] [--out DIR]`: JSON Schema of the settings files, for editors."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import NamedTuple

from config.json_schema import document
from firmware.core.check import Record
from firmware.pi import settings_schema as board_schema
from host_bridge import settings_schema as bridge_schema
from host_bridge.thresholds import schema as thresholds_schema

DESCRIPTION = """\
JSON Schema of bridge.yaml, thresholds.yaml and board.yaml: with it an editor completes the keys and values of these
files while you type, explains them, with their units and defaults, and marks what is wrong.

Without --out it prints one schema, with --out it writes KIND.schema.json, or all three, into a folder. Put them beside
your files; their first line, as in the examples, tells the editor:

    # yaml-language-server: $schema=thresholds.schema.json

Visual Studio Code needs the extension YAML of Red Hat (redhat.vscode-yaml), Neovim and others yaml-language-server;
the editors of JetBrains know the line by themselves. What an editor cannot tell, `wallboardctl check` does: whether
warn and critical contradict each other, for instance. Run it in any case.
"""
EPILOG = """\
examples:
  wallboardctl schema --out /etc/wallboard      beside the files that are in use; again after each update
  wallboardctl schema board | less

Exit codes: 0 fine, 1 a file cannot be written, 2 wrong usage.
"""


class _Kind(NamedTuple):
    schema: Record
    about: str


_KINDS = {
    "thresholds": _Kind(thresholds_schema.SCHEMA, "What counts as good in each queue. The supervisors' file."),
    "bridge": _Kind(bridge_schema.SCHEMA, "Where the PBX and the broker are, for the bridge."),
    "board": _Kind(board_schema.SCHEMA, "One board: its broker, its panel, its buzzer."),
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `schema`."""
    parser = subparsers.add_parser(
        "schema",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    parser.add_argument("kind", metavar="KIND", nargs="?", choices=list(_KINDS), help=", ".join(_KINDS))
    parser.add_argument("--out", metavar="DIR", type=Path, help="write KIND.schema.json there; all three without KIND")
    parser.add_argument("--json", action="store_true", help="what is printed is JSON in any case")
    parser.set_defaults(usage_error=parser.error)


def run(args: argparse.Namespace) -> int:
    """0, or 1 when a file cannot be written."""
    if args.out is None:
        if args.kind is None:
            args.usage_error(f"which one: {', '.join(_KINDS)}? With --out DIR, all of them")
        sys.stdout.write(text(args.kind))
        return 0
    for kind in [args.kind] if args.kind else _KINDS:
        path = args.out / f"{kind}.schema.json"
        try:
            if not args.out.exists():
                args.out.mkdir()
                print(f"wallboardctl schema: made the folder {args.out}", file=sys.stderr)
            path.write_text(text(kind), "utf-8")
        except OSError as error:
            print(f"wallboardctl schema: {path} cannot be written: {_why(error, args.out)}", file=sys.stderr)
            return 1
        print(path)
    return 0


def _why(error: OSError, folder: Path) -> str:
    if isinstance(error, FileNotFoundError) and not folder.parent.exists():
        return f"there is no folder {folder.parent}; --out names one that is there, or a new one in it"
    return error.strerror or str(error)


def text(kind: str) -> str:
    """The schema of one kind of file, as it is written."""
    made = document(_KINDS[kind].schema, f"{kind}.yaml", _KINDS[kind].about)
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"
