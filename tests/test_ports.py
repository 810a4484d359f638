"""The ports that tests give their servers: nobody else's, also not of a test run beside this one."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from tests.ports import BLOCK, FIRST, HOST, LAST, free_port

EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def block(port: int) -> int:
    return (port - FIRST) // BLOCK


def test_the_kernel_gives_none_of_them_to_an_outgoing_connection() -> None:
    assert FIRST <= free_port() < LAST <= int(EPHEMERAL.read_text().split()[0])


def test_none_comes_twice_in_a_row_and_none_that_is_taken() -> None:
    first = free_port()
    with socket.create_server((HOST, free_port())) as taken:
        found = [free_port() for _ in range(BLOCK)]
        assert taken.getsockname()[1] not in found
        assert first in found, "one block, again and again"
    assert len(set(found)) == BLOCK - 1


def test_each_process_has_a_block_of_its_own() -> None:
    ask = "from tests.ports import free_port; print(free_port(), flush=True); input()"
    others = [
        subprocess.Popen([sys.executable, "-c", ask], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(8)
    ]
    blocks = {block(free_port())}
    for other in others:
        assert other.stdout is not None
        blocks.add(block(int(other.stdout.readline())))
    for other in others:
        other.communicate("\n")
    assert len(blocks) == len(others) + 1
