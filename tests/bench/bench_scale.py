"""A whole site at once: 1,000 queues and 10,000 agents, from the list's first byte to the last queue published.

    python -m tests.bench.bench_scale

Then a restart in mid-day: a journal of 50,000 stays, from the process's start to live figures, counters equal.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from host_bridge.journal import Batch, open_journal
from host_bridge.truth.live import Live
from host_bridge.truth.outcomes import End, Outcome, Record, Talk
from tests.ami_peer import AmiPeer
from tests.bench.bench_publish import write_bridge_config
from tests.brokers import Broker
from tests.fuzz_ami import memory_kib
from tests.waiting import wait_until

QUEUES = [f"queue{number:04d}" for number in range(1_000)]
AGENTS_A_QUEUE = 10
FIRST_PUBLISH_S, MEMORY_MIB = 2.0, 150  # DESIGN section 8
STAYS = 50_000
OUTCOMES = (Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ABANDONED, Outcome.OVERFLOWED)
COUNTED = ("offered", "answered", "abandoned", "overflowed", "transferred")
BATCH = 5_000
READY_S = 60.0


class BigPeer(AmiPeer):
    """Has its list ready, so that what is measured is the bridge alone."""

    def __init__(self) -> None:
        super().__init__(QUEUES)
        for number, queue in enumerate(QUEUES):
            first = number * AGENTS_A_QUEUE
            self.members[queue] = [(f"SIP/{first + each}", 1) for each in range(AGENTS_A_QUEUE)]
        self._list = super()._queue_status("@list@", None)
        self.asked_s: float | None = None

    def _queue_status(self, ident: str, only: str | None) -> bytes:
        if only is not None:
            return super()._queue_status(ident, only)
        answer = self._list.replace(b"@list@", ident.encode())
        self.asked_s = self.asked_s or time.monotonic()
        return answer


class Listener:
    """What is published, and when the first and the last queue came."""

    def __init__(self, broker: Broker) -> None:
        self.came_s: dict[str, float] = {}
        self.newest: dict[str, dict[str, int]] = {}
        self.pbx = ""
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = self._take
        self.client.connect(broker.host, broker.port)
        # QoS 0: of the other mosquitto queues 1,000 messages for a client, and drops what comes beyond
        self.client.subscribe([("wallboard/bench/queue/+", 0), ("wallboard/bench/bridge/state", 0)])
        self.client.loop_start()

    def _take(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        kind, _, name = message.topic.removeprefix("wallboard/bench/").partition("/")
        if not message.payload:
            return
        if kind == "bridge":
            self.pbx = json.loads(message.payload).get("pbx", "")
        elif kind == "queue" and not name.startswith("@"):
            self.came_s.setdefault(name, time.monotonic())
            self.newest[name] = json.loads(message.payload)

    def has_all(self) -> bool:
        """Whether every queue is there, and said to be live."""
        return self.pbx == "up" and len(self.came_s) >= len(QUEUES)


def write_journal(path: Path) -> dict[str, Counter[str]]:
    """A journal of this day's STAYS; returns what each queue's counters must be."""
    journal = open_journal(path, "bench", logging.getLogger("bench"))
    journal.load(0)
    journal.start()
    now_ms = time.time_ns() // 1_000_000
    rows: list[tuple[int, Record]] = []
    counts: dict[str, Counter[str]] = {queue: Counter() for queue in QUEUES}
    for number in range(STAYS):
        queue = QUEUES[number % len(QUEUES)]
        outcome = OUTCOMES[number * 7 // len(QUEUES) % len(OUTCOMES)]
        at_ms = now_ms - 10_000 + number * 9_000 // STAYS  # within today, unless today is some seconds old
        call = f"{at_ms // 1000}.{number}"
        hold_s = number % 60
        stay = End(queue, outcome, hold_s * 1000, hold_s, at_ms, call, call, at_ms - hold_s * 1000)
        rows.append((len(rows) + 1, stay))
        counts[queue].update(("offered", outcome.value))
        if outcome is Outcome.ANSWERED:
            rows.append((len(rows) + 1, Talk(queue, 60, number % 3 == 0, at_ms, call, hold_s)))
            counts[queue]["transferred"] += number % 3 == 0
    for at in range(0, len(rows), BATCH):
        journal.put(Batch(now_ms, 0, tuple(rows[at : at + BATCH]), Live(), True))
        wait_until(journal.ready, READY_S, "the journal does not take a batch")
    journal.close()
    if journal.problem or journal.dropped:
        raise RuntimeError(f"the journal dropped {journal.dropped} rows: {journal.problem}")
    return counts


def measure(folder: Path, broker: Broker, journal: Path | None) -> tuple[float, float, float, int, Listener]:
    """Start a bridge; return s from its start to live, from the list to the first and the last queue, and its KiB."""
    peer = BigPeer()
    listener = Listener(broker)
    more = "" if journal is None else f"journal: {journal}\n"
    config = write_bridge_config(folder, peer.port, broker.port, QUEUES[:1], more=more)
    started_s = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "host_bridge", "--config", str(config)])
    try:
        wait_until(listener.has_all, READY_S, "not every queue is published", lambda: f"{len(listener.came_s)} are")
        live_s = time.monotonic() - started_s
        time.sleep(1.0)  # what is still on its way
        memory = memory_kib(process.pid)
    finally:
        process.kill()
        process.wait()
        listener.client.loop_stop()
        peer.close()
    asked_s = peer.asked_s or started_s
    came = listener.came_s.values()
    return live_s, min(came) - asked_s, max(came) - asked_s, memory, listener


def main() -> int:
    """Print both; return 0 when the budgets are kept and every counter came back, else 1."""
    with Broker() as broker, tempfile.TemporaryDirectory() as name:
        live_s, first_s, last_s, memory, _ = measure(Path(name), broker, None)
    kept = first_s <= FIRST_PUBLISH_S and memory <= MEMORY_MIB * 1024
    print(f"{len(QUEUES):,} queues, {len(QUEUES) * AGENTS_A_QUEUE:,} agents: the list in to the publishes out")
    print(f"  first queue {first_s:.2f} s, last queue {last_s:.2f} s, process start to live {live_s:.2f} s")
    print(f"  memory {memory / 1024:.0f} MiB")
    budget = f"first publish {FIRST_PUBLISH_S} s, memory {MEMORY_MIB} MiB"
    print(f"  budget {budget}: {'kept' if kept else 'MISSED'}")
    with Broker() as broker, tempfile.TemporaryDirectory() as name:
        counts = write_journal(Path(name) / "bench.journal")
        live_s, _, _, memory, listener = measure(Path(name), broker, Path(name) / "bench.journal")
    wrong = [
        queue
        for queue in QUEUES
        if {each: listener.newest[queue][each] for each in COUNTED} != {each: counts[queue][each] for each in COUNTED}
    ]
    print(f"restart in mid-day, a journal of {STAYS:,} stays over {len(QUEUES):,} queues")
    print(f"  process start to live figures {live_s:.2f} s, memory {memory / 1024:.0f} MiB")
    for queue in wrong[:1]:
        told = {each: listener.newest[queue][each] for each in COUNTED}
        print(f"  {queue} tells {told}, and was {dict(counts[queue])}")
    print(f"  budget every counter of today equal: {f'MISSED in {len(wrong)} queues' if wrong else 'kept'}")
    return 0 if kept and not wrong else 1


if __name__ == "__main__":
    raise SystemExit(main())
