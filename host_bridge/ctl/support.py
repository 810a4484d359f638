"""`wallboardctl support`: one file with what support needs to know of this machine, and no secret in it."""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import sys
import time
from functools import partial
from pathlib import Path

from host_bridge.ctl.doctor import about, heading, not_here
from host_bridge.ctl.health.sites import FOLDER, chosen
from host_bridge.ctl.number_args import whole
from host_bridge.ctl.site.args import UsageError

DESCRIPTION = """\
Writes a zip file for support: what `wallboardctl doctor` finds, the settings files, versions, facts of the machine, our
services' log of the last days, and journal and history in numbers. Nothing is sent anywhere: it is yours to look
through and to send.

No secret goes in. Files of passwords, keys and Wi-Fi are not taken; what stands in them is looked for in everything
else, in every form that programs write, and made unreadable; and each part is searched once more before the file is
written. There is no caller's number and no agent's name in it. What goes in and what is left out is told first.
"""
EPILOG = """\
examples:
  sudo wallboardctl support                        what may be seen by root alone is in it then
  wallboardctl support --list                      only tell what would go in
  sudo wallboardctl support --out /boot/firmware/support.zip    for a card that is read in a laptop
                                                 (on a board first: sudo mount -o remount,rw /boot/firmware)

Exit codes: 0 written, 1 it could not be, 2 wrong usage.
"""
MOST_DAYS = 30


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `support`."""
    parser = subparsers.add_parser(
        "support",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    help_files = f"board.yaml, bridge.yaml, thresholds.yaml; if none is given, those in {FOLDER}, or else here"
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help=help_files)
    help_out = "the file to write, which must not be there yet; if not given, wallboard-support-HOST-TIME.zip here"
    parser.add_argument("--out", metavar="FILE", type=Path, help=help_out)
    parser.add_argument(
        "--days", metavar="N", type=whole("days", 1, MOST_DAYS), default=3, help="of the log; %(default)s if not given"
    )
    parser.add_argument("--list", action="store_true", help="tell what would go in, and write nothing")
    parser.add_argument("--json", action="store_true", help="print {file, bytes, inside, left_out, missing}")


def run(args: argparse.Namespace) -> int:
    """0 when it was written, 1 when it could not be, 2 when a file that was named is not there, or this is no Linux."""
    if not_here("support"):
        return 2
    from host_bridge.ctl.bundle.parts import LEFT_OUT, STAYS  # noqa: PLC0415 - with them comes all that they need

    try:
        files = chosen(args.files, FOLDER)
    except UsageError as error:
        return _say(str(error), 2)
    now_s = time.time()
    out: Path = args.out or Path(_name(now_s))
    why = _obstacle(out)
    if why and not args.list:
        return _say(why, 2 if args.out else 1)
    bundle = _Bundle(files, args.days, now_s)
    if not args.json:
        print(f"Into {out} {'would go' if args.list else 'goes'}:")
        print("\n".join(f"  {part.name:30} {part.about}" for part in bundle.parts))
        print("Left out:")
        print("\n".join(f"  {each}" for each in LEFT_OUT))
        print(STAYS, flush=True)
    if args.list:
        if args.json:
            print(json.dumps(bundle.as_json(None, 0, []), ensure_ascii=False, indent=2))
        return 0
    try:
        size, notes = bundle.write(out)
    except OSError as error:
        return _say(f"{out} cannot be written: {error.strerror or error}; name another with --out", 1)
    if args.json:
        print(json.dumps(bundle.as_json(out, size, notes), ensure_ascii=False, indent=2))
    else:
        print("\n".join(("Missing:", *(f"  {each}" for each in notes))) if notes else "Nothing is missing.")
        print(f"{out}: {size / 1000:.0f} KB, readable by you alone. Look through it, then send it to support.")
    return 0


class _Bundle:
    """What goes in, and the writing of it."""

    def __init__(self, files: list[Path], days: int, now_s: float) -> None:
        from host_bridge.ctl.bundle.parts import Part, parts  # noqa: PLC0415
        from host_bridge.ctl.health.machine import Machine, run_here  # noqa: PLC0415
        from host_bridge.ctl.health.sites import read  # noqa: PLC0415

        self.files = files
        self._now_s = now_s
        self._machine = Machine(runner=partial(run_here, timeout_s=30.0))
        owns, _ = read(self.files)
        self._found: list[str] = []
        doctor = [
            Part("doctor.txt", "what the doctor finds", self._doctor),
            Part("doctor.json", "the same for programs", lambda: self._found[0] if self._found else ""),
        ]
        self.parts = [*doctor, *parts(self._machine, self.files, owns, days, int(now_s * 1000))]

    def write(self, out: Path) -> tuple[int, list[str]]:
        """(bytes, what is missing). Raises OSError."""
        from host_bridge.ctl.bundle import pack, secrets  # noqa: PLC0415
        from host_bridge.ctl.bundle.redact import Redactor  # noqa: PLC0415

        redactor = Redactor(secrets.known(self._machine, self.files, secrets.of_this_process()))
        gathered = pack.gather(self.parts, redactor)
        notes = list(gathered.missing)
        if self._machine.uid != 0:
            notes.append("what root alone may see: run it with sudo")
        gathered = gathered._replace(missing=notes)
        head = f"{heading(self.files)}, {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime(self._now_s))}"
        first = {"README.txt": pack.readme(head, self.parts, gathered, redactor.removed)}
        return pack.write(out, first | gathered.texts, self._now_s), notes

    def as_json(self, out: Path | None, size: int, notes: list[str]) -> dict[str, object]:
        """For programs."""
        from host_bridge.ctl.bundle.parts import LEFT_OUT  # noqa: PLC0415

        return {
            "file": str(out) if out else None,
            "bytes": size,
            "inside": {part.name: part.about for part in self.parts},
            "left_out": list(LEFT_OUT),
            "missing": notes,
        }

    def _doctor(self) -> str:
        from host_bridge.ctl.health.report import as_json, lines  # noqa: PLC0415
        from host_bridge.ctl.health.whole import examined  # noqa: PLC0415

        found = examined(self.files, 3)
        self._found = [json.dumps(as_json(found, about(self.files)), ensure_ascii=False, indent=2)]
        return "\n".join(lines(found, heading(self.files)))


def _name(now_s: float) -> str:
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:40] or "host"
    return f"wallboard-support-{host}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now_s))}.zip"


def _obstacle(out: Path) -> str:
    """Why this file cannot be written, as far as can be seen before the work; "" when it can."""
    if out.is_dir():
        return f"{out} is a folder: name a file, --out {out / 'support.zip'}"
    if out.exists():
        return f"{out} is there already: name another with --out"
    if not out.parent.is_dir():
        return f"{out}: there is no folder {out.parent}"
    try:
        read_only = os.statvfs(out.parent).f_flag & os.ST_RDONLY
    except OSError:
        return ""  # writing it will tell
    if read_only:  # as the boot partition of a board is
        where = next(each for each in (out.parent.resolve(), *out.parent.resolve().parents) if each.is_mount())
        return f"{out}: {where} is read-only: first  sudo mount -o remount,rw {where}"
    if not os.access(out.parent, os.W_OK | os.X_OK):
        return f"{out}: you may not write into {out.parent.resolve()}: name another with --out, or run it with sudo"
    return ""


def _say(line: str, code: int) -> int:
    print(f"wallboardctl support: {line}", file=sys.stderr)
    return code
