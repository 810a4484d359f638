"""The self-test in a real board: its file begins it, kill -9 does not end it; an unlinked board says what is broken."""

from __future__ import annotations

from pathlib import Path

from firmware.pi import machine
from firmware.pi.selftest.pictures_panel import Bars, Fill, Picture
from firmware.pi.selftest.sheet import ShadesCanvas, Sheet
from firmware.pi.selftest.way import Broker, way
from tests.brokers import Broker as BrokerProcess
from tests.brokers import broker
from tests.ports import free_port
from tests.waiting import wait_until
from tests.wallboard_process import FakeBridge, Process

__all__ = ["broker"]


def shows(board: Process, *pictures: Picture) -> bool:
    """The panel shows one of these."""
    frame = board.frame()
    return frame is not None and any(frame.tobytes() == drawn(each, frame.size) for each in pictures)


def drawn(picture: Picture, size: tuple[int, int]) -> bytes:
    canvas = ShadesCanvas(*size)
    picture.draw(Sheet(canvas))
    return canvas.image().tobytes()


def test_a_power_cut_in_the_middle_and_it_begins_anew(broker: BrokerProcess, tmp_path: Path) -> None:
    (tmp_path / "self-test").touch()
    bridge = FakeBridge(broker.port)
    bridge.site("sales")
    bridge.rules("sales")
    bridge.queue("sales")
    bridge.beat()
    for _ in range(2):
        board = Process(tmp_path, broker.port, 64, 32)
        try:
            wait_until(lambda board=board: shows(board, Fill("RED")), otherwise="no red")  # type: ignore[misc]
            wait_until(lambda: bool(bridge.states()) and bridge.states()[-1].get("doing") == "test")
            assert bridge.states()[-1]["self_test"]["state"] == "running"
            wait_until(lambda board=board: shows(board, Fill("BLUE")), otherwise="no blue")  # type: ignore[misc]
            wait_until(lambda board=board: shows(board, Bars()), otherwise="no bars")  # type: ignore[misc]
        finally:
            board.end()  # kill -9
        assert (tmp_path / "self-test").exists()
    assert not [line for line in board.lines() if "Traceback" in line]
    bridge.close()


def test_a_board_that_was_never_linked_says_which_link_is_broken(tmp_path: Path) -> None:
    port = free_port()
    board = Process(tmp_path, port, 128, 32)
    try:
        broken = way(machine.network(), Broker("127.0.0.1", port, False, "refused"), "LINK", False, "main")
        turns = [broken.chain(turn * 3000, "LINK") for turn in range(4)]
        wait_until(lambda: shows(board, *turns), otherwise="no chain")
        assert broken.broken in ("broker", "cable", "Wi-Fi", "address")  # this machine may have no network
    finally:
        board.end()
