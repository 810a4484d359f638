"""The wallboard itself as people run it: a broker, `wallboard-bridge` and `wallboard`, each a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.brokers import Broker
from tests.waiting import wait_until

SITE = "haifa"
BOARD = "floor-2"
QUEUES = ("support", "sales")
WARN_S, CRITICAL_S = 12, 16  # the wait rule of THRESHOLDS

BRIDGE = """
site: {site}
pbx:
  type: asterisk
  host: 127.0.0.1
  port: {pbx_port}
  username: wallboard
  password_file: {folder}/secret
  queues: [support, sales]
mqtt: {{url: "mqtt://127.0.0.1:{mqtt_port}"}}
thresholds: {folder}/thresholds.yaml
"""
THRESHOLDS = """
timezone: {zone}
defaults:
  service_level: {{answer_within: 2s, target: 80%, formula: answered_of_offered, short_abandon: 3s, min_calls: 1}}
  rules:
    wait: {{warn: {warn}s, critical: {critical}s}}
queues:
  support: {{label: תמיכה טכנית}}
  sales: {{label: מכירות}}
blink: {{warn: 0.5hz, critical: 1hz}}
"""
BOARD_SETTINGS = """
site: {site}
board: {board}
mqtt: {{url: "mqtt://127.0.0.1:{mqtt_port}"}}
panel: {{driver: image, path: {folder}/frames, rows: 64, cols: 128}}
state_file: {folder}/board-state.json
pages: [queues]
"""


class Part:
    """One process of the chain; its stderr goes to a file of its own that every start continues."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self.name = name
        self._command = command
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; the kernel kills it when we die, whatever we die of."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self._command], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    @property
    def log(self) -> str:
        """All that it has said since the first start."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def exit_code(self) -> int | None:
        """None while it runs, or before a start."""
        return self._process.poll() if self._process else None

    def freeze(self) -> None:
        """Stop it from running: its sockets stay open and say nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it run on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """kill -9, and wait."""
        self._end(signal.SIGKILL)

    def stop(self) -> int | None:
        """End it as a service manager does, and wait; its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int | None:
        if self._process is None:
            return None
        process, self._process = self._process, None
        process.send_signal(signal.SIGCONT)
        process.send_signal(number)
        try:
            return process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None


class Message(NamedTuple):
    """A publish as a subscriber got it: `at` in seconds of time.monotonic(), `topic` without wallboard/SITE/."""

    at: float
    topic: str
    payload: dict[str, Any] | None


class Listener:
    """An independent subscriber to everything of the site, with the time of each arrival; comes back by itself."""

    def __init__(self, port: int) -> None:
        self.messages: list[Message] = []
        self._prefix = f"wallboard/{SITE}/"
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(self._prefix + "#", qos=1)
        self._client.on_message = self._heard
        self._client.connect("127.0.0.1", port, keepalive=5)
        self._client.loop_start()

    def _heard(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        payload = json.loads(message.payload) if message.payload else None
        self.messages.append(Message(time.monotonic(), message.topic.removeprefix(self._prefix), payload))

    def of(self, topic: str) -> list[Message]:
        """All messages of one topic so far, oldest first."""
        return [message for message in self.messages if message.topic == topic]

    def last(self, topic: str) -> dict[str, Any]:
        """The newest payload of a topic; empty when there is none."""
        heard = self.of(topic)
        return (heard[-1].payload or {}) if heard else {}

    def close(self) -> None:
        """Unsubscribe by going away."""
        self._client.disconnect()
        self._client.loop_stop()


def noon_zone() -> str:
    """A time zone where it is about noon now, so that no test runs over a midnight, when counters start anew."""
    ahead = (12 - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


class Chain:
    """Broker, bridge and board for one Asterisk, all on loopback, with their settings and logs in `folder`."""

    def __init__(self, folder: Path, pbx_port: int, secret: str) -> None:
        self.folder = folder
        self.broker = Broker()
        names = {"folder": folder, "site": SITE, "board": BOARD, "pbx_port": pbx_port, "mqtt_port": self.broker.port}
        (folder / "secret").write_text(secret + "\n")
        (folder / "secret").chmod(0o600)
        (folder / "bridge.yaml").write_text(BRIDGE.format(**names))
        (folder / "board.yaml").write_text(BOARD_SETTINGS.format(**names))
        (folder / "thresholds.yaml").write_text(
            THRESHOLDS.format(zone=noon_zone(), warn=WARN_S, critical=CRITICAL_S), encoding="utf-8"
        )
        (folder / "frames").mkdir()
        python = [sys.executable, "-m"]
        self.bridge = Part("bridge", [*python, "host_bridge", "--config", str(folder / "bridge.yaml")], folder)
        self.board = Part("board", [*python, "firmware.pi", "--config", str(folder / "board.yaml")], folder)
        self.listener: Listener

    def start_broker(self) -> None:
        """Start the broker; the first time also start listening."""
        self.broker.start()
        if not hasattr(self, "listener"):
            self.listener = Listener(self.broker.port)

    def start(self) -> None:
        """Start everything and wait until the board shows live figures, at most 10 s."""
        self.start_broker()
        self.bridge.start()
        self.board.start()
        wait_until(self.live, 10, "the board shows no live figures", self.logs)

    def live(self) -> bool:
        """Whether the board says that it is up and has no fault, of queues that the bridge has published."""
        state = self.listener.last(f"board/{BOARD}/state")
        queues = all(self.listener.last(f"queue/{queue}") for queue in QUEUES)
        return bool(queues and state.get("online") and not state.get("fault"))

    def logs(self) -> str:
        """What every part has said, for a failed test to show."""
        parts = (self.bridge, self.board)
        return "\n".join(f"--- {part.name} (exit {part.exit_code})\n{part.log[-3000:]}" for part in parts)

    def stop(self) -> None:
        """End everything, each in good order."""
        for part in (self.board, self.bridge):
            part.stop()
        if hasattr(self, "listener"):
            self.listener.close()
        self.broker.close()
