"""Child processes that do not outlive their parent, whatever it dies of, kill -9 included.

A guard process holds the reading end of a pipe whose other end only the parent has. It is told of every child; when the
pipe closes it ends those still there, and removes the folder they worked in. It lives in a session of its own, so that
Ctrl-C in the terminal reaches the parent alone, which then stops everybody in good order: the last one started first.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, NamedTuple

PATIENCE_S = 5.0
"""How long a child may take to end after SIGTERM."""
_POLL_S = 0.02


class Child(NamedTuple):
    """One part of what runs; `name` is for people."""

    name: str
    process: subprocess.Popen[bytes]


class Family:
    """The children of this process. `folder` is removed by the guard at the end, None for none."""

    def __init__(self, folder: Path | None) -> None:
        self.children: list[Child] = []
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "host_bridge.demo.family", str(folder or "")],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def start(self, name: str, module: str, *arguments: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
        """Start `python -m module`, in a process group of its own; its stderr is ours."""
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            start_new_session=True,
        )
        assert self._guard.stdin is not None
        self._guard.stdin.write(f"{process.pid}\n".encode())
        self._guard.stdin.flush()
        self.children.append(Child(name, process))
        return process

    def ended(self) -> str:
        """Return which child is gone and how, as a line for a person; "" while all are there."""
        for name, process in self.children:
            code = process.poll()
            if code is not None:
                how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
                return f"{name} ended {how}"
        return ""

    def stop(self) -> None:
        """End all of them in good order, and wait until they are gone."""
        for _, process in reversed(self.children):
            _terminate(process.pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE_S)
            _kill_group(process.pid)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait()


def guard(told: IO[str], folder: Path | None) -> None:
    """Wait for the end of `told`, a line a child's process id, and leave nothing behind."""
    pids = [int(line) for line in told if line.strip()]
    for pid in reversed(pids):
        _terminate(pid)
        until = time.monotonic() + PATIENCE_S
        while _is_there(pid) and time.monotonic() < until:
            time.sleep(_POLL_S)
        _kill_group(pid)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _terminate(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def _kill_group(pid: int) -> None:
    """End what a child may have left behind in its group, such as a broker."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _is_there(pid: int) -> bool:
    """Whether a process lives; one that is dead and waits for somebody to read its exit code does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    guard(sys.stdin, Path(sys.argv[1]) if sys.argv[1] else None)
