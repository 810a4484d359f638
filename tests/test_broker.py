"""The embedded broker: a child that listens on loopback, lives as long as its parent, and says why it cannot."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time

import pytest

from host_bridge.mqtt.broker import BrokerError, EmbeddedBroker
from tests.ports import free_port

pytest.importorskip("amqtt", reason="the embedded broker needs amqtt, which is not installed")
LOG = logging.getLogger("test.broker")


def listens(port: int, host: str = "127.0.0.1") -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def test_it_listens_and_is_gone_after_close() -> None:
    port = free_port()

    async def story() -> None:
        broker = EmbeddedBroker(port, LOG)
        await broker.start()
        assert listens(port)
        await broker.close()
        assert not listens(port)

    asyncio.run(story())


def test_taken_port_is_one_clear_line() -> None:
    async def story(port: int) -> None:
        broker = EmbeddedBroker(port, LOG)
        with pytest.raises(BrokerError, match=rf"127\.0\.0\.1:{port}: the port is taken: .* set mqtt\.port"):
            await broker.start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        asyncio.run(story(server.getsockname()[1]))


def test_a_broker_that_dies_is_started_again(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()

    async def story() -> None:
        broker = EmbeddedBroker(port, LOG)
        await broker.start()
        watch = asyncio.create_task(broker.watch())
        assert broker._process is not None
        first = broker._process.pid
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(30):
            while broker._process is None or broker._process.pid == first or not listens(port):
                await asyncio.sleep(0.05)
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await broker.close()

    asyncio.run(story())
    assert [record.message for record in caplog.records] == ["the embedded broker ended (-9); starting it again"]


def test_it_outlives_the_sigterm_of_a_service_manager_until_the_bridge_has_said_goodbye() -> None:
    """systemd, `timeout` and Ctrl-C send their signal to the broker as well as to the bridge."""
    port = free_port()

    async def story() -> None:
        broker = EmbeddedBroker(port, LOG)
        await broker.start()
        process = broker._process
        assert process is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            process.send_signal(number)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(process.wait(), 0.3)
        assert listens(port)
        async with asyncio.timeout(5):
            await broker.close()
        assert process.returncode == 0

    asyncio.run(story())


def test_it_dies_with_a_parent_that_is_killed() -> None:
    port = free_port()
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(f"""
            import asyncio, logging
            from host_bridge.mqtt.broker import EmbeddedBroker
            async def main():
                broker = EmbeddedBroker({port}, logging.getLogger())
                await broker.start()
                print("up", flush=True)
                await asyncio.sleep(60)
            asyncio.run(main())
            """),
        ],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"up\n"
    assert listens(port)
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 10
    while listens(port) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not listens(port)
