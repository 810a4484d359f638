"""The broker link and a broker, or a peer, that sends what no well-meaning one would."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable

import pytest
from paho.mqtt import client as mqtt

from config.reconnect import BackOff
from firmware.core.payload import MAX_BYTES
from firmware.pi import inbox as inbox_module
from firmware.pi.inbox import LinkChange, Message
from firmware.pi.link import MOST_PACKET, Link
from tests.brokers import Broker, broker
from tests.link_rig import Ear, Peer, ear, make, told

__all__ = ["broker", "ear", "make"]


def test_something_that_is_no_broker(ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes connections, answers nothing
        make(server.getsockname()[1])
        assert ear.until(lambda: bool(told(caplog)), 8) < 8
    assert "it answers nothing" in told(caplog)[0]


class ScriptedBroker:
    """Answers each connection's first packet, whatever it is, with `answer`, and then reads on."""

    def __init__(self, answer: bytes | Callable[[], bytes]) -> None:
        self.answer = answer
        self.stays = True  # else nothing comes after the answer
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = self._server.accept()
                self.connections += 1
                with connection:
                    connection.recv(4096)
                    connection.sendall(self.answer if isinstance(self.answer, bytes) else self.answer())
                    if not self.stays:
                        connection.shutdown(socket.SHUT_WR)
                    with contextlib.suppress(ConnectionResetError):
                        while connection.recv(4096):
                            pass


CONNACK = b"\x20\x02\0\0"


def test_a_topic_that_is_no_text_is_passed_over(
    ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture
) -> None:
    wrong, right = (b"\x30\x05\0\x03" + topic for topic in (b"a/\xff", b"a/b"))
    with contextlib.closing(ScriptedBroker(CONNACK + wrong + wrong + right)) as broker:
        make(broker.port)
        ear.until_heard(Message("a/b", b"", False))
        assert broker.connections == 1
    assert told(caplog)[:1] == [f"broker 127.0.0.1:{broker.port}: a message whose topic is no UTF-8 is passed over"]
    assert not any("passed over" in line for line in told(caplog)[1:])


def test_a_message_that_is_too_long_is_passed_over(
    broker: Broker, ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture
) -> None:
    link = make(broker.port)
    ear.until_heard(LinkChange(True))
    bridge = Peer(broker.port, "nothing")
    for topic in ("a", "b"):
        bridge.publish(f"wallboard/main/queue/{topic}", b"x" * (1 << 20), retain=False)
    bridge.publish("wallboard/main/queue/c", b"x" * MAX_BYTES, retain=False)
    ear.until_heard(Message("wallboard/main/queue/c", b"x" * MAX_BYTES, False))
    bridge.close()
    assert len(ear.heard) == 2
    assert link.discarded == 2
    assert told(caplog) == [
        f"broker 127.0.0.1:{broker.port}: a message that is too long is passed over: "
        "1048576 bytes on wallboard/main/queue/a, of 262144"
    ]


def test_a_packet_that_would_take_all_memory_is_not_waited_for(
    ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture
) -> None:
    length = bytes(((MOST_PACKET + 5) >> shift & 127) | (128 if shift < 21 else 0) for shift in (0, 7, 14, 21))
    with contextlib.closing(ScriptedBroker(CONNACK + b"\x30" + length + b"\0\x03a/b" + b"x" * 1000)) as broker:
        make(broker.port)
        ear.until_heard(LinkChange(False), 3)  # nothing more comes: without the size it would be the keepalive's end
        ear.until(lambda: bool(told(caplog)), 3)
    assert told(caplog)[0] == (
        f"broker 127.0.0.1:{broker.port}: down: it sends a message of {MOST_PACKET + 5} bytes, "
        f"and this board takes {MOST_PACKET}; trying again until it answers"
    )


def test_a_message_for_which_there_is_no_room_is_told(
    broker: Broker,
    ear: Ear,
    make: Callable[..., Link],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = make(broker.port)
    ear.until_heard(LinkChange(True))
    monkeypatch.setattr(inbox_module, "MOST", 0)
    bridge = Peer(broker.port, "nothing")
    for topic in ("a", "b\u202e"):
        bridge.publish(f"wallboard/main/queue/{topic}", b"x", retain=False)
    ear.until(lambda: link.discarded == 2, 5)
    bridge.close()
    assert told(caplog) == [
        f"broker 127.0.0.1:{broker.port}: a message for want of room is passed over: more come than can be read; "
        "on wallboard/main/queue/a"
    ]


def test_packets_of_noise_end_a_connection_and_never_the_link(
    ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BackOff, "next_ms", lambda self: 1)
    rng = random.Random(4)
    with contextlib.closing(ScriptedBroker(lambda: CONNACK + noise(rng))) as broker:
        broker.stays = False
        link = make(broker.port)
        ear.until(lambda: broker.connections > 200, 20)
        broker.stays = True
        broker.answer = lambda: CONNACK + b"\x30\x05\0\x03a/b"
        ear.until_heard(Message("a/b", b"", False), 10)
    assert link.discarded < 200


def noise(rng: random.Random) -> bytes:
    """A packet of a random kind and content, with its true length or another; or bytes."""
    body = rng.randbytes(rng.randrange(12))
    if rng.random() < 0.2:
        return body
    kind = rng.choice(b"\x00\x10\x20\x30\x32\x34\x40\x50\x62\x70\x80\x90\xb0\xd0\xe0\xf0") | rng.choice(
        (0, rng.randrange(16))
    )
    length = len(body) if rng.random() < 0.8 else rng.randrange(128)
    return bytes((kind, length)) + body


def test_what_paho_itself_cannot_bear_is_a_lost_connection(
    broker: Broker,
    ear: Ear,
    make: Callable[..., Link],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raised = [IndexError("pop from\nan empty deque")]

    def loop(client: mqtt.Client, timeout: float = 1.0) -> mqtt.MQTTErrorCode:
        if client.is_connected() and raised:
            raise raised.pop()
        return original(client, timeout)

    original = mqtt.Client.loop
    monkeypatch.setattr(mqtt.Client, "loop", loop)
    make(broker.port)
    ear.until(lambda: ear.heard == [LinkChange(True), LinkChange(False), LinkChange(True)], 10)
    assert (
        f"broker 127.0.0.1:{broker.port}: down: it sent what cannot be read (IndexError: pop from?an empty deque); "
        in (told(caplog)[0])
    )


def test_a_refused_subscription_is_told(ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture) -> None:
    suback = b"\x90\x04\0\x01\x01\x80"  # the first is granted with QoS 1, the second refused
    with contextlib.closing(ScriptedBroker(CONNACK + suback)) as broker:
        make(broker.port)
        ear.until(lambda: bool(told(caplog)), 5)
    assert told(caplog)[0] == (
        f"broker 127.0.0.1:{broker.port}: it refuses 1 of 2 subscriptions: let this board read wallboard/main/queue/+"
    )
