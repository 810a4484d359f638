"""A PBX of which only the queue_log can be read: a real file that a writer appends to, and its rotation."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from host_bridge.pbx import queue_log_link
from host_bridge.pbx.events import Connected, Event, Joined, LinkDown, LinkUp, QueueSnapshot, Snapshot, SnapshotCaller
from host_bridge.pbx.queue_log_file import LogFile
from host_bridge.pbx.queue_log_lines import LogLine
from host_bridge.pbx.queue_log_link import QueueLogLink, QueueLogSettings
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth

PATIENCE_S = 10.0
NOW_S = 1_795_000_100
SHIFT_MS = 1_794_000_000_000  # the PBX's clock minus the bridge's
Kind = TypeVar("Kind", bound=Event)

WRITER = """\
import os, sys
path, count = sys.argv[1], int(sys.argv[2])
file = open(path, "a", buffering=1)
for number in range(count):
    at = 1_795_000_200 + number
    file.write(f"{at}|c{number}|q|NONE|ENTERQUEUE|||1\\n{at}|c{number}|q|A|CONNECT|0|x|0\\n")
    file.write(f"{at}|c{number}|q|A|COMPLETEAGENT|0|0|1\\n")
    if number % 100 == 99:
        os.rename(path, f"{path}.{number // 100}")
        file = open(path, "a", buffering=1)
"""


class Site:
    """A log, the link that reads it, and what it told."""

    def __init__(self, path: Path, silent_after_ms: int | None, queues: frozenset[str] | None) -> None:
        self.path = path
        self.now_ms = NOW_S * 1000 - SHIFT_MS
        self.is_open = True
        self.looks = 0
        self.told: asyncio.Queue[Event] = asyncio.Queue()
        self.truth = Truth(lambda queue: ServiceLevel(), queues, whole_seconds=True)
        self.truth.roll(0, self.now_ms)
        self.link = QueueLogLink(
            QueueLogSettings(path, queues, silent_after_ms),
            self._take,
            lambda: self.now_ms,
            logging.getLogger("wallboard-bridge"),
            shift_ms=lambda: SHIFT_MS,
            is_open=self._is_open,
        )

    def _take(self, event: Event, now_ms: int) -> None:
        self.truth.apply(event, now_ms)
        self.told.put_nowait(event)

    def write(self, *lines: str) -> None:
        with self.path.open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    async def looked_again(self) -> None:
        """The file was looked at twice from here on, so once at least from the beginning."""
        for _ in range(2):
            looks = self.looks
            async with asyncio.timeout(PATIENCE_S):
                while self.looks == looks:
                    await asyncio.sleep(0)

    def _is_open(self) -> bool:
        self.looks += 1
        return self.is_open

    async def next(self, kind: type[Kind]) -> Kind:
        """The next event of this kind; those before it are passed over."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                event = await self.told.get()
                if isinstance(event, kind):
                    return event


@asynccontextmanager
async def site(
    folder: Path, *lines: str, silent_after_ms: int | None = None, queues: frozenset[str] | None = None
) -> AsyncIterator[Site]:
    it = Site(folder / "queue_log", silent_after_ms, queues)
    if lines:
        it.write(*lines)
    running = asyncio.create_task(it.link.run())
    try:
        yield it
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_log_link, "POLL_S", 0.002)


def run(story: object) -> None:
    asyncio.run(story)  # type: ignore[arg-type]


def steady_ms(at_s: int) -> int:
    return at_s * 1000 - SHIFT_MS


def test_who_waits_at_the_start_and_then_each_line(tmp_path: Path) -> None:
    async def story() -> None:
        lines = (f"{NOW_S - 60}|a|q|NONE|ENTERQUEUE|||1", f"{NOW_S - 50}|b|q|NONE|ENTERQUEUE|||2")
        async with site(tmp_path, *lines, f"{NOW_S - 40}|a|q|NONE|ABANDON|1|1|20") as it:
            listed = await it.next(Snapshot)
            waiting = SnapshotCaller("b", 1, steady_ms(NOW_S - 50))
            assert listed == Snapshot((QueueSnapshot("q", 1, 0, 0, (waiting,), ()),), it.now_ms, True)
            await it.next(LinkUp)
            assert it.link.pbx == "up"
            it.now_ms += 9_000
            it.write(f"{NOW_S + 5}|b|q|A|CONNECT|55|x|3")
            assert await it.next(Connected) == Connected("q", "b", "A", 55, 3, steady_ms(NOW_S + 5))
            figures = it.truth.figures("q", it.now_ms)
            assert (figures["waiting"], figures["answered"], figures["avg_wait_ms"]) == (0, 1, 55_000)
            assert it.told.empty()  # the caller who gave up before LinkUp is no event

    run(story())


def test_a_clock_that_is_ahead_makes_no_future(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path, f"{NOW_S}|a|q|NONE|PAUSE|x") as it:
            await it.next(LinkUp)
            it.write(f"{NOW_S + 99}|a|q|NONE|ENTERQUEUE|||1")
            assert (await it.next(Joined)).at_ms == it.now_ms

    run(story())


def test_a_file_that_is_missing_is_an_outage_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def story() -> None:
        async with site(tmp_path) as it:
            async with asyncio.timeout(PATIENCE_S):
                while it.link.pbx != "down":
                    await asyncio.sleep(0)
            assert it.link.problem == f"{it.path} cannot be read: No such file or directory"
            await it.looked_again()
            it.write(f"{NOW_S}|a|q|NONE|ENTERQUEUE|||1")
            await it.next(LinkUp)
            assert (it.link.pbx, it.link.problem) == ("up", "")
            it.path.unlink()
            assert "No such file" in (await it.next(LinkDown)).reason
            it.write(f"{NOW_S}|b|q|NONE|ENTERQUEUE|||2")
            assert [caller.call for caller in (await it.next(Snapshot)).queues[0].callers] == ["a", "b"]

    run(story())
    assert [record.message.split(": ", 1)[1][:5] for record in caplog.records] == ["down:", "up", "down:", "up"]


def test_a_read_that_hangs_is_an_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network file system whose server is gone: no error, and no answer either."""
    server_is_there = threading.Event()
    server_is_there.set()
    read = LogFile.read

    def read_when_there(file: LogFile) -> list[LogLine]:
        server_is_there.wait(PATIENCE_S)
        return read(file)

    async def story() -> None:
        async with site(tmp_path, f"{NOW_S}|c|q|NONE|ENTERQUEUE|||1") as it:
            await it.next(LinkUp)
            monkeypatch.setattr(queue_log_link, "READ_S", 0.05)
            server_is_there.clear()
            try:
                down = await it.next(LinkDown)
                assert down.reason == f"{it.path} cannot be read: no answer within 0.05 s"
                assert (it.link.pbx, it.link.problem) == ("down", down.reason)
                it.write(f"{NOW_S + 5}|c|q|NONE|ABANDON|1|1|5")
            finally:
                server_is_there.set()
            (queue,) = (await it.next(Snapshot)).queues
            assert queue.callers == ()
            await it.next(LinkUp)
            assert (it.link.pbx, it.link.problem) == ("up", "")

    monkeypatch.setattr(LogFile, "read", read_when_there)
    run(story())


def test_silence_inside_the_opening_hours_is_an_outage(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path, f"{NOW_S}|a|q|NONE|PAUSE|x", silent_after_ms=60_000) as it:
            await it.next(LinkUp)
            it.is_open = False
            it.now_ms += 600_000
            it.write(f"{NOW_S}|a|q|NONE|ENTERQUEUE|||1")
            await it.next(Joined)
            it.now_ms += 600_000
            it.link.ask_status(None)
            await it.next(Snapshot)  # it was looked at while the centre was closed
            it.is_open = True
            it.now_ms += 59_000
            it.link.ask_status(None)
            await it.next(Snapshot)
            assert it.link.pbx == "up"
            it.now_ms += 1_000
            reason = (await it.next(LinkDown)).reason
            assert reason == f"nothing was written to {it.path} for 1m of opening hours: does the PBX run?"
            assert (it.link.pbx, it.link.problem) == ("down", reason)
            it.write(f"{NOW_S}|a|q|NONE|ABANDON|1|1|9")
            assert (await it.next(Snapshot)).queues[0].callers == ()
            await it.next(LinkUp)

    run(story())


def test_queues_of_the_settings_are_listed_though_the_log_does_not_name_them(tmp_path: Path) -> None:
    async def story() -> None:
        queues = frozenset({"q", "other"})
        async with site(tmp_path, f"{NOW_S}|a|x|NONE|ENTERQUEUE|||1", queues=queues) as it:
            assert [queue.queue for queue in (await it.next(Snapshot)).queues] == ["other", "q"]

    run(story())


def test_one_queue_is_listed_when_asked_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path, f"{NOW_S}|a|q|NONE|ENTERQUEUE|||1", f"{NOW_S}|b|r|NONE|ENTERQUEUE|||1") as it:
            await it.next(LinkUp)
            it.link.ask_status("r")
            listed = await it.next(Snapshot)
            assert ([queue.queue for queue in listed.queues], listed.whole) == (["r"], False)

    run(story())


def test_lines_that_are_none_and_holes_are_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with site(tmp_path, "nonsense", "more", f"{NOW_S}|a|q|NONE|ENTERQUEUE|||1") as it:
            await it.next(LinkUp)
            it.write("nonsense", f"{NOW_S}|b|q|NONE|ENTERQUEUE|||2")
            await it.next(Joined)
            it.path.write_text(f"{NOW_S + 1}|c|q|NONE|ENTERQUEUE|||3\n")
            assert (await it.next(Joined)).call == "c"

    run(story())
    told = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert told == [
        f"PBX {tmp_path}/queue_log: some lines are none of queue_log and were passed over",
        f"PBX: calls are missing: {tmp_path}/queue_log was truncated before all of it was read, and there is no copy",
    ]


def test_a_writer_of_another_process_that_rotates(tmp_path: Path) -> None:
    calls = 1050

    async def story() -> None:
        async with site(tmp_path, f"{NOW_S}|a|q|NONE|PAUSE|x") as it:
            await it.next(LinkUp)
            it.now_ms += 3_600_000
            writer = subprocess.Popen([sys.executable, "-c", WRITER, str(it.path), str(calls)])
            try:
                joined = [await it.next(Joined) for _ in range(calls)]
            finally:
                assert writer.wait(PATIENCE_S) == 0
            assert [event.call for event in joined] == [f"c{number}" for number in range(calls)]
            it.link.ask_status(None)
            await it.next(Snapshot)
            figures = it.truth.figures("q", it.now_ms)
            assert (figures["answered"], figures["offered"], figures["waiting"]) == (calls, calls, 0)
            assert it.told.empty()

    run(story())
