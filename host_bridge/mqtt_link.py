"""The broker connection: paho with a thread of its own; everything the bridge hears of it arrives in its event loop.

The AMI reader never waits for MQTT: publish() hands bytes to paho's thread and returns. Each connection is a new paho
client. paho's own reconnect would send again what was unacknowledged when the line broke, old figures behind which the
newest wait; here the publisher alone decides what a new connection sends.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence

from paho.mqtt.reasoncodes import ReasonCode

from host_bridge.mqtt_connection import CONNECT_TIMEOUT_S, Connection, MqttEvents, MqttSettings, reason

__all__ = ["MqttEvents", "MqttLink", "MqttSettings"]

BACK_OFF_MIN_MS = 500
BACK_OFF_MAX_MS = 15_000
REFUSED_HOLD_MS = 30_000  # only a person can mend a wrong password
# Bad User Name or Password, Not authorized: paho gives MQTT 3.1.1's codes 4 and 5 as those of version 5.
_LOGIN_REFUSED = (0x86, 0x87)


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
        self._tries = 0

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
            await asyncio.sleep((REFUSED_HOLD_MS if refused else self._back_off_ms()) / 1000)

    async def close(self, last: bytes, timeout_s: float = 1.0) -> None:
        """Publish `last` where the will would go, wait for its acknowledgement and leave. Cancel run() afterwards."""
        if self._connection is not None:
            await self._connection.publish_last(self._will[0], last, timeout_s)

    async def _live(self, connection: Connection) -> tuple[str, bool]:
        """One connection from its first byte to its end: why it ended, and whether the broker refused the login."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S + 1):
                refusal = await connection.connected()
        except TimeoutError:
            return f"no answer within {CONNECT_TIMEOUT_S:.0f} s", False
        except (OSError, ValueError) as error:
            return reason(error), False
        if refusal is not None:
            return self._refusal(refusal)
        self._connection = connection
        self._outage, self._tries = "", 0
        self._say(logging.INFO, "up")
        self._told = False
        self._events.mqtt_up()
        return await connection.over, False

    def _refusal(self, code: ReasonCode) -> tuple[str, bool]:
        if code.value not in _LOGIN_REFUSED:
            return f"it refused the connection ({code})", False
        if self._settings.username is None:
            return f"it takes no one without a login ({code}): set mqtt.username and mqtt.password_file", True
        return f"it refused user {self._settings.username!r} ({code}): check mqtt.username and the password", True

    def _tell_outage(self, why: str, refused: bool) -> None:
        self._outage = why
        if self._told:
            return
        self._told = True
        next_try = f"next try in {REFUSED_HOLD_MS // 1000} s" if refused else "trying again until it answers"
        self._say(logging.ERROR, f"down: {why}; {next_try}")

    def _back_off_ms(self) -> int:
        """Double from try to try, with jitter, lest everything comes back in the same instant after a power cut."""
        ceiling_ms = min(BACK_OFF_MIN_MS << min(self._tries, 10), BACK_OFF_MAX_MS)
        self._tries += 1
        return max(BACK_OFF_MIN_MS, random.randint(ceiling_ms // 2, ceiling_ms))

    def _say(self, level: int, text: str) -> None:
        self._log.log(level, "broker %s:%d: %s", self._settings.host, self._settings.port, text)
