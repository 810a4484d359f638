"""A site for the tests of wallboardctl's commands: bridge.yaml, a bridge that beats, and a command as it is called.

`site` is the fixture: a real broker and a FakeBridge whose heart beats on its own.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from host_bridge.ctl import program
from tests.brokers import Broker
from tests.wallboard_process import FakeBridge

RULE = {"id": "wait", "levels": [{"severity": "critical", "all": [{"metric": "waiting", "op": ">=", "value": 5}]}]}
Call = Callable[..., tuple[int, str, str]]


def bridge_yaml(folder: Path, port: int, site: str = "main") -> Path:
    """A bridge.yaml of that broker."""
    (folder / "secret").write_text("x")
    path = folder / "bridge.yaml"
    path.write_text(
        f"site: {site}\npbx: {{host: pbx, username: u, password_file: secret}}\n"
        f"mqtt: {{url: 'mqtt://127.0.0.1:{port}'}}\nthresholds: t.yaml\n"
    )
    return path


class Site:
    """The bridge of site `main`. `retain` publishes what anybody may have left with the broker."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.bridge = FakeBridge(broker.port)
        self._over = threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True)

    def live(self) -> None:
        """Let the bridge live: a heartbeat every 0.2 s, and its two queues."""
        listed = [("support", "תמיכה"), ("sales", "מכירות"), ("600", "sales"), ("601", "night"), ("602", "night")]
        queues = [{"id": name, "label": label, "label_visual": label, "rtl": False} for name, label in listed]
        self.retain(
            "site", {"v": 1, "started": self.bridge.started, "queues": [*queues, {"id": "@all", "label": "all"}]}
        )
        for queue in ("support", "sales"):
            self.bridge.rules(queue, RULE)
            self.bridge.queue(queue)
        self._heart.start()

    def retain(self, topic: str, message: dict[str, Any] | None) -> None:
        payload = b"" if message is None else json.dumps(message)
        self.bridge.client.publish(f"wallboard/main/{topic}", payload, 1, retain=True).wait_for_publish(5)

    def close(self) -> None:
        self._over.set()
        if self._heart.is_alive():
            self._heart.join()
        self.bridge.close()

    def _beat(self) -> None:
        while not self._over.wait(0.2):
            try:
                self.bridge.beat()
            except RuntimeError:  # the broker is gone, and this bridge with it
                return


@pytest.fixture
def site(broker: Broker) -> Iterator[Site]:
    """A site whose bridge is silent until live()."""
    made = Site(broker)
    yield made
    made.close()


@pytest.fixture
def call(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """call("boards", "--json") → exit code, stdout, stderr; at the site, by its bridge.yaml."""
    config = bridge_yaml(tmp_path, site.broker.port)

    def called(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = program.main([*arguments, "--config", str(config)])
        out, err = capsys.readouterr()
        return code, out, err

    return called
