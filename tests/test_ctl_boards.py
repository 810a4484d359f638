"""`wallboardctl boards`, as it is called, at a real broker."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from host_bridge.ctl import boards as command
from host_bridge.ctl import program
from tests.brokers import Broker, broker
from tests.live_board import LiveBoard
from tests.ports import free_port
from tests.site_rig import Call, Site, bridge_yaml, call, site
from tests.test_bridge_main import Process
from tests.waiting import wait_until

__all__ = ["broker", "call", "site"]

ALARM = {"queue": "support", "rule": "wait", "severity": "critical", "acked": False, "at": 5}
HALL_1 = {"v": 1, "online": True, "alarms": [ALARM], "uptime_ms": 11_520_000, "version": "0.1.0", "muted": True}


def test_what_a_broker_still_holds_of_a_site(site: Site, call: Call) -> None:
    code, out, _ = call("boards")
    assert code == 0
    assert out.splitlines() == [
        "site main: no bridge has ever reported to this broker",
        "no board has ever reported to this broker",
    ]
    site.retain("bridge/state", {"v": 1, "started": 1, "online": True, "pbx": "down", "problem": "connection refused"})
    site.retain("board/hall-2/state", {"v": 1, "online": False})
    site.retain("board/hall-1/state", HALL_1)
    site.retain("board/odd/state", {"v": 2, "online": True})
    code, out, _ = call("boards")
    assert code == 0
    assert out.splitlines() == [
        "site main: the bridge says nothing; last it said: PBX down (connection refused)",
        "BOARD   STATE          FAULT  UP          VERSION  ALARMS",
        "hall-1  online, muted  -      3 h 12 min  0.1.0    support: wait critical",
        "hall-2  offline",
        "odd     ?                                          v is 2, this board knows 1: update it",
    ]
    code, out, _ = call("boards", "--json")
    look = json.loads(out)
    assert (look["bridge"]["pbx"], look["live"]) == ("down", False)
    assert look["boards"]["hall-1"]["alarms"] == [ALARM]


def test_a_bridge_is_alive_when_it_speaks_and_tells_since_when_boards_are_gone(site: Site, call: Call) -> None:
    """After a power cut a broker with a memory still has the retained "online" of a bridge that never came back."""
    site.live()
    site.retain("board/hall-1/state", {"v": 1, "online": False})
    machines = [{"host": "pi-3", "address": "192.0.2.7", "serial": "a1"}, {"host": "pi-3", "address": "192.0.2.9"}]
    told = [
        {"id": "hall-1", "online": False, "since": site.bridge.now() - 7_500_000},
        {"id": "hall-2", "online": True, "since": 1, "twice": machines},
        {"id": "hall-3", "online": False, "since": site.bridge.now() - 200_000_000},
    ]
    site.retain("bridge/boards", {"v": 1, "started": site.bridge.started, "boards": told})
    code, out, _ = call("boards")
    assert code == 0
    assert out.splitlines() == [
        "site main: the bridge is online, PBX up",
        "BOARD   STATE                   FAULT  UP  VERSION  ALARMS",
        "hall-1  offline for 2 h 05 min",
        "hall-3  offline for 2 d 7 h",
        "two boards call themselves 'hall-2': pi-3 (192.0.2.7) and pi-3 (192.0.2.9): give one another name in "
        "board.yaml",
    ]


def test_a_real_board_says_which_machine_it_is(site: Site, call: Call) -> None:
    site.live()
    with LiveBoard(site.broker.port, "hall-1", serial="10000000abcdef01", host="pi-3"):
        wait_until(lambda: [topic for topic, state, _ in site.bridge.heard if state.get("frames")])
        code, out, _ = call("boards", "--long")
    assert code == 0
    _, head, row = out.splitlines()
    cells = {name: row[head.index(name) :].split()[0] for name in head.split() if name != "TEMP"}
    assert (cells["STATE"], cells["HOST"], cells["ADDRESS"]) == ("online", "pi-3", "127.0.0.1")
    assert (cells["SERIAL"], cells["LIGHT"], cells["PROBLEMS"]) == ("10000000abcdef01", "100%", "0")


def test_a_board_that_was_taken_down_for_good_is_forgotten(site: Site, call: Call) -> None:
    site.retain("board/hall-1/state", {"v": 1, "online": False})
    code, out, err = call("boards", "--forget", "hal-1")
    assert (code, out) == (2, "")
    assert err == "wallboardctl boards: no board is called 'hal-1'; did you mean 'hall-1'? (boards: hall-1)\n"
    assert call("boards", "--forget", "hall-1") == (0, "hall-1 is forgotten\n", "")
    assert "no board has ever reported" in call("boards")[1]


def test_a_board_that_runs_is_not_forgotten(site: Site, call: Call) -> None:
    with LiveBoard(site.broker.port, "hall-1"):
        wait_until(lambda: site.bridge.heard)
        code, out, err = call("boards", "--forget", "hall-1")
    assert (code, out) == (1, "")
    assert err.startswith("wallboardctl boards: hall-1 is online, and would be listed again at its next word")


def test_one_that_died_while_the_broker_was_gone_too_is_forgotten(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last will was lost: it says that it is online for ever, and says nothing."""
    monkeypatch.setattr(command, "SPEAKS_S", 0.3)
    site.retain("board/hall-1/state", {"v": 1, "online": True})
    assert call("boards", "--forget", "hall-1", "--json") == (0, '{"forgotten": "hall-1"}\n', "")


def test_without_a_broker_or_a_login_it_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    assert program.main(["boards", "--config", str(bridge_yaml(tmp_path, port))]) == 1
    refused = "connection refused: is the broker running there?"
    assert capsys.readouterr() == ("", f"wallboardctl boards: broker 127.0.0.1:{port}: {refused}\n")
    with Broker(users={"a": "b"}) as strict:
        assert program.main(["boards", "--config", str(bridge_yaml(tmp_path, strict.port))]) == 1
        assert capsys.readouterr().err.endswith(
            "it takes no one without a login (Not authorized): set mqtt.username and mqtt.password_file\n"
        )
        url = ["--url", f"mqtt://127.0.0.1:{strict.port}", "--site", "main"]
        assert program.main(["boards", *url]) == 1
        assert capsys.readouterr().err.endswith(
            "it takes no one without a login (Not authorized): set --username and --password-file\n"
        )
        (tmp_path / "password").write_text("b\n")
        login = ["--username", "a", "--password-file", str(tmp_path / "password")]
        assert program.main(["boards", *url, *login]) == 0
        assert capsys.readouterr().out.startswith("site main: no bridge has ever reported")


def test_a_broker_that_hangs_is_given_up(site: Site, call: Call) -> None:
    site.broker.freeze()
    start = time.monotonic()
    code, _, err = call("boards")
    site.broker.thaw()
    assert (code, time.monotonic() - start) == (1, pytest.approx(5, abs=2))
    assert err == f"wallboardctl boards: broker 127.0.0.1:{site.broker.port}: it answers nothing\n"


class QuickBridge(Process):
    """… that knows after 8 s, and not after 30, which boards there are."""

    module = "tests.quick_bridge"


def test_two_boards_with_one_name_and_one_host_name_are_told_apart(
    tmp_path: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    """An SD card was copied: they put one another off the broker, and the bridge sees who speaks."""
    bridge = QuickBridge(tmp_path, 1, f"url: 'mqtt://127.0.0.1:{broker.port}'")
    bridge.start()
    command = ["boards", "--url", f"mqtt://127.0.0.1:{broker.port}", "--site", "test"]
    cards = [{"host": "wallboard", "serial": serial} for serial in ("10000000000000a1", "10000000000000b2")]
    twins = (
        "two boards call themselves 'hall-1': wallboard (127.0.0.1), serial 10000000000000a1 and wallboard (127.0.0.1),"
        " serial 10000000000000b2: give one another name in board.yaml"
    )

    def named() -> bool:
        assert program.main(command) == 0
        return twins in capsys.readouterr().out

    try:
        with (
            LiveBoard(broker.port, "hall-1", "test", **cards[0]),
            LiveBoard(broker.port, "hall-1", "test", **cards[1]),
        ):
            wait_until(named, 30, "the bridge does not notice")
    finally:
        bridge.close()


def test_what_keeps_a_board_from_its_work_stands_below_and_what_its_self_test_found_with_long(
    site: Site, call: Call
) -> None:
    dark = "panel.driver: 'rgbmatrix' needs the Python module rgbmatrix"
    found = {"state": "done", "seen": 19, "steps": 19, "button": "silent", "buzzer": "played", "link": "broker"}
    site.retain("board/hall-1/state", {"v": 1, "online": True, "problem": dark, "self_test": found})
    code, out, _ = call("boards")
    assert code == 0
    assert out.splitlines()[2].startswith("hall-1  online, PANEL DARK")
    assert out.splitlines()[3:] == [f"hall-1: {dark}"]
    _, out, _ = call("boards", "--long")
    assert out.splitlines()[3:] == [
        f"hall-1: {dark}",
        "hall-1: self-test done: button silent, buzzer played, link broker",
    ]
