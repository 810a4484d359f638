"""`wallboard-bridge` as a process of its own: over a real broker, beside a scripted AMI peer."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.ami_peer import SECRET, USERNAME, AmiPeer
from tests.brokers import Broker, broker
from tests.ports import free_port
from tests.systemd_ear import ear

__all__ = ["broker"]

TIMEOUT_S = 20.0
THRESHOLDS = "timezone: Asia/Jerusalem\ndefaults: {rules: {wait: {warn: 30s}}}\nqueues: {sales: {label: מכירות}}\n"

EVERYTHING = {"site", "rules/sales", "rules/support", "queue/sales", "queue/support"}


class Process:
    """A bridge, its configuration and the lines that it said."""

    module = "host_bridge"

    def __init__(self, folder: Path, ami_port: int, mqtt_section: str) -> None:
        self.folder = folder
        (folder / "ami.secret").write_text(SECRET)
        (folder / "ami.secret").chmod(0o600)
        (folder / "thresholds.yaml").write_text(THRESHOLDS, "utf-8")
        self.config = folder / "bridge.yaml"
        self.config.write_text(
            "site: test\n"
            f"pbx: {{host: 127.0.0.1, port: {ami_port}, username: {USERNAME}, password_file: ami.secret}}\n"
            f"mqtt: {{{mqtt_section}}}\n"
            "thresholds: thresholds.yaml\n"
        )
        self.lines: list[str] = []
        self._said: queue.Queue[str] = queue.Queue()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", self.module, "--config", str(self.config)]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process is not None and self._process.stderr is not None
        for line in self._process.stderr:
            self._said.put(line.rstrip("\n"))

    def until(self, words: str) -> str:
        """Wait for a line with these words."""
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            try:
                line = self._said.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line with {words!r} among {self.lines}") from None
            self.lines.append(line)
            if words in line:
                return line

    def wait(self) -> int:
        assert self._process is not None
        code = self._process.wait(TIMEOUT_S)
        while not self._said.empty():
            self.lines.append(self._said.get())
        return code

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class Watcher:
    """A client that knows the newest payload of each topic of the site, retained or live."""

    def __init__(self, broker: Broker) -> None:
        self.newest: dict[str, Any] = {}
        self._changed = threading.Condition()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_connect = lambda client, *_: client.subscribe("wallboard/test/#", qos=1)
        self.client.on_message = self._take
        self.client.reconnect_delay_set(1, 1)
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()

    def _take(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        with self._changed:
            name = message.topic.removeprefix("wallboard/test/")
            self.newest[name] = json.loads(message.payload) if message.payload else None
            self._changed.notify_all()

    def until(self, true: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        with self._changed:
            assert self._changed.wait_for(lambda: true(self.newest), TIMEOUT_S), self.newest
            return dict(self.newest)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def peer() -> Iterator[AmiPeer]:
    made = AmiPeer(["support", "sales"])
    yield made
    made.close()


@pytest.fixture
def bridge(tmp_path: Path, peer: AmiPeer, broker: Broker) -> Iterator[Process]:
    made = Process(tmp_path, peer.port, f"url: 'mqtt://127.0.0.1:{broker.port}'")
    yield made
    made.close()


@pytest.fixture
def watcher(broker: Broker) -> Iterator[Watcher]:
    made = Watcher(broker)
    yield made
    made.close()


def waiting(known: dict[str, Any], name: str) -> int | None:
    snapshot = known.get(f"queue/{name}")
    return None if snapshot is None else snapshot["waiting"]


def pbx(known: dict[str, Any]) -> str | None:
    state = known.get("bridge/state")
    return state.get("pbx") if state else None


def test_from_the_pbx_to_the_broker_and_a_proper_end(bridge: Process, peer: AmiPeer, watcher: Watcher) -> None:
    peer.join("sales")
    bridge.start()
    known = watcher.until(lambda known: pbx(known) == "up" and known.keys() >= EVERYTHING)
    assert waiting(known, "sales") == 1
    assert known["queue/sales"]["oldest_ms"] < 60_000
    assert [queue["id"] for queue in known["site"]["queues"]] == ["sales", "support"]
    assert known["queue/sales"]["label_visual"] == "תוריכמ"
    assert known["rules/support"]["rules"][0]["id"] == "wait"
    assert len({message["started"] for message in known.values()}) == 1

    call, _ = peer.join("support")
    watcher.until(lambda known: waiting(known, "support") == 1)
    peer.abandon("support", call)
    known = watcher.until(lambda known: waiting(known, "support") == 0 and known["queue/support"]["abandoned"] == 1)
    assert "oldest_ms" not in known["queue/support"]
    first = known["bridge/state"]["seq"]
    watcher.until(lambda known: known["bridge/state"]["seq"] > first)

    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
    known = watcher.until(lambda known: known["bridge/state"]["online"] is False)
    assert all("Traceback" not in line for line in bridge.lines)
    assert waiting(known, "sales") == 1  # what was published stays; the boards know by the state not to trust it


def test_a_killed_bridge_leaves_its_will(bridge: Process, watcher: Watcher) -> None:
    bridge.start()
    started = watcher.until(lambda known: pbx(known) == "up")["bridge/state"]["started"]
    bridge.signal(signal.SIGKILL)
    known = watcher.until(lambda known: known["bridge/state"]["online"] is False)
    assert known["bridge/state"] == {"v": 1, "started": started, "online": False}


def test_a_lost_pbx_is_told_at_once_and_its_return_too(bridge: Process, peer: AmiPeer, watcher: Watcher) -> None:
    bridge.start()
    watcher.until(lambda known: pbx(known) == "up")
    cut_at = time.monotonic()
    peer.cut()
    known = watcher.until(lambda known: pbx(known) == "down")
    assert time.monotonic() - cut_at < 1.0
    assert "closed the connection" in known["bridge/state"]["problem"]
    peer.join("sales")  # nobody tells of it until the next snapshot
    known = watcher.until(lambda known: pbx(known) == "up")
    assert waiting(known, "sales") == 1  # the figures came before the state that calls them live
    bridge.signal(signal.SIGINT)
    assert bridge.wait() == 0
    assert [line.split(": ", 2)[2].split(":")[0] for line in bridge.lines if "PBX" in line] == ["up", "down", "up"]


def test_a_broker_that_forgot_everything_is_told_everything(
    bridge: Process, peer: AmiPeer, broker: Broker, watcher: Watcher
) -> None:
    bridge.start()
    watcher.until(lambda known: pbx(known) == "up" and "queue/sales" in known)
    broker.kill()
    bridge.until("down: it closed the connection")
    peer.join("sales")
    watcher.newest.clear()
    broker.start()
    known = watcher.until(lambda known: known.keys() >= EVERYTHING)
    assert waiting(known, "sales") == 1
    bridge.until(f"broker 127.0.0.1:{broker.port}: up")
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
    lines = [line for line in bridge.lines if "broker" in line]
    assert len(lines) == 3  # up, one line for the outage, one for the recovery


def test_what_an_earlier_run_left_of_queues_that_are_no_more_is_cleared(bridge: Process, watcher: Watcher) -> None:
    for name in ("queue/old", "rules/old", "queue/sales"):
        watcher.client.publish(f"wallboard/test/{name}", b'{"v":1,"started":1,"ts":1,"waiting":9}', qos=1, retain=True)
    watcher.until(lambda known: len(known) == 3)
    bridge.start()
    known = watcher.until(lambda known: known["queue/old"] is None and known["rules/old"] is None)
    watcher.until(lambda known: waiting(known, "sales") == 0)
    assert known["queue/old"] is None


def test_embedded_broker(tmp_path: Path, peer: AmiPeer) -> None:
    pytest.importorskip("amqtt", reason="the embedded broker needs amqtt, which is not installed")
    port = free_port()
    bridge = Process(tmp_path, peer.port, f"url: embedded, port: {port}")
    bridge.start()
    try:
        bridge.until(f"broker 127.0.0.1:{port}: up")
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", port)
        client.disconnect()
        bridge.signal(signal.SIGTERM)
        assert bridge.wait() == 0
        with pytest.raises(ConnectionRefusedError):
            client.connect("127.0.0.1", port)
    finally:
        bridge.close()


def test_an_embedded_broker_whose_port_is_taken_is_one_line_and_1(tmp_path: Path, peer: AmiPeer) -> None:
    pytest.importorskip("amqtt", reason="the embedded broker needs amqtt, which is not installed")
    bridge = Process(tmp_path, peer.port, f"url: embedded, port: {peer.port}")
    bridge.start()
    try:
        line = bridge.until("the port is taken")
        assert line.endswith("stop what uses it, or set mqtt.port")
        assert bridge.wait() == 1
        assert bridge.lines == [line]
    finally:
        bridge.close()


def test_wrong_ami_password_is_one_clear_line_and_a_long_wait(bridge: Process, watcher: Watcher) -> None:
    (bridge.folder / "ami.secret").write_text("guessed")
    bridge.start()
    line = bridge.until("refused")
    assert "check username and password" in line
    assert "next try in 300 s" in line
    watcher.until(lambda known: "refused" in known.get("bridge/state", {}).get("problem", ""))
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
    assert not [line for line in bridge.lines if "Traceback" in line or "guessed" in line]


def test_unreachable_pbx_and_broker_are_one_line_each(tmp_path: Path) -> None:
    ami_port, mqtt_port = free_port(), free_port()
    bridge = Process(tmp_path, ami_port, f"url: 'mqtt://127.0.0.1:{mqtt_port}'")
    bridge.start()
    try:
        bridge.until("down: ")
        bridge.until("down: ")
        time.sleep(2.5)  # some more vain attempts, which are told nobody
        bridge.signal(signal.SIGTERM)
        assert bridge.wait() == 0
    finally:
        bridge.close()
    assert sorted(line.split(": ", 1)[1] for line in bridge.lines) == [
        f"PBX 127.0.0.1:{ami_port}: down: connection refused: is the PBX running, and its AMI enabled on this port?; "
        "trying again until it answers",
        f"broker 127.0.0.1:{mqtt_port}: down: connection refused: is the broker running there?; "
        "trying again until it answers",
    ]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "host_bridge", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


def test_systemd_hears_that_it_is_ready_alive_and_on_its_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ready is a bridge with a right configuration and a running loop: neither PBX nor broker need to answer."""
    with ear(tmp_path) as systemd:
        monkeypatch.setenv("NOTIFY_SOCKET", str(systemd.path))
        monkeypatch.setenv("WATCHDOG_USEC", "1000000")
        bridge = Process(tmp_path, free_port(), f"url: 'mqtt://127.0.0.1:{free_port()}'")
        bridge.start()
        try:
            systemd.hear(10, until="READY=1")
            systemd.hear(5, until="STATUS=test: PBX down since ")
            systemd.said.clear()
            systemd.hear(5)
            assert len(systemd.said["WATCHDOG=1"]) >= 2
            bridge.signal(signal.SIGSTOP)
            systemd.said.clear()
            systemd.hear(3)
            assert not systemd.said  # a bridge that hangs is killed by systemd
            bridge.signal(signal.SIGCONT)
            bridge.signal(signal.SIGTERM)
            systemd.hear(3, until="STOPPING=1")
            assert bridge.wait() == 0
        finally:
            bridge.close()


def test_systemd_does_not_hear_ready_of_a_wrong_configuration(
    bridge: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ear(tmp_path) as systemd:
        monkeypatch.setenv("NOTIFY_SOCKET", str(systemd.path))
        (bridge.folder / "thresholds.yaml").write_text("queues: 1\n")
        bridge.start()
        assert bridge.wait() == 2
        systemd.hear(0.5)
        assert not systemd.said


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("bridge.yaml", "site:", "sight:", "bridge.yaml:1:1: sight: unknown key, expected one of: site, "),
        ("bridge.yaml", "ami.secret", "no.secret", ": pbx.password_file: "),
        ("bridge.yaml", "thresholds.yaml", "none.yaml", "none.yaml: cannot be read: No such file or directory"),
        (
            "thresholds.yaml",
            "warn",
            "wran",
            "thresholds.yaml:2:27: defaults.rules.wait.wran: unknown key; did you mean 'warn'? ",
        ),
        ("thresholds.yaml", "queues:", "queues", "thresholds.yaml:3:1: "),
    ],
)
def test_wrong_configuration_ends_with_a_clear_line_and_2(
    bridge: Process, file: str, old: str, new: str, line: str
) -> None:
    path = bridge.folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    done = run("--config", str(bridge.config))
    assert done.returncode == 2
    assert done.stdout == ""
    assert line in done.stderr
    assert "Traceback" not in done.stderr


def test_all_mistakes_at_once(bridge: Process) -> None:
    bridge.config.write_text("site: a b\nmqtt: {}\nthreshold: x\n")
    done = run("--config", str(bridge.config))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 4


def test_missing_file_wrong_usage_and_help(tmp_path: Path) -> None:
    done = run("--config", str(tmp_path / "none.yaml"))
    assert (done.returncode, done.stderr) == (2, f"{tmp_path}/none.yaml: cannot be read: No such file or directory\n")
    assert run().returncode == 2
    done = run("--help")
    assert done.returncode == 0
    assert "Exit codes" in done.stdout
    assert run("--version").returncode == 0
