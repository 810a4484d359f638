"""What the bridge, the boards and wallboardctl do alike as clients of the MQTT broker."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from config import reconnect

REFUSED_HOLD_S = 30  # only a person can mend a wrong password
CLOSED = "it closed the connection"
# Bad User Name or Password, Not authorized: paho gives MQTT 3.1.1's codes 4 and 5 as those of version 5.
_LOGIN_REFUSED = (0x86, 0x87)


@dataclass(frozen=True)
class BrokerLogin:
    """Where the broker is and how to log in."""

    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None


def new_client(login: BrokerLogin) -> mqtt.Client:
    """A client that is not connected yet, and does not connect again by itself.

    paho's own reconnect would send again what was unacknowledged when the line broke: old figures, behind which the
    newest wait.
    """
    client = _Client(CallbackAPIVersion.VERSION2, login.client_id, protocol=mqtt.MQTTv311, reconnect_on_failure=False)
    client.connect_timeout = reconnect.CONNECT_TIMEOUT_S
    if login.username is not None:
        client.username_pw_set(login.username, login.password)
    if login.tls is not None:
        client.tls_set_context(login.tls)
    client.on_socket_open = _no_delay
    return client


class _Client(mqtt.Client):
    """Opens no port, so that a service which may not can use it; and tells what is wrong with our certificate.

    paho wakes its thread through a pair of TCP sockets, for which it listens on loopback a moment; and it binds a
    socket before it connects, to no address in particular.
    """

    refused = ""
    """What the broker has against our certificate. With TLS 1.3 it says so when we take ourselves for connected."""

    def _sock_recv(self, bufsize: int) -> bytes:
        try:
            return super()._sock_recv(bufsize)
        except ssl.SSLError as error:
            self.refused = reconnect.certificate_refused(error)
            raise

    def _sock_send(self, buf: Any) -> int:
        try:
            return super()._sock_send(buf)
        except BlockingIOError:
            raise
        except OSError:  # it hung up before we had sent anything: why, it has said in what is still to be read
            with suppress(OSError):
                self._sock_recv(1)
            raise

    def _create_socket_connection(self) -> socket.socket:
        return socket.create_connection((self._host, self._port), timeout=self._connect_timeout)


def _pair() -> tuple[socket.socket, socket.socket]:
    ends = socket.socketpair()
    for each in ends:
        each.setblocking(False)
    return ends


mqtt._socketpair_compat = _pair


def reason(error: Exception) -> str:
    """What a failed connection means, in words for people."""
    return reconnect.reason(error, "is the broker running there?")


def closed(client: mqtt.Client) -> tuple[str, bool]:
    """Why a connection ended by the other side, in words for people, and whether our certificate was the cause."""
    refused = client.refused if isinstance(client, _Client) else ""
    return refused or CLOSED, bool(refused)


def refusal(login: BrokerLogin, code: ReasonCode) -> tuple[str, bool]:
    """Why the broker took us not, in words for people, and whether it was the login."""
    if code.value not in _LOGIN_REFUSED:
        return f"it refused the connection ({code})", False
    if login.username is None:
        return f"it takes no one without a login ({code}): set mqtt.username and mqtt.password_file", True
    return f"it refused user {login.username!r} ({code}): check mqtt.username and the password", True


def _no_delay(client: mqtt.Client, data: Any, sock: Any) -> None:
    """With Nagle's algorithm a QoS 1 round trip took 88 ms, without it 0.6 (DESIGN 5)."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
