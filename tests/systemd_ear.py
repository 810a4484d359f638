"""systemd's end of sd_notify, for tests: hears what a process under it says."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Ear:
    """`said`: the times (monotonic, s) of each thing said since it was last emptied."""

    def __init__(self, end: socket.socket, path: Path) -> None:
        self._end = end
        self.path = path
        self.said: dict[str, list[float]] = {}

    def hear(self, seconds: float, until: str = "") -> None:
        """Listen so long, or until something that begins so was said; TimeoutError when it was not."""
        end = time.monotonic() + seconds
        while not (until and any(each.startswith(until) for each in self.said)):
            self._end.settimeout(max(end - time.monotonic(), 0.001))
            try:
                self.said.setdefault(self._end.recv(1000).decode(), []).append(time.monotonic())
            except TimeoutError:
                if until:
                    raise TimeoutError(f"{until} was not said in {seconds:g} s, but {sorted(self.said)}") from None
                return


@contextmanager
def ear(folder: Path) -> Iterator[Ear]:
    """Listens on a socket in `folder`, which $NOTIFY_SOCKET is to name."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        path = folder / "notify"
        end.bind(str(path))
        yield Ear(end, path)
