"""The AMI link against a real TCP server on loopback: connecting, losing, being refused, TLS, leaving."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from config import reconnect
from host_bridge.pbx import ami_link
from host_bridge.pbx.ami_link import AmiLink, AmiSettings
from host_bridge.pbx.ami_session import AmiSession
from host_bridge.pbx.events import Event, HungUp, LinkDown, LinkUp, Snapshot

PATIENCE_S = 10.0
HANGUP = b"Event: Hangup\r\nUniqueid: 17.1\r\n\r\n"


class Pbx:
    """Just enough of a manager: logs in, answers Ping and QueueStatus, and notes every action it was sent."""

    def __init__(self, secret: str = "secret", tls: ssl.SSLContext | None = None) -> None:
        self.secret = secret
        self.mute = False
        self.unheard: set[str] = set()
        self.actions: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self.writers: list[asyncio.StreamWriter] = []
        self.port = 0
        self._tls = tls
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Pbx:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()

    def say(self, data: bytes) -> None:
        self.writers[-1].write(data)

    def cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()

    async def sent(self, name: str) -> dict[str, str]:
        """Wait until the action was sent."""
        async with asyncio.timeout(PATIENCE_S):
            while (action := await self.actions.get())["Action"] != name:
                pass
        return action

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                action = dict(line.split(": ", 1) for line in raw.decode().split("\r\n")[:-2])
                self.actions.put_nowait(action)
                if not self.mute and action["Action"] not in self.unheard:
                    writer.write(self._answer(action))
                if action["Action"] == "Logoff":
                    writer.close()

    def _answer(self, action: dict[str, str]) -> bytes:
        ok = f"Response: Success\r\nActionID: {action.get('ActionID')}\r\n"
        match action["Action"]:
            case "Challenge":
                return f"{ok}Challenge: 42\r\n\r\n".encode()
            case "Login" if action["Key"] != hashlib.md5(f"42{self.secret}".encode()).hexdigest():
                self.writers[-1].write(
                    b"Response: Error\r\nActionID: login-1\r\nMessage: Authentication failed\r\n\r\n"
                )
                self.writers[-1].close()
                return b""
            case "Ping":
                return f"{ok}Ping: Pong\r\nTimestamp: 1795323818.878768\r\n\r\n".encode()
            case "QueueStatus":
                ident = f"ActionID: {action['ActionID']}\r\n\r\n"
                return (
                    f"{ok}EventList: start\r\n\r\nEvent: QueueParams\r\nQueue: sales\r\nCalls: 0\r\n{ident}"
                    f"Event: QueueStatusComplete\r\n{ident}"
                ).encode()
        return f"{ok}\r\n".encode()


class Seen:
    """The sink: keeps every event and lets a test wait for one kind of it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._queue: asyncio.Queue[Event] = asyncio.Queue()

    def __call__(self, event: Event, now_ms: int) -> None:
        assert abs(now_ms - clock()) < 1000
        self.events.append(event)
        self._queue.put_nowait(event)

    async def next(self, kind: type[Event]) -> Event:
        async with asyncio.timeout(PATIENCE_S):
            while not isinstance(event := await self._queue.get(), kind):
                pass
        return event


def clock() -> int:
    return time.monotonic_ns() // 1_000_000


def settings(port: int, **options: object) -> AmiSettings:
    return replace(AmiSettings("127.0.0.1", port, "wallboard", "secret"), **options)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def running(chosen: AmiSettings, sink: Callable[[Event, int], None]) -> AsyncIterator[AmiLink]:
    link = AmiLink(chosen, sink, clock, logging.getLogger("pbx"))
    task = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture(autouse=True)
def _short_back_off(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(reconnect, "BACK_OFF_MIN_MS", 10)
    monkeypatch.setattr(reconnect, "BACK_OFF_MAX_MS", 40)
    caplog.set_level(logging.INFO, "pbx")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    return lambda: [record.getMessage().split(": ", 1)[1] for record in caplog.records if record.name == "pbx"]


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop turn until something holds that raises no event of its own."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.001)


def test_it_reads_a_pbx_and_leaves_politely(lines: Callable[[], list[str]]) -> None:
    async def story() -> None:
        seen = Seen()
        async with Pbx() as pbx:
            async with running(settings(pbx.port), seen) as link:
                assert (link.pbx, link.problem) == ("down", "not connected yet")
                await seen.next(LinkUp)
                assert (link.pbx, link.problem) == ("up", "")
                assert [type(event) for event in seen.events] == [Snapshot, LinkUp]
                pbx.say(HANGUP)
                assert (await seen.next(HungUp))[0] == "17.1"
                link.ask_status("sales")
                async with asyncio.timeout(1):  # at once, not when the next ping goes out
                    while "Queue" not in (asked := await pbx.sent("QueueStatus")):
                        pass
                assert asked["Queue"] == "sales"
            assert await pbx.sent("Logoff") == {"Action": "Logoff"}
            assert link.pbx == "down"
        assert lines() == ["up"]
        assert not any(isinstance(event, LinkDown) for event in seen.events)

    asyncio.run(story())


def test_it_is_not_up_before_the_first_list(lines: Callable[[], list[str]]) -> None:
    async def story() -> None:
        seen = Seen()
        async with Pbx() as pbx, running(settings(pbx.port), seen) as link:
            pbx.unheard.add("QueueStatus")
            await pbx.sent("QueueStatus")
            pbx.say(HANGUP)
            await seen.next(HungUp)
            assert (link.pbx, link.problem) == ("syncing", "not connected yet")
            assert lines() == []

    asyncio.run(story())


def test_an_idle_link_wakes_for_pings_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    on_timer = AmiSession.on_timer

    def counted(session: AmiSession, now_ms: int) -> list[Event]:
        nonlocal calls
        calls += 1
        return on_timer(session, now_ms)

    async def story() -> None:
        async with Pbx() as pbx, running(settings(pbx.port, ping_ms=30, deadline_ms=2000), Seen()):
            for _ in range(10):
                await pbx.sent("Ping")

    monkeypatch.setattr(AmiSession, "on_timer", counted)
    asyncio.run(story())
    assert 9 <= calls <= 40


def test_nagle_is_off() -> None:
    async def story() -> None:
        seen = Seen()
        async with Pbx() as pbx, running(settings(pbx.port), seen) as link:
            await seen.next(LinkUp)
            transport = link._connection._transport  # type: ignore[union-attr]
            sock = transport.get_extra_info("socket")  # type: ignore[union-attr]
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0

    asyncio.run(story())


def test_a_lost_pbx_is_found_again_with_one_line_each(lines: Callable[[], list[str]]) -> None:
    async def story() -> None:
        seen = Seen()
        async with Pbx() as pbx:
            async with running(settings(pbx.port), seen) as link:
                await seen.next(LinkUp)
                pbx.cut()
                down = await seen.next(LinkDown)
                assert isinstance(down, LinkDown)
                assert link.pbx == "down"
                await seen.next(LinkUp)
                assert link.pbx == "up"
                pbx.cut()
                await seen.next(LinkUp)
            assert lines() == ["up", f"down: {down.reason}; trying again until it answers", "up", *lines()[1:3]]

    asyncio.run(story())


def test_a_line_that_comes_and_goes_is_one_outage(
    lines: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        seen = Seen()
        async with Pbx() as pbx, running(settings(pbx.port, ping_ms=10), seen) as link:
            for _ in range(6):
                await seen.next(LinkUp)
                pbx.cut()
                await seen.next(LinkDown)
            assert [line.split(":")[0] for line in lines()] == ["up", "down"] * 3
            assert lines()[-1].endswith("it comes and goes, and is called up again when it has held for 5 s")
            monkeypatch.setattr(ami_link, "STEADY_MS", 50)
            await until(lambda: lines()[-1] == "up")
            assert (link.pbx, len(lines())) == ("up", 7)

    asyncio.run(story())


def test_nobody_there_is_one_line_however_often_it_tries(lines: Callable[[], list[str]]) -> None:
    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        seen = Seen()
        async with running(settings(port), seen) as link:
            await until(lambda: link._back_off.tries >= 4)
            assert link.pbx == "down"
            assert link.problem == "connection refused: is the PBX running, and its AMI enabled on this port?"
        assert lines() == [f"down: {link.problem}; trying again until it answers"]
        assert seen.events == []

    asyncio.run(story())


def test_a_name_of_many_addresses() -> None:
    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        async with running(settings(port, host="localhost"), Seen()) as link:
            await until(lambda: link._back_off.tries >= 1)
            assert link.problem.startswith("connection refused")

    asyncio.run(story())


def test_a_refused_login_is_held_and_told_once(lines: Callable[[], list[str]]) -> None:
    async def story() -> None:
        seen = Seen()
        async with Pbx(secret="another") as pbx:
            async with running(settings(pbx.port), seen) as link:
                await until(lambda: "refused" in link.problem)
                assert link.pbx == "down"
                await asyncio.sleep(0.2)  # ten times the back-off of a lost line
                assert len(pbx.writers) == 1, "a refused login does not hammer"
            (line,) = lines()
            assert line == (
                "down: the PBX refused the login of user 'wallboard': Authentication failed; "
                "check username and password, and permit and deny in its manager.conf; next try in 300 s"
            )
            async with running(settings(pbx.port, login_hold_ms=20), seen):
                await until(lambda: len(pbx.writers) >= 4)
                assert len(lines()) == 2
                pbx.secret = "secret"
                await seen.next(LinkUp)
            assert lines()[-1] == "up"

    asyncio.run(story())


def test_a_pbx_that_falls_silent_is_down() -> None:
    async def story() -> None:
        seen = Seen()
        async with Pbx() as pbx, running(settings(pbx.port, ping_ms=40, deadline_ms=200), seen) as link:
            await seen.next(LinkUp)
            await pbx.sent("Ping")
            pbx.mute = True
            muted_ms = clock()
            down = await seen.next(LinkDown)
            assert isinstance(down, LinkDown)
            assert "answered nothing" in down.reason
            assert 100 <= clock() - muted_ms <= 1200
            assert link.pbx != "up"
            pbx.mute = False
            await seen.next(LinkUp)

    asyncio.run(story())


def test_a_peer_that_is_no_pbx_is_told(lines: Callable[[], list[str]]) -> None:
    async def story() -> None:
        async def http(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()  # since Python 3.12 a server waits for its connections to end

        server = await asyncio.start_server(http, "127.0.0.1", 0)
        async with server, running(settings(server.sockets[0].getsockname()[1]), Seen()) as link:
            await until(lambda: link._back_off.tries >= 2)
            assert link.problem == "what answers is no Asterisk manager: it begins with 'HTTP/1.1 400 Bad Request'"
        assert len(lines()) == 1

    asyncio.run(story())


def test_what_the_pbx_lacks_is_told_once(lines: Callable[[], list[str]]) -> None:
    async def story() -> None:
        seen = Seen()
        async with Pbx() as pbx, running(settings(pbx.port, queues=frozenset({"vip"})), seen) as link:
            await seen.next(LinkUp)
            assert link.problem == "the PBX has no queue vip; it has sales"
            pbx.say(HANGUP)
            await seen.next(HungUp)
        assert lines() == ["up", "the PBX has no queue vip; it has sales"]

    asyncio.run(story())


def test_a_bug_beyond_the_sink_ends_the_link_aloud() -> None:
    async def story() -> None:
        def sink(event: Event, now_ms: int) -> None:
            raise ZeroDivisionError

        async with Pbx() as pbx:
            link = AmiLink(settings(pbx.port), sink, clock, logging.getLogger("pbx"))
            async with asyncio.timeout(PATIENCE_S):
                await link.run()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(story())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, made now: none that is stored would stay valid."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, and a certificate has to be made")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=pbx"]
    subprocess.run([*command, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


def test_tls(certificate: tuple[Path, Path], lines: Callable[[], list[str]]) -> None:
    async def story() -> None:
        server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server_tls.load_cert_chain(*certificate)
        trusting = ssl.create_default_context(cafile=str(certificate[0]))
        seen = Seen()
        async with Pbx(tls=server_tls) as pbx:
            async with running(settings(pbx.port, tls=trusting), seen):
                await seen.next(LinkUp)
            async with running(settings(pbx.port, tls=ssl.create_default_context()), seen) as link:
                await until(lambda: link._back_off.tries >= 2)
                assert link.problem.startswith("its TLS certificate was not accepted: self-signed certificate")
            async with running(settings(pbx.port, deadline_ms=100), seen) as link:
                await until(lambda: link._back_off.tries >= 1)
                assert "no AMI banner" in link.problem
        async with Pbx() as plain, running(settings(plain.port, tls=trusting), seen) as link:
            await until(lambda: link._back_off.tries >= 1)
            assert "does this port speak TLS?" in link.problem
        assert [line.split(":")[0] for line in lines()] == ["up", "down", "down", "down"]

    asyncio.run(story())
