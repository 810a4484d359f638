"""The peer of the latency benchmark: the least that can carry an AMI event to MQTT, and nothing more.

    python -m tests.bench.forwarder AMI_PORT MQTT_PORT

No login check, no state, no coalescing: every QueueCallerJoin and QueueCallerLeave goes out as it came, QoS 1,
retained, on `forwarded/<queue>`. What the bridge takes longer than this is the price of the truth.
"""

from __future__ import annotations

import asyncio
import re
import socket
import sys
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from host_bridge.pbx.ami_dialogue import EVENT_CLASSES
from tests.ami_peer import SECRET, USERNAME

WANTED = re.compile(rb"^Event: QueueCaller(?:Join|Leave)\r\n.*?^Queue: (.*?)\r$", re.DOTALL | re.MULTILINE)


class Forwarder(asyncio.Protocol):
    """Frames in, publishes out."""

    def __init__(self, client: mqtt.Client) -> None:
        self._client = client
        self._rest = b""

    def connection_made(self, transport: Any) -> None:
        transport.write(
            f"Action: Login\r\nUsername: {USERNAME}\r\nSecret: {SECRET}\r\nEvents: {EVENT_CLASSES}\r\n\r\n".encode()
        )
        transport.write(b"Action: QueueStatus\r\n\r\n")

    def data_received(self, data: bytes) -> None:
        *frames, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for frame in frames:
            found = WANTED.match(frame)
            if found:
                self._client.publish("forwarded/" + found[1].decode(), frame, qos=1, retain=True)


async def run(ami_port: int, mqtt_port: int) -> None:
    """Forward until killed."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.on_socket_open = lambda _client, _data, sock: sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.connect("127.0.0.1", mqtt_port)
    client.loop_start()
    await asyncio.get_running_loop().create_connection(lambda: Forwarder(client), "127.0.0.1", ami_port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]), int(sys.argv[2])))
