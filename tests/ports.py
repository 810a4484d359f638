"""TCP ports of loopback for the servers that tests start.

Of those below net.ipv4.ip_local_port_range: there the kernel takes none for an outgoing connection, and so a port stays
free between free_port() and the server's start, and while a server is stopped that comes back on its port. A process
has a block of them to itself for as long as it runs, so that runs and workers beside each other never meet.
"""

from __future__ import annotations

import functools
import itertools
import random
import socket
from collections.abc import Iterator

HOST = "127.0.0.1"
FIRST, LAST = 20_000, 32_000
BLOCK = 100


def free_port() -> int:
    """A TCP port on loopback that nothing listens on, and that no other test takes soon."""
    for port in itertools.islice(_ports(), BLOCK):
        try:
            socket.create_server((HOST, port)).close()
        except OSError:
            continue
        return port
    raise RuntimeError("this process listens on every port of its block")


@functools.cache
def _ports() -> Iterator[int]:
    """The ports of this process's block, one after the other, without end."""
    starts = list(range(FIRST, LAST, BLOCK))
    random.shuffle(starts)
    for start in starts:
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0led-wallboard-tests-{start}")  # an abstract name: gone with the process, whatever ends it
        except OSError:
            claim.close()
            continue
        return _again_and_again(claim, start)
    raise RuntimeError("every block of ports is another test run's")


def _again_and_again(claim: socket.socket, start: int) -> Iterator[int]:
    with claim:
        while True:
            yield from range(start, start + BLOCK)
