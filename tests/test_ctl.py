"""`wallboardctl check` and `wallboardctl boards`, as they are called."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

import config
from config.yaml_file import parse
from firmware.pi import settings as board_settings
from host_bridge.ctl import program as ctl
from host_bridge.ctl.boards import Look, lines
from tests.brokers import Broker, broker, free_port

__all__ = ["broker"]

EXAMPLES = [Path(config.__file__).parent / f"{kind}.example.yaml" for kind in ("bridge", "thresholds", "board")]


def call(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = ctl.main([str(each) for each in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_examples_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "check", *EXAMPLES)
    assert code == 0
    assert [line.rsplit(": ", 1)[1] for line in out.splitlines()] == ["OK (bridge)", "OK (thresholds)", "OK (board)"]


def test_the_commented_lines_of_the_board_are_right_too() -> None:
    text = EXAMPLES[2].read_text("utf-8")
    for key in ("ca_file", "cert_file", "key_file", "user", "path", "port"):
        assert f"\n# {key}:" in text
        text = text.replace(f"\n# {key}:", f"\n  {key}:")
    for key in ("queues", "state_file"):
        text = text.replace(f"\n# {key}:", f"\n{key}:")
    text = text.replace("mqtt://", "mqtts://")
    read = board_settings.build(parse(text.encode(), "board.yaml"), Path(), secrets=False)
    assert read.queues == ("support", "sales")


def test_a_file_is_known_by_its_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for source in EXAMPLES:
        copy = tmp_path / f"x{EXAMPLES.index(source)}.yml"
        copy.write_bytes(source.read_bytes())
    code, out, _ = call(capsys, "check", "--json", *sorted(tmp_path.iterdir()))
    assert code == 0
    assert [each["kind"] for each in json.loads(out)] == ["bridge", "thresholds", "board"]


def test_mistakes_are_told_and_the_exit_code_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "t.yaml"
    wrong.write_text("timezone: Asia/Jerusalem\nblink: {warn: 9hz}\nquite: {}\n")
    code, out, _ = call(capsys, "check", wrong, EXAMPLES[0])
    assert code == 2
    first, second, third = out.splitlines()
    assert first.startswith(f"{wrong}:2:15: blink.warn: '9hz', expected a frequency")
    assert second.startswith(f"{wrong}:3:1: quite: unknown key")
    assert third.endswith("bridge.example.yaml: OK (bridge)")
    code, out, _ = call(capsys, "check", "--json", wrong)
    assert code == 2
    (found,) = json.loads(out)
    assert (found["ok"], found["kind"], len(found["errors"])) == (False, "thresholds", 2)


def test_an_empty_file_is_known_by_its_name_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("thresholds.yaml", "x.yaml"):
        (tmp_path / name).write_text("# nothing\n")
    code, out, _ = call(capsys, "check", tmp_path / "thresholds.yaml")
    assert code == 2
    assert "thresholds.yaml:1:1: timezone: missing" in out
    code, out, _ = call(capsys, "check", tmp_path / "x.yaml")
    assert code == 2
    assert "which kind of file is this?" in out
    code, out, _ = call(capsys, "check", "--kind", "board", tmp_path / "x.yaml")
    assert "x.yaml:1:1: panel: missing" in out
    code, out, _ = call(capsys, "check", tmp_path / "absent.yaml")
    assert code == 2
    assert "absent.yaml: cannot be read: No such file or directory" in out


def test_secrets_are_opened_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "check", "--secrets", EXAMPLES[0])
    assert code == 2
    assert "pbx.password_file: " in out
    assert "mqtt.password_file: " in out


def bridge_yaml(folder: Path, port: int) -> Path:
    (folder / "secret").write_text("x")
    path = folder / "bridge.yaml"
    path.write_text(
        "site: test\npbx: {host: pbx, username: u, password_file: secret}\n"
        f"mqtt: {{url: 'mqtt://127.0.0.1:{port}'}}\nthresholds: t.yaml\n"
    )
    return path


def test_boards(broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = bridge_yaml(tmp_path, broker.port)
    code, out, _ = call(capsys, "boards", "--config", path)
    assert code == 0
    assert "no bridge has ever reported" in out
    assert "no board has ever reported" in out
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect(broker.host, broker.port)
    client.loop_start()
    alarm = {"queue": "support", "rule": "wait", "severity": "critical", "acked": False, "at": 5}
    for name, message in {
        "bridge": {"v": 1, "started": 1, "online": True, "pbx": "down", "problem": "connection refused"},
        "board/hall-2": {"v": 1, "online": False},
        "board/hall-1": {"v": 1, "online": True, "alarms": [alarm], "uptime_ms": 11_520_000, "version": "0.1.0"},
        "board/odd": {"v": 2, "online": True},
    }.items():
        client.publish(f"wallboard/test/{name}/state", json.dumps(message), 1, retain=True).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()
    code, out, _ = call(capsys, "boards", "--config", path)
    assert code == 0
    assert out.splitlines() == [
        "site test: the bridge says nothing: its last word, PBX down (connection refused), may be old",
        "BOARD   STATE    FAULT  UP     VERSION  ALARMS",
        "hall-1  online   -      3h12m  0.1.0    support: wait critical",
        "hall-2  offline",
        "odd     ?                               v is 2, this board knows 1: update it",
    ]
    code, out, _ = call(capsys, "boards", "--json", "--config", path)
    look = json.loads(out)
    assert (look["bridge"]["pbx"], look["live"]) == ("down", False)
    assert look["boards"]["hall-1"]["alarms"] == [alarm]


def test_boards_takes_a_bridge_for_alive_when_it_speaks(
    broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a power cut a broker with a memory still has the retained "online" of a bridge that never came back."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect(broker.host, broker.port)
    client.loop_start()
    over = threading.Event()

    def beat() -> None:
        while not over.wait(0.2):
            message = {"v": 1, "started": 1, "online": True, "pbx": "up"}
            client.publish("wallboard/test/bridge/state", json.dumps(message), 1, retain=True)

    bridge = threading.Thread(target=beat)
    bridge.start()
    code, out, _ = call(capsys, "boards", "--config", bridge_yaml(tmp_path, broker.port))
    over.set()
    bridge.join()
    client.disconnect()
    client.loop_stop()
    assert (code, out.splitlines()[0]) == (0, "site test: the bridge is online, PBX up")


def test_boards_without_a_broker_or_a_login_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    refused = "connection refused: is the broker running there?"
    code, out, err = call(capsys, "boards", "--config", bridge_yaml(tmp_path, port))
    assert (code, out, err) == (1, "", f"wallboardctl boards: broker 127.0.0.1:{port}: {refused}\n")
    with Broker(users={"a": "b"}) as strict:
        code, out, err = call(capsys, "boards", "--config", bridge_yaml(tmp_path, strict.port))
    assert code == 1
    assert err.endswith("it takes no one without a login (Not authorized): set mqtt.username and mqtt.password_file\n")
    code, out, err = call(capsys, "boards", "--config", tmp_path / "none.yaml")
    assert code == 2
    assert err.endswith("none.yaml: cannot be read: No such file or directory\n")


def test_long_uptimes_and_faults() -> None:
    state = {"online": True, "alarms": [], "fault": "LINK", "uptime_ms": 3 * 86_400_000 + 3_600_000}
    assert lines("s", Look({"online": False}, {"b": state})) == [
        "site s: the bridge is offline",
        "BOARD  STATE   FAULT  UP     VERSION  ALARMS",
        "b      online  LINK   3d01h           -",
    ]


def test_help_and_wrong_usage() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "host_bridge.ctl", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert run().returncode == 2
    assert run("chekc").returncode == 2
    for arguments in ((), ("check",), ("boards",)):
        done = run(*arguments, "--help")
        assert done.returncode == 0
        assert "Exit codes" in done.stdout
