"""`wallboard` as a process over a real broker: from messages shaped like DESIGN 5 to the pixels of latest.png."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import Broker, broker
from tests.ports import free_port
from tests.waiting import wait_until
from tests.wallboard_process import FakeBridge, Process, drawn, tile, view

__all__ = ["broker"]

WAIT_RULE = {
    "id": "wait",
    "for_ms": 0,
    "hold_ms": 5000,
    "sound": {"warn": "none", "critical": "double"},
    "levels": [{"severity": "critical", "all": [{"metric": "waiting", "op": ">=", "value": 5}]}],
}


@pytest.fixture
def bridge(broker: Broker) -> Iterator[FakeBridge]:
    """A bridge that is up, with two calm queues."""
    it = FakeBridge(broker.port)
    it.site("sales", "support")
    it.rules("sales", WAIT_RULE)
    it.rules("support")
    it.queue("sales")
    it.queue("support", waiting=1, oldest_ms=12_000)
    it.beat()
    yield it
    it.close()


@pytest.fixture
def board(broker: Broker, tmp_path: Path) -> Iterator[Process]:
    it = Process(tmp_path, broker.port)
    yield it
    it.end()


def support(seconds: range) -> list:
    return [tile("support", waiting=1, oldest_s=second) for second in seconds]


def wait_for_figures(board: Process, bridge: FakeBridge) -> float:
    """Until the two calm queues are shown live; seconds since the process's start."""
    wait_until(lambda: board.frame() is not None, otherwise="no first frame")
    wait_until(lambda: bool(bridge.states()), otherwise="no state")
    bridge.beat()  # a retained heartbeat alone proves nothing
    live = [view(tile("sales"), each) for each in support(range(12, 30))]
    wait_until(lambda: board.shows(*live), otherwise="no figures")
    return (time.monotonic_ns() - board.start_ns) / 1e9


def test_the_first_true_figure_within_four_seconds_and_the_wait_ticks(bridge: FakeBridge, board: Process) -> None:
    assert wait_for_figures(board, bridge) < 4
    seen = []
    for second in range(12, 40):
        if board.shows(view(tile("sales"), tile("support", waiting=1, oldest_s=second))):
            seen.append(second)
            following = view(tile("sales"), tile("support", waiting=1, oldest_s=second + 1))
            assert wait_until(lambda view=following: board.shows(view), otherwise="no next second") < 1.3
            break
    assert seen
    bridge.queue("sales", waiting=2, oldest_ms=0)
    two = [tile("sales", waiting=2, oldest_s=second) for second in (0, 1)]
    shown = [view(one, each) for one in two for each in support(range(12, 60))]
    assert wait_until(lambda: board.shows(*shown), otherwise="no change") < 0.5


def test_a_breach_blinks_in_two_phases_until_it_is_over(bridge: FakeBridge, board: Process) -> None:
    wait_for_figures(board, bridge)
    bridge.rules("support")
    bridge.queue("support")
    bridge.queue("sales", waiting=6)  # no wait: nothing but the phase changes
    phases = [view(tile("sales", waiting=6, severity=2, phase=phase), tile("support")) for phase in (0, 1)]
    seen = []
    end = time.monotonic() + 4.2
    while time.monotonic() < end:
        bridge.beat()
        for number, each in enumerate(phases):
            if board.shows(each) and seen[-1:] != [number]:
                seen.append(number)
        time.sleep(0.05)
    assert 7 <= len(seen) <= 10  # 1 Hz: two phases a second
    wait_until(lambda: bool(bridge.states()[-1]["alarms"]), otherwise="no alarm in its state")
    alarm = bridge.states()[-1]["alarms"][0]
    assert (alarm["queue"], alarm["rule"], alarm["severity"], alarm["acked"]) == ("sales", "wait", "critical", False)


def test_sigterm_ends_it_within_two_seconds_black_and_offline(bridge: FakeBridge, board: Process) -> None:
    wait_for_figures(board, bridge)
    state = bridge.states()[-1]
    assert (state["online"], state["host"], state["address"]) == (True, socket.gethostname(), "127.0.0.1")
    began = time.monotonic()
    board.process.send_signal(signal.SIGTERM)
    assert board.process.wait(5) == 0
    assert time.monotonic() - began < 2
    frame = board.frame()
    assert frame is not None
    assert frame.getcolors() == [(128 * 64, (0, 0, 0))]
    wait_until(lambda: bridge.states()[-1] == {"v": 1, "online": False}, otherwise="no good-bye")
    assert board.lines()[-1].endswith("stopped by SIGTERM")
    assert (board.folder / "state.json").exists()


def test_sigint_does_the_same_while_the_broker_hangs(broker: Broker, bridge: FakeBridge, board: Process) -> None:
    wait_for_figures(board, bridge)
    broker.freeze()
    began = time.monotonic()
    board.process.send_signal(signal.SIGINT)
    assert board.process.wait(5) == 0
    assert time.monotonic() - began < 2
    broker.thaw()


def test_kill_minus_nine_gives_the_last_will(bridge: FakeBridge, board: Process) -> None:
    wait_for_figures(board, bridge)
    board.process.kill()
    wait_until(lambda: bridge.states()[-1] == {"v": 1, "online": False}, otherwise="no last will")


def test_a_broker_that_hangs_is_named_within_eight_seconds(broker: Broker, bridge: FakeBridge, board: Process) -> None:
    wait_for_figures(board, bridge)
    bridge.queue("support")
    wait_until(lambda: board.shows(view(tile("sales"), tile("support"))), otherwise="no calm")
    broker.freeze()
    lost = view(tile("sales", life=1), tile("support", life=1), fault="LINK")
    assert wait_until(lambda: board.shows(lost), 10, "no LINK") < 8
    broker.thaw()


def test_what_it_knew_before_a_restart(broker: Broker, bridge: FakeBridge, board: Process, tmp_path: Path) -> None:
    wait_for_figures(board, bridge)
    board.process.send_signal(signal.SIGTERM)
    board.process.wait(5)
    broker.kill()
    again = Process(tmp_path, broker.port)
    try:
        named = view(tile("sales", life=3), tile("support", life=3), fault="LINK")
        blank = {"waiting": None, "sla": None, "sla_target": None, "agents_free": None, "agents_in": None}
        named = view(*(each._replace(**blank) for each in named.tiles), fault="LINK")
        wait_until(lambda: again.shows(named), otherwise="no queues' names, from the state file")
    finally:
        again.end()


def test_a_foreign_message_is_told_once_and_the_board_goes_on(bridge: FakeBridge, board: Process) -> None:
    wait_for_figures(board, bridge)
    for payload in (b"{", b'{"v": 2}', b"{", b"\xff", b"[" * 100_000):
        bridge.client.publish("wallboard/main/queue/sales", payload, qos=1).wait_for_publish(5)
        time.sleep(0.05)
    bridge.queue("sales", waiting=3)
    bridge.queue("support")
    wait_until(lambda: board.shows(view(tile("sales", waiting=3), tile("support"))), otherwise="no next figures")
    lines = [line for line in board.lines() if "queue/sales" in line]
    assert 1 <= len(lines) == len(set(lines))
    assert not any("Traceback" in line for line in board.lines())


def test_it_idles_near_zero(bridge: FakeBridge, board: Process) -> None:
    wait_for_figures(board, bridge)
    bridge.queue("sales", waiting=6, oldest_ms=0)  # blinks at 1 Hz, and its wait ticks
    time.sleep(0.5)
    before, began = board.cpu_s(), time.monotonic()
    for _ in range(3):
        bridge.beat()
        time.sleep(2)
    share = (board.cpu_s() - before) / (time.monotonic() - began)
    print(f"{share:.2%} of a core")
    assert share < 0.03  # measured: 0.6 %; a loop that polls takes 6 % and more


def test_no_broker_is_one_line_and_named_on_the_panel(tmp_path: Path) -> None:
    port = free_port()
    board = Process(tmp_path, port)
    try:
        wait_until(lambda: board.shows(view(fault="LINK")), otherwise="no LINK")
        wait_until(lambda: bool(board.lines()), otherwise="no line")
        time.sleep(1.5)
        assert board.lines() == [
            f"wallboard: broker 127.0.0.1:{port}: down: connection refused: is the broker running there?; "
            "trying again until it answers"
        ]
        began = time.monotonic()
        board.process.send_signal(signal.SIGTERM)  # nothing else would wake it for seconds
        assert board.process.wait(5) == 0
        assert time.monotonic() - began < 1
    finally:
        board.end()


@pytest.mark.parametrize(
    ("more", "code", "line"),
    [
        ("bord: b2\n", 2, "board.yaml:7:1: bord: unknown key"),
        ("buzzer: {gpio: 18}\n", 2, "board.yaml:7:16: buzzer.gpio: 18 is the panel's output-enable"),
    ],
)
def test_a_wrong_file_is_one_line_and_exit_2(tmp_path: Path, more: str, code: int, line: str) -> None:
    board = Process(tmp_path, 1883, more=more)
    assert board.process.wait(10) == code
    (said,) = board.lines()
    assert line in said


def test_a_panel_that_cannot_be_had_is_one_line_and_exit_1(tmp_path: Path) -> None:
    (tmp_path / "frames").write_text("in the way")
    board = Process(tmp_path, 1883)
    assert board.process.wait(10) == 1
    assert board.lines() == [f"wallboard: panel.path: {tmp_path}/frames cannot be made: File exists"]


def test_help_and_usage() -> None:
    command = [sys.executable, "-m", "firmware.pi"]
    helped = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True)
    assert "Exit codes" in helped.stdout
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_the_small_panel_shows_one_queue_a_page(broker: Broker, bridge: FakeBridge, tmp_path: Path) -> None:
    board = Process(tmp_path, broker.port, 64, 32)
    try:
        bridge.queue("support")
        bridge.queue("sales", waiting=6)
        wait_until(lambda: bool(bridge.states()), otherwise="no state")
        bridge.beat()
        breached = [tile("sales", waiting=6, severity=2, phase=phase) for phase in (0, 1)]
        frames = [drawn(view(each)._replace(pages=pages), (64, 32)) for each in breached for pages in (1, 2)]
        wait_until(lambda: board.frame() in frames, otherwise="no breached queue alone")
    finally:
        board.end()
