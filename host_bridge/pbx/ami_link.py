"""The socket to the PBX: connects, carries bytes to and from the session, connects again.

The outermost module of the AMI reader: the only one with a socket. Asterisk cuts off a reader that is slower than
its writetimeout (100 ms unless set) in mid-frame and without a word, so bytes go from the socket through the session
to the sink in one callback, and nothing is ever awaited on the way.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from config.reconnect import CONNECT_TIMEOUT_S, BackOff, reason
from host_bridge.pbx.ami_dialogue import State
from host_bridge.pbx.ami_session import AmiSession
from host_bridge.pbx.events import Event

_NOBODY_THERE = "is the PBX running, and its AMI enabled on this port?"

_PBX = {State.UP: "up", State.BOOTING: "syncing", State.SYNCING: "syncing"}

STEADY_MS = 5_000  # a connection that held so long was a good one
SHORT_LIVES = 3  # so many in a row that did not: the line comes and goes


@dataclass(frozen=True)
class AmiSettings:
    """Where the PBX is and how to log in. `queues`: those to read, None for all; times in ms."""

    host: str
    port: int
    username: str
    secret: str = field(repr=False)
    tls: ssl.SSLContext | None = None
    queues: frozenset[str] | None = None
    ping_ms: int = 2_000
    deadline_ms: int = 5_000
    login_hold_ms: int = 300_000
    """How long to leave the PBX alone after it refused the login: only a person can mend that."""


class AmiLink:
    """Reads one PBX for ever. `sink` gets each event with the time it was received at, in the loop's thread.

    `clock` gives ms of the bridge's steady clock. `heard` is called when something came that is no event, an answer
    to a ping for one. Logs one line an outage and one a recovery.
    """

    def __init__(
        self,
        settings: AmiSettings,
        sink: Callable[[Event, int], None],
        clock: Callable[[], int],
        log: logging.Logger,
        *,
        heard: Callable[[], None] | None = None,
    ) -> None:
        self._settings = settings
        self._sink = sink
        self._heard = heard
        self._clock = clock
        self._log = log
        self._session = AmiSession(
            settings.username,
            settings.secret,
            queues=settings.queues,
            ping_ms=settings.ping_ms,
            deadline_ms=settings.deadline_ms,
        )
        self._connection: _Connection | None = None
        self._outage = "not connected yet"
        self._told: set[str] = set()
        self._up_ms = 0  # since when the last connection was of use
        self._short_lives = 0  # connections in a row that were of use for less than STEADY_MS
        self._back_off = BackOff()

    @property
    def pbx(self) -> str:
        """What bridge/state says of the PBX: up, down or syncing."""
        return _PBX.get(self._session.state, "down")

    @property
    def problem(self) -> str:
        """One line for bridge/state, "" when all is well."""
        return self._outage if self.pbx == "down" else self._session.problem or self._outage

    @property
    def heard_ms(self) -> int:
        """When anything came of the PBX last, in ms of the bridge's clock."""
        return self._session.heard_ms

    @property
    def shift_ms(self) -> int | None:
        """The PBX's clock (ms since 1970) minus the bridge's; None while it is not known."""
        return self._session.shift_ms

    def ask_status(self, queue: str | None) -> None:
        """Ask the PBX for the list of one queue, or of all (None)."""
        self._session.ask_status(queue, self._clock())
        if self._connection is not None:
            self._connection.flush()

    async def run(self) -> None:
        """Connect, read, connect again, until cancelled. An exception of the sink ends it too: that is a bug."""
        while True:
            why, refused = await self._connect_and_read()
            wait_ms = self._settings.login_hold_ms if refused else self._back_off.next_ms()
            self._tell_outage(why, refused, wait_ms)
            await asyncio.sleep(wait_ms / 1000)

    async def _connect_and_read(self) -> tuple[str, bool]:
        """Return why it is over, in words for people, and whether the login was refused."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                _, connection = await loop.create_connection(
                    lambda: _Connection(self._session, self._take, self._clock, loop),
                    self._settings.host,
                    self._settings.port,
                    ssl=self._settings.tls,
                )
        except OSError as error:
            return reason(error, _NOBODY_THERE), False
        self._connection = connection
        try:
            return await connection.over, self._session.refused
        finally:
            self._connection = None
            connection.close()

    def _take(self, events: list[Event], now_ms: int) -> None:
        for event in events:
            self._sink(event, now_ms)
        if not events and self._heard is not None:
            self._heard()
        session = self._session
        if self._outage and session.state is State.UP:
            self._outage = ""
            self._up_ms = now_ms
            self._back_off.reset()
            if self._short_lives < SHORT_LIVES:
                self._tell_recovery()
        elif self._short_lives >= SHORT_LIVES and session.state is State.UP and now_ms - self._up_ms >= STEADY_MS:
            self._short_lives = 0
            self._tell_recovery()
        if session.problem and session.problem not in self._told:
            self._told.add(session.problem)
            self._say(logging.WARNING, session.problem)

    def _tell_recovery(self) -> None:
        self._told.clear()
        self._say(logging.INFO, "up")

    def _tell_outage(self, why: str, refused: bool, wait_ms: int) -> None:
        """One line an outage, and one more when a refused login turns out to be the reason: a person must act.

        A line that comes and goes is one outage, lest it fill the log.
        """
        if not self._outage:
            self._short_lives = self._short_lives + 1 if self._clock() - self._up_ms < STEADY_MS else 0
        self._outage = why
        if refused:
            self._outage += "; check username and password, and permit and deny in its manager.conf"
        kind = "refused" if refused else "lost"
        if kind in self._told:
            return
        self._told.add(kind)
        next_try = f"next try in {wait_ms // 1000} s" if refused else "trying again until it answers"
        if self._short_lives >= SHORT_LIVES:
            next_try = f"it comes and goes, and is called up again when it has held for {STEADY_MS // 1000} s"
        self._say(logging.ERROR, f"down: {self._outage}; {next_try}")

    def _say(self, level: int, text: str) -> None:
        self._log.log(level, "PBX %s:%d: %s", self._settings.host, self._settings.port, text)


class _Connection(asyncio.Protocol):
    """One transport: bytes to the session, its events to `take`, its timer to the loop. `over` tells the end."""

    def __init__(
        self,
        session: AmiSession,
        take: Callable[[list[Event], int], None],
        clock: Callable[[], int],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.over: asyncio.Future[str] = loop.create_future()
        self._session = session
        self._take = take
        self._clock = clock
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at_ms = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._session.connected(self._clock())
        self._arm()

    def data_received(self, data: bytes) -> None:
        now_ms = self._clock()
        self._deliver(self._session.receive(data, now_ms), now_ms)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._disarm()
        if self.over.done():
            return
        now_ms = self._clock()
        gone = "the PBX closed the connection" if exc is None else f"the connection broke: {reason(exc, _NOBODY_THERE)}"
        self._deliver(self._session.closed(gone, now_ms), now_ms)
        if not self.over.done():
            self.over.set_result(self._session.wants_close or gone)

    def flush(self) -> None:
        """Send what the session has to say, end the connection when it wants to, and set the timer."""
        data = self._session.outgoing()
        if self._transport is None:
            return
        if data:
            self._transport.write(data)
        if self._session.wants_close is not None:
            self._transport.abort()
        else:
            self._arm()

    def close(self) -> None:
        """Leave politely; nothing is delivered from here on."""
        if self._transport is None:
            return
        if not self.over.done():
            self.over.cancel()
        self._session.log_off()
        self._transport.write(self._session.outgoing())
        self._transport.close()
        self._session.closed("the bridge is stopping", self._clock())

    def _deliver(self, events: list[Event], now_ms: int) -> None:
        try:
            self._take(events, now_ms)
        except Exception as error:  # a bug beyond the sink must end run(), not this transport alone
            if not self.over.done():
                self.over.set_exception(error)
            return
        self.flush()

    def _arm(self) -> None:
        """A timer that is set too early only finds nothing to do, so it is moved forward alone, not back."""
        due_ms = self._session.next_timer_ms()
        if due_ms is None or (self._timer is not None and self._timer_at_ms <= due_ms):
            return
        self._disarm()
        self._timer_at_ms = due_ms
        delay_ms = max(due_ms - self._clock(), 1)
        self._timer = self._loop.call_later(delay_ms / 1000, self._on_timer)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_timer(self) -> None:
        self._timer = None
        now_ms = self._clock()
        self._deliver(self._session.on_timer(now_ms), now_ms)
