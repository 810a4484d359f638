"""One connection to a site's broker, for as long as a command lasts: hear what is retained, publish, wait for answers.

    with SiteLink(place, [("bridge", "state"), ("board", "+", "state")], state.take) as link:
        link.settle()                                            # everything retained is through
        link.publish(("board", "hall-1", "command"), payload)    # returns once the broker has it
        link.wait(lambda: state.boards["hall-1"]["muted"], 3.0)

No thread: what arrives is taken in settle(), publish() and wait(), by the caller's own thread. Nothing here connects
again: `lost` says why the connection is over, and a watcher makes a new one. All times are seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, NamedTuple

from paho.mqtt import client as mqtt
from paho.mqtt.reasoncodes import ReasonCode

from config.broker_client import closed, new_client, reason, refusal
from config.reconnect import CONNECT_TIMEOUT_S
from firmware.core import wire
from firmware.core.spelling import one_line
from host_bridge.ctl.site.args import Place

QUIET_S = 0.3  # what is retained comes right after the subscription: this long without any, and there is no more
KEEPALIVE_S = 5  # a line that is cut without a word is found to be lost within twice as long
_SILENT = "it answers nothing"
STEP_S = 0.1  # how often a wait looks at the time, when nothing comes

Take = Callable[[tuple[str, ...], bytes, bool], None]
"""Hears a message: the parts of its topic behind `wallboard/<site>/`, the payload, and whether it was retained."""


class LinkError(ConnectionError):
    """The broker cannot be reached, takes us not, or is gone; the text is one line for a person."""


class Echo(NamedTuple):
    """How long a broker took: to answer, and to send the message that it keeps right behind."""

    answer_s: float
    message_s: float


class SiteLink:
    """A connection from __enter__ to __exit__. `filters`: parts of topics of the site, to hear what they match."""

    def __init__(self, place: Place, filters: Sequence[tuple[str, ...]], take: Take) -> None:
        self.lost = ""
        """Why the connection is over; "" while there is one."""
        self._place = place
        self._topics = [wire.topic(place.site, *parts) for parts in filters]
        self._take = take
        self._client = new_client(place.login)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publish = self._on_publish
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._subscribed = False
        self._acked: set[int] = set()
        self._retained_s = 0.0  # when the last retained message came
        self._answered_s = 0.0  # when the last subscription was answered

    def __enter__(self) -> SiteLink:
        """Connect and subscribe. Raises LinkError."""
        login = self._place.login
        try:
            self._client.connect(login.host, login.port, KEEPALIVE_S)
        except (OSError, ValueError) as error:
            raise LinkError(f"{self._place.broker}: {reason(error)}") from None
        try:
            if not self.wait(lambda: self._subscribed, CONNECT_TIMEOUT_S):
                raise LinkError(f"{self._place.broker}: {_SILENT}")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Say goodbye, so that the broker need not find out by itself."""
        self._client.disconnect()
        self._client.loop(STEP_S)

    def wait(self, true: Callable[[], object], timeout_s: float) -> bool:
        """Take what arrives until `true()`; False when that is not so after `timeout_s`. Raises LinkError."""
        end_s = time.monotonic() + timeout_s
        while not true():
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                return False
            try:
                code = self._client.loop(min(left_s, STEP_S))
            except Exception as error:  # of a packet that paho cannot bear
                why = f"{type(error).__name__}: {one_line(str(error), 60)}"
                raise LinkError(f"{self._place.broker}: it sent what cannot be read ({why})") from error
            if self.lost or code != mqtt.MQTT_ERR_SUCCESS:
                self.lost = self.lost or closed(self._client)[0]
                raise LinkError(f"{self._place.broker}: {self.lost}")
        return True

    def settle(self) -> None:
        """Take all that the broker keeps. Raises LinkError."""
        self._retained_s = time.monotonic()
        self.wait(lambda: time.monotonic() - self._retained_s >= QUIET_S, CONNECT_TIMEOUT_S)

    def echo(self, parts: tuple[str, ...], timeout_s: float) -> Echo | None:
        """Subscribe once more to one topic, which brings its retained message once more, and time both answers.

        None when they did not come. Nothing is changed at the broker. Raises LinkError.
        """
        began_s = time.monotonic()
        self._answered_s = self._retained_s = 0.0
        self._client.subscribe(wire.topic(self._place.site, *parts), 1)
        if not self.wait(lambda: self._answered_s and self._retained_s, timeout_s):
            return None
        return Echo(self._answered_s - began_s, self._retained_s - began_s)

    def publish(self, parts: tuple[str, ...], payload: bytes, *, retain: bool = False) -> None:
        """Send with QoS 1, and return once the broker has it. Raises LinkError."""
        number = self._client.publish(wire.topic(self._place.site, *parts), payload, qos=1, retain=retain).mid
        if not self.wait(lambda: number in self._acked, CONNECT_TIMEOUT_S):
            raise LinkError(f"{self._place.broker}: it does not confirm what it is sent")

    def _on_connect(self, client: mqtt.Client, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        if code.is_failure:
            self.lost = self._place.hint(refusal(self._place.login, code)[0])
        else:
            client.subscribe([(topic, 1) for topic in self._topics])

    def _on_subscribe(self, client: mqtt.Client, data: Any, mid: int, codes: list[ReasonCode], properties: Any) -> None:
        refused = [topic for topic, code in zip(self._topics, codes, strict=False) if code.is_failure]
        if refused:
            self.lost = f"it does not let us read {', '.join(refused)}: let this user read the site's topics"
        self._subscribed = True
        self._answered_s = time.monotonic()

    def _on_publish(self, client: mqtt.Client, data: Any, mid: int, code: ReasonCode, properties: Any) -> None:
        self._acked.add(mid)

    def _on_disconnect(self, client: mqtt.Client, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        self.lost = self.lost or (_SILENT if code == "Keep alive timeout" else closed(client)[0])

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        if message.retain:
            self._retained_s = time.monotonic()
        try:
            parts = wire.parts_of(self._place.site, message.topic)
        except UnicodeDecodeError:  # a topic that is no UTF-8: nobody's of ours
            return
        self._take(parts, bytes(message.payload), message.retain)
