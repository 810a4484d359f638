"""`wallboardctl check FILE…`: are these settings right? All mistakes of all files at once, with their places."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from config.yaml_file import ConfigError, YamlFile, load
from firmware.core.check import Record
from firmware.pi import settings as board_settings
from host_bridge import settings as bridge_settings
from host_bridge import thresholds, thresholds_schema

DESCRIPTION = """\
Checks bridge.yaml, thresholds.yaml and board.yaml files, of any name: which kind a file is, its keys tell.
Each mistake is one line, FILE:LINE:COLUMN: PATH: what was found, what is expected, the nearest right spelling.

Passwords and certificates that a file names are opened with --secrets only, so that files can be checked anywhere.
"""


class _Kind(NamedTuple):
    schema: Record
    build: Callable[[YamlFile, Path, bool], Any]


_KINDS = {
    "bridge": _Kind(
        bridge_settings.SCHEMA, lambda file, folder, secrets: bridge_settings.build(file, folder, secrets=secrets)
    ),
    "board": _Kind(
        board_settings.SCHEMA, lambda file, folder, secrets: board_settings.build(file, folder, secrets=secrets)
    ),
    "thresholds": _Kind(thresholds_schema.SCHEMA, lambda file, folder, secrets: thresholds.build(file)),
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `check`."""
    parser = subparsers.add_parser(
        "check",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit codes: 0 all right, 2 a file is wrong or cannot be read.",
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    parser.add_argument("--kind", choices=sorted(_KINDS), help="what the files are, if their keys do not tell")
    parser.add_argument("--secrets", action="store_true", help="open passwords and certificates too")
    parser.add_argument("--json", action="store_true", help="print a list of {file, kind, ok, errors}")


def run(args: argparse.Namespace) -> int:
    """0 when all files are right, else 2."""
    found = [_check(path, args.kind, args.secrets) for path in args.files]
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for each in found:
            print("\n".join(each["errors"]) or f"{each['file']}: OK ({each['kind']})")
    return 0 if all(each["ok"] for each in found) else 2


def _check(path: Path, kind: str | None, secrets: bool) -> dict[str, Any]:
    errors: list[str] = []
    try:
        file = load(path)
        kind = kind or _kind_of(file, path)
        if kind is None:
            errors = [
                f"{path}:1:1: which kind of file is this? No key is one of bridge, board or thresholds: use --kind"
            ]
        else:
            _KINDS[kind].build(file, path.parent, secrets)
    except ConfigError as error:
        errors = error.errors
    return {"file": str(path), "kind": kind, "ok": not errors, "errors": errors}


def _kind_of(file: YamlFile, path: Path) -> str | None:
    """The kind with most of the file's keys; the file's name decides between equals."""
    keys = set(file.data) if isinstance(file.data, dict) else set()
    shared = {name: len(keys & {field.name for field in kind.schema.fields}) for name, kind in _KINDS.items()}
    named = [name for name in _KINDS if name in path.name.lower()]
    best = max(shared.values())
    likely = [name for name, count in shared.items() if count == best and (best or name in named)]
    return next((name for name in likely if name in named), likely[0] if likely else None)
