"""The connection of wallboardctl's commands over a real broker: what is retained, what is confirmed, and its end."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from paho.mqtt.reasoncodes import ReasonCode

from config.broker_client import BrokerLogin
from host_bridge.ctl.site.args import Place
from host_bridge.ctl.site.link import QUIET_S, LinkError, SiteLink
from tests.brokers import Broker, broker
from tests.link_rig import Peer

__all__ = ["broker"]

FILTERS = [("board", "+", "state"), ("site",)]


@pytest.fixture
def peer(broker: Broker) -> Iterator[Peer]:
    made = Peer(broker.port)
    yield made
    made.close()


def place(port: int) -> Place:
    return Place("main", BrokerLogin("127.0.0.1", port, ""), None)


def test_all_that_is_retained_is_through_when_it_has_settled(broker: Broker, peer: Peer) -> None:
    for number in range(300):  # more than a broker has under way at once
        peer.publish(f"wallboard/main/board/b{number}/state", b"x" * 500)
    peer.publish("wallboard/other/site", b"of another site")
    heard: dict[tuple[str, ...], tuple[bytes, bool]] = {}
    with SiteLink(place(broker.port), FILTERS, lambda parts, *what: heard.update({parts: what})) as link:
        link.settle()
        assert len(heard) == 300
        assert heard["board", "b7", "state"] == (b"x" * 500, True)
        peer.publish("wallboard/main/site", b"live")
        assert link.wait(lambda: ("site",) in heard, 5)
        assert heard["site",] == (b"live", False)


def test_what_is_published_is_with_the_broker_when_it_returns(broker: Broker) -> None:
    heard = []
    with SiteLink(place(broker.port), FILTERS, lambda *what: heard.append(what)) as link:
        link.publish(("site",), b"kept", retain=True)
        link.publish(("site",), b"said")
        assert link.wait(lambda: len(heard) == 2, 5)
    with SiteLink(place(broker.port), FILTERS, lambda *what: heard.append(what)) as link:
        link.settle()
    assert heard == [(("site",), b"kept", False), (("site",), b"said", False), (("site",), b"kept", True)]


def test_a_site_that_is_busy_settles_all_the_same(broker: Broker, peer: Peer) -> None:
    """What comes live says nothing about what is retained."""
    with SiteLink(place(broker.port), FILTERS, lambda *_: peer.publish("wallboard/main/site", b"x", False)) as link:
        peer.publish("wallboard/main/site", b"x", False)
        start = time.monotonic()
        link.settle()
        assert time.monotonic() - start < QUIET_S + 1


def test_a_broker_that_goes_away_is_told(broker: Broker) -> None:
    with SiteLink(place(broker.port), FILTERS, lambda *_: None) as link:
        assert not link.wait(lambda: False, 0.3)
        broker.kill()
        with pytest.raises(LinkError, match=rf"^broker 127.0.0.1:{broker.port}: it closed the connection$"):
            link.wait(lambda: False, 5)


def test_a_broker_that_hangs_is_told(broker: Broker) -> None:
    with SiteLink(place(broker.port), FILTERS, lambda *_: None) as link:
        broker.freeze()
        start = time.monotonic()
        with pytest.raises(LinkError, match="it does not confirm what it is sent"):
            link.publish(("site",), b"x")
        with pytest.raises(LinkError, match="it answers nothing"):
            link.wait(lambda: False, 20)
        assert time.monotonic() - start < 15
        broker.thaw()


def test_a_packet_that_cannot_be_read_is_told(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    def loop(*_: object) -> None:
        raise IndexError("pop from\nan empty deque")

    with SiteLink(place(broker.port), FILTERS, lambda *_: None) as link, monkeypatch.context() as patched:
        patched.setattr("paho.mqtt.client.Client.loop", loop)
        with pytest.raises(LinkError, match=r"cannot be read \(IndexError: pop from\?an empty deque\)$"):
            link.settle()


def test_a_broker_that_lets_us_read_nothing_is_told(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """mosquitto grants what it then never sends; others refuse it in so many words."""
    refused = ReasonCode(9, identifier=0x80)
    told = SiteLink._on_subscribe

    def refuse(self: SiteLink, client: object, *more: object) -> None:
        told(self, client, None, 0, [ReasonCode(9, identifier=1), refused], None)

    monkeypatch.setattr(SiteLink, "_on_subscribe", refuse)
    with (
        pytest.raises(LinkError, match="it does not let us read wallboard/main/site: let this user read"),
        SiteLink(place(broker.port), FILTERS, lambda *_: None) as link,
    ):
        link.settle()
