"""`wallboardctl rules`: which versions of thresholds.yaml were in use, what changed, and back to an earlier one."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from pathlib import Path
from typing import Any

from config.yaml_file import ConfigError
from host_bridge import settings
from host_bridge.calendar import Calendar
from host_bridge.ctl.history_text import moment
from host_bridge.ctl.rules_versions import IN_FORCE, UNREADABLE, WAITING, WRONG, VersionError, Versions, diff, read
from host_bridge.ctl.rules_write import keep_aside, write
from host_bridge.ctl.site.args import UsageError, add_config, config_path
from host_bridge.history import Applied
from host_bridge.reload.rules_file import judge

DESCRIPTION = """\
Saving thresholds.yaml is enough: the bridge takes it into use within two seconds, and keeps each version beside its
journal. This lists them, the newest last, with what changed, and goes back to an earlier one:

  wallboardctl rules               # the versions; which is in force, and what is in the file now
  wallboardctl rules --diff        # what the file has changed; or the last version, if the file is in force
  wallboardctl rules --diff 3 7    # from version 3 to version 7
  wallboardctl rules --show 3      # the file as it was
  wallboardctl rules --undo        # back by one; once more: back by two. A wrong file: the version in force again
  wallboardctl rules --to 3        # back, or forth, to version 3

Going back writes thresholds.yaml itself. What was in it and never in use is kept beside it (.before-undo).
"""
EPILOG = """\
Exit codes: 0 fine, 1 there is no such version, it is not right by today's check, it cannot be written, or the bridge
does not take it; 2 wrong usage or wrong configuration.
"""
TAKES_S = 3.0  # for the bridge: 0.3 s until the file is still, and its history is written within a second
LOOK_S = 0.1


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `rules`."""
    parser = subparsers.add_parser(
        "rules",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    add_config(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--show", metavar="N", type=int, help="print version N, byte for byte")
    what.add_argument(
        "--diff", metavar="N", type=int, nargs="*", help="what changed: N: since version N; N M: from N to M"
    )
    what.add_argument("--undo", action="store_true", help="put the version before back into thresholds.yaml")
    what.add_argument("--to", metavar="N", type=int, help="put version N back into thresholds.yaml")
    parser.add_argument(
        "--json", action="store_true", help="print {file, state, errors, in_force, running, versions}, …"
    )


def run(args: argparse.Namespace) -> int:
    """0 fine, 1 failed, 2 wrong usage or configuration."""
    try:
        if args.diff is not None and len(args.diff) > 2:
            raise VersionError("--diff takes two versions at most", 2)
        path = config_path(args)
        versions = read(path, settings.load(path, secrets=False))
        if args.show is not None:
            return _show(args, versions)
        if args.diff is not None:
            return _diff(args, versions)
        if args.undo or args.to is not None:
            target = versions.before() if args.undo else versions.numbered(args.to)
            return _put_back(args, path, versions, target)
        return _list(args, versions)
    except ConfigError as error:
        print("\n".join(error.errors), file=sys.stderr)
        return 2
    except UsageError as error:
        print(f"wallboardctl rules: {error}", file=sys.stderr)
        return 2
    except VersionError as error:
        print(f"wallboardctl rules: {error}", file=sys.stderr)
        return error.code


def _list(args: argparse.Namespace, versions: Versions) -> int:
    if args.json:
        print(json.dumps(_as_json(versions), ensure_ascii=False, indent=2))
        return 0
    zone = _zone(versions)
    width = len(str(max(each.number for each in versions.applied)))
    for each in versions.applied:
        is_now = each is versions.in_force
        print(f"{'>' if is_now else ' '} {each.number:{width}}  {moment(each.at_utc_ms, zone)}  {each.note}")
    print()
    print("\n".join(_state(args, versions)))
    return 0


def _state(args: argparse.Namespace, versions: Versions) -> list[str]:
    """What is in force, and in the file, in words."""
    number = versions.in_force.number
    force = f"version {number} is in force" if versions.is_running else f"no bridge runs; version {number} was in force"
    name, disk = versions.file.name, versions.disk
    if versions.state == IN_FORCE:
        return [f"{force}, and {name} is just so"]
    if versions.state == WAITING:
        when = "a moment after it was saved" if versions.is_running else "when it starts"
        return [f"{force}; {name} is right and not in use yet: the bridge takes it {when}"]
    more = f" (and {len(disk.errors) - 1} more)" if len(disk.errors) > 1 else ""
    if versions.state == UNREADABLE:
        return [f"{force}; {disk.errors[0]}"]
    return [
        f"{force}; {name} is wrong: {disk.errors[0]}{more}",
        f"mend it, or put back what is in force: {_again(args, '--undo')}",
    ]


def _as_json(versions: Versions) -> dict[str, Any]:
    disk = versions.disk
    return {
        "file": str(versions.file),
        "state": versions.state,
        "errors": list(disk.errors),
        "version_of_file": None if disk.text is None else versions.number_of(disk.text),
        "in_force": versions.in_force.number,
        "running": versions.is_running,
        "versions": [
            {"number": each.number, "version": each.version, "at": each.at_utc_ms, "note": each.note}
            for each in versions.applied
        ],
    }


def _show(args: argparse.Namespace, versions: Versions) -> int:
    applied = versions.numbered(args.show)
    text = versions.text(applied)
    if args.json:
        shown = {"number": applied.number, "version": applied.version, "text": text.decode("utf-8", "replace")}
        print(json.dumps(shown, ensure_ascii=False, indent=2))
        return 0
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()
    return 0


def _diff(args: argparse.Namespace, versions: Versions) -> int:
    zone = _zone(versions)

    def numbered(applied: Applied) -> tuple[str, bytes]:
        return f"version {applied.number}, {moment(applied.at_utc_ms, zone)}", versions.text(applied)

    disk = versions.disk.text
    if len(args.diff) == 2:
        old, new = (numbered(versions.numbered(number)) for number in args.diff)
    elif args.diff:
        old, new = numbered(versions.numbered(args.diff[0])), numbered(versions.in_force)
    elif versions.state in (WRONG, WAITING) and disk is not None:
        old, new = numbered(versions.in_force), (f"{versions.file.name} as it is now", disk)
    else:
        old, new = (
            numbered(versions.before() if versions.state == IN_FORCE else versions.in_force),
            numbered(versions.in_force),
        )
    lines = diff(old[1], new[1], (old[0], new[0]))
    if args.json:
        print(json.dumps({"from": old[0], "to": new[0], "diff": lines}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines) or f"{old[0]} and {new[0]}: no difference")
    return 0


def _put_back(args: argparse.Namespace, config: Path, versions: Versions, target: Applied) -> int:
    text = versions.text(target)
    zone = _zone(versions)
    errors = judge(text, "", f"version {target.number}").errors
    if errors:
        raise VersionError(f"version {target.number} is not right by today's check, nothing was changed: {errors[0]}")
    kept: Path | None = None
    present = versions.disk.text
    try:
        if present and present != text and versions.number_of(present) is None:
            kept = keep_aside(versions.file)
        if present != text:
            write(versions.file, text)
    except OSError as error:
        raise VersionError(f"{versions.file} cannot be written: {error.strerror or error}") from None
    is_taken = _is_taken(config, target) if versions.is_running else False
    if args.json:
        done = {
            "number": target.number,
            "version": target.version,
            "kept": None if kept is None else str(kept),
            "running": versions.is_running,
            "taken": is_taken,
        }
        print(json.dumps(done, ensure_ascii=False, indent=2))
    else:
        if kept is not None:
            print(f"what was in {versions.file.name} and never in use is kept as {kept}")
        what = f"version {target.number} of {moment(target.at_utc_ms, zone)}"
        print(f"{versions.file} {'was' if present == text else 'is again'} {what}")
        if is_taken:
            number = versions.in_force.number
            forth = "" if number == target.number else f"; forth again: {_again(args, f'--to {number}')}"
            print(f"it is in force, and the boards have it{forth}")
        elif not versions.is_running:
            print("no bridge runs with this bridge.yaml: it takes it when it starts")
    if versions.is_running and not is_taken:
        raise VersionError(f"the bridge has not taken it within {TAKES_S:g} s: see its log, and bridge/state")
    return 0


def _is_taken(config: Path, target: Applied) -> bool:
    """Whether the bridge has this version in force within a few seconds."""
    until_s = time.monotonic() + TAKES_S
    while True:
        if read(config, settings.load(config, secrets=False)).in_force.version == target.version:
            return True
        if time.monotonic() >= until_s:
            return False
        time.sleep(LOOK_S)


def _zone(versions: Versions) -> dt.tzinfo | None:
    """The site's, by what is in force; this machine's where that cannot be read."""
    found = judge(versions.text(versions.in_force), "", "thresholds.yaml").thresholds
    calendar: Calendar | None = None if found is None else found.calendar
    return None if calendar is None else calendar.zone


def _again(args: argparse.Namespace, options: str) -> str:
    """The command as it is to be typed."""
    config = "" if args.config is None else f"--config {args.config} "
    return f"wallboardctl rules {config}{options}"
