"""The board's broker connection: a thread that connects, and connects again; what it hears goes into the inbox.

Half-open lines are found by MQTT's own ping: KEEPALIVE_S without traffic, as long again without an answer. So a broker
that hangs is LINK lost within 5 s, before the 6 s of silence after which the bridge would be taken for the lost one.
Each connection is a new paho client with a clean session: the broker sends everything retained anew, and nothing old
waits to be sent.
"""

from __future__ import annotations

import logging
import random
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from firmware.pi.inbox import Inbox, Message

KEEPALIVE_S = 2
LOOP_S = 0.25  # how often paho looks at the keepalive; a message or a publish wakes it at once
CONNECT_TIMEOUT_S = 5.0
BACK_OFF_MIN_S = 0.5
BACK_OFF_MAX_S = 15.0
REFUSED_HOLD_S = 30.0  # only a person can mend a wrong password
# Bad User Name or Password, Not authorized: paho gives MQTT 3.1.1's codes 4 and 5 as those of version 5.
_LOGIN_REFUSED = (0x86, 0x87)


@dataclass(frozen=True)
class LinkSettings:
    """Where the broker is and how to log in."""

    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None


class Link:
    """Keeps one connection. `will` is (topic, payload), published retained by the broker when the board dies."""

    def __init__(
        self,
        settings: LinkSettings,
        subscriptions: Sequence[tuple[str, int]],
        will: tuple[str, bytes],
        inbox: Inbox,
        log: logging.Logger,
    ) -> None:
        self._settings = settings
        self._subscriptions = list(subscriptions)
        self._will = will
        self._inbox = inbox
        self._log = log
        self._client: mqtt.Client | None = None  # while connected
        self._refusal: ReasonCode | None = None
        self._end: ReasonCode | None = None
        self._told = False
        self._tries = 0
        self._closing = threading.Event()
        # A daemon: resolving a name can block for long, and the process must be able to end meanwhile.
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self) -> None:
        """Begin to connect. Never waits."""
        self._thread.start()

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send retained with QoS 1, without waiting. False when there is no connection, and nothing is sent."""
        client = self._client
        if client is None:
            return False
        return client.publish(topic, payload, qos=1, retain=True).rc == mqtt.MQTT_ERR_SUCCESS

    def close(self, last: bytes, timeout_s: float = 1.0) -> None:
        """Publish `last` where the will would go, wait for its acknowledgement, and leave."""
        self._closing.set()
        client = self._client
        if client is not None:
            try:
                client.publish(self._will[0], last, qos=1, retain=True).wait_for_publish(timeout_s)
            except (RuntimeError, ValueError):
                pass  # the connection broke meanwhile: the broker publishes the will
            client.disconnect()
        self._thread.join(timeout_s / 2)

    def _run(self) -> None:
        while not self._closing.is_set():
            reason = self._live()
            if self._client is not None:
                self._client = None
                self._inbox.link(False)
            if self._closing.is_set():
                return
            refused = self._refusal is not None and self._refusal.value in _LOGIN_REFUSED
            if not self._told:
                self._told = True
                then = f"next try in {REFUSED_HOLD_S:.0f} s" if refused else "trying again until it answers"
                self._say(logging.ERROR, f"down: {reason}; {then}")
            self._closing.wait(REFUSED_HOLD_S if refused else self._back_off_s())

    def _live(self) -> str:
        """One connection from its first byte to its end: why it ended."""
        self._refusal = self._end = None
        client = self._new_client()
        try:
            client.connect(self._settings.host, self._settings.port, KEEPALIVE_S)
        except (OSError, ValueError) as error:
            return _reason(error)
        while client.loop(LOOP_S) == mqtt.MQTT_ERR_SUCCESS:
            pass
        if self._refusal is not None:
            return self._refused(self._refusal)
        return "it answers nothing" if self._end == "Keep alive timeout" else "it closed the connection"

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            self._settings.client_id,
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.will_set(self._will[0], self._will[1], qos=1, retain=True)
        if self._settings.username is not None:
            client.username_pw_set(self._settings.username, self._settings.password)
        if self._settings.tls is not None:
            client.tls_set_context(self._settings.tls)
        client.on_socket_open = _no_delay
        # With this set, publish() wakes the loop above instead of writing from the thread that calls it.
        client.on_socket_register_write = _nothing
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: mqtt.Client, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        if code.is_failure:
            self._refusal = code
            return
        self._say(logging.INFO, "up")
        self._told = False
        self._tries = 0
        self._client = client
        self._inbox.link(True)
        client.subscribe(self._subscriptions)

    def _on_disconnect(self, client: mqtt.Client, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        self._end = code

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        self._inbox.message(Message(message.topic, bytes(message.payload), message.retain))

    def _refused(self, code: ReasonCode) -> str:
        if code.value not in _LOGIN_REFUSED:
            return f"it refused the connection ({code})"
        if self._settings.username is None:
            return f"it takes no one without a login ({code}): set mqtt.username and mqtt.password_file"
        return f"it refused user {self._settings.username!r} ({code}): check mqtt.username and the password"

    def _back_off_s(self) -> float:
        """Double from try to try, with jitter, lest all boards come back in the same instant after a power cut."""
        ceiling_s = min(BACK_OFF_MIN_S * 2 ** min(self._tries, 10), BACK_OFF_MAX_S)
        self._tries += 1
        return max(BACK_OFF_MIN_S, random.uniform(ceiling_s / 2, ceiling_s))

    def _say(self, level: int, text: str) -> None:
        self._log.log(level, "broker %s:%d: %s", self._settings.host, self._settings.port, text)


def _no_delay(client: mqtt.Client, data: Any, sock: Any) -> None:
    """With Nagle's algorithm a QoS 1 round trip took 88 ms, without it 0.6 (DESIGN 5)."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _nothing(client: mqtt.Client, data: Any, sock: Any) -> None:
    """See _new_client."""


def _reason(error: Exception) -> str:
    """What a failed connection means, in words for people."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused: is the broker running there?"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its TLS certificate was not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason}): does this port speak TLS?"
    if isinstance(error, socket.gaierror):
        return "this host name is not known"
    if isinstance(error, TimeoutError):
        return f"no connection within {CONNECT_TIMEOUT_S:.0f} s"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
