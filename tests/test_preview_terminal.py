"""`wallboardctl preview` in a real terminal: it moves in place, and Ctrl-C gives the terminal back as it was."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

from tests.waiting import wait_until

LIMITS = Path(__file__).parent.parent / "config" / "thresholds.example.yaml"
WORDS = ("--queue", "support: waiting 7, wait 1:42", "--at", "2026-11-22 10:15", "--size", "64x32")


class Terminal:
    """A process in a pseudoterminal of its own; `said` is all that it has written so far."""

    def __init__(self, columns: int, lines: int, *words: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        environ = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "host_bridge.ctl", "preview", "--thresholds", str(LIMITS), *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environ, "TERM": "xterm-256color"},
        )
        os.close(slave)
        os.set_blocking(self._master, False)
        self.said = ""

    def read(self) -> str:
        try:
            self.said += os.read(self._master, 1 << 16).decode("utf-8", "ignore")
        except OSError:  # nothing new, or the process has ended
            pass
        return self.said

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


def test_ctrl_c_gives_the_terminal_back() -> None:
    terminal = Terminal(80, 24, *WORDS, "--seconds", "30")
    try:
        wait_until(lambda: terminal.read().count("\x1b[16A") >= 2, otherwise="it does not move", details=terminal.read)
        assert "\x1b[?25h" not in terminal.said
        terminal.process.send_signal(signal.SIGINT)
        wait_until(lambda: (terminal.read(), terminal.process.poll() is not None)[1], otherwise="Ctrl-C ends nothing")
        terminal.read()
    finally:
        terminal.close()
    assert terminal.process.returncode == 0
    end = terminal.said[terminal.said.rindex("\x1b[?25h") :]
    assert "CRITICAL  support" in end and "Traceback" not in end


def test_a_narrow_terminal_is_told_what_it_needs() -> None:
    terminal = Terminal(60, 24, *WORDS)
    try:
        wait_until(lambda: (terminal.read(), terminal.process.poll() is not None)[1])
        terminal.read()
    finally:
        terminal.close()
    assert "it needs a terminal of 64 columns and this one has 60 and 24" in terminal.said.replace("\r\n", "")
    assert "▀" not in terminal.said and "CRITICAL  support" in terminal.said
