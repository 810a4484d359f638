"""What these tests install: the packages of this checkout, of a later version, and of three that do not work.

Built once a run, for this machine alone, and not compressed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from hw.deb import build, tree
from hw.deb.packages import CHECKOUT
from hw.deb.wheels import FILES, PARTS

FIRST, LATER, REFUSING, HANGING, MIGRATING = "0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"
# How long the watch over an upgrade waits, in the package and in most tests.
PATIENT, HASTY = "longest_s=60 steady_s=10", "longest_s=12 steady_s=2"


class Change(NamedTuple):
    """What a version that does not work has otherwise: in a file, instead of what the pattern finds."""

    file: str
    pattern: str
    instead: str


def _in_main(line: str) -> tuple[Change, ...]:
    """Both programs do `line` once they know their options: each starts with --version."""
    programs = ("host_bridge/program.py", "firmware/pi/program.py")
    return tuple(Change(name, r"^(    )(log = set_up\()", rf"\1{line}\n\1\2") for name in programs)


_STEPS = '{1: ("CREATE TABLE lane (queue TEXT)",)}'
BROKEN = {
    REFUSING: _in_main('print("bridge.yaml:1:1: this version wants something else", file=sys.stderr); return WRONG'),
    HANGING: _in_main('import time; print("now I hang", file=sys.stderr, flush=True); time.sleep(1000)'),
    # Its journal and history are of another version, to which it brings those of before. It never says READY=1.
    MIGRATING: (
        Change("host_bridge/journal/schema.py", r"^VERSION = 1", "VERSION = 2"),
        Change("host_bridge/journal/schema.py", r"VERSION, CREATE\)$", f"VERSION, CREATE, {_STEPS})"),
        Change("host_bridge/history/schema.py", r"^    1,$", "    2,"),
        Change("host_bridge/history/schema.py", r"^    \),\n\)$", f"    ),\n    {_STEPS},\n)"),
        Change("host_bridge/program.py", r"beat=lambda: .*,$", "beat=lambda: None,"),
    ),
}


class Debs:
    """`debs(package, version)`: the file of a package."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.machine = subprocess.run(
            ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
        ).stdout.strip()

    def __call__(self, package: str, version: str = FIRST, *, patient: bool = False) -> Path:
        """Built when it is first asked for; `patient`: its watch over an upgrade is as in a release."""
        folder = self._folder / ("patient" if patient else "hasty")
        deb = folder / f"{package}_{version}_{self.machine}.deb"
        if not deb.exists():
            source = changed_source(self._folder / version, BROKEN[version]) if version in BROKEN else CHECKOUT
            options = ["--fast", f"--arch={self.machine}", f"--out={folder}", f"--source={source}"]
            scripts = tree.SCRIPTS if patient else hasty_scripts(self._folder / "scripts")
            with mock.patch.object(tree, "SCRIPTS", scripts):
                assert build.main([*options, f"--version={version}"]) == 0
        return deb


def changed_source(folder: Path, changes: tuple[Change, ...]) -> Path:
    """A copy of this checkout with the changes made."""
    if not folder.exists():
        for part in PARTS:
            shutil.copytree(CHECKOUT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        for name in FILES:
            shutil.copy(CHECKOUT / name, folder / name)
        for change in changes:
            _change(folder, change)
    return folder


def hasty_scripts(folder: Path) -> Path:
    """A copy of the maintainer scripts, whose watch does not take its minute."""
    if not folder.exists():
        shutil.copytree(tree.SCRIPTS, folder)
        _change(folder, Change("health.sh", PATIENT, HASTY))
    return folder


def _change(folder: Path, change: Change) -> None:
    path = folder / change.file
    text, count = re.subn(change.pattern, change.instead, path.read_text("utf-8"), flags=re.MULTILINE)
    assert count == 1, change
    path.write_text(text, "utf-8")
