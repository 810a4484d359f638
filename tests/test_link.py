"""The broker link over a real broker: its loss in every way, its return, and what it says of each."""

from __future__ import annotations

import logging
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.broker_client import REFUSED_HOLD_S, BrokerLogin
from config.reconnect import BackOff
from firmware.pi import link as link_module
from firmware.pi.inbox import LinkChange, Message
from firmware.pi.link import MOST_BRIEF, Link
from tests.brokers import MOSQUITTO, Broker, broker
from tests.link_rig import SUBSCRIPTIONS, WILL, Ear, Peer, ear, make, told
from tests.ports import free_port

__all__ = ["broker", "ear", "make"]


def test_what_is_retained_and_what_comes_live(broker: Broker, ear: Ear, make: Callable[..., Link]) -> None:
    bridge = Peer(broker.port)
    bridge.publish("wallboard/main/queue/sales", b"1")
    make(broker.port)
    ear.until_heard(LinkChange(True))
    ear.until_heard(Message("wallboard/main/queue/sales", b"1", True))
    bridge.publish("wallboard/main/queue/sales", b"2")
    bridge.publish("wallboard/other/queue/sales", b"3")
    bridge.publish("wallboard/main/queue/support", b"4")
    ear.until_heard(Message("wallboard/main/queue/support", b"4", False))
    bridge.close()
    assert ear.heard[0] == LinkChange(True)
    assert Message("wallboard/main/queue/sales", b"2", False) in ear.heard
    assert len(ear.heard) == 4


def test_its_state_is_retained_and_the_last_word_is_its_own(
    broker: Broker, ear: Ear, make: Callable[..., Link]
) -> None:
    idle = Link(BrokerLogin(broker.host, broker.port, "b2"), SUBSCRIPTIONS, WILL, ear.inbox, logging.getLogger("t"))
    assert not idle.publish(WILL[0], b"too early")
    assert idle.address == ""
    link = make(broker.port)
    ear.until_heard(LinkChange(True))
    assert link.address == "127.0.0.1"
    assert link.publish(WILL[0], b"on")
    link.close(b"goodbye")
    watcher = Peer(broker.port)
    ear.until(lambda: bool(watcher.heard), 5)
    watcher.close()
    assert watcher.heard == [(WILL[0], b"goodbye", True)]


def test_a_broker_that_dies_and_comes_back(
    broker: Broker, ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    make(broker.port)
    ear.until_heard(LinkChange(True))
    broker.kill()
    assert ear.until_heard(LinkChange(False)) < 1
    ear.heard.clear()
    time.sleep(1.2)  # some tries in vain, which are not worth a line each
    broker.start()
    ear.until_heard(LinkChange(True), 10)
    bridge = Peer(broker.port)
    bridge.publish("wallboard/main/queue/sales", b"5")
    # retained if it came before our subscription did
    ear.until(lambda: any(isinstance(each, Message) and each.payload == b"5" for each in ear.heard), 5)
    bridge.close()
    where = f"broker 127.0.0.1:{broker.port}: "
    assert told(caplog) == [
        where + "up",
        where + "down: it closed the connection; trying again until it answers",
        where + "up",
    ]


def test_a_broker_that_hangs_is_lost_within_eight_seconds(
    broker: Broker, ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture
) -> None:
    make(broker.port)
    ear.until_heard(LinkChange(True))
    broker.freeze()
    assert ear.until_heard(LinkChange(False), 10) < 8
    ear.until(lambda: bool(told(caplog)), 1)
    assert told(caplog)[-1].endswith("down: it answers nothing; trying again until it answers")
    broker.thaw()
    ear.heard.clear()
    ear.until_heard(LinkChange(True), 10)


def test_an_idle_link_stays_up(broker: Broker, ear: Ear, make: Callable[..., Link]) -> None:
    make(broker.port)
    ear.until_heard(LinkChange(True))
    started = time.monotonic()
    ear.until(lambda: time.monotonic() - started > 10 or LinkChange(False) in ear.heard, 12)
    assert LinkChange(False) not in ear.heard


def test_no_broker_is_one_clear_line(ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    link = make(port)
    ear.until(lambda: bool(told(caplog)), 5)
    assert (link.up, link.trouble) == (False, "refused")
    time.sleep(1.5)
    assert told(caplog) == [
        f"broker 127.0.0.1:{port}: down: connection refused: is the broker running there?; "
        "trying again until it answers"
    ]


def test_a_name_that_nobody_knows(ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture) -> None:
    link = make(1883, "no-such-broker.invalid")
    ear.until(lambda: bool(told(caplog)), 15)
    assert link.trouble == "name"
    assert "this host name is not known" in told(caplog)[0]


def test_a_wrong_password_is_said_and_not_tried_again_at_once(
    ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture
) -> None:
    with Broker(users={"board": "right"}) as strict:
        link = make(strict.port, username="board", password="wrong")
        ear.until(lambda: bool(told(caplog)), 5)
        assert (link.up, link.trouble) == (False, "login")
        assert told(caplog) == [
            f"broker 127.0.0.1:{strict.port}: down: it refused user 'board' (Not authorized): "
            f"check mqtt.username and the password; next try in {REFUSED_HOLD_S} s"
        ]
        make(strict.port)
        ear.until(lambda: len(told(caplog)) == 2, 5)
        assert "it takes no one without a login (Not authorized): set mqtt.username" in told(caplog)[1]
        link = make(strict.port, username="board", password="right")
        ear.until_heard(LinkChange(True))
        assert link.up


def test_two_boards_of_one_name_are_one_line_and_do_not_storm_the_broker(
    broker: Broker,
    ear: Ear,
    make: Callable[..., Link],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The broker cuts off the one each time the other comes: a card was copied, and `board` left as it was."""
    caplog.set_level(logging.INFO)
    original, waits = BackOff.next_ms, []

    def next_ms(back_off: BackOff) -> int:
        waits.append(original(back_off))
        return 10

    monkeypatch.setattr(BackOff, "next_ms", next_ms)
    make(broker.port)
    twin = make(broker.port)
    ear.until(lambda: len(waits) > 30, 20)
    where = f"broker 127.0.0.1:{broker.port}: "
    lines = told(caplog)
    again = (
        where + "down: it closed the connection again and again: is another board of this name running? "
        "each needs its own `board` in board.yaml; trying again until it answers"
    )
    assert lines.count(again) == 2
    assert lines.count(where + "up") == 2 * MOST_BRIEF
    assert len(lines) == 4 * MOST_BRIEF
    assert min(waits[-4:]) > 5000
    monkeypatch.setattr(link_module, "STEADY_S", 0.5)
    twin.close(b"", 0.2)
    ear.until(lambda: len(told(caplog)) > len(lines), 10)
    assert told(caplog)[len(lines) :] == [where + "up"]


class TlsBroker(Broker):
    """mosquitto with a certificate for 127.0.0.1, which `ca` vouches for."""

    def __init__(self, folder: Path) -> None:
        if not MOSQUITTO or shutil.which("openssl") is None:
            pytest.skip("a broker with TLS needs mosquitto and openssl, which are not both installed")
        super().__init__()
        self.ca, self._key = folder / "cert.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=wallboard test", "-addext", "subjectAltName=IP:127.0.0.1",
             "-out", str(self.ca), "-keyout", str(self._key)],
            check=True, capture_output=True,
        )  # fmt: skip

    def _command(self) -> list[str]:
        command = super()._command()
        with Path(command[-1]).open("a") as config:
            config.write(f"certfile {self.ca}\nkeyfile {self._key}\n")
        return command


def test_over_tls_and_only_with_a_certificate_that_somebody_vouches_for(
    ear: Ear, make: Callable[..., Link], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with TlsBroker(tmp_path) as broker:
        make(broker.port, tls=ssl.create_default_context(cafile=broker.ca))
        ear.until_heard(LinkChange(True))
        link = make(broker.port, tls=ssl.create_default_context())
        ear.until(lambda: len(told(caplog)) == 1, 5)
        assert link.trouble == "certificate"
        assert "down: its TLS certificate was not accepted: self-signed certificate; trying again" in told(caplog)[0]
        link = make(broker.port)
        ear.until(lambda: len(told(caplog)) == 2, 8)
        assert link.trouble == "closed"
        assert "down: it closed the connection" in told(caplog)[1]
