"""A real board on a real broker, while somebody floods it: it goes on, the alarm comes through, and it says so once."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import client as mqtt

from tests.brokers import Broker, broker
from tests.hostile_peer import OWN, HostilePeer, nonsense
from tests.waiting import wait_until
from tests.wallboard_process import FakeBridge, Process, tile, view

__all__ = ["broker"]

RULE = {
    "id": "wait",
    "hold_ms": 500,
    "sound": {"warn": "none", "critical": "double"},
    "levels": [{"severity": "critical", "all": [{"metric": "waiting", "op": ">=", "value": 5}]}],
}
CALM = view(*(tile(queue) for queue in OWN))
BREACH = [view(tile("sales", waiting=6, severity=2, phase=phase), tile("support")) for phase in (0, 1)]
BOARD = "wallboard/main/board/b1"
WITHIN_S = 1.0
STORM_S = 8.0


class LivingBridge(FakeBridge):
    """A bridge of two queues that beats by itself."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.client.on_connect = lambda client, *_: client.subscribe(f"{BOARD}/state", 1)
        self._over = threading.Event()
        self._beats = threading.Thread(target=self._beat)
        self.tell_all()
        self._beats.start()

    def tell_all(self) -> None:
        """As after each connection to a broker."""
        self.site(*OWN)
        self.rules("sales", RULE)
        self.rules("support")
        for queue in OWN:
            self.queue(queue)

    def close(self) -> None:
        self._over.set()
        self._beats.join()
        super().close()

    def _hear(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        if message.topic == f"{BOARD}/state":  # others may publish beside it what is no JSON
            super()._hear(client, data, message)

    def _beat(self) -> None:
        while not self._over.wait(1):
            if self.client.is_connected():
                self.beat()


@pytest.fixture
def bridge(broker: Broker) -> Iterator[LivingBridge]:
    it = LivingBridge(broker.port)
    yield it
    it.close()


@pytest.fixture
def peer(broker: Broker) -> Iterator[HostilePeer]:
    it = HostilePeer(broker.port)
    yield it
    it.close()


@pytest.fixture
def board(broker: Broker, bridge: LivingBridge, tmp_path: Path) -> Iterator[Process]:
    it = Process(tmp_path, broker.port)
    wait_until(lambda: it.shows(CALM), 8, "no figures")
    yield it
    it.end()
    assert not any("Traceback" in line for line in it.lines())


def breaks_through(board: Process, bridge: LivingBridge) -> tuple[float, float]:
    """A breach, and its end: the seconds until it was on the panel, and until the board had told of it."""
    seconds: list[float] = []
    start = time.monotonic()
    bridge.queue("sales", waiting=6)
    for seen in (lambda: board.shows(*BREACH), lambda: bool(bridge.states()[-1]["alarms"])):
        wait_until(seen, otherwise="the breach is not seen", details=lambda: "\n".join(board.lines()))
        seconds.append(time.monotonic() - start)
    bridge.queue("sales")
    wait_until(lambda: board.shows(CALM), 8, "the breach has no end")
    return seconds[0], seconds[1]


def memory_kib(board: Process) -> int:
    """Resident memory of the board's own process."""
    status = Path(f"/proc/{board.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def told(board: Process) -> list[str]:
    """Its lines about messages, without their numbers and names."""
    return [line for line in board.lines() if "wallboard/main/" in line]


def problems(bridge: LivingBridge) -> int:
    """What it counts itself in its last state."""
    count: int = bridge.states()[-1]["problems"]
    return count


def test_a_thousand_messages_a_second(board: Process, bridge: LivingBridge, peer: HostilePeer) -> None:
    before_kib, before_s = memory_kib(board), board.cpu_s()
    start = time.monotonic()
    peer.storm(STORM_S, 1000, nonsense(random.Random(4), bridge.now, bridge.started))
    time.sleep(STORM_S / 3)
    shown_s, told_s = breaks_through(board, bridge)
    peer.calm()
    share = (board.cpu_s() - before_s) / (time.monotonic() - start)
    grown_kib = memory_kib(board) - before_kib
    print(f"{peer.sent} messages; shown in {shown_s:.3f} s, told in {told_s:.3f} s; {share:.0%} CPU; +{grown_kib} KiB")
    assert peer.sent > 900 * STORM_S
    assert max(shown_s, told_s) < WITHIN_S
    assert share < 0.8  # of one core; measured: 0.3
    assert grown_kib < 8 << 10  # measured: 1 MiB
    lines = told(board)
    print("\n".join(lines))
    assert 10 < len(lines) == len(set(lines)) < 64
    bridge.queue("sales", waiting=2)
    assert (
        wait_until(lambda: board.shows(view(tile("sales", waiting=2), tile("support"))), otherwise="not as before")
        < WITHIN_S
    )
    bridge.queue("sales")
    breaks_through(board, bridge)
    assert problems(bridge) > peer.sent // 3


def test_a_megabyte_on_every_topic(board: Process, bridge: LivingBridge, peer: HostilePeer) -> None:
    before_kib = memory_kib(board)
    topics = ("bridge/state", "site", "notice", "board/b1/command", "queue/sales", "rules/sales", "ack/sales/wait")
    for turn in range(3):
        for topic in (*topics, f"queue/q{turn}", f"rules/q{turn}"):
            for payload in (b"x" * (1 << 20), b'{"v":1,"a":"' + b"x" * (1 << 20) + b'"}', b"[" * (1 << 20)):
                peer.publish(topic, payload, retain=turn == 1)
        assert max(breaks_through(board, bridge)) < WITHIN_S
    grown_kib = memory_kib(board) - before_kib
    print(f"+{grown_kib} KiB")
    assert grown_kib < 24 << 10
    print("\n".join(board.lines()))
    (line,) = told(board)
    assert "a message that is too long is passed over: 1048576 bytes on wallboard/main/bridge/state" in line


def test_unknown_queues_by_the_hundred_are_there_before_the_board(
    broker: Broker, bridge: LivingBridge, peer: HostilePeer, tmp_path: Path
) -> None:
    """Retained, and as a broker gives them: the true ones are among them."""
    levels = [{"severity": "critical", "all": [{"metric": "waiting", "op": ">=", "value": 0}]}]
    rules = {"v": 1, "started": bridge.started, "rules": [{"id": "r", "levels": levels}]}
    snapshot = {"v": 1, "started": bridge.started, "ts": bridge.now(), "waiting": 99, "label": "look here"}
    for number in range(250):
        for topic, message in (
            (f"queue/q{number}", snapshot),
            (f"rules/q{number}", rules),
            (f"ack/q{number}/r", snapshot),
        ):
            peer.publish(topic, json.dumps(message).encode(), retain=True)
    board = Process(tmp_path, broker.port)
    try:
        shown_s = wait_until(lambda: board.shows(CALM), 8, "no figures")
        print(f"figures after {shown_s:.1f} s")
        assert shown_s < 5
        assert max(breaks_through(board, bridge)) < WITHIN_S
        assert told(board) == []
    finally:
        board.end()


def test_commands_that_come_again_and_again(board: Process, bridge: LivingBridge, peer: HostilePeer) -> None:
    rng = random.Random(5)

    def commands() -> Iterator[tuple[str, bytes]]:
        while True:
            do = rng.choice(("identify", "test", "mute", "unmute", "page", "restart", "brightness", "dance", 7))
            value = 100 if do == "brightness" else rng.randrange(2000)
            yield "board/b1/command", json.dumps({"v": 1, "do": do, "value": value, "for_ms": 86_400_000}).encode()

    peer.storm(4, 200, commands())
    time.sleep(1)
    start = time.monotonic()
    bridge.queue("sales", waiting=6)
    wait_until(lambda: bool(bridge.states()[-1]["alarms"]), otherwise="no alarm is told")
    # the sign of a muted buzzer comes and goes with the commands
    breach = [each._replace(muted=muted) for each in BREACH for muted in (False, True)]
    wait_until(lambda: board.shows(*breach), otherwise="the breach is not seen")
    took_s = time.monotonic() - start
    peer.calm()
    print(f"shown in {took_s:.3f} s")
    assert took_s < WITHIN_S
    assert bridge.states()[-1]["online"] is True
    assert not any("stopped" in line for line in board.lines()), "a board that has just started is not started again"


def test_a_broker_that_comes_and_goes_in_a_storm(
    broker: Broker, board: Process, bridge: LivingBridge, peer: HostilePeer
) -> None:
    peer.storm(60, 500, nonsense(random.Random(6), bridge.now, bridge.started))
    for _ in range(4):
        broker.kill()
        time.sleep(0.3)
        broker.start()
        time.sleep(0.7)
    wait_until(bridge.client.is_connected, otherwise="the bridge is not back")
    bridge.tell_all()
    back_s = wait_until(lambda: board.shows(CALM), 10, "the board is not back", lambda: "\n".join(board.lines()))
    shown_s, told_s = breaks_through(board, bridge)
    print(f"back after {back_s:.1f} s, breach shown in {shown_s:.3f} s, told in {told_s:.3f} s")
    assert max(shown_s, told_s) < WITHIN_S
    lines = told(board)
    assert len(lines) == len(set(lines)) < 64
    assert len([line for line in board.lines() if "down" in line or line.endswith("up")]) <= 10
