"""The machine as the checks see it: its files below a root, its commands, its clock. A test brings its own.

machine = Machine()                                             # this one
machine = Machine(root=tmp_path, runner=recorded, uid=0)        # a folder and recorded outputs
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from host_bridge.ctl.health.finding import NotCheckedError

COMMAND_S = 3.0  # the longest that any command may take: systemctl waits 25 s for a manager that hangs
MAX_BYTES = 1 << 20
AS_ROOT = "run it with sudo"
# Over ssh and in services PATH often lacks these, and iw, vcgencmd or gpioinfo lie there.
_PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Ran(NamedTuple):
    """What a command gave back. `code` 0: fine; -1: it was ended, having given no answer in time."""

    code: int
    out: str
    err: str = ""


class Space(NamedTuple):
    """Of the file system that a path lies on: bytes, and which it is."""

    free: int
    total: int
    device: int = 0


Runner = Callable[[Sequence[str]], Ran | None]
"""Runs a command; None when it is not installed."""


def run_here(command: Sequence[str], timeout_s: float = COMMAND_S) -> Ran | None:
    """Run a command on this machine, with a deadline and in plain English."""
    program = shutil.which(command[0], path=f"{os.environ.get('PATH', '')}:{_PATHS}")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            env={**os.environ, "LC_ALL": "C", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ran(-1, "", f"no answer within {timeout_s:.0f} s")
    except OSError as error:
        return Ran(-1, "", error.strerror or str(error))
    return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def space_here(path: Path) -> Space:
    """Raises OSError."""
    status = os.statvfs(path)
    return Space(status.f_bavail * status.f_frsize, status.f_blocks * status.f_frsize, path.stat().st_dev)


class Machine:
    """`now_s`: seconds since 1970, as the machine believes; `uid`: whose rights we have."""

    def __init__(
        self,
        root: Path = Path("/"),
        runner: Runner = run_here,
        now_s: Callable[[], float] = time.time,
        uid: int | None = None,
        space: Callable[[Path], Space] = space_here,
    ) -> None:
        self.root = root
        self.now_s = now_s
        own = os.geteuid() if hasattr(os, "geteuid") else 0  # on Windows nobody is root, and sudo would be no help
        self.uid = own if uid is None else uid
        self._runner = runner
        self._space = space

    def path(self, name: str | Path) -> Path:
        """An absolute name below the root."""
        return self.root / str(name).lstrip("/")

    def read(self, name: str | Path) -> str | None:
        """The text of a file (NULs at its end gone); None when there is none. Raises NotCheckedError."""
        try:
            with self.path(name).open("rb") as stream:
                return stream.read(MAX_BYTES).decode("utf-8", "replace").rstrip("\0")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError:
            raise NotCheckedError(f"{name} may not be read", AS_ROOT) from None
        except OSError as error:  # sysfs has files that answer with an error
            raise NotCheckedError(f"{name} cannot be read: {error.strerror or error}") from None

    def glob(self, pattern: str) -> list[Path]:
        """The files that match, below the root, in order; as names from "/" on."""
        try:
            return [Path("/") / each.relative_to(self.root) for each in sorted(self.root.glob(pattern.lstrip("/")))]
        except OSError:
            return []

    def run(self, *command: str) -> Ran | None:
        """What a command says; None when it is not installed."""
        return self._runner(command)

    def space(self, path: Path) -> Space:
        """Raises OSError."""
        return self._space(self.path(path))

    def model(self) -> str:
        """Which Raspberry Pi this is, as `Raspberry Pi 4 Model B Rev 1.4`; "" when it is none."""
        try:
            name = (self.read("/proc/device-tree/model") or "").strip()
        except NotCheckedError:
            return ""
        return name if name.startswith("Raspberry Pi") else ""
