"""The pinned wheels, with their hashes: `python -m hw.deb.lock` takes the newest that pyproject.toml allows, anew.

lock/<package>_<architecture>_<Python>.txt is a requirements file of pip, which the builder reads here and pip on the
installed machine: nothing is installed that is not, to the bit, what this file names. lock/tools.txt pins what builds
the project's own wheel, and the pip that installs.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from hw.deb.packages import ARCHITECTURES, HERE, PACKAGES, PYTHONS, Package, requirements

LOCK = HERE / "lock"
UNNEEDED = {"setuptools"}  # colorzero asks for it, and uses it only while it is built
TOOLS = LOCK / "tools.txt"
_LINE = re.compile(
    r"(?P<name>[\w.-]+)==(?P<version>[\w.+!-]+) --hash=sha256:(?P<sha256>[0-9a-f]{64})\s+# (?P<file>\S+)"
)


class LockError(ValueError):
    """A lock file that cannot be read or made; the message says what to do."""


class Pin(NamedTuple):
    """One wheel."""

    name: str
    version: str
    sha256: str
    file: str

    def __str__(self) -> str:
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}  # {self.file}"


def lock_file(package: Package, architecture: str, python: str) -> Path:
    """Where the wheels of a package for one machine and Python are pinned."""
    return LOCK / f"{package.name}_{architecture}_{tag(python)}.txt"


def tag(python: str) -> str:
    """Python 3.13 as wheels name it: cp313."""
    return "cp" + python.replace(".", "")


def read_lock(path: Path) -> list[Pin]:
    """The wheels that a lock file names. Raises LockError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise LockError(f"{path}: {error.strerror}; python -m hw.deb.lock makes it") from None
    pins = []
    for number, line in enumerate(lines, 1):
        if line and not line.startswith("#"):
            found = _LINE.fullmatch(line)
            if found is None:
                raise LockError(
                    f"{path}:{number}: not a pinned wheel: {line[:60]}; python -m hw.deb.lock makes it anew"
                )
            pins.append(Pin(**found.groupdict()))
    return pins


def platform_options(architecture: str, python: str) -> list[str]:
    """What tells pip for which machine and Python it looks for wheels."""
    kinds = [f"--platform={kind}" for kind in ARCHITECTURES[architecture]]
    return ["--only-binary=:all:", f"--python-version={python}", "--implementation=cp", *kinds]


def _resolve(wanted: list[str], options: list[str]) -> list[Pin]:
    """The newest wheels that `wanted` and what they need in turn allow. Raises LockError."""
    with tempfile.TemporaryDirectory(prefix="wallboard-lock-") as folder:
        report = Path(folder, "report.json")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
        command += ["--disable-pip-version-check", f"--report={report}", f"--target={folder}", *options, *wanted]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode != 0:
            last = [line for line in told.stderr.splitlines() if line.startswith("ERROR")] or ["pip said nothing"]
            raise LockError(f"pip finds no wheels: {last[0][:300]}")
        installs = json.loads(report.read_text("utf-8"))["install"]
    pins = []
    for each in installs:
        data, source = each["metadata"], each["download_info"]
        pins.append(
            Pin(data["name"], data["version"], source["archive_info"]["hashes"]["sha256"], Path(source["url"]).name)
        )
    return sorted(pins, key=lambda pin: pin.name.lower())


def _write(path: Path, about: str, pins: list[Pin]) -> None:
    head = f"# {about}\n# Made by `python -m hw.deb.lock`, which takes the newest; not edited by hand.\n"
    path.write_text(head + "".join(f"{pin}\n" for pin in pins), "utf-8")


def main() -> int:
    """Make all lock files anew: 0, or 1 with one line."""
    try:
        _write(TOOLS, "What builds our own wheel, and the pip that installs.", _resolve(["pip", "setuptools"], []))
        for package in PACKAGES:
            for architecture in ARCHITECTURES:
                for python in PYTHONS:
                    wanted = requirements(package, architecture)
                    found = _resolve(wanted, platform_options(architecture, python))
                    pins = [pin for pin in found if pin.name not in UNNEEDED]
                    about = f"{package.name} on {architecture}, Python {python}."
                    _write(lock_file(package, architecture, python), about, pins)
                    print(f"{lock_file(package, architecture, python).name}: {len(pins)} wheels", flush=True)
    except LockError as problem:
        print(f"hw.deb.lock: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
