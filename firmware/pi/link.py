"""The board's broker connection: a thread that connects, and connects again; what it hears goes into the inbox.

Half-open lines are found by MQTT's own ping: KEEPALIVE_S without traffic, as long again without an answer. So a broker
that hangs is LINK lost within 5 s, before the 6 s of silence after which the bridge would be taken for the lost one.
Each connection is a new paho client with a clean session: the broker sends everything retained anew, and nothing old
waits to be sent.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.reasoncodes import ReasonCode

from config.broker_client import CLOSED, REFUSED_HOLD_S, BrokerLogin, closed, new_client, reason, refusal
from config.reconnect import BackOff, kind
from firmware.core.payload import MAX_BYTES
from firmware.core.printable import one_line
from firmware.pi.inbox import Inbox, Message

KEEPALIVE_S = 2
MOST_PACKET = 4 << 20  # bytes: paho takes a packet whole, and thrice its size in memory
LOOP_S = 0.25  # how often paho looks at the keepalive; a message or a publish wakes it at once
STEADY_S = 20.0  # a connection that lives so long is a good one; longer than any wait before the next try
MOST_BRIEF = 3  # connections in a row that were none: from here on they are one outage, and tried less and less often

_TWIN = ": is another board of this name running? each needs its own `board` in board.yaml"


class Link:
    """Keeps one connection. `will` is (topic, payload), published retained by the broker when the board dies."""

    def __init__(
        self,
        login: BrokerLogin,
        subscriptions: Sequence[tuple[str, int]],
        will: tuple[str, bytes],
        inbox: Inbox,
        log: logging.Logger,
    ) -> None:
        self.address = ""
        """This machine's own, on the side of the broker: that of the newest connection, "" before the first."""
        self.trouble = ""
        """What the last try failed of: of config.reconnect.KINDS, or `login` or `closed`; "" while there was none."""
        self._login = login
        self._subscriptions = list(subscriptions)
        self._will = will
        self._inbox = inbox
        self._log = log
        self._client: mqtt.Client | None = None  # while connected
        self._refusal: ReasonCode | None = None
        self._end: ReasonCode | None = None
        self._told = False
        self._passed_over: set[str] = set()  # why messages were, as told
        self._back_off = BackOff()
        self._brief = 0  # connections in a row that have not lived for STEADY_S
        self._up_s: float | None = None  # since when there is this one, until it is a good one
        self._closing = threading.Event()
        # A daemon: resolving a name can block for long, and the process must be able to end meanwhile.
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self) -> None:
        """Begin to connect. Never waits."""
        self._thread.start()

    @property
    def discarded(self) -> int:
        """Messages that came and that the board has never heard: for want of room, or not to be read."""
        return self._inbox.discarded

    @property
    def up(self) -> bool:
        """There is a connection."""
        return self._client is not None

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
            why, refused = self._live()
            if self._client is not None:
                self._client = None
                self._inbox.link(False)
                if self._up_s is not None:
                    self._brief += 1
            if self._brief >= MOST_BRIEF:  # a broker has one client of a name: each that comes cuts the other one off
                why += " again and again" + (_TWIN if why == CLOSED else "")
            if self._closing.is_set():
                return
            if not self._told:
                self._told = True
                then = f"next try in {REFUSED_HOLD_S} s" if refused else "trying again until it answers"
                self._say(logging.ERROR, f"down: {why}; {then}")
            self._closing.wait(REFUSED_HOLD_S if refused else self._back_off.next_ms() / 1000)

    def _live(self) -> tuple[str, bool]:
        """One connection from its first byte to its end: why it ended, and whether the broker refused the login."""
        self._refusal = self._end = self._up_s = None
        client = self._new_client()
        try:
            client.connect(self._login.host, self._login.port, KEEPALIVE_S)
        except (OSError, ValueError) as error:
            self.trouble = kind(error)
            return reason(error), False
        try:
            while client.loop(LOOP_S) == mqtt.MQTT_ERR_SUCCESS:
                if self._up_s is not None and time.monotonic() - self._up_s >= STEADY_S:
                    self._good()
                size = _coming(client)
                if size > MOST_PACKET:
                    return f"it sends a message of {size} bytes, and this board takes {MOST_PACKET}", False
        except Exception as error:  # of a packet that paho cannot bear: this thread must go on
            return f"it sent what cannot be read ({type(error).__name__}: {one_line(str(error), 60)})", False
        if self._refusal is not None:
            why, login = refusal(self._login, self._refusal)
            self.trouble = "login" if login else "closed"
            return why, login
        self.trouble = "silent" if self._end == "Keep alive timeout" else "closed"
        return ("it answers nothing", False) if self._end == "Keep alive timeout" else closed(client)

    def _new_client(self) -> mqtt.Client:
        client = new_client(self._login)
        client.will_set(self._will[0], self._will[1], qos=1, retain=True)
        # With this set, publish() wakes the loop above instead of writing from the thread that calls it.
        client.on_socket_register_write = _nothing
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: mqtt.Client, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        if code.is_failure:
            self._refusal = code
            return
        if self._brief < MOST_BRIEF:
            self._recovered()
        self._up_s = time.monotonic()
        self.address = _own_address(client)
        self._client = client
        self._inbox.link(True)
        client.subscribe(self._subscriptions)

    def _good(self) -> None:
        """The connection has lived for STEADY_S."""
        if self._brief >= MOST_BRIEF:
            self._recovered()
        self._brief = 0
        self._up_s = None

    def _recovered(self) -> None:
        self._say(logging.INFO, "up")
        self._told = False
        self._back_off.reset()

    def _on_disconnect(self, client: mqtt.Client, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        self._end = code

    def _on_subscribe(self, client: mqtt.Client, data: Any, mid: int, codes: list[ReasonCode], properties: Any) -> None:
        refused = [topic for (topic, _), code in zip(self._subscriptions, codes, strict=False) if code.is_failure]
        if refused:
            few = f"it refuses {len(refused)} of {len(codes)} subscriptions"
            self._say(logging.ERROR, f"{few}: let this board read {', '.join(refused)}")

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        size = len(message.payload)
        try:
            topic = message.topic
        except UnicodeDecodeError:  # not every broker refuses it; raised on, it would end this thread
            self._inbox.discard()
            self._pass_over("a message whose topic is no UTF-8")
            return
        if size > MAX_BYTES:  # here, lest a few of them take the memory of a small computer
            self._inbox.discard()
            self._pass_over("a message that is too long", f": {size} bytes on {one_line(topic, 100)}, of {MAX_BYTES}")
        elif not self._inbox.message(Message(topic, bytes(message.payload), message.retain)):
            self._pass_over("a message for want of room", f": more come than can be read; on {one_line(topic, 100)}")

    def _pass_over(self, what: str, why: str = "") -> None:
        """Say so once of each kind; how many there were is in `discarded`."""
        if what not in self._passed_over:
            self._passed_over.add(what)
            self._say(logging.WARNING, f"{what} is passed over{why}")

    def _say(self, level: int, text: str) -> None:
        self._log.log(level, "broker %s:%d: %s", self._login.host, self._login.port, text)


def _own_address(client: mqtt.Client) -> str:
    """Of the socket; "" when that is closed already."""
    sock: Any = client.socket()  # a socket, whatever paho's own type for it says
    try:
        return str(sock.getsockname()[0]) if sock is not None else ""
    except OSError:
        return ""


def _coming(client: mqtt.Client) -> int:
    """Bytes of the packet that has begun to come in, which paho has no other way to tell of; 0 when there is none."""
    size: int = getattr(client, "_in_packet", {}).get("remaining_length", 0)
    return size


def _nothing(client: mqtt.Client, data: Any, sock: Any) -> None:
    """See _new_client."""
