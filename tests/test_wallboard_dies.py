"""`wallboard` as real processes, one of which dies or hangs: the panel is back, nothing old stays lit."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import load_font
from firmware.pi.lost import lost_frame
from tests.brokers import Broker, broker
from tests.systemd_ear import ear
from tests.test_wallboard_main import WAIT_RULE
from tests.waiting import wait_until
from tests.wallboard_process import FakeBridge, Process, alive, tile, view

__all__ = ["broker"]

BACK_S = 3.0  # issue 4: a driver that aborts or segfaults is back within 3 s


@pytest.fixture(name="bridge")
def running_bridge(broker: Broker) -> Iterator[FakeBridge]:
    it = FakeBridge(broker.port)
    it.site("sales", "support")
    it.rules("sales", WAIT_RULE)
    it.rules("support")
    it.queue("sales")
    it.queue("support")
    it.beat()
    yield it
    it.close()


@pytest.fixture(name="board")
def calm_board(broker: Broker, bridge: FakeBridge, tmp_path: Path) -> Iterator[Process]:
    it = Process(tmp_path, broker.port)
    try:
        wait_until(lambda: bool(bridge.states()), otherwise="no state")
        shows(it, bridge, waiting=0)
        yield it
    finally:
        it.process.send_signal(signal.SIGCONT)
        it.end()


def shows(board: Process, bridge: FakeBridge, waiting: int, within_s: float = 5.0) -> float:
    """Until the figure is on the panel, live; the seconds it took."""
    bridge.queue("sales", waiting=waiting)
    start = time.monotonic()
    severity = 2 if waiting >= 5 else 0
    live = [view(tile("sales", waiting=waiting, severity=severity, phase=phase), tile("support")) for phase in (0, 1)]
    while not board.shows(*live):
        if bridge.now() % 500 < 20:
            bridge.beat()
        assert time.monotonic() - start < within_s, f"not shown within {within_s} s:\n{board.lines()}"
        time.sleep(0.02)
    return time.monotonic() - start


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_driver_that_dies_is_back_in_time_and_the_board_has_gone_on(
    bridge: FakeBridge, board: Process, number: signal.Signals
) -> None:
    nurse, driver = board.helpers()
    heard = len(bridge.states())
    os.kill(driver, number)
    took = shows(board, bridge, waiting=6, within_s=BACK_S)
    print(f"back after {took:.2f} s")
    assert board.helpers()[0] == nurse and board.helpers()[1] != driver
    wait_until(lambda: bridge.states()[-1].get("restarts") == 1, 12, "its state says nothing of it")
    assert all(state["online"] for state in bridge.states()[heard:])  # the link has noticed nothing
    assert bridge.states()[-1]["alarms"][0]["severity"] == "critical"
    assert [line for line in board.lines() if "driver" in line] == [
        f"wallboard: the panel's driver ended by {number.name}: it is started again"
    ]


def test_a_driver_that_hangs_is_ended_and_back(bridge: FakeBridge, board: Process) -> None:
    driver = board.helpers()[1]
    os.kill(driver, signal.SIGSTOP)
    took = shows(board, bridge, waiting=3, within_s=3.0 + BACK_S)
    print(f"back after {took:.2f} s")
    assert not alive(driver)


def test_a_driver_that_dies_again_and_again_stops_neither_link_nor_alarm(bridge: FakeBridge, board: Process) -> None:
    end = time.monotonic() + 6
    killed = set()
    while time.monotonic() < end:
        for driver in board.helpers()[1:]:
            killed.add(driver)
            os.kill(driver, signal.SIGKILL)
        bridge.beat()
        bridge.queue("sales", waiting=6)
        time.sleep(0.1)
    wait_until(lambda: bool(bridge.states()[-1]["alarms"]), otherwise="no alarm")
    assert len(killed) >= 4
    shows(board, bridge, waiting=7, within_s=BACK_S)
    assert len([line for line in board.lines() if "driver" in line]) == 1


def test_a_board_that_hangs_shows_no_old_figure(bridge: FakeBridge, board: Process) -> None:
    shows(board, bridge, waiting=3)
    lost = lost_frame(Screen(128, 64, load_font)).tobytes()
    board.process.send_signal(signal.SIGSTOP)

    def is_named() -> bool:
        frame = board.frame()
        return frame is not None and frame.tobytes() == lost

    took = wait_until(is_named, 8, "an old figure stays lit")
    print(f"named after {took:.2f} s")
    board.process.send_signal(signal.SIGCONT)
    shows(board, bridge, waiting=2)


def test_a_board_that_is_killed_leaves_a_dark_panel_and_no_process(bridge: FakeBridge, board: Process) -> None:
    helpers = board.helpers()
    assert len(helpers) == 2
    board.process.kill()
    wait_until(lambda: not any(map(alive, helpers)), otherwise="somebody outlived the board")
    frame = board.frame()
    assert frame is not None and frame.getcolors() == [(128 * 64, (0, 0, 0))]


def test_without_its_nurse_the_board_ends_for_systemd_to_start_it_again(bridge: FakeBridge, board: Process) -> None:
    nurse, driver = board.helpers()
    os.kill(nurse, signal.SIGKILL)
    assert board.process.wait(5) == 1
    assert board.lines()[-1].endswith("the process that keeps the panel and the buzzer running is gone")
    wait_until(lambda: not alive(driver), otherwise="the driver outlived the board")


@pytest.fixture(name="terminal")
def terminal_of_a_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a unit of the user's systemd, and what is started in it inherits its variables."""
    monkeypatch.setenv("INVOCATION_ID", "0123")
    monkeypatch.setenv("SYSTEMD_EXEC_PID", str(os.getpid()))


def test_the_command_restart_starts_it_anew_in_its_place(terminal: None, bridge: FakeBridge, board: Process) -> None:
    helpers = board.helpers()
    bridge.publish_command(do="restart")
    wait_until(lambda: any("restart" in line for line in board.lines()), 25, "it does not restart")
    wait_until(lambda: not any(map(alive, helpers)), otherwise="its helpers are left")
    assert board.process.poll() is None  # the same process, with a new life
    shows(board, bridge, waiting=2)
    assert bridge.states()[-1]["uptime_ms"] < 15_000


def test_under_systemd_it_ends_for_the_unit_to_start_it_again(
    broker: Broker, bridge: FakeBridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = tmp_path / "started"
    started.write_text(f'#!/bin/sh\nSYSTEMD_EXEC_PID=$$ exec "{sys.executable}" "$@"\n', "utf-8")
    started.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(started))
    board = Process(tmp_path, broker.port)
    try:
        wait_until(lambda: bool(bridge.states()), otherwise="no state")
        bridge.publish_command(do="restart")
        assert board.process.wait(25) == 3
        assert board.lines()[-1] == "wallboard: stopped by the command restart"
    finally:
        board.end()


def test_systemd_hears_of_the_first_frame_of_life_and_of_the_end(
    broker: Broker, bridge: FakeBridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ear(tmp_path) as systemd:
        monkeypatch.setenv("NOTIFY_SOCKET", str(systemd.path))
        monkeypatch.setenv("WATCHDOG_USEC", "1000000")
        board = Process(tmp_path, broker.port)
        try:
            systemd.hear(5, until="READY=1")
            assert board.frame() is not None
            systemd.said.clear()
            systemd.hear(3)
            beats = systemd.said["WATCHDOG=1"]
            assert len(beats) >= 5 and max(b - a for a, b in itertools.pairwise(beats)) < 1
            board.process.send_signal(signal.SIGSTOP)
            systemd.said.clear()
            systemd.hear(2)
            assert "WATCHDOG=1" not in systemd.said  # a board that hangs is killed by systemd
            board.process.send_signal(signal.SIGCONT)
            board.process.send_signal(signal.SIGTERM)
            systemd.hear(3, until="STOPPING=1")
            assert board.process.wait(5) == 0
        finally:
            board.process.send_signal(signal.SIGCONT)
            board.end()
