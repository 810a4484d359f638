"""What these tests install: the packages of this checkout, of a later version, and of two that do not work.

Built once a run, for this machine alone, and not compressed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from hw.deb import build
from hw.deb.packages import CHECKOUT
from hw.deb.wheels import FILES, PARTS

FIRST, LATER, REFUSING, HANGING = "0.1.0", "0.2.0", "0.3.0", "0.4.0"
PROGRAMS = ("host_bridge/program.py", "firmware/pi/program.py")
# What a version that does not work does in its main(), once it knows its options: each starts with --version.
BROKEN = {
    REFUSING: 'print("bridge.yaml:1:1: this version wants something else", file=sys.stderr); return WRONG',
    HANGING: 'import time; print("now I hang", file=sys.stderr, flush=True); time.sleep(1000)',
}


class Debs:
    """`debs(package, version)`: the file of a package."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.machine = subprocess.run(
            ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
        ).stdout.strip()

    def __call__(self, package: str, version: str = FIRST) -> Path:
        """Built when it is first asked for."""
        deb = self._folder / f"{package}_{version}_{self.machine}.deb"
        if not deb.exists():
            source = broken_source(self._folder / version, BROKEN[version]) if version in BROKEN else CHECKOUT
            options = ["--fast", f"--arch={self.machine}", f"--out={self._folder}", f"--source={source}"]
            assert build.main([*options, f"--version={version}"]) == 0
        return deb


def broken_source(folder: Path, line: str) -> Path:
    """A copy of this checkout whose programs do `line` instead of starting."""
    if not folder.exists():
        for part in PARTS:
            shutil.copytree(CHECKOUT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        for name in FILES:
            shutil.copy(CHECKOUT / name, folder / name)
        for program in PROGRAMS:
            text = (folder / program).read_text("utf-8")
            broken, changes = re.subn(r"(?m)^(    )(log = set_up\()", rf"\1{line}\n\1\2", text)
            assert changes == 1, program
            (folder / program).write_text(broken, "utf-8")
    return folder
