"""The broker link over a real broker: its loss in every way, its return, and what it says of each."""

from __future__ import annotations

import contextlib
import logging
import random
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from config.broker_client import REFUSED_HOLD_S, BrokerLogin
from config.reconnect import BackOff
from firmware.core.payload import MAX_BYTES
from firmware.pi import inbox as inbox_module
from firmware.pi import link as link_module
from firmware.pi.inbox import Inbox, LinkChange, Message, Waker
from firmware.pi.link import MOST_BRIEF, MOST_PACKET, Link
from tests.brokers import MOSQUITTO, Broker, free_port

WILL = ("wallboard/main/board/b1/state", b'{"v":1,"online":false}')
SUBSCRIPTIONS = [("wallboard/main/bridge/state", 1), ("wallboard/main/queue/+", 1)]


class Ear:
    """The board's loop, in miniature: takes what the inbox has until something is true."""

    def __init__(self) -> None:
        self.waker = Waker()
        self.inbox = Inbox(self.waker)
        self.heard: list[LinkChange | Message] = []

    def until(self, true: Callable[[], bool], timeout_s: float) -> float:
        """Seconds until `true()`; fails after `timeout_s`."""
        start = time.monotonic()
        while not true():
            left_s = start + timeout_s - time.monotonic()
            assert left_s > 0, f"not within {timeout_s} s; heard {self.heard}"
            self.waker.wait(int(min(left_s, 0.1) * 1000))
            self.heard += self.inbox.take()
        return time.monotonic() - start

    def until_heard(self, item: LinkChange | Message, timeout_s: float = 5) -> float:
        return self.until(lambda: item in self.heard, timeout_s)


class Peer:
    """Another client of the broker: the bridge, or somebody who watches."""

    def __init__(self, port: int, topic: str = "#") -> None:
        self.heard: list[tuple[str, bytes, bool]] = []
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda _client, _data, it: self.heard.append((it.topic, it.payload, it.retain))
        self.client.connect("127.0.0.1", port)
        self.client.subscribe(topic, 1)
        self.client.loop_start()

    def publish(self, topic: str, payload: bytes, retain: bool = True) -> None:
        self.client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture(name="broker")
def running_broker() -> Iterator[Broker]:
    with Broker() as running:
        yield running


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def make(ear: Ear) -> Iterator[Callable[..., Link]]:
    links: list[Link] = []

    def started(port: int, host: str = "127.0.0.1", **settings: object) -> Link:
        links.append(
            Link(BrokerLogin(host, port, "b1", **settings), SUBSCRIPTIONS, WILL, ear.inbox, logging.getLogger("t"))
        )
        links[-1].start()
        return links[-1]

    yield started
    for link in links:
        link.close(b"", 0.2)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "t"]


def test_what_is_retained_and_what_comes_live(broker: Broker, ear: Ear, make: Callable[..., Link]) -> None:
    bridge = Peer(broker.port)
    bridge.publish("wallboard/main/queue/sales", b"1")
    make(broker.port)
    ear.until_heard(LinkChange(True))
    ear.until_heard(Message("wallboard/main/queue/sales", b"1", True))
    bridge.publish("wallboard/main/queue/sales", b"2")
    bridge.publish("wallboard/other/queue/sales", b"3")
    bridge.publish("wallboard/main/queue/support", b"4")
    ear.until_heard(Message("wallboard/main/queue/support", b"4", False))
    bridge.close()
    assert ear.heard[0] == LinkChange(True)
    assert Message("wallboard/main/queue/sales", b"2", False) in ear.heard
    assert len(ear.heard) == 4


def test_its_state_is_retained_and_the_last_word_is_its_own(
    broker: Broker, ear: Ear, make: Callable[..., Link]
) -> None:
    idle = Link(BrokerLogin(broker.host, broker.port, "b2"), SUBSCRIPTIONS, WILL, ear.inbox, logging.getLogger("t"))
    assert not idle.publish(WILL[0], b"too early")
    link = make(broker.port)
    ear.until_heard(LinkChange(True))
    assert link.publish(WILL[0], b"on")
    link.close(b"goodbye")
    watcher = Peer(broker.port)
    ear.until(lambda: bool(watcher.heard), 5)
    watcher.close()
    assert watcher.heard == [(WILL[0], b"goodbye", True)]


def test_a_broker_that_dies_and_comes_back(
    broker: Broker, ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    make(broker.port)
    ear.until_heard(LinkChange(True))
    broker.kill()
    assert ear.until_heard(LinkChange(False)) < 1
    ear.heard.clear()
    time.sleep(1.2)  # some tries in vain, which are not worth a line each
    broker.start()
    ear.until_heard(LinkChange(True), 10)
    bridge = Peer(broker.port)
    bridge.publish("wallboard/main/queue/sales", b"5")
    # retained if it came before our subscription did
    ear.until(lambda: any(isinstance(each, Message) and each.payload == b"5" for each in ear.heard), 5)
    bridge.close()
    where = f"broker 127.0.0.1:{broker.port}: "
    assert told(caplog) == [
        where + "up",
        where + "down: it closed the connection; trying again until it answers",
        where + "up",
    ]


def test_a_broker_that_hangs_is_lost_within_eight_seconds(
    broker: Broker, ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture
) -> None:
    make(broker.port)
    ear.until_heard(LinkChange(True))
    broker.freeze()
    assert ear.until_heard(LinkChange(False), 10) < 8
    ear.until(lambda: bool(told(caplog)), 1)
    assert told(caplog)[-1].endswith("down: it answers nothing; trying again until it answers")
    broker.thaw()
    ear.heard.clear()
    ear.until_heard(LinkChange(True), 10)


def test_an_idle_link_stays_up(broker: Broker, ear: Ear, make: Callable[..., Link]) -> None:
    make(broker.port)
    ear.until_heard(LinkChange(True))
    started = time.monotonic()
    ear.until(lambda: time.monotonic() - started > 10 or LinkChange(False) in ear.heard, 12)
    assert LinkChange(False) not in ear.heard


def test_no_broker_is_one_clear_line(ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    make(port)
    ear.until(lambda: bool(told(caplog)), 5)
    time.sleep(1.5)
    assert told(caplog) == [
        f"broker 127.0.0.1:{port}: down: connection refused: is the broker running there?; "
        "trying again until it answers"
    ]


def test_a_name_that_nobody_knows(ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture) -> None:
    make(1883, "no-such-broker.invalid")
    ear.until(lambda: bool(told(caplog)), 15)
    assert "this host name is not known" in told(caplog)[0]


def test_a_wrong_password_is_said_and_not_tried_again_at_once(
    ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture
) -> None:
    with Broker(users={"board": "right"}) as strict:
        make(strict.port, username="board", password="wrong")
        ear.until(lambda: bool(told(caplog)), 5)
        assert told(caplog) == [
            f"broker 127.0.0.1:{strict.port}: down: it refused user 'board' (Not authorized): "
            f"check mqtt.username and the password; next try in {REFUSED_HOLD_S} s"
        ]
        make(strict.port)
        ear.until(lambda: len(told(caplog)) == 2, 5)
        assert "it takes no one without a login (Not authorized): set mqtt.username" in told(caplog)[1]
        make(strict.port, username="board", password="right")
        ear.until_heard(LinkChange(True))


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


def test_two_boards_of_one_name_are_one_line_and_do_not_storm_the_broker(
    broker: Broker,
    ear: Ear,
    make: Callable[..., Link],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The broker cuts off the one each time the other comes: a card was copied, and `board` left as it was."""
    caplog.set_level(logging.INFO)
    original, waits = BackOff.next_ms, []

    def next_ms(back_off: BackOff) -> int:
        waits.append(original(back_off))
        return 10

    monkeypatch.setattr(BackOff, "next_ms", next_ms)
    make(broker.port)
    twin = make(broker.port)
    ear.until(lambda: len(waits) > 30, 20)
    where = f"broker 127.0.0.1:{broker.port}: "
    lines = told(caplog)
    again = (
        where + "down: it closed the connection again and again: is another board of this name running? "
        "each needs its own `board` in board.yaml; trying again until it answers"
    )
    assert lines.count(again) == 2
    assert lines.count(where + "up") == 2 * MOST_BRIEF
    assert len(lines) == 4 * MOST_BRIEF
    assert min(waits[-4:]) > 5000
    monkeypatch.setattr(link_module, "STEADY_S", 0.5)
    twin.close(b"", 0.2)
    ear.until(lambda: len(told(caplog)) > len(lines), 10)
    assert told(caplog)[len(lines) :] == [where + "up"]


def test_a_refused_subscription_is_told(ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture) -> None:
    suback = b"\x90\x04\0\x01\x01\x80"  # the first is granted with QoS 1, the second refused
    with contextlib.closing(ScriptedBroker(CONNACK + suback)) as broker:
        make(broker.port)
        ear.until(lambda: bool(told(caplog)), 5)
    assert told(caplog)[0] == (
        f"broker 127.0.0.1:{broker.port}: it refuses 1 of 2 subscriptions: let this board read wallboard/main/queue/+"
    )


class TlsBroker(Broker):
    """mosquitto with a certificate for 127.0.0.1, which `ca` vouches for."""

    def __init__(self, folder: Path) -> None:
        if not MOSQUITTO or shutil.which("openssl") is None:
            pytest.skip("a broker with TLS needs mosquitto and openssl, which are not both installed")
        super().__init__()
        self.ca, self._key = folder / "cert.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=wallboard test", "-addext", "subjectAltName=IP:127.0.0.1",
             "-out", str(self.ca), "-keyout", str(self._key)],
            check=True, capture_output=True,
        )  # fmt: skip

    def _command(self) -> list[str]:
        command = super()._command()
        with Path(command[-1]).open("a") as config:
            config.write(f"certfile {self.ca}\nkeyfile {self._key}\n")
        return command


def test_over_tls_and_only_with_a_certificate_that_somebody_vouches_for(
    ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with TlsBroker(tmp_path) as broker:
        make(broker.port, tls=ssl.create_default_context(cafile=broker.ca))
        ear.until_heard(LinkChange(True))
        make(broker.port, tls=ssl.create_default_context())
        ear.until(lambda: len(told(caplog)) == 1, 5)
        assert "down: its TLS certificate was not accepted: self-signed certificate; trying again" in told(caplog)[0]
        make(broker.port)
        ear.until(lambda: len(told(caplog)) == 2, 8)
        assert "down: it closed the connection" in told(caplog)[1]
