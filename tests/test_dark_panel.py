"""`wallboard` with driver rgbmatrix on a machine that has not its library, as a real process."""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import Broker, broker
from tests.other_users import let_in
from tests.waiting import wait_until
from tests.wallboard_process import FakeBridge, Process, alive, tile, view

__all__ = ["broker"]


@pytest.fixture(name="notified")
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(tmp_path / "notify"))
        (tmp_path / "notify").chmod(0o777)
        end.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield end


def test_it_runs_says_so_everywhere_and_pretends_nothing(
    broker: Broker, tmp_path: Path, notified: socket.socket
) -> None:
    if os.geteuid() == 0:
        let_in(tmp_path)
    bridge = FakeBridge(broker.port)
    bridge.site("sales")
    bridge.rules("sales")
    bridge.queue("sales")
    board = Process(tmp_path, broker.port, driver="rgbmatrix")
    try:
        wait_until(lambda: bool(bridge.states()), otherwise="no state")

        def live() -> bool:
            bridge.beat()  # again and again: one that comes before the board has subscribed proves nothing
            return board.shows(view(tile("sales")))

        wait_until(live, otherwise="no figures in the picture")
        state = bridge.states()[-1]
        assert state["online"] and state["problem"].startswith("panel.driver: 'rgbmatrix' needs the Python module")
        assert state["problem"].endswith(f"{tmp_path}/frames/latest.png")
        (line,) = [each for each in board.lines() if "rgbmatrix" in each]
        assert line == f"wallboard: {state['problem']}"
        heard: list[str] = []
        while "READY=1" not in heard or not any(each.startswith("STATUS=THE PANEL IS DARK") for each in heard):
            heard.append(notified.recv(5000).decode())
        if os.geteuid() == 0:  # nobody of them stays root: the library would have seen to it
            for each in (board.process.pid, board.helpers()[-1]):
                owner = Path(f"/proc/{each}").stat().st_uid
                assert alive(each) and pwd.getpwuid(owner).pw_name == "daemon"
    finally:
        board.end()
        bridge.close()
