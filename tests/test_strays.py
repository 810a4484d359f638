"""Acknowledgements that name nothing there is: cleared, however many there are, and no other is touched."""

from __future__ import annotations

import logging

import pytest

from firmware.core import wire
from host_bridge.announce.publisher import Publisher
from host_bridge.announce.strays import MANY, MOST_MS, MOST_UNACKED, ROUND_MS, Strays

SALES = {
    "id": "wait",
    "for_ms": 0,
    "hold_ms": 5000,
    "sound": {"warn": "none", "critical": "double"},
    "levels": [
        {
            "severity": "warn",
            "all": [{"metric": "oldest_ms", "op": ">=", "value": 1}],
            "clear": [{"metric": "oldest_ms", "op": "<", "value": 1}],
        }
    ],
}


class Site:
    """A publisher that told the rules of `sales`, and a broker that confirms when it is told to."""

    def __init__(self) -> None:
        self.known = True
        self.rounds = 0
        self.publisher = Publisher()
        self.log = logging.getLogger("test.strays")
        self.strays = Strays("main", self.publisher, lambda: self.known, self._listen, self.log)
        rules = wire.dumps({"v": 1, "started": 1, "rules": [SALES]})
        self.publisher.offer(wire.topic("main", "rules", "sales"), rules, 0)
        self.sent()

    def _listen(self) -> None:
        self.rounds += 1

    def ack(self, queue: str, rule: str, payload: bytes = b"x", now_ms: int = 0) -> bool:
        return self.strays.take(wire.topic("main", "ack", queue, rule), payload, now_ms)

    def sent(self, now_ms: int = 0, *, confirmed: bool = True) -> list[tuple[str, bytes]]:
        out = self.publisher.take(now_ms)
        for topic, _ in out if confirmed else ():
            self.publisher.acked(topic)
        return [(topic.removeprefix("wallboard/main/"), payload) for topic, payload in out]


def test_what_names_a_queue_or_a_rule_that_there_is_not_is_cleared_and_nothing_else() -> None:
    site = Site()
    assert not site.ack("sales", "wait")
    assert site.ack("sales", "nothing")
    assert site.ack("support", "wait")
    assert not site.strays.take("wallboard/main/board/ack/state", b"x", 0)
    assert not site.strays.take("wallboard/other/ack/support/wait", b"x", 0)
    assert site.sent() == [("ack/sales/nothing", b""), ("ack/support/wait", b"")]
    assert site.ack("support", "wait", b"")  # our own, coming back
    assert site.sent() == []


def test_nothing_is_cleared_before_the_pbx_told_its_queues_and_then_all_is_heard_anew() -> None:
    site = Site()
    site.known = False
    assert not site.ack("support", "wait")
    site.strays.look(0)
    site.strays.beat(0)
    assert (site.sent(), site.rounds) == ([], 0)
    site.known = True
    site.strays.beat(0)
    assert site.rounds == 1
    assert site.ack("support", "wait")
    assert site.sent() == [("ack/support/wait", b"")]


def test_new_rules_are_known_and_those_of_a_queue_that_is_gone_are_not() -> None:
    site = Site()
    topic = wire.topic("main", "rules", "sales")
    assert not site.ack("sales", "wait")
    site.publisher.offer(topic, wire.dumps({"v": 1, "started": 1, "rules": [{**SALES, "id": "long"}]}), 500)
    assert site.ack("sales", "wait") and not site.ack("sales", "long")
    site.publisher.forget(topic, 500)
    assert site.ack("sales", "long")


def test_more_than_can_be_cleared_at_once_is_heard_again_until_a_round_hears_of_none() -> None:
    site = Site()
    for number in range(MOST_UNACKED + 150):
        site.ack("support", f"r{number}")
        if number % 100 == 0:
            site.sent(confirmed=False)
    site.sent(confirmed=False)
    assert site.publisher.unacked < MOST_UNACKED + 100  # no figure waits behind more
    site.strays.beat(ROUND_MS - 1)
    assert site.rounds == 0
    site.strays.beat(ROUND_MS)
    assert site.rounds == 1
    site.publisher.connected(ROUND_MS)
    assert len(site.sent(ROUND_MS)) > MOST_UNACKED
    for number in range(50):
        site.ack("support", f"r{MOST_UNACKED + number}", now_ms=ROUND_MS)
    assert len(site.sent(ROUND_MS)) == 50
    for seconds in range(10, 1_000):
        site.strays.beat(seconds * 1000)
    assert site.rounds == 2  # the last heard of none


def test_a_flood_that_lasts_is_told_less_and_less_often(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    site = Site()
    for seconds in range(3_600):
        for number in range(MANY):
            site.ack("support", f"r{number}", now_ms=seconds * 1000)
        site.sent()
        site.strays.beat(seconds * 1000)
    assert 6 <= len(caplog.messages) <= 12
    assert caplog.messages[0] == (
        "cleared from the broker: 1100 acknowledgements of queues or rules that there are not; "
        "does a stolen board write them? See config/SECURITY.md"
    )
    caplog.clear()
    end = 3_600_000 + 2 * MOST_MS
    for at in range(3_600_000, end, 2_000):  # it is over: the next flood is told as soon as the first was
        site.strays.beat(at)
    caplog.clear()
    site.ack("support", "one", now_ms=end)
    site.strays.beat(end + ROUND_MS)
    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
        ("INFO", "cleared from the broker: 1 acknowledgements of queues or rules that there are not")
    ]
