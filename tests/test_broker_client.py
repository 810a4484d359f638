"""The MQTT client opens no port of its own: a board's unit would not let it."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from config.broker_client import BrokerLogin, new_client
from tests.brokers import Broker, broker

__all__ = ["broker"]


def test_it_connects_and_wakes_its_thread_without_listening_or_binding(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: socket.socket, *arguments: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket.socket, "listen", refused)
    monkeypatch.setattr(socket.socket, "bind", refused)
    client = new_client(BrokerLogin(broker.host, broker.port, "a test"))
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        client.publish("wallboard/test/one", b"1", qos=1).wait_for_publish(5)
        client.publish("wallboard/test/two", b"2", qos=1).wait_for_publish(0.5)  # at once: the thread is woken
    finally:
        client.disconnect()
        client.loop_stop()
