"""A board needs no set clock: the real process in 1970, and through a jump of years in the middle of its work.

libfaketime lies to it about the time of day alone, as a Pi without a battery does; the monotonic clocks stay true.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import Broker, broker
from tests.waiting import wait_until
from tests.wallboard_process import FakeBridge, Process, tile, view

__all__ = ["broker"]

LIBRARY = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
pytestmark = pytest.mark.skipif(not LIBRARY, reason="faketime is not installed")


@pytest.fixture(name="clock")
def a_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that says what time it is for all that is started now."""
    file = tmp_path / "clock"
    file.write_text("@1970-01-01 00:00:30\n")
    for name, value in {
        "LD_PRELOAD": str(LIBRARY[0]),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",
    }.items():
        monkeypatch.setenv(name, value)
    return file


@pytest.fixture(name="bridge")
def a_bridge(broker: Broker) -> Iterator[FakeBridge]:
    it = FakeBridge(broker.port)
    it.site("sales")
    it.rules("sales")
    it.queue("sales", waiting=1, oldest_ms=12_000)
    it.beat()
    yield it
    it.close()


def year() -> str:
    """Which one a program that is started now takes it for."""
    asked = [sys.executable, "-c", "import time; print(time.gmtime().tm_year)"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def waits(board: Process, bridge: FakeBridge, first_s: int) -> int:
    """Seconds of waiting that the panel shows, live."""
    found: list[int] = []

    def shown() -> bool:
        bridge.beat()  # again and again: one that comes before the board has subscribed proves nothing
        found[:] = [
            second
            for second in range(first_s, first_s + 60)
            if board.shows(view(tile("sales", waiting=1, oldest_s=second)))
        ]
        return bool(found)

    wait_until(shown, otherwise="no figures")
    return found[0]


def test_the_year_is_1970_and_then_2061_and_the_figures_tick_on(
    bridge: FakeBridge, broker: Broker, clock: Path
) -> None:
    assert year() == "1970"
    board = Process(clock.parent, broker.port)
    try:
        wait_until(lambda: bool(bridge.states()), otherwise="no state")
        at_first, began_s = waits(board, bridge, 12), time.monotonic()
        for moment in ("@2061-07-28 12:00:00", "@1999-12-31 23:59:59", "@2026-03-27 01:59:59"):
            clock.write_text(moment + "\n")
            assert year() == moment[1:5]
            time.sleep(1.5)
            second = waits(board, bridge, 12)
            assert abs(second - at_first - (time.monotonic() - began_s)) < 2.5
        states = bridge.states()
        assert "fault" not in states[-1]
        uptimes = [state["uptime_ms"] for state in states if state["online"]]
        assert uptimes == sorted(uptimes) and uptimes[-1] < 60_000
        assert board.lines() == [f"wallboard: broker 127.0.0.1:{broker.port}: up"]
    finally:
        board.end()
