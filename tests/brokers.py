"""A real broker on a free loopback port, as a process that a test can kill, stop and start again.

mosquitto where it is installed, else the embedded one (amqtt). Use as a context manager, or import the fixture:

    from tests.brokers import broker            # noqa: F401 - a fixture

    def test_it(broker: Broker) -> None:
        client.connect(broker.host, broker.port)
        broker.kill()
        broker.start()                          # the same port, nothing retained
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest

from tests.ports import free_port

START_TIMEOUT_S = 20.0
MOSQUITTO = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class Broker:
    """One broker process. `users` (name → password) makes it refuse everybody else; mosquitto only."""

    host = "127.0.0.1"

    def __init__(self, users: dict[str, str] | None = None) -> None:
        if users and not MOSQUITTO:
            pytest.skip("a broker with passwords needs mosquitto, which is not installed")
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="wallboard-broker-"))
        self._users = users
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Broker:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        """Start (again) on the same port; returns once it takes connections."""
        errors = self._folder / "stderr"
        with errors.open("wb") as stream:  # mosquitto warns of being root, which is no news; shown when it fails
            self._process = subprocess.Popen(
                self._command(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=stream
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                socket.create_connection((self.host, self.port), timeout=1).close()
            except OSError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the broker does not start: {errors.read_text()}") from error
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """SIGKILL: no last words; the kernel closes its sockets."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def close(self) -> None:
        """End it for good."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, as with a hung machine or a cut line."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: it goes on where it was stopped."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _command(self) -> list[str]:
        if not MOSQUITTO:
            return [sys.executable, "-m", "host_bridge.mqtt.broker", str(self.port)]
        lines = [
            f"listener {self.port} {self.host}",
            f"allow_anonymous {'false' if self._users else 'true'}",
            "set_tcp_nodelay true",
            "persistence false",
            "log_type error",
        ]
        if os.geteuid() == 0:
            lines.append("user root")  # else it becomes user mosquitto, who may not read the folder
        if self._users:
            passwords = self._folder / "passwords"
            passwords.write_text("".join(f"{name}:{word}\n" for name, word in self._users.items()))
            subprocess.run(["mosquitto_passwd", "-U", passwords], check=True)
            lines.append(f"password_file {passwords}")
        config = self._folder / "mosquitto.conf"
        config.write_text("\n".join(lines) + "\n")
        return [MOSQUITTO, "-c", str(config)]


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker of the test's own, gone after it."""
    with Broker() as running:
        yield running
