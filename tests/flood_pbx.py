"""A PBX process that misbehaves on command, on a real socket, and knows what was true.

python -m tests.flood_pbx        the first line out is the port; then a command a line in, a JSON line out

join N          N callers begin to wait
flood S RATE    for S seconds RATE events a second: calls that are answered, time out and hang up
stall           half a frame, and then not a word more
line BYTES      one line so long
cuts N          N times: the line is dropped a second after the login
true            what is true now: counters and line of each queue
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from typing import Any

from tests.model_ami import ModelAmi
from tests.model_pbx import ModelPbx

QUEUES = ("support", "sales", "service")
TICK_S = 0.01
CALL = {  # events of one call by its ending, the Newexten before its Join among them
    "answered": 7,
    "hangs_up": 6,
    "times_out": 6,
    "presses_key": 5,
}
WRITE_TIMEOUT_S = 5.0  # `writetimeout` of config/wallboard.conf: a reader slower than this is cut off


class FloodPbx:
    """One model PBX, one client at a time."""

    def __init__(self) -> None:
        now_ms = time.monotonic_ns() // 1_000_000
        self.pbx = ModelPbx(*QUEUES, epoch_ms=time.time_ns() // 1_000_000 - now_ms)
        self.pbx.now_ms = now_ms
        self.ami = ModelAmi(self.pbx, stamps=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.client: socket.socket | None = None
        self.logged_in_s: float | None = None
        self.longest_s = 0.0
        self._calls = 0
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.listener, selectors.EVENT_READ)
        self._selector.register(sys.stdin, selectors.EVENT_READ)

    def serve(self) -> None:
        """Answer the client and obey, until the commands end."""
        print(self.listener.getsockname()[1], flush=True)
        while True:
            if any(key.fileobj is sys.stdin for key, _ in self._selector.select(0.2)):
                line = sys.stdin.readline()
                if not line:
                    return
                name, *numbers = line.split()
                print(json.dumps(getattr(self, f"do_{name}")(*map(int, numbers))), flush=True)
            self.talk(0)

    def talk(self, seconds: float) -> None:
        """Take what the client says, and say what is to be said."""
        self._tick()
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self.listener:
                self._accept()
            elif key.fileobj is self.client:
                self._hear()
        self.ami.say()
        self._send()

    def do_join(self, count: int) -> dict[str, int]:
        for number in range(count):
            self._join(QUEUES[number % len(QUEUES)])
        self.talk(0)
        return {"joined": count}

    def do_flood(self, seconds: int, rate: int) -> dict[str, float]:
        events = 0
        began_s = time.monotonic()
        self.longest_s = 0.0
        while (passed_s := time.monotonic() - began_s) < seconds:
            while events < passed_s * rate:
                for ending, each in CALL.items():
                    self._tick()
                    queue = QUEUES[self._calls % len(QUEUES)]
                    call = self._join(queue)
                    getattr(self.pbx, ending)(queue, call)
                    if ending in ("times_out", "presses_key"):
                        self.pbx.hang_up(call)
                    events += each
                self.ami.say()
            self._send()
            self.talk(TICK_S)
        return {"events": events, "seconds": time.monotonic() - began_s, "longest_s": self.longest_s}

    def do_stall(self) -> dict[str, str]:
        self.ami.out += b"Event: QueueCallerJoin\r\nPrivilege: agent,all\r\nUniq"
        self._send()
        if self.client is not None:
            self._selector.unregister(self.client)  # it is not heard any more either; the next client will be
        return {}

    def do_line(self, size: int) -> dict[str, str]:
        self.ami.out += b"Event: QueueCallerJoin\r\nCallerIDName: " + b"A" * size
        self._send()
        return {}

    def do_cuts(self, count: int) -> dict[str, int]:
        for _ in range(count):
            self.logged_in_s = None
            while self.logged_in_s is None or time.monotonic() - self.logged_in_s < 1:
                self.talk(TICK_S)
            self._drop()
        return {"cuts": count}

    def do_true(self) -> dict[str, Any]:
        return {queue: {**self.pbx.counts[queue], "waiting": len(self.pbx.lines[queue])} for queue in QUEUES}

    def _tick(self) -> None:
        self.pbx.now_ms = time.monotonic_ns() // 1_000_000

    def _join(self, queue: str) -> str:
        self._calls += 1
        call = f"{int(time.time())}.{self._calls}"
        self.pbx.join(queue, call)
        return call

    def _accept(self) -> None:
        client, _ = self.listener.accept()
        self._drop()
        client.settimeout(WRITE_TIMEOUT_S)
        self.client = client
        self._selector.register(client, selectors.EVENT_READ)
        self.ami.connect()

    def _hear(self) -> None:
        assert self.client is not None
        try:
            data = self.client.recv(65_536)
        except OSError:
            data = b""
        if not data:
            self._drop()
            return
        if b"Action: QueueStatus" in data and self.logged_in_s is None:
            self.logged_in_s = time.monotonic()
        self.ami.hear(data)

    def _send(self) -> None:
        if self.client is None or not self.ami.out:
            self.ami.out.clear()
            return
        began_s = time.monotonic()
        try:
            self.client.sendall(self.ami.out)
        except OSError:
            self._drop()
        self.ami.out.clear()
        self.longest_s = max(self.longest_s, time.monotonic() - began_s)

    def _drop(self) -> None:
        if self.client is None:
            return
        if self.client in {key.fileobj for key in self._selector.get_map().values()}:
            self._selector.unregister(self.client)
        self.client.close()
        self.client = None
        self.ami.cut()


if __name__ == "__main__":
    FloodPbx().serve()
