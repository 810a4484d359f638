"""The history end to end: a real bridge as a process, a real broker, a scripted PBX, and people who acknowledge."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from host_bridge.history import Rows, history_file, read_rows
from host_bridge.journal import JournalError
from tests.ami_peer import AmiPeer
from tests.brokers import Broker, broker
from tests.test_bridge_main import Process, Watcher, pbx, peer, watcher

__all__ = ["broker", "peer", "watcher"]

EVER = 10**15
TIMEOUT_S = 20.0
RULES = """\
timezone: Asia/Jerusalem
queues:
  sales: {label: מכירות, rules: {waiting: {warn: 1, critical: 2, hold: 1s}, wait: {warn: 2s, hold: 1s}}}
"""


@pytest.fixture
def bridge(tmp_path: Path, peer: AmiPeer, broker: Broker) -> Iterator[Process]:
    made = Process(tmp_path, peer.port, f"url: 'mqtt://127.0.0.1:{broker.port}'")
    (tmp_path / "thresholds.yaml").write_text(RULES, "utf-8")
    made.config.write_text(made.config.read_text() + "journal: test.journal\n")
    yield made
    made.close()


def rows_when(bridge: Process, true: Callable[[Rows], object]) -> Rows:
    """The history, once it is so: it is written within a second."""
    path = history_file(bridge.folder / "test.journal")
    deadline = time.monotonic() + TIMEOUT_S
    rows = None
    while time.monotonic() < deadline:
        try:
            rows = read_rows(path, 0, EVER)
        except JournalError:
            rows = None
        if rows is not None and true(rows):
            return rows
        time.sleep(0.05)
    raise AssertionError(rows)


def ack(watcher: Watcher, queue: str, rule: str, by: str) -> int:
    at = int(time.time() * 1000)  # the bridge's clock, which began as the wall's
    payload = json.dumps({"v": 1, "at": at, "by": by})
    watcher.client.publish(f"wallboard/test/ack/{queue}/{rule}", payload, qos=1, retain=True).wait_for_publish(10)
    return at


def test_an_alarm_is_kept_from_its_rise_to_its_end_with_who_acknowledged(
    bridge: Process, peer: AmiPeer, watcher: Watcher
) -> None:
    bridge.start()
    watcher.until(lambda known: pbx(known) == "up" and "queue/sales" in known)
    began_ms = int(time.time() * 1000)
    calls = [peer.join("sales")[0]]
    rows_when(bridge, lambda rows: [each.rule for each in rows.firings] == ["waiting"])
    calls.append(peer.join("sales")[0])
    at = ack(watcher, "sales", "waiting", "hall-1")
    ack(watcher, "sales", "no-rule", "stranger")
    rows = rows_when(bridge, lambda rows: len(rows.firings) == 2 and rows.firings[0].severity == 2 and rows.acks)
    assert [(each.rule, each.until_ms, each.end) for each in rows.firings] == [
        ("waiting", None, ""),
        ("wait", None, ""),
    ]
    assert [(each.queue, each.rule, each.said, each.by) for each in rows.acks] == [("sales", "waiting", at, "hall-1")]
    for call in calls:
        peer.abandon("sales", call)
    rows = rows_when(bridge, lambda rows: all(each.until_ms for each in rows.firings))
    waiting, wait = rows.firings
    assert [severity for _, severity in waiting.steps] in ([1, 2, 1, 0], [1, 2, 0])
    assert began_ms - 1_000 < waiting.from_ms < int(time.time() * 1000)
    assert 1_700 < wait.from_ms - waiting.from_ms < 2_050, "two seconds after the join, whose snapshot may be held back"
    assert waiting.until_ms is not None and waiting.until_ms >= wait.from_ms
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
    rows = read_rows(history_file(bridge.folder / "test.journal"), 0, EVER)
    assert rows.runs[0].until_ms is not None
    assert all("Traceback" not in line for line in bridge.lines)


def test_what_fires_when_the_bridge_is_killed_is_no_longer_known_and_its_successor_goes_on(
    bridge: Process, peer: AmiPeer, watcher: Watcher
) -> None:
    bridge.start()
    watcher.until(lambda known: pbx(known) == "up")
    peer.join("sales")
    rows_when(bridge, lambda rows: rows.firings)
    bridge.signal(signal.SIGKILL)
    bridge.wait()
    at = ack(watcher, "sales", "waiting", "hall-1")  # nobody hears it now, but the broker keeps it
    bridge.start()
    rows = rows_when(bridge, lambda rows: len(rows.firings) >= 3 and rows.acks)
    assert len(rows.runs) == 2
    assert [each.until_ms for each in rows.runs] == [None, None]
    assert rows.acks[0].said == at
    assert rows.firings[0].started != rows.firings[-1].started


def test_a_lost_pbx_and_a_lost_broker_are_kept_and_no_alarm_begins_meanwhile(
    bridge: Process, peer: AmiPeer, broker: Broker, watcher: Watcher
) -> None:
    bridge.start()
    watcher.until(lambda known: pbx(known) == "up")
    broker.kill()
    bridge.until("down: it closed the connection")
    peer.join("sales")
    rows = rows_when(bridge, lambda rows: rows.outages)
    assert [(each.what, each.until_ms) for each in rows.outages] == [("broker", None)]
    assert rows.firings == ()
    broker.start()
    rows = rows_when(bridge, lambda rows: rows.firings and rows.outages[0].until_ms)
    assert rows.outages[0].until_ms is not None and rows.firings[0].from_ms >= rows.outages[0].until_ms - 100
    peer.close()
    rows = rows_when(bridge, lambda rows: len(rows.outages) == 2)
    assert rows.outages[1].what == "pbx" and rows.outages[1].until_ms is None


def test_without_a_journal_nothing_is_kept_and_the_rest_works(
    tmp_path: Path, peer: AmiPeer, broker: Broker, watcher: Watcher
) -> None:
    bridge = Process(tmp_path, peer.port, f"url: 'mqtt://127.0.0.1:{broker.port}'")
    bridge.start()
    try:
        watcher.until(lambda known: pbx(known) == "up")
        bridge.signal(signal.SIGTERM)
        assert bridge.wait() == 0
    finally:
        bridge.close()
    assert not list(tmp_path.glob("*history*"))
    assert all("history" not in line for line in bridge.lines)


def a_folder(path: Path) -> None:
    path.mkdir()


def another_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")


@pytest.mark.parametrize(
    ("make", "problem"), [(a_folder, "a folder: name"), (another_database, "a database of something else: name")]
)
def test_a_history_that_cannot_be_written_stops_nothing_and_is_a_problem(
    make: Callable[[Path], None], problem: str, bridge: Process, watcher: Watcher
) -> None:
    path = history_file(bridge.folder / "test.journal")
    make(path)
    bridge.start()
    known = watcher.until(lambda known: pbx(known) == "up" and "problem" in known["bridge/state"])
    assert f"history {path}: {problem}" in known["bridge/state"]["problem"]
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
    told = [line for line in bridge.lines if f"history {path}" in line]
    assert len(told) == 2 and "could not be written" in told[1], "once, and what is lost at the end"
    assert all("Traceback" not in line for line in bridge.lines)


def test_a_damaged_history_is_set_aside_and_begun_anew(bridge: Process, watcher: Watcher) -> None:
    history_file(bridge.folder / "test.journal").write_bytes(b"nonsense" * 1000)
    bridge.start()
    rows_when(bridge, lambda rows: rows.runs)
    assert len(list(bridge.folder.glob("*.history.damaged-*"))) == 1
    assert "problem" not in watcher.until(lambda known: pbx(known) == "up")["bridge/state"]
