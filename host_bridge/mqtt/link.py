"""The broker connection: paho with a thread of its own; everything the bridge hears of it arrives in its event loop.

The AMI reader never waits for MQTT: publish() hands bytes to paho's thread and returns. Each connection is a new paho
client, and the publisher alone decides what a new connection sends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from config.broker_client import REFUSED_HOLD_S, reason, refusal
from config.reconnect import CONNECT_TIMEOUT_S, BackOff
from host_bridge.mqtt.connection import Connection, MqttEvents, MqttSettings

__all__ = ["MqttEvents", "MqttLink", "MqttSettings"]

STEADY_S = 5.0  # a connection that lived so long was a good one


class MqttLink:
    """Keeps one connection to the broker. `will` is (topic, payload), published retained by the broker when we die."""

    def __init__(
        self, settings: MqttSettings, will: tuple[str, bytes], events: MqttEvents, log: logging.Logger
    ) -> None:
        self._settings = settings
        self._will = will
        self._events = events
        self._log = log
        self._connection: Connection | None = None
        self._outage = "not connected yet"
        self._told = False
        self._back_off = BackOff()
        self._short_lives = 0  # connections in a row that ended soon after they began

    @property
    def up(self) -> bool:
        """True between mqtt_up() and mqtt_down()."""
        return self._connection is not None

    @property
    def problem(self) -> str:
        """Why there is no connection, in one line; "" when there is one."""
        return self._outage

    def publish(self, topic: str, payload: bytes) -> None:
        """Send retained with QoS 1; mqtt_acked(topic) follows. Nothing is sent while not `up`."""
        if self._connection is not None:
            self._connection.publish(topic, payload)

    def subscribe(self, filters: Sequence[str]) -> None:
        """Hear these topics until the connection ends or unsubscribe()."""
        if self._connection is not None:
            self._connection.client.subscribe([(each, 1) for each in filters])

    def unsubscribe(self, filters: Sequence[str]) -> None:
        """Hear these topics no longer."""
        if self._connection is not None:
            self._connection.client.unsubscribe(list(filters))

    async def run(self) -> None:
        """Connect and connect again, until cancelled. One log line an outage and one a recovery."""
        while True:
            connection = Connection(self._settings, self._will, self._events)
            refused = False
            try:
                why, refused = await self._live(connection)
            finally:
                self._connection = None
                connection.end()
            self._tell_outage(why, refused)
            self._events.mqtt_down()
            await asyncio.sleep(REFUSED_HOLD_S if refused else self._back_off.next_ms() / 1000)

    async def close(self, last: bytes, timeout_s: float = 1.0) -> None:
        """Publish `last` where the will would go, wait for its acknowledgement and leave. Cancel run() afterwards."""
        if self._connection is not None:
            await self._connection.publish_last(self._will[0], last, timeout_s)

    async def _live(self, connection: Connection) -> tuple[str, bool]:
        """One connection from its first byte to its end: why it ended, and whether the broker refused the login."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S + 1):
                code = await connection.connected()
        except TimeoutError:
            return f"no answer within {CONNECT_TIMEOUT_S:.0f} s", False
        except (OSError, ValueError) as error:
            return reason(error), False
        if code is not None:
            return refusal(self._settings, code)
        self._connection = connection
        self._outage = ""
        self._say(logging.INFO, "up")
        self._told = False
        began_s = asyncio.get_running_loop().time()
        self._events.mqtt_up()
        why = await connection.over
        if asyncio.get_running_loop().time() - began_s >= STEADY_S:
            self._short_lives = 0
            self._back_off.reset()
        else:  # a broker has one client of a name, and each that comes cuts the other one off
            self._short_lives += 1
        again = " again: is another bridge of this site running?" if self._short_lives > 1 else ""
        return why + again, False

    def _tell_outage(self, why: str, refused: bool) -> None:
        self._outage = why
        if self._told:
            return
        self._told = True
        next_try = f"next try in {REFUSED_HOLD_S} s" if refused else "trying again until it answers"
        self._say(logging.ERROR, f"down: {why}; {next_try}")

    def _say(self, level: int, text: str) -> None:
        self._log.log(level, "broker %s:%d: %s", self._settings.host, self._settings.port, text)
