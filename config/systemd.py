"""What systemd wants to hear (sd_notify(3)) of a bridge or a board: that it is up, that its loop runs, what it does.

A datagram to the socket that $NOTIFY_SOCKET names; without systemd there is none, and nothing is said. WATCHDOG=1 comes
from the program's one loop alone: one that hangs is killed by systemd after WatchdogSec, and started again.
"""

from __future__ import annotations

import faulthandler
import os
import socket
from collections.abc import Callable, Mapping

NEVER_MS = 3_600_000


def is_unit(environment: Mapping[str, str] | None = None) -> bool:
    """This process is a unit's main process, and not one started by hand in a terminal that is a unit itself."""
    environment = os.environ if environment is None else environment
    return environment.get("SYSTEMD_EXEC_PID") == str(os.getpid())


class Systemd:
    """`watchdog_ms`: how often the loop must say that it runs, half of what the unit allows; None when nobody asks."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address  # @: an abstract socket
        self._socket: socket.socket | None = None
        self._status = ""
        self._is_ready = False
        self._due_ms = 0
        self.watchdog_ms: int | None = None
        if self._address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            allowed_us, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", str(os.getpid()))
            if allowed_us.isdecimal() and int(allowed_us) and pid == str(os.getpid()):
                self.watchdog_ms = max(int(allowed_us) // 2000, 1)
                faulthandler.enable()  # its SIGABRT leaves in the log where each thread was

    def tell(self, now_ms: int, ready: bool, summary: Callable[[], str]) -> int:
        """The loop runs; when to say so again, at the latest.

        `ready`: the program does what it is there for (a frame is on the panel); once is enough. `summary` gives one
        line for people, which `systemctl status` shows.
        """
        if self._socket is None:
            return now_ms + NEVER_MS
        if ready and not self._is_ready:
            self._is_ready = True
            self._say("READY=1")
        status = summary()
        if status != self._status:
            self._status = status
            self._say(f"STATUS={status}")
        if self.watchdog_ms is None:
            return now_ms + NEVER_MS
        if now_ms >= self._due_ms:
            self._say("WATCHDOG=1")
            self._due_ms = now_ms + self.watchdog_ms
        return self._due_ms

    def stopping(self) -> None:
        """The program is on its way out."""
        self._say("STOPPING=1")

    def _say(self, text: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(text.encode(), self._address)
        except OSError:
            pass  # nobody listens any more; what it costs is a restart, and systemd's own log tells it
