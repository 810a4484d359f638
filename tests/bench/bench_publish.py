"""AMI byte in to MQTT publish out, at 200 events/s, beside a bare forwarder in the same run.

    python -m tests.bench.bench_publish

A scripted AMI peer sends a join or an abandon every 5 ms, over so many queues that the rate limit (5/s a topic) holds
none back. The real `wallboard-bridge` publishes through a real broker to a subscriber in this process, and the time is
taken from before the event's first byte is sent to the snapshot's arrival: one clock, one process. The bridge, the same
with a journal (what a site runs, and what the budget is for) and the forwarder take turns, so that a busy machine slows
all alike.
"""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.ami_peer import SECRET, USERNAME, AmiPeer
from tests.brokers import Broker

QUEUES = [f"queue{number:02d}" for number in range(42)]
EVENTS_A_ROUND = 1000
ROUNDS = 3
PERIOD_S = 0.005
P50_MS, P99_MS = 1.2, 4.0  # DESIGN section 8
READY_TIMEOUT_S = 15.0


def write_bridge_config(
    folder: Path,
    ami_port: int,
    mqtt_port: int,
    queues: list[str],
    rules: str = "",
    *,
    site: str = "bench",
    more: str = "",
) -> Path:
    """Write bridge.yaml, thresholds.yaml and the AMI secret into `folder`; return the path of bridge.yaml.

    `more`: further lines of bridge.yaml.
    """
    folder.mkdir(exist_ok=True)
    (folder / "secret").write_text(SECRET)
    (folder / "thresholds.yaml").write_text(
        "timezone: Asia/Jerusalem\n"
        + rules
        + "queues:\n"
        + "".join(f"  {queue}: {{label: {queue}}}\n" for queue in queues)
    )
    bridge = folder / "bridge.yaml"
    bridge.write_text(
        f"site: {site}\n"
        f"pbx: {{host: 127.0.0.1, port: {ami_port}, username: {USERNAME}, password_file: secret}}\n"
        f"mqtt: {{url: 'mqtt://127.0.0.1:{mqtt_port}'}}\n"
        f"thresholds: thresholds.yaml\n{more}"
    )
    return bridge


def percentile(samples: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of the samples do not exceed."""
    return sorted(samples)[min(len(samples) - 1, int(share * len(samples)))]


class Contestant:
    """A process that carries events from an AMI peer of its own to the broker, and the times that it took."""

    def __init__(self, name: str, broker: Broker, topic: str, tells: Callable[[bytes, int], bool]) -> None:
        """`tells` whether a payload is what became of a queue's event of this number, counted from 1."""
        self.name = name
        self.peer = AmiPeer(QUEUES)
        self.samples_ms: list[float] = []
        self.unseen = 0
        """Events whose snapshot never came: a newer one took its place."""
        self._tells = tells
        self._sent: dict[str, deque[tuple[int, int]]] = {queue: deque() for queue in QUEUES}
        self._calls: dict[str, list[str]] = {queue: [] for queue in QUEUES}
        self._events = dict.fromkeys(QUEUES, 0)
        self._client = client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.on_socket_open = lambda _client, _data, sock: sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.on_message = self._on_message
        client.connect(broker.host, broker.port)
        client.subscribe(topic, qos=1)
        client.loop_start()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, command: list[str]) -> None:
        """Start the process and wait until it has taken the peer's list."""
        self.process = subprocess.Popen(command)
        if not self.peer.ready.wait(READY_TIMEOUT_S):
            raise RuntimeError(f"{self.name} did not log in within {READY_TIMEOUT_S:.0f} s")

    def round(self, events: int) -> None:
        """Send `events` events, one each PERIOD_S; queues in turn, each a join and then its abandon."""
        began = time.monotonic()
        for number in range(events):
            queue = QUEUES[number % len(QUEUES)]
            calls = self._calls[queue]
            expected = self._sent[queue]
            self._events[queue] += 1
            expected.append((self._events[queue], time.monotonic_ns()))
            if calls:
                self.peer.abandon(queue, calls.pop())
            else:
                calls.append(self.peer.join(queue)[0])
            time.sleep(max(0.0, began + (number + 1) * PERIOD_S - time.monotonic()))

    def stop(self) -> None:
        """End everything."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self._client.loop_stop()
        self.peer.close()
        self.unseen += sum(map(len, self._sent.values()))

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        now_ns = time.monotonic_ns()
        expected = self._sent.get(message.topic.rsplit("/", 1)[1])
        if message.retain or not expected or not message.payload:
            return
        while expected:
            event, sent_ns = expected.popleft()
            if self._tells(message.payload, event):
                self.samples_ms.append((now_ns - sent_ns) / 1e6)
                return
            self.unseen += 1


def main() -> int:
    """Print both contestants' p50 and p99; return 0 when the bridge keeps its budget, else 1."""
    sys.setswitchinterval(0.0005)  # the sender and the subscriber are two threads of this process
    with Broker() as broker, tempfile.TemporaryDirectory() as folder:
        bridge = Contestant("bridge", broker, "wallboard/bare/queue/+", _tells_snapshot)
        journal = Contestant("with a journal", broker, "wallboard/kept/queue/+", _tells_snapshot)
        bare = Contestant("bare forwarder", broker, "forwarded/+", _tells_frame)
        contestants = (bridge, journal, bare)
        try:
            for each, site, more in ((bridge, "bare", ""), (journal, "kept", "journal: kept.journal\n")):
                home = Path(folder) / site
                config = write_bridge_config(home, each.peer.port, broker.port, QUEUES, site=site, more=more)
                each.start([sys.executable, "-m", "host_bridge", "--config", str(config)])
            bare.start([sys.executable, "-m", "tests.bench.forwarder", str(bare.peer.port), str(broker.port)])
            time.sleep(1.0)  # the first snapshots of all queues go out
            for _ in range(ROUNDS):
                for each in contestants:
                    each.round(EVENTS_A_ROUND)
            time.sleep(0.5)
        finally:
            for each in contestants:
                each.stop()
    print(f"AMI byte in to MQTT publish arrived: {ROUNDS} x {EVENTS_A_ROUND} events, 200/s over {len(QUEUES)} queues")
    for each in contestants:
        p50, p99 = statistics.median(each.samples_ms), percentile(each.samples_ms, 0.99)
        counted = f"{len(each.samples_ms)} samples, {each.unseen} unseen"
        print(f"  {each.name:16} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   {counted}")
    p50, p99 = statistics.median(journal.samples_ms), percentile(journal.samples_ms, 0.99)
    kept = p50 <= P50_MS and p99 <= P99_MS
    print(f"  with a journal over bare: p50 {p50 / statistics.median(bare.samples_ms):.2f} x")
    print(f"  budget p50 {P50_MS} ms, p99 {P99_MS} ms: {'kept' if kept else 'MISSED'}")
    return 0 if kept else 1


def _tells_snapshot(payload: bytes, event: int) -> bool:
    """Each event is told apart from all others, as a snapshot may stand for several: joins and abandons take turns."""
    snapshot = json.loads(payload)
    return bool(2 * snapshot["abandoned"] + snapshot["waiting"] == event)


def _tells_frame(frame: bytes, event: int) -> bool:
    return int(frame.split(b"\r\nCount: ", 1)[1].split(b"\r\n", 1)[0]) == event % 2


if __name__ == "__main__":
    raise SystemExit(main())
