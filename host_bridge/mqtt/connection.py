"""One connection to the broker: a paho client with a thread of its own, whose callbacks hop into the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from paho.mqtt import client as mqtt
from paho.mqtt.reasoncodes import ReasonCode

from config.broker_client import BrokerLogin, closed, new_client

MAX_IN_FLIGHT = 65_535  # the publisher allows one a topic; paho's own 20 would queue the first snapshot of many queues


@dataclass(frozen=True)
class MqttSettings(BrokerLogin):
    """The broker. `keepalive_s`: one that is silent for twice as long counts as lost."""

    keepalive_s: int = 5


class MqttEvents(Protocol):
    """What the link tells the bridge, always in the event loop's thread."""

    def mqtt_up(self) -> None: ...

    def mqtt_down(self) -> None: ...

    def mqtt_acked(self, topic: str) -> None: ...

    def mqtt_message(self, topic: str, payload: bytes, retained: bool) -> None: ...


class Connection:
    """One paho client from connect to disconnect; its callbacks run in paho's thread and hop into the loop."""

    def __init__(self, settings: MqttSettings, will: tuple[str, bytes], events: MqttEvents) -> None:
        self._loop = asyncio.get_running_loop()
        self._settings = settings
        self._events = events
        self._answer: asyncio.Future[ReasonCode | None] = self._loop.create_future()
        self.over: asyncio.Future[str] = self._loop.create_future()
        self._topics: dict[int, str] = {}  # message id → topic, until acknowledged
        self._last: tuple[int, asyncio.Future[None]] | None = None
        self._ended = threading.Event()
        client = self.client = new_client(settings)
        client.max_inflight_messages_set(MAX_IN_FLIGHT)
        client.will_set(will[0], will[1], qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message

    async def connected(self) -> ReasonCode | None:
        """Connect: None when the broker took us, else its refusal. Raises OSError when it cannot be reached."""
        # Resolving and connecting block, so they have a thread; a daemon, so that none of it holds up the exit.
        threading.Thread(target=self._connect, name="mqtt-connect", daemon=True).start()
        return await self._answer

    def publish(self, topic: str, payload: bytes) -> int:
        message_id = self.client.publish(topic, payload, qos=1, retain=True).mid
        self._topics[message_id] = topic
        return message_id

    async def publish_last(self, topic: str, payload: bytes, timeout_s: float) -> None:
        done: asyncio.Future[None] = self._loop.create_future()
        self._last = (self.publish(topic, payload), done)
        await asyncio.wait([done], timeout=timeout_s)

    def end(self) -> None:
        """Leave politely, without waiting for paho's thread: it ends by itself."""
        self._ended.set()
        self.client.disconnect()

    def _connect(self) -> None:
        try:
            self.client.connect(self._settings.host, self._settings.port, self._settings.keepalive_s)
        except (OSError, ValueError) as error:
            self._hop(self._fail, error)
            return
        self.client.loop_start()
        if self._ended.is_set():
            self.client.disconnect()

    def _hop(self, function: Callable[..., None], *arguments: Any) -> None:
        """Go on in the event loop; a loop that is closed already needs to hear nothing."""
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            self._ended.set()

    def _fail(self, error: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(error)

    def _answered(self, refusal: ReasonCode | None) -> None:
        if not self._answer.done():
            self._answer.set_result(refusal)

    def _lost(self, why: str) -> None:
        if not self._answer.done():
            self._answer.set_exception(ConnectionError(why))
        elif not self.over.done():
            self.over.set_result(why)

    def _acked(self, message_id: int) -> None:
        topic = self._topics.pop(message_id, None)
        if self._last is not None and message_id == self._last[0]:
            if not self._last[1].done():
                self._last[1].set_result(None)
        elif topic is not None and not self._ended.is_set():
            self._events.mqtt_acked(topic)

    def _heard(self, topic: str, payload: bytes, retained: bool) -> None:
        if not self._ended.is_set():
            self._events.mqtt_message(topic, payload, retained)

    # paho's thread from here on

    def _on_connect(self, client: mqtt.Client, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        self._hop(self._answered, code if code.is_failure else None)

    def _on_disconnect(self, client: mqtt.Client, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        why = "it answered nothing" if code == "Keep alive timeout" else closed(client)[0]
        self._hop(self._lost, why)

    def _on_publish(self, client: mqtt.Client, data: Any, message_id: int, code: Any, properties: Any) -> None:
        self._hop(self._acked, message_id)

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        self._hop(self._heard, message.topic, message.payload, message.retain)
