"""What hears a broker link, and a peer beside it: for the tests of the board's link over a real broker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from config.broker_client import BrokerLogin
from firmware.pi.inbox import Inbox, LinkChange, Message, Waker
from firmware.pi.link import Link

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
