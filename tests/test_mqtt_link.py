"""The broker link over a real broker: will, acknowledgements, a broker that dies, hangs, comes back, or refuses us."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from config import reconnect
from host_bridge.mqtt.link import MqttLink, MqttSettings
from tests.brokers import Broker, broker
from tests.ports import free_port

__all__ = ["broker"]

WILL = ("wallboard/test/bridge/state", b'{"online":false}')
LOG = logging.getLogger("test.mqtt")


class Ears:
    """Records what the link tells, with a condition to wait on."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []
        self.messages: dict[str, bytes] = {}
        self._more = asyncio.Event()

    def mqtt_up(self) -> None:
        self._note("up")

    def mqtt_down(self) -> None:
        self._note("down")

    def mqtt_acked(self, topic: str) -> None:
        self._note("acked", topic)

    def mqtt_message(self, topic: str, payload: bytes, retained: bool) -> None:
        self.messages[topic] = payload
        self._note("message", topic, str(retained))

    def _note(self, *what: str) -> None:
        self.told.append(what)
        self._more.set()

    async def until(self, true: Callable[[], bool], timeout_s: float = 20.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not true():
                self._more.clear()
                await self._more.wait()


@contextlib.asynccontextmanager
async def running(port: int, client_id: str = "bridge", **more: Any) -> AsyncIterator[tuple[MqttLink, Ears]]:
    """A link and what it tells, for the length of a with block."""
    ears = Ears()
    link = MqttLink(MqttSettings("127.0.0.1", port, client_id, **more), WILL, ears, LOG)
    task = asyncio.create_task(link.run())
    try:
        yield link, ears
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def socket_of(link: MqttLink) -> socket.socket:
    assert link._connection is not None
    sock = link._connection.client.socket()
    assert isinstance(sock, socket.socket)
    return sock


@pytest.fixture(autouse=True)
def no_long_waits(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(reconnect, "BACK_OFF_MIN_MS", 20)
    monkeypatch.setattr(reconnect, "BACK_OFF_MAX_MS", 100)
    caplog.set_level(logging.INFO, "test.mqtt")


def test_publish_is_retained_and_acknowledged_and_heard(broker: Broker) -> None:
    async def story() -> None:
        async with running(broker.port) as (link, ears):
            await ears.until(lambda: ("up",) in ears.told)
            link.publish("wallboard/test/queue/a", b"1")
            await ears.until(lambda: ("acked", "wallboard/test/queue/a") in ears.told)
            link.subscribe(["wallboard/test/queue/+"])
            await ears.until(lambda: ("message", "wallboard/test/queue/a", "True") in ears.told)
            link.publish("wallboard/test/queue/b", b"2")
            await ears.until(lambda: ("message", "wallboard/test/queue/b", "False") in ears.told)
            assert ears.messages["wallboard/test/queue/b"] == b"2"

    asyncio.run(story())


def test_nagle_is_off(broker: Broker) -> None:
    async def story() -> None:
        async with running(broker.port) as (link, ears):
            await ears.until(lambda: link.up)
            assert socket_of(link).getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0

    asyncio.run(story())


def test_last_word_goes_out_before_leaving_and_the_will_when_killed(broker: Broker) -> None:
    async def story() -> None:
        async with running(broker.port, "watcher") as (watch, seen):
            await seen.until(lambda: watch.up)
            watch.subscribe([WILL[0]])
            async with running(broker.port) as (link, ears):
                await ears.until(lambda: link.up)
                await link.close(b'{"online":false,"bye":true}')
            await seen.until(lambda: WILL[0] in seen.messages)
            assert seen.messages[WILL[0]] == b'{"online":false,"bye":true}'
            async with running(broker.port) as (link, ears):
                await ears.until(lambda: link.up)
                socket_of(link).shutdown(socket.SHUT_RDWR)  # a death without a DISCONNECT
                await seen.until(lambda: seen.messages[WILL[0]] == WILL[1])

    asyncio.run(story())


def test_killed_broker_comes_back_with_one_line_an_outage_and_one_a_recovery(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with running(broker.port) as (link, ears):
            await ears.until(lambda: link.up)
            broker.kill()
            await ears.until(lambda: ears.told.count(("down",)) >= 3)  # lost, and two vain attempts
            assert not link.up
            assert "connection refused" in link.problem
            link.publish("wallboard/test/queue/a", b"lost")  # no error, and nothing that would go out late
            broker.start()
            await ears.until(lambda: link.up)
            assert link.problem == ""
            link.subscribe(["wallboard/test/queue/+"])
            link.publish("wallboard/test/queue/a", b"new")
            await ears.until(lambda: "wallboard/test/queue/a" in ears.messages)
            assert ears.messages["wallboard/test/queue/a"] == b"new"

    asyncio.run(story())
    lines = [record.message.split(": ", 1)[1] for record in caplog.records if record.name == "test.mqtt"]
    assert lines == ["up", "down: it closed the connection; trying again until it answers", "up"]


def test_two_bridges_of_one_site_are_told_so_and_do_not_hammer_the_broker(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    """A broker has one client of a name: each that comes cuts the other one off."""

    async def story() -> None:
        async with running(broker.port, "same"), running(broker.port, "same") as (_, ears):
            await ears.until(lambda: ears.told.count(("down",)) >= 3)

    asyncio.run(story())
    lines = [record.getMessage() for record in caplog.records]
    assert any("down: it closed the connection again: is another bridge of this site running?; " in x for x in lines)


def test_what_was_unacknowledged_is_not_sent_again(broker: Broker) -> None:
    async def story() -> None:
        async with running(broker.port) as (link, ears):
            await ears.until(lambda: link.up)
            broker.freeze()
            link.publish("wallboard/test/queue/a", b"old")
            broker.kill()
            broker.start()
            await ears.until(lambda: ears.told.count(("up",)) == 2)
            link.subscribe(["wallboard/test/queue/+"])
            link.publish("wallboard/test/queue/b", b"new")
            await ears.until(lambda: "wallboard/test/queue/b" in ears.messages)
            assert "wallboard/test/queue/a" not in ears.messages

    asyncio.run(story())


def test_hung_broker_is_found_out(broker: Broker) -> None:
    async def story() -> None:
        ears = Ears()
        settings = MqttSettings("127.0.0.1", broker.port, "bridge", keepalive_s=1)
        link = MqttLink(settings, WILL, ears, LOG)
        task = asyncio.create_task(link.run())
        await ears.until(lambda: link.up)
        broker.freeze()
        await ears.until(lambda: ("down",) in ears.told, timeout_s=8)
        broker.thaw()
        await ears.until(lambda: ears.told.count(("up",)) == 2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())


def test_unreachable_broker_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()

    async def story() -> None:
        async with running(port) as (link, ears):
            await ears.until(lambda: ears.told.count(("down",)) >= 3)
            assert not link.up

    asyncio.run(story())
    lines = [record.message for record in caplog.records if record.name == "test.mqtt"]
    assert lines == [
        f"broker 127.0.0.1:{port}: down: connection refused: is the broker running there?; "
        "trying again until it answers"
    ]


@pytest.mark.parametrize(
    ("login", "line"),
    [
        ({"username": "bridge", "password": "wrong"}, "it refused user 'bridge' (Not authorized): check mqtt.username"),
        ({}, "it takes no one without a login (Not authorized): set mqtt.username and mqtt.password_file"),
    ],
)
def test_refused_login_is_one_line_and_a_long_wait(
    login: dict[str, str], line: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(port: int) -> None:
        async with running(port, **login) as (_, ears):
            await ears.until(lambda: ("down",) in ears.told)

    with Broker(users={"bridge": "right"}) as strict:
        asyncio.run(story(strict.port))
    lines = [record.message for record in caplog.records if record.name == "test.mqtt"]
    assert len(lines) == 1
    assert line in lines[0]
    assert lines[0].endswith("next try in 30 s")


def test_right_login_is_taken() -> None:
    async def story(port: int) -> None:
        async with running(port, username="bridge", password="right") as (link, ears):
            await ears.until(lambda: link.up)

    with Broker(users={"bridge": "right"}) as strict:
        asyncio.run(story(strict.port))
