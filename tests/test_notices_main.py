"""Notices end to end: a real bridge as a process, a real broker, and any program that sets one."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware.core import wire
from tests.brokers import Broker, broker
from tests.test_bridge_main import Process, Watcher, watcher

__all__ = ["broker", "watcher"]

TEXT = 'ישיבת צוות (חדר 3) בשעה 14:30 בחו"ל'
DRAWN = 'ל"וחב 14:30 העשב (3 רדח) תווצ תבישי'


@pytest.fixture
def bridge(tmp_path: Path, broker: Broker) -> Iterator[Process]:
    """Without a PBX: a notice needs none."""
    made = Process(tmp_path, 1, f"url: 'mqtt://127.0.0.1:{broker.port}'")
    yield made
    made.close()


def set_notice(client: Watcher, **fields: Any) -> None:
    payload = json.dumps({"v": 1, **fields}, ensure_ascii=False)
    client.client.publish("wallboard/test/notice/set", payload, qos=1).wait_for_publish(10)


def started(known: dict[str, Any]) -> int:
    state = known.get("bridge/state") or {}
    return state["started"] if state.get("online") else 0


def test_a_notice_that_is_set_is_on_every_board_through_a_restart_until_its_end(
    bridge: Process, broker: Broker, watcher: Watcher
) -> None:
    bridge.start()
    first = started(watcher.until(started))
    set_notice(watcher, text=TEXT + "\n", for_ms=600_000)
    shown = watcher.until(lambda known: known.get("notice"))["notice"]
    assert (shown["text"], shown["text_visual"], shown["rtl"], shown["started"]) == (TEXT, DRAWN, True, first)
    until_ms = shown["until"]

    late = Watcher(broker)  # a board that comes up now
    try:
        late.until(lambda known: known.get("notice") == shown)
    finally:
        late.close()

    bridge.signal(signal.SIGKILL)
    bridge.wait()
    bridge.start()
    shown = watcher.until(lambda known: known["notice"] and known["notice"]["started"] != first)["notice"]
    assert (shown["text_visual"], shown["until"]) == (DRAWN, until_ms)
    assert wire.read(wire.NOTICE, wire.dumps(shown))["until"] == until_ms

    set_notice(watcher, text="Lunch", until=17)
    assert "notice/set: until: 17 has passed" in bridge.until("notice/set")
    set_notice(watcher, text="Lunch", for_ms=1_000)
    watcher.until(lambda known: known["notice"] and known["notice"]["text_visual"] == "Lunch")
    watcher.until(lambda known: known["notice"] is None)
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
    assert all("Traceback" not in line for line in bridge.lines)
