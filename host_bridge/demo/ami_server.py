"""The demo's PBX as a server: the centre driven by the clock, its events to every AMI client, its lines to queue_log.

It listens on 127.0.0.1 only. A client that reads too slowly is cut off, as Asterisk does (`writetimeout`).
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable
from typing import Protocol

from host_bridge.demo.ami_talk import BANNER, AmiTalk, Answer
from host_bridge.demo.centre import Centre
from host_bridge.demo.frames import frame, frames, stamp
from host_bridge.demo.happenings import Happening
from host_bridge.demo.queue_log import lines

HOST = "127.0.0.1"
WRITE_TIMEOUT_S = 5.0
LOGIN_TIMEOUT_S = 30.0
_BUFFER_BYTES = 65_536
_NOTHING_DUE_MS = 1_000


class LogWriter(Protocol):
    """Where the queue_log lines go."""

    def write(self, text_lines: Iterable[str], /) -> None:
        """Append lines."""


class DemoPbx:
    """`clock` gives epoch ms. The same user logs in from any number of connections."""

    def __init__(
        self,
        centre: Centre,
        clock: Callable[[], int],
        username: str,
        secret: str,
        *,
        log: LogWriter | None = None,
        write_timeout_s: float = WRITE_TIMEOUT_S,
    ) -> None:
        self.write_timeout_s = write_timeout_s
        self.cut_off = 0
        """Clients that read too slowly, so far."""
        self._centre = centre
        self._clock = clock
        self._user = (username, secret)
        self._log = log
        self._clients: set[_Client] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        """Listen on that port of 127.0.0.1, 0 for any free one; return the port. Raises OSError when it is taken."""
        self._server = await asyncio.get_running_loop().create_server(lambda: _Client(self), HOST, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def run(self) -> None:
        """Let the centre live, for ever."""
        while True:
            self.live()
            next_ms = self._centre.next_ms()
            delay_ms = _NOTHING_DUE_MS if next_ms is None else next_ms - self._clock()
            await asyncio.sleep(max(delay_ms, 1) / 1000)

    async def stop(self) -> None:
        """Stop in good order: calls are hung up on, the clients are told, and everything said is sent."""
        if self._server is not None:
            self._server.close()
        now_ms = self._clock()
        self._tell(self._centre.close(now_ms))
        farewell = [("Privilege", "system,all"), ("Timestamp", stamp(now_ms)), ("Shutdown", "Cleanly")]
        self._broadcast("system", frame("Event", "Shutdown", [*farewell, ("Restart", "False")]))
        for client in list(self._clients):
            client.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while self._clients:
                    await asyncio.sleep(0.01)

    def live(self) -> int:
        """Let everything happen that is due, tell it, and return the time."""
        now_ms = self._clock()
        self._tell(self._centre.advance(now_ms))
        return now_ms

    def talk(self) -> AmiTalk:
        """Return the other side for a new client."""
        return AmiTalk(self._centre, *self._user, challenge=str(secrets.randbelow(900_000_000) + 100_000_000))

    def join(self, client: _Client) -> None:
        """A client is there."""
        self._clients.add(client)

    def leave(self, client: _Client) -> None:
        """A client is gone."""
        self._clients.discard(client)

    def _tell(self, happenings: list[Happening]) -> None:
        for happening in happenings:
            for kind, data in frames(happening):
                self._broadcast(kind, data)
        if self._log is not None and happenings:
            self._log.write(line for happening in happenings for line in lines(happening))

    def _broadcast(self, kind: str, data: bytes) -> None:
        for client in self._clients:
            client.event(kind, data)


class _Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, pbx: DemoPbx) -> None:
        self._pbx = pbx
        self._talk = pbx.talk()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._closing = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=_BUFFER_BYTES, low=0)
        transport.write(BANNER)
        self._pbx.join(self)
        self._loop.call_later(LOGIN_TIMEOUT_S, self._expect_login)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._pbx.leave(self)
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        now_ms = self._pbx.live()  # what happened before the question is told before the answer
        for answer in self._talk.receive(data, now_ms):
            self._closing = self._closing or answer.close
            if answer.after_ms:
                self._loop.call_later(answer.after_ms / 1000, self._send, answer)
            else:
                self._send(answer)

    def event(self, kind: str, data: bytes) -> None:
        """Send an event, if this client wants it."""
        transport = self._transport
        if transport is not None and not transport.is_closing() and not self._closing and self._talk.wants(kind):
            transport.write(data)

    def close(self) -> None:
        """End the connection behind what was sent."""
        self._closing = True
        if self._transport is not None:
            self._transport.close()

    def pause_writing(self) -> None:
        self._timer = self._loop.call_later(self._pbx.write_timeout_s, self._cut)

    def resume_writing(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send(self, answer: Answer) -> None:
        if self._transport is not None:
            self._transport.write(answer.data)
            if answer.close:
                self.close()

    def _cut(self) -> None:
        self._pbx.cut_off += 1
        if self._transport is not None:
            self._transport.abort()

    def _expect_login(self) -> None:
        if not self._talk.logged_in:
            self.close()
