"""`wallboardctl`: see program.py, which is loaded from here."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from config import interrupt
from config.mistakes import ConfigError


def main() -> int:
    """The exit code."""
    interrupt.quietly()
    _any_listener()
    _any_letters()
    try:
        from host_bridge.ctl import program  # noqa: PLC0415 - it takes a second, in which somebody may press Ctrl-C

        return program.main()
    except ConfigError as error:  # of a file of the program's own, hw/pins.yaml, read while modules are imported
        print(*error.errors, sep="\n", file=sys.stderr)
        return 2


def _any_listener() -> None:
    """Started with its output closed, as `>&-` or a task of Windows does: it has one that goes nowhere."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open to the end
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _any_letters() -> None:
    """Let Hebrew pass where it cannot be shown: a pipe on Windows takes the letters of one code page only."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
