"""The whole system with certificates, as it is shipped: real mosquitto, bridge, board and wallboardctl, each itself.

What the system does by itself the access list never refuses; no secret is told anywhere; a board listens nowhere.
"""

from __future__ import annotations

import json
import re
import signal
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from host_bridge.ctl import program
from host_bridge.pki import mosquitto
from host_bridge.pki.folder import Files
from host_bridge.pki.names import BOARD, BRIDGE, MONITOR, OPERATOR
from host_bridge.pki.site import YEAR, Pki
from tests.ami_peer import SECRET, AmiPeer
from tests.secure_site import WITNESS, Client, SecureSite, copy, now
from tests.test_boards_main import QuickBridge as Bridge
from tests.test_bridge_main import peer
from tests.waiting import wait_until
from tests.wallboard_process import Process as Board

__all__ = ["peer"]
THRESHOLDS = "timezone: Asia/Jerusalem\nqueues: {sales: {label: Sales, rules: {waiting: {critical: 1}}}}\n"
Call = Callable[..., tuple[int, str]]


def section(files: Files, port: int) -> str:
    """`mqtt` of a settings file."""
    names = f"ca_file: '{files.ca}', cert_file: '{files.cert}', key_file: '{files.key}'"
    return f"url: 'mqtts://127.0.0.1:{port}', {names}"


class SecureBoard(Board):
    """`wallboard` with a certificate."""

    def __init__(self, folder: Path, name: str, mqtt: str) -> None:
        self._name = name
        self._mqtt = mqtt
        folder.mkdir()
        super().__init__(folder, 0)

    def settings(self, text: str) -> str:
        text = text.replace("site: main", "site: test").replace("board: b1", f"board: {self._name}")
        return re.sub(r"mqtt: \{.*\}", lambda _: f"mqtt: {{{self._mqtt}}}", text)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SecureSite]:
    made = SecureSite(tmp_path, "test").start()
    yield made
    made.stop()


@pytest.fixture
def watcher(site: SecureSite) -> Iterator[Client]:
    with site.client(site.files(WITNESS, MONITOR)) as made:
        made.subscribe("#")
        yield made


@pytest.fixture
def bridge(tmp_path: Path, peer: AmiPeer, site: SecureSite) -> Iterator[Bridge]:
    folder = tmp_path / "bridge"
    folder.mkdir()
    own = site.files("wallboardctl", OPERATOR)
    made = Bridge(folder, peer.port, section(site.files("wallboard-bridge", BRIDGE), site.port))
    (folder / "thresholds.yaml").write_text(THRESHOLDS)
    more = f"journal: test.journal\nwallboardctl: {{cert_file: '{own.cert}', key_file: '{own.key}'}}\n"
    made.config.write_text(made.config.read_text() + more)
    yield made
    made.close()


@pytest.fixture
def board(tmp_path: Path, site: SecureSite) -> Iterator[SecureBoard]:
    made = SecureBoard(tmp_path / "board", "hall-1", section(site.files("hall-1"), site.port))
    yield made
    made.end()


@pytest.fixture
def call(bridge: Bridge, capsys: pytest.CaptureFixture[str]) -> Call:
    """call("boards") → exit code, and all that it printed; by bridge.yaml."""

    def called(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = program.main([*arguments, "--config", str(bridge.config)])
        return code, "".join(capsys.readouterr())

    return called


def state(watcher: Client) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(watcher.heard.get("wallboard/test/board/hall-1/state") or b"{}")
    return found


def test_everything_works_and_nothing_is_refused_or_told(  # noqa: PLR0917 - the whole system
    site: SecureSite, bridge: Bridge, board: SecureBoard, peer: AmiPeer, watcher: Client, call: Call
) -> None:
    bridge.start()
    peer.join("sales")
    wait_until(lambda: state(watcher).get("alarms"), otherwise=f"no alarm: {state(watcher)}, {board.lines()}")

    code, out = call("ack")
    assert (code, "is acknowledged" in out) == (0, True), out
    assert call("ack", "--withdraw")[0] == 0
    assert call("mute", "hall-1")[1] == "hall-1: muted for 1h\n"
    assert call("unmute", "--all")[0] == 0
    assert call("ack")[0] == 0
    assert call("identify", "hall-1")[0] == 0
    assert call("test", "hall-1")[0] == 0
    assert call("notice", "Team", "meeting", "--for", "30m")[0] == 0
    wait_until(lambda: b"Team meeting" in watcher.heard.get("wallboard/test/notice", b""), otherwise="no notice")
    assert call("notice", "--clear")[0] == 0
    code, out = call("boards", "--json")
    assert (code, json.loads(out)["boards"]["hall-1"]["online"], json.loads(out)["live"]) == (0, True, True)
    assert program.main(["check", "--strict", "--secrets", str(bridge.config), str(board.folder / "board.yaml")]) == 0
    assert "acknowledged" in call("history")[1]

    wait_until(
        lambda: b"hall-1" in watcher.heard.get("wallboard/test/bridge/boards", b""), otherwise="no list of boards"
    )
    seen = told(site, bridge, board, watcher) | bundle(bridge, board)
    board.end()
    wait_until(lambda: state(watcher).get("online") is False, otherwise="no last will of the board")
    assert call("boards", "--forget", "hall-1") == (0, "hall-1 is forgotten\n")
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
    wait_until(lambda: json.loads(watcher.heard["wallboard/test/bridge/state"])["online"] is False)
    assert "Denied" not in site.log()
    seen |= told(site, bridge, board, watcher)
    for secret in secrets(site):
        assert not [where for where, text in seen.items() if secret in text], secret

    with site.client(site.files("hall-1")) as anybody:  # so that the log would have told
        anybody.publish("wallboard/test/notice/set")
    wait_until(lambda: "Denied PUBLISH" in site.log())


def told(site: SecureSite, bridge: Bridge, board: SecureBoard, watcher: Client) -> dict[str, str]:
    """Whatever anybody can see of it from outside."""
    seen = {f"message {topic}": payload.decode() for topic, payload in watcher.heard.items()}
    seen |= {"log of the bridge": "\n".join(bridge.lines), "log of the board": "\n".join(board.lines())}
    seen["log of mosquitto"] = site.log()
    for path in (board.folder / "state.json", board.folder / "board.yaml", bridge.config):
        seen[path.name] = path.read_text()
    for number in processes(board, bridge):
        for name in ("cmdline", "environ"):
            seen[f"{name} of {number}"] = Path(f"/proc/{number}/{name}").read_text("utf-8", "replace")
    return seen


def bundle(bridge: Bridge, board: SecureBoard) -> dict[str, str]:
    """What `wallboardctl support` would send."""
    path = board.folder / "support.zip"
    assert program.main(["support", "--out", str(path), str(bridge.config), str(board.folder / "board.yaml")]) == 0
    with zipfile.ZipFile(path) as packed:
        seen = {f"support: {name}": packed.read(name).decode("utf-8", "replace") for name in packed.namelist()}
    assert any("mqtts://" in text for text in seen.values())
    return seen


def processes(board: Board, bridge: Bridge | None = None) -> list[int]:
    """All that belong to them and run."""
    found = [board.process.pid, *board.helpers()] if board.process.poll() is None else []
    if bridge is not None and bridge._process is not None and bridge._process.poll() is None:
        found.append(bridge._process.pid)
    return found


def secrets(site: SecureSite) -> list[str]:
    """Pieces of every key, as they stand in the files; and what the bridge says to the PBX."""
    keys = [path.read_text().splitlines()[1:-1] for path in site.folder.rglob("*.key")]
    found = [line for key in keys for line in key]
    assert len(found) > 10 and min(map(len, found)) > 30
    return [*found, SECRET]


def listening(pids: list[int]) -> list[str]:
    """Sockets of these processes that anybody could send to over a network: of TCP those that listen, of UDP all."""
    inodes = set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = str(descriptor.readlink())
            except FileNotFoundError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = []
    for kind in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
        for line in Path(f"/proc/{pids[0]}/net/{kind}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes and (fields[3] == "0A" or not kind.startswith("tcp")):
                found.append(f"{kind} {fields[1]}")
    return found


def test_a_board_listens_nowhere(site: SecureSite, board: SecureBoard, watcher: Client, tmp_path: Path) -> None:
    wait_until(lambda: state(watcher).get("online") and board.frame(), otherwise="no board")
    pids = processes(board)
    assert len(pids) > 2
    assert listening(pids) == []

    board.end()
    emulator = Board(tmp_path / "board", site.port, driver="emulator")  # a page for a browser on this machine alone
    try:
        wait_until(lambda: listening(processes(emulator)), otherwise="the page is nowhere")
        assert [each.split(":")[0] for each in listening(processes(emulator))] == ["tcp 0100007F"]
    finally:
        emulator.end()


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("revoked", "it does not take our certificate: it is revoked; next try in 30 s"),
        (
            "ended",
            "it does not take our certificate: it has ended, or a clock is wrong; next try in 30 s",
        ),
        ("of another site", "it does not take our certificate: another authority has signed it; next try in 30 s"),
        ("the broker's", "it does not take our certificate: it is for another purpose; next try in 30 s"),
        ("none", "it wants a certificate of ours: set cert_file and key_file; next try in 30 s"),
    ],
)
def test_a_certificate_that_the_broker_does_not_take_is_told_in_words(
    site: SecureSite, tmp_path: Path, what: str, says: str
) -> None:
    files = copy(site.pki.give("hall-2", BOARD, now() - 11 * YEAR * (what == "ended"))[0], tmp_path / "kept")
    if what == "revoked":
        site.pki.revoke("hall-2", now())
        site.write()
        site.restart()
    if what == "of another site":
        files = Pki.create(tmp_path / "other", "main", now())[0].give("hall-2", BOARD, now())[0]
    if what == "the broker's":
        files = site.pki.folder.files("broker", "broker")
    mqtt = section(files._replace(ca=site.pki.folder.path / "ca.crt"), site.port)
    board = SecureBoard(tmp_path / "hall-2", "hall-2", mqtt.split(", cert_file")[0] if what == "none" else mqtt)
    try:
        wait_until(board.lines, otherwise="it says nothing")
        assert board.lines() == [f"wallboard: broker 127.0.0.1:{site.port}: down: {says}"]
    finally:
        board.end()


def test_wallboardctl_tells_it_in_the_same_words(
    site: SecureSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ca = str(site.pki.folder.path / "ca.crt")
    there = ["--url", f"mqtts://127.0.0.1:{site.port}", "--site", "test", "--ca-file", ca]
    assert program.main(["boards", *there]) == 1
    wants = "it wants a certificate of ours: set cert_file and key_file"
    assert capsys.readouterr().err == f"wallboardctl boards: broker 127.0.0.1:{site.port}: {wants}\n"
    own = site.files("wallboardctl", OPERATOR)
    assert program.main(["boards", *there, "--cert-file", str(own.cert), "--key-file", str(own.key)]) == 0


def test_a_stolen_board_cannot_put_itself_in_the_bridges_place(site: SecureSite, bridge: Bridge) -> None:
    """A broker has one client of an id. Who knows the key alone knows the bridge's."""
    bridge.start()
    bridge.until(": up")
    wait_until(lambda: "u'wallboard-bridge'" in site.log())
    thief = site.client(site.files("hall-9"), "wallboard-bridge-test")
    with thief:
        thief.publish("wallboard/test/board/hall-9/state", b"")
    assert "already connected" not in site.log()
    assert bridge.config.exists() and "down" not in "".join(bridge.lines)


def test_what_a_stolen_board_left_is_cleared_and_the_acknowledgement_of_an_alarm_is_not(
    site: SecureSite, bridge: Bridge, peer: AmiPeer
) -> None:
    """More than the broker hands on to one client at once, so that a single round is not enough."""
    real, many = "wallboard/test/ack/sales/waiting", mosquitto.MOST_QUEUED + 5_000
    with site.client(site.files("hall-9")) as thief:
        for number in range(many):
            thief.client.publish(f"wallboard/test/ack/q{number}/wait", b"x" * 20, 0, True)
        thief.publish(real, b'{"v":1,"at":1}', retain=True)
    bridge.start()
    peer.join("sales")

    def left() -> set[str]:
        with site.client(site.files("wallboardctl", OPERATOR)) as anybody:
            anybody.subscribe("wallboard/test/ack/+/+", "wallboard/test/bridge/state")
            wait_until(lambda: len(anybody.heard) > 1)
            return set(anybody.heard) - {"wallboard/test/bridge/state"}

    wait_until(lambda: left() == {real}, 60, details=lambda: f"{len(left())} left")
    bridge.until("cleared from the broker: ")
    bridge.signal(signal.SIGTERM)
    assert bridge.wait() == 0
