"""`wallboardctl check` across files: what bridge.yaml leaves out, what the PBX has as its bridge tells, two boards of a
name; and no broker, or one that says nothing, is a line and no more."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from firmware.core import wire
from host_bridge.ctl import program as ctl
from host_bridge.ctl.checks import site as check_site
from host_bridge.ctl.checks.files import Checked, check
from tests.brokers import Broker, broker
from tests.ports import free_port

__all__ = ["broker"]

THRESHOLDS = (
    "timezone: Asia/Jerusalem\n"
    "defaults: {rules: {agents_free: {warn: 0}}}\n"
    "queues: {support: {}, sale: {}}\n"
    "groups: {both: {queues: [support, billing]}}\n"
)


def write(folder: Path, port: int, pbx: str = "host: pbx, username: u, password_file: no.secret") -> Path:
    (folder / "thresholds.yaml").write_text(THRESHOLDS)
    (folder / "bridge.yaml").write_text(
        f"site: test\npbx: {{{pbx}}}\nmqtt: {{url: 'mqtt://127.0.0.1:{port}'}}\nthresholds: thresholds.yaml\n"
    )
    return folder


@pytest.fixture
def known(broker: Broker) -> Iterator[Broker]:
    """A broker that keeps what a bridge told of its PBX."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect(broker.host, broker.port)
    client.loop_start()
    queues = [{"id": name, "label": name, "label_visual": name, "rtl": False} for name in ("support", "sales")]
    site = {"v": 1, "started": 1, "queues": queues, "blink": {"warn": 500, "critical": 1000}}
    site |= {"repeat_ms": 60_000, "longest_ms": 5_000}
    client.publish(wire.topic("test", "site"), wire.dumps(site), 1, retain=True).wait_for_publish(5)
    yield broker
    client.disconnect()
    client.loop_stop()


def told(found: list[Checked]) -> list[str]:
    return [str(each._replace(file=Path(each.file).name)) for one in found for each in (*one.errors, *one.warnings)]


UNKNOWN = [
    "thresholds.yaml:3:23: warning: queues.sale: the PBX has no queue 'sale'; did you mean 'sales'?",
    "thresholds.yaml:4:35: warning: groups.both.queues[1]: the PBX has no queue 'billing'",
]


def test_queues_that_the_pbx_does_not_have(known: Broker, tmp_path: Path) -> None:
    folder = write(tmp_path, known.port)
    found, notes = check([folder / "thresholds.yaml"])  # the bridge.yaml beside it names this file
    assert (told(found), notes) == (UNKNOWN, [])
    (tmp_path / "draft").mkdir()
    draft = tmp_path / "draft" / "thresholds.yaml"
    draft.write_text(THRESHOLDS)
    assert told(check([draft])[0]) == []
    assert told(check([draft], bridge=folder / "bridge.yaml")[0]) == UNKNOWN
    assert told(check([folder / "bridge.yaml", draft])[0]) == UNKNOWN
    board = tmp_path / "board.yaml"
    board.write_text(
        "site: test\nboard: b\nmqtt: {url: 'mqtt://b'}\npanel: {driver: emulator, rows: 32, cols: 64}\n"
        "queues: [support, slaes, '@both']\n"
    )
    assert told(check([board], bridge=folder / "bridge.yaml")[0]) == [
        "board.yaml:5:19: warning: queues[1]: the site has no queue 'slaes'; did you mean 'sales'?"
    ]


def test_a_broker_without_a_bridge_or_none_at_all_is_a_line(broker: Broker, tmp_path: Path) -> None:
    folder = write(tmp_path, broker.port)
    found, notes = check([folder / "thresholds.yaml"])
    assert told(found) == []
    why = "bridge.yaml: no bridge has told its broker of any queue yet"
    assert notes == [f"which queues the PBX has is not known: {why}"]
    port = free_port()
    found, (note,) = check([write(tmp_path, port) / "thresholds.yaml"])
    assert told(found) == []
    assert note.endswith(f"broker 127.0.0.1:{port}: connection refused: is the broker running there?")


def test_a_broker_that_says_nothing_is_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_site, "DEADLINE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        folder = write(tmp_path, mute.getsockname()[1])
        begun = time.monotonic()
        assert ctl.main(["check", str(folder / "thresholds.yaml")]) == 0
        assert time.monotonic() - begun < 3
    out, err = capsys.readouterr()
    assert out == f"{folder}/thresholds.yaml: OK (thresholds)\n"
    assert err.startswith(
        "wallboardctl check: which queues the PBX has is not known: bridge.yaml: broker 127.0.0.1 gives"
    )


def test_queues_that_the_bridge_leaves_out(tmp_path: Path) -> None:
    pbx = "host: pbx, username: u, password_file: no.secret, queues: [support, sales]"
    folder = write(tmp_path, free_port(), pbx)
    ((found,), _) = check([folder / "thresholds.yaml"])
    assert told([found]) == [
        "thresholds.yaml:3:23: warning: queues.sale: 'sale' is not among pbx.queues of bridge.yaml, so it stays empty; "
        "did you mean 'sales'?",
        "thresholds.yaml:4:35: warning: groups.both.queues[1]: 'billing' is not among pbx.queues of bridge.yaml, so it "
        "stays empty",
    ]


def test_rules_on_agents_where_the_log_alone_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path, free_port(), "type: queue_log, queue_log: /var/log/asterisk/queue_log")
    ((found,), _) = check([folder / "thresholds.yaml"])
    assert told([found]) == [
        "thresholds.yaml:2:20: warning: defaults.rules.agents_free: never fires: bridge.yaml reads queue_log alone, "
        "which knows no agents"
    ]


def test_a_bridge_that_is_asked_for_and_wrong_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, free_port())
    (folder / "other.yaml").write_text("site: a b\n")
    assert ctl.main(["check", "--bridge", str(folder / "other.yaml"), str(folder / "thresholds.yaml")]) == 2
    out, err = capsys.readouterr()
    assert f"{folder}/other.yaml:1:7: site: 'a b', expected" in out
    assert err == ""


def test_with_secrets_the_files_that_a_bridge_names_are_looked_for(tmp_path: Path) -> None:
    folder = write(tmp_path, free_port())
    (folder / "thresholds.yaml").unlink()
    ((found,), _) = check([folder / "bridge.yaml"], secrets=True)
    assert told([found]) == [
        f"bridge.yaml:2:46: pbx.password_file: {folder}/no.secret cannot be read: No such file or directory"
    ]
    (folder / "no.secret").write_text("s3cret\n")
    (folder / "no.secret").chmod(0o600)
    ((found,), _) = check([folder / "bridge.yaml"], secrets=True)
    assert told([found]) == [
        f"bridge.yaml:4:13: thresholds: {folder}/thresholds.yaml is not there, expected the supervisors' file"
    ]


def test_ports_of_the_other_kind(tmp_path: Path) -> None:
    folder = write(tmp_path, 8883, "host: pbx, port: 5039, username: u, password_file: no.secret")
    found, _ = check([folder / "bridge.yaml"])
    assert told(found) == [
        "bridge.yaml:2:24: warning: pbx.port: 5039 is mostly AMI with TLS, and tls is not set: tls: yes, or port 5038?",
        "bridge.yaml:3:13: warning: mqtt.url: port 8883 is mostly with TLS, which is mqtts://",
    ]


def test_boards_of_another_site_and_two_of_one_name(tmp_path: Path) -> None:
    folder = write(tmp_path, free_port())
    text = "site: test\nboard: hall\nmqtt: {url: 'mqtt://b'}\npanel: {driver: emulator, rows: 32, cols: 64}\n"
    boards = [tmp_path / f"board-{number}.yaml" for number in (1, 2, 3)]
    for path, site in zip(boards, ("test", "test", "tset"), strict=True):
        path.write_text(text.replace("test", site))
    found, _ = check([folder / "bridge.yaml", *boards])
    assert told(found) == [
        "board-2.yaml:2:8: warning: board: 'hall' is the name of the board in board-1.yaml too: give it another",
        "board-3.yaml:1:7: warning: site: 'tset', but bridge.yaml is of the site 'test': the board would hear nothing",
    ]
