"""Real mosquittos with the settings that a test names."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.brokers import MOSQUITTO, START_TIMEOUT_S
from tests.ports import free_port


@contextmanager
def mosquitto(folder: Path, *lines: str) -> Iterator[int]:
    """Its port on 127.0.0.1. `lines`: of mosquitto.conf, behind its listener."""
    if not MOSQUITTO:
        pytest.skip("needs mosquitto, which is not installed")
    port = free_port()
    config = folder / f"mosquitto-{port}.conf"
    config.write_text("\n".join((f"listener {port} 127.0.0.1", "persistence false", "user root", *lines)) + "\n")
    process = subprocess.Popen([MOSQUITTO, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, "mosquitto does not start"
                time.sleep(0.02)
        yield port
    finally:
        process.kill()
        process.wait()


def passwords(folder: Path, **users: str) -> Path:
    """A password file of mosquitto's."""
    path = folder / "passwords"
    path.write_text("".join(f"{name}:{word}\n" for name, word in users.items()))
    path.chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-U", path], check=True, capture_output=True)
    return path
