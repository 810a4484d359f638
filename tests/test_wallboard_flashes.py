"""A real `wallboard` that is told to flash wildly: what its panel really showed stays below the limit."""

from __future__ import annotations

import io
import time
from pathlib import Path
from threading import Event, Thread

from PIL import Image

from firmware.core.flash import BRIGHT_STEP, FLASHES, RED_STEP
from firmware.pi.flash_levels import levels
from tests.brokers import Broker
from tests.core.test_flash import flashes
from tests.waiting import wait_until
from tests.wallboard_process import FakeBridge, Process

SECONDS = 6.0
A_SECOND = 16  # changes between calm and critical
RULE = {
    "id": "wait",
    "hold_ms": 0,
    "levels": [{"severity": "critical", "all": [{"metric": "waiting", "op": ">=", "value": 5}]}],
}


class Watcher:
    """Every frame of latest.png: (ms, levels)."""

    def __init__(self, folder: Path) -> None:
        self.seen: list[tuple[int, list[int]]] = []
        self._path = folder / "frames" / "latest.png"
        self._stop = Event()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        known = 0
        while not self._stop.wait(0.002):
            stamp = self._path.stat().st_mtime_ns
            if stamp != known:
                known = stamp
                image = Image.open(io.BytesIO(self._path.read_bytes())).convert("RGB")
                self.seen.append((stamp // 1_000_000, levels(image)))


def test_whatever_it_is_told_the_panel_flashes_three_times_a_second_at_most(tmp_path: Path) -> None:
    with Broker() as broker:
        bridge = FakeBridge(broker.port)
        board = Process(tmp_path, broker.port)
        watcher = None
        try:
            bridge.site("sales", "support")
            for queue in ("sales", "support"):
                bridge.rules(queue, RULE)
                bridge.queue(queue)
            wait_until(lambda: bool(bridge.states()), otherwise="no state")
            bridge.beat()
            wait_until(lambda: "fault" not in bridge.states()[-1], otherwise="not live")
            watcher = Watcher(tmp_path)
            end, told = time.monotonic() + SECONDS, 0
            while time.monotonic() < end:
                told += 1
                for queue in ("sales", "support"):
                    bridge.queue(queue, waiting=88 if told % 2 else 0)
                if told % A_SECOND == 0:
                    bridge.beat()
                time.sleep(1 / A_SECOND)
            wait_until(lambda: bridge.states()[-1].get("held", 0) > 0, 12, "nothing was held back")
        finally:
            if watcher is not None:
                watcher.stop()
            board.end()
            bridge.close()
    assert told > SECONDS * A_SECOND / 2
    for figure in range(len(watcher.seen[0][1])):
        step = (BRIGHT_STEP, RED_STEP)[figure % 2]
        assert flashes(watcher.seen, figure, step) <= FLASHES, figure
    assert max(flashes(watcher.seen, figure, RED_STEP) for figure in range(1, len(watcher.seen[0][1]), 2)) == FLASHES
