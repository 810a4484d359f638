"""Two cards copied from each other: what tells their machines apart."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from firmware.core import wire
from firmware.pi.identity import identity

HOST = {"host": socket.gethostname()}


@pytest.mark.parametrize(
    ("tree", "cpuinfo", "serial"),
    [
        (b"10000000abcdef01\0", b"Serial\t\t: 10000000ffffffff\n", "10000000abcdef01"),
        (None, b"Revision\t: c03115\nSerial\t\t: 10000000abcdef01\nModel\t\t: Raspberry Pi 4\n", "10000000abcdef01"),
        (b"", b"Serial\t\t: 0000000000000000\n", None),
        (None, b"processor\t: 0\nmodel name\t: some desktop's\n", None),
        (None, None, None),
        (b"odd\x1b[2J\xff\0", None, "odd?[2J\ufffd"),
    ],
)
def test_the_serial_number(tmp_path: Path, tree: bytes | None, cpuinfo: bytes | None, serial: str | None) -> None:
    for name, content in (("tree", tree), ("cpuinfo", cpuinfo)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
    found = identity((tmp_path / "tree", tmp_path / "cpuinfo"))
    assert found == (HOST if serial is None else {**HOST, "serial": serial})
    assert wire.read(wire.BOARD, wire.dumps({"v": 1, "online": True, **found}))["serial"] == serial
