"""`wallboard-bridge` on a site that gives nothing but its queue_log: a real process, a real broker, killed."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.brokers import Broker, broker
from tests.test_bridge_main import Process, Watcher, pbx, watcher

__all__ = ["broker", "watcher"]

COUNTED = ("offered", "answered", "abandoned", "overflowed", "exited", "aht_ms", "avg_wait_ms", "longest_ms")


class Log:
    """A queue_log of this very day, with complete calls of some seconds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._calls = 0
        self._at_s = int(time.time()) - 20
        self.write("NONE", "NONE", "QUEUESTART|")

    def write(self, call: str, queue: str, rest: str) -> None:
        with self.path.open("a") as file:
            file.write(f"{self._at_s}|{call}|{queue}|{'A' if call != 'NONE' else call}|{rest}\n")

    def join(self) -> str:
        self._calls += 1
        call = f"{self._at_s}.{self._calls}"
        self.write(call, "support", "ENTERQUEUE||050|1")
        return call

    def whole_call(self) -> None:
        """Answered and hung up, in the same second: some 20 s ago, and never in tomorrow's day."""
        call = self.join()
        self.write(call, "support", "CONNECT|2|1.1|1")
        self.write(call, "support", "COMPLETECALLER|2|30|1")


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "queue_log")


@pytest.fixture
def bridge(tmp_path: Path, log: Log, broker: Broker) -> Iterator[Process]:
    made = Process(tmp_path, 1, f"url: 'mqtt://127.0.0.1:{broker.port}'")
    text = made.config.read_text().splitlines()
    text[1] = f"pbx: {{type: queue_log, queue_log: {log.path}}}\njournal: bridge.journal"
    made.config.write_text("\n".join(text) + "\n")
    yield made
    made.close()


def figures(known: dict[str, Any]) -> dict[str, int]:
    snapshot = known.get("queue/support") or {}
    return {name: snapshot[name] for name in COUNTED if name in snapshot}


def is_up_with(answered: int, waiting: int = 0) -> Any:
    def true(known: dict[str, Any]) -> bool:
        snapshot = known.get("queue/support") or {}
        return pbx(known) == "up" and (snapshot.get("answered"), snapshot.get("waiting")) == (answered, waiting)

    return true


def test_from_the_log_to_the_broker_and_through_restarts(bridge: Process, log: Log, watcher: Watcher) -> None:
    for _ in range(3):
        log.whole_call()
    caller = log.join()
    bridge.start()
    known = watcher.until(is_up_with(3, waiting=1))
    assert figures(known)["aht_ms"] == 30_000
    assert figures(known)["avg_wait_ms"] == 2_000
    assert not [name for name in known["queue/support"] if name.startswith("agents")]

    log.whole_call()
    log.write(caller, "support", "ABANDON|1|1|9")
    known = watcher.until(is_up_with(4))
    assert (figures(known)["abandoned"], figures(known)["longest_ms"]) == (1, 9_000)

    waiting = log.join()
    watcher.until(is_up_with(4, waiting=1))
    bridge.signal(signal.SIGKILL)
    bridge.wait()
    watcher.until(lambda known: known["bridge/state"]["online"] is False)
    log.whole_call()
    log.write(waiting, "support", "EXITWITHTIMEOUT|1|1|7")
    log.path.rename(f"{log.path}.1")
    log.whole_call()
    bridge.start()
    known = watcher.until(is_up_with(6))
    assert (figures(known)["overflowed"], figures(known)["offered"]) == (1, 8)

    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
    (bridge.folder / "bridge.journal").unlink()
    bridge.start()
    again = watcher.until(lambda new: is_up_with(6)(new) and new["bridge/state"]["started"] != known["site"]["started"])
    assert figures(again) == figures(known)
    assert all("Traceback" not in line for line in bridge.lines)
