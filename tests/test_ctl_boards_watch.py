"""`wallboardctl boards --watch`, a process: in a pipe, as JSON, on a terminal; through a broker that starts anew."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_bridge.ctl.boards_watch import BEGIN, END, screenful
from tests.brokers import broker
from tests.live_board import LiveBoard
from tests.ports import free_port
from tests.site_rig import Site, bridge_yaml, site
from tests.waiting import wait_until

__all__ = ["broker", "site"]


class Watch:
    """The command; `text` is what it has printed."""

    def __init__(self, config: Path, *options: str, terminal: bool = False) -> None:
        self.text = ""
        self._ours, theirs = pty.openpty() if terminal else os.pipe()
        command = [sys.executable, "-m", "host_bridge.ctl", "boards", "--watch", "--config", str(config), *options]
        environment = {**os.environ, "COLUMNS": "60", "LINES": "12"}
        self.process = subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, text=True, env=environment)
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def until(self, pattern: str, seconds: float = 20) -> None:
        """Until it has printed that."""
        wait_until(lambda: re.search(pattern, self.text, re.MULTILINE), seconds, f"no {pattern}", lambda: self.text)

    def lines(self) -> list[str]:
        """Without the time."""
        return [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", "", line) for line in self.text.splitlines()]

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Its exit code, and what it said on stderr."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=10)
        self._reader.join(5)
        return self.process.returncode, err

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._ours, 65536)
            except OSError:  # a terminal that nobody holds any more
                return
            if not data:
                return
            self.text += data.decode().replace("\r\n", "\n")


@pytest.fixture
def config(site: Site, tmp_path: Path) -> Path:
    return bridge_yaml(tmp_path, site.broker.port)


@pytest.fixture
def board(site: Site) -> Iterator[LiveBoard]:
    with LiveBoard(site.broker.port, "hall-1") as made:
        yield made


def test_a_line_for_each_change(site: Site, config: Path) -> None:
    site.live()
    watch = Watch(config)
    watch.until("the bridge is online, PBX up$")
    with LiveBoard(site.broker.port, "hall-1", host="pi-1"):
        watch.until("hall-1: online, version 0.1.0$")
        site.bridge.queue("support", waiting=6)
        watch.until("hall-1: support: wait critical$")
        site.retain("board/hall-1/command", None)
        site.bridge.client.publish("wallboard/main/board/hall-1/command", '{"v": 1, "do": "mute"}', 1)
        watch.until("hall-1: muted$")
    watch.until("hall-1: offline$")
    site.retain("board/hall-1/state", None)
    watch.until("hall-1: is forgotten$")
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d the bridge", watch.text)
    assert watch.end() == (0, "")


def test_a_broker_that_starts_anew_is_told_once_and_its_boards_are_not_taken_for_gone(
    site: Site, config: Path, board: LiveBoard
) -> None:
    site.live()
    site.retain("board/hall-2/state", {"v": 1, "online": False})  # the broker will forget it
    wait_until(lambda: any("hall-1" in topic for topic, _, _ in site.bridge.heard))
    watch = Watch(config)
    watch.until("hall-1: online")
    site.broker.kill()
    watch.until(f"broker 127.0.0.1:{site.broker.port}: .*: trying again$")
    before = len(watch.lines())
    site.broker.start()
    watch.until("the broker is back$")
    watch.until("hall-1: NO BRIDGE$", 40)  # it is connected again, and this test's bridge is not yet
    gone = ("forgotten", "not come back", "ever reported")
    assert not [line for line in watch.lines()[before:] if any(word in line for word in gone)]
    assert sum("trying again" in line for line in watch.lines()) == 1
    assert watch.end() == (0, "")


def test_json_is_a_line_for_each_change(site: Site, config: Path, board: LiveBoard) -> None:
    site.live()
    wait_until(lambda: site.bridge.heard)
    watch = Watch(config, "--json")
    watch.until("hall-1")
    site.bridge.queue("support", waiting=6)
    watch.until("support: wait critical")
    assert watch.end(signal.SIGTERM)[1] == ""
    first, *more = (json.loads(line) for line in watch.text.splitlines())
    assert (first["bridge"]["online"], first["live"]) == (True, True)
    (change,) = [each for each in more if "hall-1: support: wait critical" in each["changes"]]
    assert (change["board"], change["state"]["alarms"][0]["rule"]) == ("hall-1", "wait")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", change["at"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_on_a_terminal_it_is_redrawn_in_place_and_leaves_it_as_it_was(
    site: Site, config: Path, board: LiveBoard, number: int
) -> None:
    site.live()
    wait_until(lambda: site.bridge.heard)
    watch = Watch(config, terminal=True)
    watch.until("Ctrl-C ends")
    assert watch.text.startswith(BEGIN)
    assert watch.text.count("\x1b[H") >= 1
    site.broker.kill()
    # What was known last stands there still, said to be old.
    watch.until("this is [0-9] s old, trying again: broker 127(.|\n)*hall-1  online(.|\n)*Ctrl-C ends")
    code, _ = watch.end(number)
    assert code == (0 if number == signal.SIGINT else 128 + signal.SIGTERM)
    assert watch.text.endswith(END)


def test_no_broker_at_the_start_ends_it(tmp_path: Path) -> None:
    port = free_port()
    watch = Watch(bridge_yaml(tmp_path, port))
    _, err = watch.process.communicate(timeout=10)
    assert watch.process.returncode == 1
    assert err == f"wallboardctl boards: broker 127.0.0.1:{port}: connection refused: is the broker running there?\n"


def test_a_screen_is_no_larger_than_the_terminal() -> None:
    lines = [f"line {number}" for number in range(9)]
    drawn = screenful(lines, 4, 5).replace("\x1b[K", "").removeprefix("\x1b[H").removesuffix("\x1b[J")
    assert drawn.split("\r\n") == ["line"] * 4 + ["… an"]
    assert "… and 5 more lines" in screenful(lines, 40, 5)
    assert screenful(["a", "b"], 40, 5) == "\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J"
