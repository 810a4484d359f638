"""Real boards under a real bridge: one is killed, and the log, the other board's panel and bridge/boards tell of it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.core.scenes_pages import a_page
from firmware.core.view import CLOCK, Notice
from host_bridge.history import history_file, read_rows
from tests.ami_peer import AmiPeer
from tests.brokers import Broker, broker
from tests.test_bridge_main import Process as Bridge
from tests.test_bridge_main import Watcher, pbx, peer, watcher
from tests.waiting import wait_until
from tests.wallboard_process import Process as Board

__all__ = ["broker", "peer", "watcher"]


class QuickBridge(Bridge):
    """… that waits for seconds where the true one waits for a minute."""

    module = "tests.quick_bridge"


@pytest.fixture
def bridge(tmp_path: Path, peer: AmiPeer, broker: Broker) -> Iterator[QuickBridge]:
    made = QuickBridge(tmp_path, peer.port, f"url: 'mqtt://127.0.0.1:{broker.port}'")
    made.config.write_text(made.config.read_text() + "journal: test.journal\n")
    yield made
    made.close()


def board(folder: Path, name: str, port: int) -> Board:
    """A board of that name whose panel shows the clock and notices alone."""
    home = folder / name
    home.mkdir(exist_ok=True)
    return NamedBoard(home, port, pages="[clock]", more="", name=name)


class NamedBoard(Board):
    """A board of any name, at site test."""

    def __init__(self, folder: Path, port: int, *, pages: str, more: str, name: str) -> None:
        self.name = name
        super().__init__(folder, port, pages=pages, more=more)

    def settings(self, text: str) -> str:
        return text.replace("site: main", "site: test").replace("board: b1", f"board: {self.name}")


def shows(board: Board, text: str, watcher: Watcher) -> bool:
    minute = watcher.newest["bridge/state"]["local"] // 60_000
    views = [a_page(CLOCK, notice=Notice(text, False), local_min=each % 1440) for each in (minute, minute + 1)]
    return board.shows(*views)


def test_a_board_that_is_killed_is_told_in_the_log_on_the_other_board_and_in_the_history(
    bridge: QuickBridge, broker: Broker, watcher: Watcher, tmp_path: Path
) -> None:
    boards = [board(tmp_path, name, broker.port) for name in ("hall-1", "hall-2")]
    try:
        bridge.start()
        watcher.until(lambda known: pbx(known) == "up" and "bridge/boards" in known)
        bridge.until("2 boards are online: hall-1")
        boards[1].process.kill()
        assert "(" in bridge.until("board hall-2 ") and bridge.lines[-1].endswith("is offline")
        known = watcher.until(lambda known: known.get("notice"))
        assert known["notice"]["text"] == "board hall-2 is offline"
        wait_until(lambda: shows(boards[0], "board hall-2 is offline", watcher), otherwise="not on the other board")
        entries = {each["id"]: each for each in watcher.newest["bridge/boards"]["boards"]}
        assert (entries["hall-1"]["online"], entries["hall-2"]["online"]) == (True, False)
        assert entries["hall-2"]["address"] == "127.0.0.1"
        boards[1].end()
        boards.append(board(tmp_path, "hall-2", broker.port))
        assert "is back after" in bridge.until("board hall-2 ")
        watcher.until(lambda known: known["notice"] is None)
        bridge.signal(signal.SIGTERM)
        assert bridge.wait() == 0
    finally:
        for each in boards:
            each.end()
    rows = read_rows(history_file(tmp_path / "test.journal"), 0, 10**15)
    told = [(each.board, each.what) for each in rows.boards]
    assert sorted(told[:2]) == [("hall-1", "online"), ("hall-2", "online")]
    assert told[2:] == [("hall-2", "offline"), ("hall-2", "online")]
    command = [sys.executable, "-m", "host_bridge.ctl", "history", "--config", str(bridge.config), "--boards"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "hall-2 (" in done.stdout and done.stdout.endswith("1 board offline at some time\n")


def test_two_boards_of_one_name_are_named(
    bridge: QuickBridge, broker: Broker, watcher: Watcher, tmp_path: Path
) -> None:
    """Both on this machine, so that only their starts tell them apart."""
    bridge.start()
    watcher.until(lambda known: pbx(known) == "up")
    boards = [board(tmp_path, "hall-1", broker.port)]
    (tmp_path / "copy").mkdir()
    try:
        time.sleep(4)  # by which they are told apart
        boards.append(board(tmp_path / "copy", "hall-1", broker.port))
        known = watcher.until(lambda known: "call themselves 'hall-1'" in known["bridge/state"].get("problem", ""))
        bridge.until("two boards call themselves 'hall-1': ")
        watcher.until(
            lambda known: any("twice" in each for each in known.get("bridge/boards", {"boards": []})["boards"])
        )
        assert "give one another name in board.yaml" in known["bridge/state"]["problem"]
    finally:
        for each in boards:
            each.end()
