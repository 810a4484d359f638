"""A site with certificates: a real mosquitto with the files of `wallboardctl pki broker`, and clients with identities.

    site = SecureSite(folder)                       # authority, broker, bridge, wallboardctl; started
    with site.client(site.files("hall-1")) as board:
        board.publish("wallboard/main/board/hall-1/state")

mosquitto confirms to MQTT 3.1.1 clients what its access list drops: what came through is told by WITNESS, whom the rig
adds to the list.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from host_bridge.pki import broker_files, mosquitto
from host_bridge.pki.folder import Files
from host_bridge.pki.mosquitto import Listeners
from host_bridge.pki.names import BOARD, BRIDGE, MONITOR, OPERATOR, Role
from host_bridge.pki.site import Pki
from tests.brokers import MOSQUITTO
from tests.ports import free_port
from tests.waiting import wait_until

# As Debian's mosquitto.conf, but for the places.
_DEBIAN = """\
pid_file {folder}/mosquitto.pid
persistence true
persistence_location {folder}/
log_dest file {folder}/mosquitto.log
include_dir {folder}/etc/conf.d
"""
_TEST = "log_type all\nuser {user}\n"
WITNESS = "test-witness"  # who may read and write everything, to see what came through
PLAIN_USERS = {"wallboard-bridge": "b", "wallboardctl": "o", "wallboard-monitor": "m", "hall-9": "h"}


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class SecureSite:
    """`more`: settings of mosquitto beyond those that were made; `name`: of the site."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, name: str = "main", *, passwords: bool = False, more: str = "") -> None:
        if not MOSQUITTO:
            pytest.skip("mosquitto is not installed")
        self.folder = folder
        folder.chmod(0o755)
        self.pki, _ = Pki.create(folder / "pki", name, now())
        self.pki.broker([], now())
        for client, role in (("wallboard-bridge", BRIDGE), ("wallboardctl", OPERATOR), ("wallboard-monitor", MONITOR)):
            self.pki.give(client, role, now())
        self.port = free_port()
        self.plain_port = free_port() if passwords else None
        self._more = more
        self._broker: subprocess.Popen[bytes] | None = None
        self.write()

    def write(self) -> None:
        """`wallboardctl pki broker`, and Debian's own settings."""
        etc = self.folder / "etc"
        listeners = Listeners(self.port, self.plain_port)
        broker_files.write(self.pki, etc, listeners, str(etc / broker_files.OWN_FOLDER))
        if self.plain_port is not None:
            passwords = etc / broker_files.OWN_FOLDER / mosquitto.PASSWORDS
            if not passwords.read_bytes():
                passwords.write_text("".join(f"{name}:{word}\n" for name, word in PLAIN_USERS.items()))
                subprocess.run(["mosquitto_passwd", "-U", passwords], check=True)
        for path in (etc / broker_files.OWN_FOLDER).iterdir():
            os.chown(path, os.geteuid(), os.getegid())  # whom mosquitto is here
        acl = etc / broker_files.OWN_FOLDER / mosquitto.ACL
        acl.write_text(f"{acl.read_text()}\nuser {WITNESS}\ntopic readwrite #\ntopic read $SYS/#\n")
        (etc / "conf.d" / "test.conf").write_text(
            _TEST.format(user="root" if os.geteuid() == 0 else "nobody") + self._more
        )
        (self.folder / "mosquitto.conf").write_text(_DEBIAN.format(folder=self.folder))

    def start(self) -> SecureSite:
        """Start, and wait until it takes connections."""
        assert MOSQUITTO
        with (self.folder / "mosquitto.stderr").open("ab") as said:  # before it has read where its log is to be
            self._broker = subprocess.Popen([MOSQUITTO, "-c", str(self.folder / "mosquitto.conf")], stderr=said)
        wait_until(lambda: "running" in self.log(), otherwise=self.log())
        return self

    def restart(self) -> None:
        """As `systemctl restart mosquitto`."""
        self.stop()
        (self.folder / "mosquitto.log").rename(self.folder / f"mosquitto.log.{time.monotonic_ns()}")
        self.start()

    def stop(self) -> None:
        if self._broker is not None:
            self._broker.terminate()
            self._broker.wait(10)
            self._broker = None

    def signal(self, number: int) -> None:
        assert self._broker is not None
        self._broker.send_signal(number)

    def memory(self) -> int:
        """Bytes that mosquitto has asked for, used or not."""
        assert self._broker is not None
        text = Path(f"/proc/{self._broker.pid}/status").read_text()
        return int(text.split("VmSize:")[1].split()[0]) * 1024

    def log(self) -> str:
        """What mosquitto said since its start."""
        path = self.folder / "mosquitto.log"
        return path.read_text("utf-8") if path.exists() else ""

    def files(self, name: str, role: Role = BOARD) -> Files:
        """The certificate of a client, made when there is none."""
        return self.pki.give(name, role, now())[0]

    def context(self, files: Files | None) -> ssl.SSLContext:
        """TLS as our programs do it, and as strict as Python 3.13 is by itself."""
        context = ssl.create_default_context(cafile=self.pki.folder.path / "ca.crt")
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        if files is not None:
            context.load_cert_chain(files.cert, files.key)
        return context

    def client(self, files: Files | None, client_id: str = "", protocol: int = mqtt.MQTTv311) -> Client:
        """A client that is to be connected."""
        return Client(self, self.context(files), client_id, protocol)


class Client:
    """One that keeps what it hears. `with` connects, or fails."""

    def __init__(
        self,
        site: SecureSite,
        tls: ssl.SSLContext | None,
        client_id: str = "",
        protocol: int = mqtt.MQTTv311,
    ) -> None:
        self.heard: dict[str, bytes] = {}
        self.connected: bool | None = None
        self.ended = 0
        self._site = site
        self._tls = tls
        made = self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=protocol, reconnect_on_failure=False
        )
        if tls is not None:
            made.tls_set_context(tls)
        made.on_socket_open = lambda _client, _data, it: it.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.on_connect = self._on_connect
        made.on_message = lambda _client, _data, it: self.heard.__setitem__(it.topic, it.payload)
        made.on_subscribe = lambda *_: setattr(self, "subscribed", True)
        made.on_disconnect = self._on_disconnect
        self.subscribed = False

    def __enter__(self) -> Client:
        assert self.connect(), "the broker took us not"
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> bool:
        """Whether the broker took us."""
        port = self._site.port if self._tls is not None else self._site.plain_port
        assert port is not None
        try:
            self.client.connect(self._site.host, port)
        except OSError:
            return False
        self.client.loop_start()
        wait_until(lambda: self.connected is not None, otherwise="no answer of the broker")
        return bool(self.connected)

    def subscribe(self, *topics: str) -> None:
        self.subscribed = False
        self.client.subscribe([(topic, 1) for topic in topics])
        wait_until(lambda: self.subscribed, otherwise="no answer to a subscription")

    def publish(self, topic: str, payload: bytes = b"x", *, retain: bool = False) -> None:
        self.publish_all([topic], payload, retain=retain)

    def publish_all(self, topics: Iterable[str], payload: bytes, *, retain: bool = False) -> None:
        """Returns once the broker has confirmed all of them, whatever it did with them."""
        for sent in [self.client.publish(topic, payload, 1, retain) for topic in topics]:
            sent.wait_for_publish(10)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(self, _client: object, _data: object, _flags: object, code: mqtt.ReasonCode, _: object) -> None:
        self.connected = not code.is_failure

    def _on_disconnect(self, *_: object) -> None:
        self.connected = self.connected or False
        self.ended += 1


def login(client: Client, name: str) -> Client:
    """By a password, over the listener without TLS."""
    client.client.username_pw_set(name, PLAIN_USERS.get(name, "wrong"))
    return client


def copy(files: Files, folder: Path) -> Files:
    """The files as a thief has them, whatever is done to the folder later."""
    folder.mkdir()
    return Files(*(Path(shutil.copy(path, folder)) for path in files))
