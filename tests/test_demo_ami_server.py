"""The demo's PBX as a server, over real sockets."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from host_bridge.demo import queue_log
from host_bridge.demo.ami_server import DemoPbx
from host_bridge.demo.ami_talk import BANNER
from host_bridge.demo.centre import Centre
from host_bridge.demo.frames import frame
from tests.demo_client import SECRET, START_MS, USER, ask

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Clock:
    """The wall's clock, run by the test."""

    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> int:
        return self.now_ms


@asynccontextmanager
async def served(centre: Centre, clock: Clock, **options: float) -> AsyncIterator[tuple[DemoPbx, int]]:
    pbx = DemoPbx(centre, clock, USER, SECRET, **options)
    port = await pbx.start(0)
    try:
        yield pbx, port
    finally:
        await pbx.stop()


async def log_in(port: int, secret: str = SECRET) -> Connection:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.readline() == BANNER
    writer.write(ask("Login", Username=USER, Secret=secret))
    return reader, writer


async def until_quiet(reader: asyncio.StreamReader) -> bytes:
    data = b""
    while True:
        try:
            async with asyncio.timeout(0.3):
                chunk = await reader.read(65_536)
        except TimeoutError:
            return data
        if not chunk:
            return data
        data += chunk


def test_all_clients_are_told_the_same_and_an_answer_comes_behind_what_happened_before() -> None:
    async def scene() -> None:
        centre, clock = Centre(2, START_MS, speed=6.0), Clock()
        async with served(centre, clock) as (pbx, port):
            clients = [await log_in(port) for _ in range(3)]
            for reader, _ in clients:
                await until_quiet(reader)
            clock.now_ms += 30_000
            clients[0][1].write(ask("QueueStatus", ActionID="q"))
            heard = [await until_quiet(reader) for reader, _ in clients]
            events, _, answer = heard[0].partition(b"Response: Success\r\nActionID: q")
            assert events == heard[1] == heard[2]
            assert events.count(b"Event: QueueCallerJoin") > 2
            assert b"QueueStatusComplete" in answer
            assert b"Timestamp" not in answer
            assert pbx.live() == clock.now_ms
            for _, writer in clients:
                writer.close()

    asyncio.run(scene())


def test_a_refused_login_waits_a_second_and_ends() -> None:
    async def scene() -> None:
        async with served(Centre(1, START_MS), Clock()) as (_, port):
            began = asyncio.get_running_loop().time()
            reader, writer = await log_in(port, "wrong")
            answer = await reader.read()
            took = asyncio.get_running_loop().time() - began
            assert answer == b"Response: Error\r\nMessage: Authentication failed\r\n\r\n"
            assert 0.95 < took < 3
            writer.close()

    asyncio.run(scene())


def test_a_reader_that_does_not_read_is_cut_off_and_the_others_are_not() -> None:
    async def scene() -> None:
        centre, clock = Centre(2, START_MS, speed=6.0, load=2.0), Clock()
        async with served(centre, clock, write_timeout_s=0.2) as (pbx, port):
            stuck_reader, stuck = await log_in(port)
            stuck_reader._transport.pause_reading()  # type: ignore[attr-defined]
            good, writer = await log_in(port)
            heard = 0
            async with asyncio.timeout(30):
                while not pbx.cut_off:
                    clock.now_ms += 60_000
                    pbx.live()
                    heard += len(await good.read(1 << 20))
            assert heard > 65_536
            clock.now_ms += 60_000
            pbx.live()
            assert b"Event: " in await until_quiet(good)
            stuck_reader._transport.resume_reading()  # type: ignore[attr-defined]
            async with asyncio.timeout(5):  # what was under way, and the end
                while await stuck_reader.read(1 << 20):
                    pass
            for each in (stuck, writer):
                each.close()

    asyncio.run(scene())


def test_a_stop_hangs_up_says_shutdown_and_ends_the_connection(tmp_path: Path) -> None:
    async def scene() -> bytes:
        centre, clock = Centre(2, START_MS - 100_000, speed=6.0, load=3.0), Clock()
        log = queue_log.QueueLog(tmp_path / "queue_log")
        pbx = DemoPbx(centre, clock, USER, SECRET, log=log)
        port = await pbx.start(0)
        pbx.live()
        reader, writer = await log_in(port)
        await until_quiet(reader)
        waiting = sum(len(line.callers) for line in centre.lines.values())
        await pbx.stop()
        data = await reader.read()
        writer.close()
        log.close()
        assert data.count(b"Event: QueueCallerAbandon") == waiting > 0
        return data

    data = asyncio.run(scene())
    assert data.endswith(
        frame("Event", "Shutdown", [("Privilege", "system,all"), ("Timestamp", f"{START_MS // 1000}.250000"),
                                    ("Shutdown", "Cleanly"), ("Restart", "False")])
    )  # fmt: skip
    lines = (tmp_path / "queue_log").read_text("utf-8").splitlines()
    events = Counter(line.split("|")[4] for line in lines)
    ended = events["CONNECT"] + events["ABANDON"] + events["EXITWITHTIMEOUT"] + events["EXITWITHKEY"]
    assert events["ENTERQUEUE"] == ended > 10
    talked = events["COMPLETECALLER"] + events["COMPLETEAGENT"] + events["BLINDTRANSFER"]
    assert events["CONNECT"] == talked


def test_it_listens_on_loopback_only() -> None:
    async def scene() -> None:
        pbx = DemoPbx(Centre(1, START_MS), Clock(), USER, SECRET)
        await pbx.start(0)
        assert pbx._server is not None
        assert {socket.getsockname()[0] for socket in pbx._server.sockets} == {"127.0.0.1"}
        await pbx.stop()

    asyncio.run(scene())
