"""The rest of a call centre on this host: the real mosquitto with the site's certificates, the bridge, the demo's PBX.

An emulated board reaches it all at 10.0.2.2, which is this host's loopback to it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from host_bridge.demo.pbx import SECRET, USERNAME
from host_bridge.pki.names import BRIDGE, OPERATOR
from tests.secure_site import Client, SecureSite, now

SITE, HOST = "main", "10.0.2.2"
THRESHOLDS = """\
timezone: Asia/Jerusalem
defaults:
  service_level: {answer_within: 5s, target: 80%, short_abandon: 1s, window: 30m}
  rules:
    wait: {warn: 5s, critical: 10s}
hours: {sun-sat: "00:00-24:00"}
queues:
  service: {label: שירות לקוחות}
  sales: {label: מכירות}
  support: {label: תמיכה טכנית}
"""


class Centre:
    """Started when made; `close` ends it all."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.broker = SecureSite(folder, SITE)
        self.broker.pki.broker([HOST], now())
        self.broker.write()
        self.broker.start()
        self._programs: list[subprocess.Popen[bytes]] = []
        self._watcher: Client | None = None

    @property
    def pki(self) -> Path:
        """The folder of `wallboardctl pki`."""
        return self.broker.pki.folder.path

    @property
    def url(self) -> str:
        """The broker, as a board names it."""
        return f"mqtts://{HOST}:{self.broker.port}"

    def open(self) -> None:
        """Start the demo's PBX, in which people call, and the real bridge."""
        secret = self.folder / "ami.secret"
        secret.touch(0o600)
        secret.write_text(f"{SECRET}\n")
        pbx = self._start(
            *("host_bridge.demo.pbx", "--secret-file", str(secret), "--queue-log", str(self.folder / "queue_log")),
            *("--speed", "6"),
        )
        assert pbx.stdout is not None
        port = pbx.stdout.readline().decode().partition(" 127.0.0.1:")[2].partition(",")[0]
        files = self.broker.files("wallboard-bridge", BRIDGE)
        (self.folder / "thresholds.yaml").write_text(THRESHOLDS)
        (self.folder / "bridge.yaml").write_text(
            f"site: {SITE}\n"
            f"pbx: {{type: asterisk, host: 127.0.0.1, port: {port}, username: {USERNAME}, password_file: ami.secret}}\n"
            f"mqtt:\n  url: mqtts://127.0.0.1:{self.broker.port}\n  ca_file: {self.pki / 'ca.crt'}\n"
            f"  cert_file: {files.cert}\n  key_file: {files.key}\n"
            "thresholds: thresholds.yaml\n"
        )
        self._start("host_bridge", "--config", str(self.folder / "bridge.yaml"))

    def board(self, name: str) -> dict[str, Any]:
        """What a board last said of itself; empty when it never did."""
        if self._watcher is None:
            self._watcher = self.broker.client(self.broker.files("wallboardctl", OPERATOR), "test-watcher")
            assert self._watcher.connect()
            self._watcher.subscribe(f"wallboard/{SITE}/board/+/state")
        heard = self._watcher.heard.get(f"wallboard/{SITE}/board/{name}/state", b"")
        told: dict[str, Any] = json.loads(heard) if heard else {}
        return told

    def wait_for_board(self, name: str, timeout: float, **expected: object) -> dict[str, Any]:
        """Until its state says all of `expected`; AssertionError with what it says instead."""
        deadline = time.monotonic() + timeout
        while True:
            told = self.board(name)
            if told and all(told.get(key) == value for key, value in expected.items()):
                return told
            assert time.monotonic() < deadline, (
                f"{name} does not say {expected} but {told}\n{self.broker.log()[-2000:]}"
            )
            time.sleep(0.5)

    def close(self) -> None:
        """End everything."""
        if self._watcher is not None:
            self._watcher.close()
        for each in reversed(self._programs):
            each.terminate()
            each.wait(20)
        self.broker.stop()

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", module, *arguments]
        out = (self.folder / f"{module}.log").open("ab")
        self._programs.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=out))
        return self._programs[-1]
