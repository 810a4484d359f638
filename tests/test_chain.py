"""The whole chain over a real broker: AMI bytes in, the bridge and the board as processes, pixels out.

The PBX is the scripted peer, so that the test chooses every moment; tests/pbx runs the same against a real Asterisk.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.core.scenes import queues_view
from firmware.core.view import Tile, View
from host_bridge.announce.bidi import visual
from tests.ami_peer import SECRET, USERNAME, AmiPeer
from tests.brokers import Broker, broker  # noqa: F401 - a fixture
from tests.waiting import wait_until
from tests.wallboard_process import Process, tile, view

WARN_S, CRITICAL_S = 2, 4
LABELS = {"support": "תמיכה טכנית", "sales": "מכירות VIP"}
FAULT_S = 8.0
HEAL_S = 20.0

BRIDGE = f"""\
site: main
pbx: {{{{host: 127.0.0.1, port: {{pbx}}, username: {USERNAME}, password_file: secret}}}}
mqtt: {{{{url: 'mqtt://127.0.0.1:{{mqtt}}'}}}}
thresholds: thresholds.yaml
"""
THRESHOLDS = f"""\
timezone: Asia/Jerusalem
defaults:
  rules:
    wait: {{warn: {WARN_S}s, critical: {CRITICAL_S}s, hold: 0s}}
queues:
  support: {{label: {LABELS["support"]}}}
  sales: {{label: {LABELS["sales"]}}}
blink: {{warn: 1hz, critical: 2hz}}
"""


class Chain:
    """A PBX, a bridge and a board around one broker."""

    def __init__(self, folder: Path, broker: Broker) -> None:  # noqa: F811
        self.broker = broker
        self.peer = AmiPeer(list(LABELS))
        self.peer.members["support"] = [("Local/101@agents", 1), ("Local/102@agents", 2)]
        self._folder = folder
        (folder / "secret").write_text(SECRET)
        (folder / "bridge.yaml").write_text(BRIDGE.format(pbx=self.peer.port, mqtt=broker.port))
        (folder / "thresholds.yaml").write_text(THRESHOLDS, "utf-8")
        self.bridge: subprocess.Popen[bytes]
        self.start_bridge()
        self.board = Process(folder, broker.port)

    def start_bridge(self) -> None:
        command = [sys.executable, "-m", "host_bridge", "--config", str(self._folder / "bridge.yaml")]
        self.bridge = subprocess.Popen(command)

    def kill_bridge(self) -> None:
        self.bridge.kill()
        self.bridge.wait()

    def tile(self, queue: str, **figures: object) -> Tile:
        """What the board should show of a queue; no call has ended yet, so there is no service level."""
        label, rtl = visual(LABELS[queue])
        agents = (1, 2) if queue == "support" else (0, 0)
        known = {"label": label, "rtl": rtl, "sla": None, "sla_target": 800}
        return tile(queue, **{**known, "agents_free": agents[0], "agents_in": agents[1], **figures})

    def calm(self) -> View:
        """Nobody waits."""
        return view(self.tile("support"), self.tile("sales"))

    def await_view(self, *views: View, within_s: float, what: str) -> None:
        wait_until(lambda: self.board.shows(*views), within_s, what)

    def close(self) -> None:
        self.board.end()
        self.bridge.send_signal(signal.SIGCONT)
        self.kill_bridge()
        self.peer.close()


@pytest.fixture
def chain(tmp_path: Path, broker: Broker) -> Iterator[Chain]:  # noqa: F811
    chain = Chain(tmp_path, broker)
    try:
        chain.await_view(chain.calm(), within_s=10, what="a calm board")
        yield chain
    finally:
        chain.close()


def test_one_waiting_call_lights_the_board_and_blinks_when_it_waits_too_long(chain: Chain) -> None:
    def support(seconds: tuple[int, ...], severity: int, phase: int) -> list[View]:
        rest = chain.tile("sales")
        return [
            view(chain.tile("support", waiting=1, oldest_s=each, severity=severity, phase=phase), rest)
            for each in seconds
        ]

    call, _ = chain.peer.join("support")
    chain.await_view(*support((0,), 0, 0), within_s=1, what="the waiting call")
    chain.await_view(*support((1,), 0, 0), within_s=1.5, what="its wait ticking without a message")
    chain.await_view(*support((2, 3), 1, 1), within_s=3, what="the warning's second phase")
    for phase in (0, 1, 0):
        chain.await_view(*support((4, 5, 6, 7), 2, phase), within_s=4, what=f"critical, phase {phase}")
    chain.peer.abandon("support", call)
    chain.await_view(chain.calm(), within_s=2, what="calm again")


def test_a_breached_queue_comes_first(chain: Chain) -> None:
    chain.peer.join("sales")
    breached = [
        view(chain.tile("sales", waiting=1, oldest_s=each, severity=1, phase=phase), chain.tile("support"))
        for each in (2, 3)
        for phase in (0, 1)
    ]
    chain.await_view(*breached, within_s=5, what="sales above support")


@pytest.mark.parametrize("fault", ["PBX", "BRIDGE", "LINK"])
def test_who_is_lost_is_named_and_all_heals_by_itself(chain: Chain, fault: str) -> None:
    chain.peer.join("support")
    shown = [view(chain.tile("support", waiting=1, oldest_s=0), chain.tile("sales"))]
    chain.await_view(*shown, within_s=1, what="the waiting call")
    lose, heal = {
        "PBX": (lambda: setattr(chain.peer, "mute", True), lambda: setattr(chain.peer, "mute", False)),
        "BRIDGE": (chain.kill_bridge, chain.start_bridge),
        "LINK": (chain.broker.kill, chain.broker.start),
    }[fault]
    lose()

    def named(life: int, seconds: range) -> list[View]:
        sales = chain.tile("sales", life=life)
        return [
            view(chain.tile("support", waiting=1, oldest_s=each, life=life), sales, fault=fault) for each in seconds
        ]

    chain.await_view(*named(1, range(10)), within_s=FAULT_S, what=f"NO {fault} over grey figures")
    dashes = queues_view((chain.tile("support", life=2), chain.tile("sales", life=2)), fault=fault)
    chain.await_view(dashes, within_s=16, what="dashes")
    waited_s = time.time() - chain.peer.queues["support"][0][1]
    heal()
    gap = {"approx": fault == "PBX"}  # what nobody heard, and no queue_log tells, is estimated
    live = [
        view(
            chain.tile("support", waiting=1, oldest_s=int(waited_s) + more, severity=2, phase=phase, **gap),
            chain.tile("sales", **gap),
        )
        for more in range(-1, int(HEAL_S) + 2)
        for phase in (0, 1)
    ]
    chain.await_view(*live, within_s=HEAL_S, what="the same call, live, over its limit")
