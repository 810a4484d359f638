"""The doctor at a site of `wallboardctl pki`: certificates for all, and the access list as it is made."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client as Paho
from paho.mqtt.enums import CallbackAPIVersion

from host_bridge.ctl.health import broker, sites
from host_bridge.ctl.health.finding import Finding
from host_bridge.ctl.health.machine import Machine
from host_bridge.pki.folder import Files
from host_bridge.pki.names import BRIDGE
from tests.secure_site import SecureSite, copy, now
from tests.site_rig import RULE

PREFIX = "wallboard/main/"


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[SecureSite]:
    """A broker of that kind, on which a bridge with its own certificate lives."""
    site = SecureSite(tmp_path).start()
    client = Paho(CallbackAPIVersion.VERSION2)
    client.tls_set_context(site.context(site.files("wallboard-bridge", BRIDGE)))
    client.connect(site.host, site.port)
    client.loop_start()
    queue = {"id": "sales", "label": "sales", "label_visual": "sales", "rtl": False}
    said = {
        "site": {"queues": [queue], "blink": {"warn": 500, "critical": 1000}, "repeat_ms": 60000, "longest_ms": 5000},
        "rules/sales": {"rules": [RULE]},
        "queue/sales": {"ts": 1, "open": True, "label": "sales", "label_visual": "sales", "rtl": False, "waiting": 0},
    }
    over = threading.Event()

    def beat() -> None:
        seq = 0
        while not over.wait(0.2):
            seq += 1
            state = {"v": 1, "started": 5, "online": True, "pbx": "up", "now": 5 + seq * 200, "seq": seq}
            client.publish(f"{PREFIX}bridge/state", json.dumps(state), 1, retain=True)

    for topic, message in said.items():
        client.publish(PREFIX + topic, json.dumps({"v": 1, "started": 5, **message}), 1, retain=True).wait_for_publish(
            5
        )
    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    yield site
    over.set()
    heart.join()
    client.disconnect()
    client.loop_stop()
    site.stop()


def look(site: SecureSite, folder: Path, files: Files, kind: str) -> list[str]:
    return [f"{each.level} {each.area}" for each in findings(site, folder, files, kind)]


def findings(site: SecureSite, folder: Path, files: Files, kind: str) -> list[Finding]:
    mqtt = (
        f"{{url: 'mqtts://127.0.0.1:{site.port}', ca_file: {site.pki.folder.path / 'ca.crt'}, "
        f"cert_file: {files.cert}, key_file: {files.key}}}"
    )
    (folder / "secret").write_text("x")
    of_kind = {
        "board": "board: hall-1\npanel: {driver: image, path: x, rows: 64, cols: 64}\n",
        "bridge": "pbx: {host: 127.0.0.1, username: u, password_file: secret}\nthresholds: t.yaml\n",
    }
    path = folder / f"{kind}.yaml"
    path.write_text(f"site: main\nmqtt: {mqtt}\n{of_kind[kind]}")
    (own, *_), said = sites.read([path])
    assert own.whole is not None, said
    return list(broker.broker(Machine(), own))


def test_a_board_and_the_bridge_may_read_all_that_they_need(secure: SecureSite, tmp_path: Path) -> None:
    fine = [
        "ok broker",
        "ok broker",
        "ok certificates",
        "ok broker",
        "ok bridge",
        "ok rights",
        "ok rules",
        "ok latency",
    ]
    assert look(secure, tmp_path, secure.files("hall-1"), "board") == fine
    assert look(secure, tmp_path, secure.files("wallboard-bridge", BRIDGE), "bridge") == fine


def test_a_board_of_another_site_is_not_let_in(secure: SecureSite, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger = SecureSite(other, "other").files("hall-1")
    assert look(secure, tmp_path, stranger, "board") == ["ok broker", "problem broker"]


def test_a_certificate_that_is_revoked_is_called_so(secure: SecureSite, tmp_path: Path) -> None:
    files = copy(secure.files("hall-2"), tmp_path / "kept")
    secure.pki.revoke("hall-2", now())
    secure.write()
    secure.restart()
    last = findings(secure, tmp_path, files._replace(ca=secure.pki.folder.path / "ca.crt"), "board")[-1]
    assert (last.level, last.area) == ("problem", "broker")
    assert last.what.endswith("it does not take our certificate: it is revoked")
