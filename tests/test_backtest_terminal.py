"""`wallboardctl backtest` on a terminal of its own: the bar, and Ctrl-C."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

from tests.at_a_prompt import at_a_prompt
from tests.backtest_site import lines, log
from tests.waiting import wait_until

__all__ = ["log"]


class Terminal:
    """The command on a terminal of its own: its stderr is one, its stdout a pipe."""

    def __init__(self, *words: str | Path) -> None:
        self.master, slave = pty.openpty()
        command = [sys.executable, "-m", "host_bridge.ctl", "backtest", *map(str, words)]
        with at_a_prompt():
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=slave, stdin=slave)
        os.close(slave)
        os.set_blocking(self.master, False)
        self.shown = b""

    def read(self) -> bytes:
        try:
            self.shown += os.read(self.master, 65_536)
        except (BlockingIOError, OSError):
            pass
        return self.shown

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def long_log(log: Path, days: int = 120) -> Path:
    """So many days that a replay takes a second or two; with 600 days, several."""
    path = log.parent / "long_log"
    path.write_text("".join(f"{line}\n" for line in sorted(lines(days))))
    return path


def test_a_bar_on_a_terminal_and_ctrl_c_ends_it_quietly(log: Path) -> None:
    page = log.parent / "out.html"
    words = ("--queue-log", long_log(log, 600), "--thresholds", log.parent / "thresholds.yaml", "--html", page)
    terminal = Terminal(*words)
    try:
        wait_until(lambda: b" %" in terminal.read(), otherwise="no bar")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.process.wait(10) == -signal.SIGINT
        wait_until(lambda: terminal.read().endswith(b"\r\x1b[K"), otherwise="half a bar stays")
        assert b"Traceback" not in terminal.shown
        assert not page.exists()
    finally:
        terminal.end()


def test_no_bar_in_a_pipe_and_none_beside_json(log: Path) -> None:
    words = ("--queue-log", long_log(log), "--thresholds", log.parent / "thresholds.yaml")
    command = [sys.executable, "-m", "host_bridge.ctl", "backtest", *map(str, words)]
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""
    terminal = Terminal(*words, "--json")
    try:
        assert json.loads(terminal.process.communicate()[0])["log"]["lines"] > 10_000
        assert terminal.read() == b""
    finally:
        terminal.end()
