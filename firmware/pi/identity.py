"""Which machine this is: what tells two boards apart that bear one name, as after copying an SD card.

A copied card has the host name too; the serial number of a Pi is burnt into its processor.
"""

from __future__ import annotations

import socket
from pathlib import Path

from firmware.core.printable import one_line

MAX_CHARS = 64  # of each; a host name has no more on Linux
# The device tree has it with a NUL behind it; older kernels of the Pi have it in cpuinfo alone.
SERIAL_FILES = (Path("/proc/device-tree/serial-number"), Path("/proc/cpuinfo"))


def identity(serial_files: tuple[Path, Path] = SERIAL_FILES) -> dict[str, str]:
    """`host` and `serial` for the board's state message, read once; what this machine does not tell is absent."""
    found = {"host": one_line(socket.gethostname(), MAX_CHARS), "serial": _serial(*serial_files)}
    return {name: value for name, value in found.items() if value}


def _serial(tree: Path, cpuinfo: Path) -> str:
    text = _read(tree).strip("\0 \n")
    if not text:
        lines = (line.partition(":") for line in _read(cpuinfo).splitlines())
        text = next((value.strip() for name, _, value in lines if name.strip() == "Serial"), "")
    return one_line(text, MAX_CHARS) if text.strip("0") else ""  # a board without one says zeros


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
