"""A scripted AMI peer on loopback, for tests and benchmarks that must choose the moment of every byte.

It speaks what Asterisk 22 speaks to the bridge (banner, MD5 login, FullyBooted, Ping, QueueStatus; shapes as in
tests/captures). It is the fake beside the real thing:
tests/pbx drives a real Asterisk, host_bridge/demo a whole centre.
"""

from __future__ import annotations

import hashlib
import socket
import threading
import time

SECRET = "a long random secret"
USERNAME = "wallboard"


class AmiPeer:
    """Serves one client after the other; `queues` maps a queue to the (uniqueid, joined at epoch s) of its callers."""

    def __init__(self, queues: list[str], secret: str = SECRET) -> None:
        self.secret = secret
        self.queues: dict[str, list[tuple[str, float]]] = {queue: [] for queue in queues}
        self.members: dict[str, list[tuple[str, int]]] = {queue: [] for queue in queues}
        self.mute = False
        self.ready = threading.Event()
        self._calls = 0
        self._began = time.time()
        self._client: socket.socket | None = None
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def join(self, queue: str) -> tuple[str, int]:
        """A caller joins: returns its Uniqueid and the monotonic ns before its bytes were sent."""
        self._calls += 1
        call = f"{int(time.time())}.{self._calls}"
        self.queues[queue].append((call, time.time()))
        count = len(self.queues[queue])
        return call, self._event("QueueCallerJoin", call, Queue=queue, Position=count, Count=count)

    def abandon(self, queue: str, call: str) -> int:
        """The caller hangs up; returns the monotonic ns at which the bytes were handed to the kernel."""
        position = [known for known, _ in self.queues[queue]].index(call) + 1
        _, joined = self.queues[queue].pop(position - 1)
        hold = int(time.time() - joined)
        frames = _frame("Event", "HangupRequest", Uniqueid=call, Linkedid=call, Timestamp=f"{time.time():.6f}")
        frames += self._queue_event(
            "QueueCallerAbandon",
            call,
            Queue=queue,
            Position=position,
            OriginalPosition=position,
            HoldTime=hold,
        )
        frames += self._queue_event(
            "QueueCallerLeave", call, Queue=queue, Position=position, Count=len(self.queues[queue])
        )
        # without it the bridge waits for more evidence (PBX.md: hang-up, Abandon, Leave, Hangup)
        frames += _frame("Event", "Hangup", Uniqueid=call, Linkedid=call, Timestamp=f"{time.time():.6f}")
        return self.send(frames)

    def send(self, frames: bytes) -> int:
        """Raw bytes to the client in one write; returns the monotonic ns before it."""
        with self._lock:
            started = time.monotonic_ns()
            if self._client is not None and not self.mute:
                self._client.sendall(frames)
        return started

    def cut(self) -> None:
        """Drop the connection, as a PBX that is killed does."""
        with self._lock:
            if self._client is not None:
                self._client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop listening and drop the client."""
        self._listener.close()
        try:
            self.cut()
        except OSError:
            return

    def _event(self, name: str, call: str, **fields: object) -> int:
        return self.send(self._queue_event(name, call, **fields))

    @staticmethod
    def _queue_event(name: str, call: str, **fields: object) -> bytes:
        return _frame(
            "Event",
            name,
            Privilege="agent,all",
            Timestamp=f"{time.time():.6f}",
            Channel=f"Local/hold@callers-{call};1",
            CallerIDNum="555",
            CallerIDName="<unknown>",
            Context="callers",
            Uniqueid=call,
            Linkedid=call,
            **fields,
        )

    def _uptime_s(self) -> int:
        """Of a PBX that ran for an hour before: a gap in the line must not look like its restart."""
        return 3600 + int(time.time() - self._began)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._client = client
            try:
                self._talk(client)
            except OSError:
                pass
            self.ready.clear()
            with self._lock:
                self._client = None
            client.close()

    def _talk(self, client: socket.socket) -> None:
        client.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        buffer = b""
        while data := client.recv(4096):
            buffer += data
            while b"\r\n\r\n" in buffer:
                raw, buffer = buffer.split(b"\r\n\r\n", 1)
                lines = [line.split(": ", 1) for line in raw.decode().split("\r\n")]
                asked = {pair[0]: pair[1] if len(pair) > 1 else "" for pair in lines}
                if not self.mute:
                    self._answer(client, asked)

    def _answer(self, client: socket.socket, asked: dict[str, str]) -> None:
        action, ident = asked["Action"], asked.get("ActionID", "")
        if action == "Challenge":
            client.sendall(_frame("Response", "Success", ActionID=ident, Challenge="113543555"))
        elif action == "Login":
            key = hashlib.md5(b"113543555" + self.secret.encode()).hexdigest()
            if asked.get("Key") != key and asked.get("Secret") != self.secret:
                client.sendall(_frame("Response", "Error", ActionID=ident, Message="Authentication failed"))
                raise ConnectionAbortedError
            client.sendall(_frame("Response", "Success", ActionID=ident, Message="Authentication accepted"))
            client.sendall(
                _frame(
                    "Event",
                    "FullyBooted",
                    Privilege="system,all",
                    Uptime=self._uptime_s(),
                    LastReload=self._uptime_s(),
                    Status="Fully Booted",
                )
            )
        elif action == "Ping":
            client.sendall(_frame("Response", "Success", ActionID=ident, Ping="Pong", Timestamp=f"{time.time():.6f}"))
        elif action == "QueueStatus":
            client.sendall(self._queue_status(ident, asked.get("Queue")))
            self.ready.set()

    def _queue_status(self, ident: str, only: str | None) -> bytes:
        answer = _frame("Response", "Success", ActionID=ident, EventList="start", Message="Queue status will follow")
        items = 0
        for queue in [only] if only else list(self.queues):
            callers = list(self.queues[queue])
            answer += _frame(
                "Event", "QueueParams", Queue=queue, Max=0, Strategy="ringall", Calls=len(callers), Completed=0,
                Abandoned=0, ActionID=ident,
            )  # fmt: skip
            for interface, status in self.members[queue]:
                answer += _frame(
                    "Event", "QueueMember", Queue=queue, Name=interface, Location=interface, InCall=0, Status=status,
                    Paused=0, PausedReason="", ActionID=ident,
                )  # fmt: skip
            for place, (call, joined) in enumerate(callers, 1):
                answer += _frame(
                    "Event", "QueueEntry", Queue=queue, Position=place, Uniqueid=call,
                    Wait=int(time.time() - joined), ActionID=ident,
                )  # fmt: skip
            items += 1 + len(self.members[queue]) + len(callers)
        return answer + _frame("Event", "QueueStatusComplete", ActionID=ident, EventList="Complete", ListItems=items)


def _frame(kind: str, name: str, **fields: object) -> bytes:
    lines = [f"{kind}: {name}", *(f"{key}: {value}" for key, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
