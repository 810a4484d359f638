"""`wallboard-bridge` with a journal, as a process that is killed: beside a scripted AMI peer and a real broker."""

from __future__ import annotations

import logging
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from host_bridge.history import history_file
from host_bridge.history.schema import HISTORY
from host_bridge.journal.opening import open_file
from host_bridge.journal.schema import JOURNAL
from tests.ami_peer import AmiPeer
from tests.brokers import Broker, broker
from tests.test_bridge_main import Process, Watcher, pbx, peer, watcher
from tests.waiting import wait_until

__all__ = ["broker", "peer", "watcher"]


@pytest.fixture
def bridge(tmp_path: Path, peer: AmiPeer, broker: Broker) -> Iterator[Process]:
    made = Process(tmp_path, peer.port, f"url: 'mqtt://127.0.0.1:{broker.port}'")
    with made.config.open("a") as config:
        config.write("journal: kept/bridge.journal\n")
    (tmp_path / "kept").mkdir()
    yield made
    made.close()


def counted(known: dict[str, Any], queue: str = "sales") -> tuple[int | None, ...]:
    snapshot = known.get(f"queue/{queue}") or {}
    return tuple(snapshot.get(name) for name in ("abandoned", "waiting", "approx"))


def stays(file: Path) -> int:
    """How many are on the disk, as any other program reads it while the bridge writes."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        return int(connection.execute("SELECT count(*) FROM stay").fetchone()[0])


def test_killed_at_any_time_it_counts_on(bridge: Process, peer: AmiPeer, watcher: Watcher) -> None:
    bridge.start()
    watcher.until(lambda known: pbx(known) == "up")
    for _ in range(3):
        call, _ = peer.join("sales")
        peer.abandon("sales", call)
    peer.join("sales")
    watcher.until(lambda known: counted(known) == (3, 1, None))
    seen_s = time.monotonic()
    kept = bridge.folder / "kept/bridge.journal"
    wait_until(lambda: stays(kept) == 3, 10, "the journal does not have the stays")
    bridge.signal(signal.SIGKILL)
    waited_ms = (time.monotonic() - seen_s) * 1000
    watcher.until(lambda known: known["bridge/state"]["online"] is False)
    watcher.newest.pop("queue/sales")
    bridge.start()
    known = watcher.until(lambda known: pbx(known) == "up" and "queue/sales" in known)
    assert counted(known) == (3, 1, 1), "without queue_log the gap is an estimate, of nothing"
    assert known["queue/sales"]["oldest_ms"] > waited_ms, "and the caller who still waits has waited all the time"
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0


def test_a_damaged_journal_is_set_aside_and_told(bridge: Process, watcher: Watcher) -> None:
    kept = bridge.folder / "kept/bridge.journal"
    kept.write_bytes(b"SQLite format 3\0" + b"\xff" * 8_000)
    bridge.start()
    watcher.until(lambda known: pbx(known) == "up")
    assert "set aside as bridge.journal.damaged-" in bridge.until("damaged")
    assert list(kept.parent.glob("bridge.journal.damaged-*"))
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0


def test_a_journal_that_cannot_be_written_leaves_the_wall_lit_and_is_told(bridge: Process, watcher: Watcher) -> None:
    shutil.rmtree(bridge.folder / "kept")
    (bridge.folder / "kept").write_text("a file where the folder should be")
    bridge.start()
    known = watcher.until(lambda known: pbx(known) == "up")
    assert "kept" in known["bridge/state"]["problem"]
    assert "counters are lost when the bridge stops" in bridge.until("journal")
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
    assert all("Traceback" not in line for line in bridge.lines)


def test_what_a_newer_version_left_goes_back_and_what_ended_meanwhile_is_an_estimate(
    bridge: Process, peer: AmiPeer, watcher: Watcher
) -> None:
    """An upgrade that is undone: the newer version has changed both files, and is not there any more."""
    bridge.start()
    watcher.until(lambda known: pbx(known) == "up")
    kept = bridge.folder / "kept/bridge.journal"
    call, _ = peer.join("sales")
    peer.abandon("sales", call)
    wait_until(lambda: stays(kept) == 1, 10, "the journal does not have the stay")
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
    for path, form in ((kept, JOURNAL), (history_file(kept), HISTORY)):
        newer = form._replace(version=form.version + 1, steps={form.version: ("CREATE TABLE lane (queue TEXT)",)})
        open_file(path, "test", logging.getLogger("newer"), newer, check=True)[0].close()
    watcher.newest.clear()
    bridge.start()
    known = watcher.until(lambda known: pbx(known) == "up" and "queue/sales" in known)
    assert counted(known) == (1, 0, 1), "kept, and the gap is an estimate"
    assert "problem" not in known["bridge/state"]
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
    for word, path in (("journal", kept), ("history", history_file(kept))):
        told = [line for line in bridge.lines if f" {word} {path}: a newer wallboard wrote it" in line]
        assert [f"set aside as {each.name}." in told[0] for each in path.parent.glob(f"{path.name}.newer-*Z")] == [True]
        assert len(told) == 1
