"""Is the board lit yet? Looks at what board and bridge say of themselves over MQTT."""

from __future__ import annotations

import contextlib
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from firmware.core import wire
from host_bridge.demo.run_files import BOARD, SITE

_HOST = "127.0.0.1"


class RunWatch:
    """`lit` once the board shows live figures; `problem` is what the bridge says is wrong, "" when nothing is."""

    def __init__(self, port: int) -> None:
        self.connected = False
        """Whether the broker is there."""
        self.lit = False
        self.problem = ""
        self._port = port
        self._board = wire.topic(SITE, "board", BOARD, "state")
        self._bridge = wire.topic(SITE, "bridge", "state")
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message

    def look(self, for_s: float) -> None:
        """Take what comes within that time; a broker that is not there yet is asked again the next time."""
        if not self.connected:
            with contextlib.suppress(OSError):
                self._client.connect(_HOST, self._port, keepalive=30)
                self.connected = True
        if self._client.loop(for_s) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self.connected = False

    def close(self) -> None:
        """Be done."""
        with contextlib.suppress(OSError):
            self._client.disconnect()

    def _on_connect(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe([(self._board, 1), (self._bridge, 1)])

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            if message.topic == self._board:
                state = wire.read(wire.BOARD, message.payload)
                self.lit = bool(state.get("online")) and not state.get("fault") and bool(state.get("frames"))
            else:
                self.problem = str(wire.read(wire.BRIDGE, message.payload).get("problem") or "")
        except wire.WireError:
            return  # the board itself tells of messages that are wrong
