"""The bridge's messages: each is one that boards take, and says what the thresholds say."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from config.yaml_file import parse
from firmware.core import wire
from host_bridge.clock import Now
from host_bridge.messages import Messages
from host_bridge.thresholds import build

FILE = """\
timezone: Asia/Jerusalem
defaults: {rules: {wait: {warn: 30s}}}
queues:
  support: {label: תמיכה (VIP), rules: {wait: off}}
  sales: {}
hours: {sun-thu: 08:00-18:00}
quiet: {every: [12:30-13:00]}
"""


def messages() -> Messages:
    return Messages("main", 1_000, "1.2", build(parse(FILE.encode(), "t.yaml")))


def moment(text: str, ms: int = 5_000) -> Now:
    local = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Jerusalem"))
    return Now(ms, int(local.timestamp() * 1000))


def read(schema: Any, payload: bytes) -> dict[str, Any]:
    return wire.read(schema, payload)


def test_heartbeats_count_and_tell_the_time() -> None:
    made = messages()
    first = read(wire.BRIDGE, made.state(moment("2026-09-08T12:30"), "up", ""))
    second = read(wire.BRIDGE, made.state(moment("2026-09-08T13:00"), "down", "connection refused"))
    assert (first["started"], first["now"], first["seq"], second["seq"]) == (1_000, 5_000, 1, 2)
    assert (first["local"], first["date"]) == (45_000_000, "2026-09-08")
    assert (first["quiet"], second["quiet"]) == (True, False)
    assert (first["online"], first["pbx"], second["pbx"]) == (True, "up", "down")
    assert (first["problem"], second["problem"]) == (None, "connection refused")


def test_the_will_says_offline_and_no_more() -> None:
    assert wire.loads(messages().offline()) == {"v": 1, "started": 1_000, "online": False}


def test_a_long_problem_is_cut() -> None:
    assert len(read(wire.BRIDGE, messages().state(moment("2026-09-08T13:00"), "down", "x" * 9_999))["problem"]) == 1_000


def test_queues_in_the_order_of_the_file_then_of_the_pbx() -> None:
    site = read(wire.SITE, messages().site(("0600", "sales", "10%", "support")))
    assert [queue["id"] for queue in site["queues"]] == ["support", "sales", "0600", "10%25"]
    assert site["queues"][0] == {
        "id": "support",
        "label": "תמיכה (VIP)",
        "label_visual": "(VIP) הכימת",
        "rtl": True,
    }
    assert site["queues"][3]["label"] == "10%"
    assert (site["blink"], site["repeat_ms"], site["longest_ms"]) == ({"warn": 500, "critical": 1000}, 60_000, 5_000)


def test_a_queue_whose_name_no_message_may_hold() -> None:
    made = messages()
    (queue,) = read(wire.SITE, made.site(("a\udce9\x07",)))["queues"]
    assert queue["label"] == "a??"
    assert made.queue_topic("a\udce9\x07") == f"wallboard/main/queue/{queue['id']}"
    assert queue["id"] == "a%E9%07"


def test_snapshot() -> None:
    made = messages()
    figures = {"waiting": 2, "oldest_ms": 31_000, "sla": 812}
    snapshot = read(wire.QUEUE, made.queue("support", figures, moment("2026-09-08T17:59", 9_000)))
    assert {key: snapshot[key] for key in ("ts", "open", "rtl", *figures)} == {
        "ts": 9_000,
        "open": True,
        "rtl": True,
        **figures,
    }
    assert snapshot["answered"] is None  # not known is absent, and no zero
    assert not read(wire.QUEUE, made.queue("support", figures, moment("2026-09-11T10:00")))["open"]  # a Friday


def test_rules() -> None:
    made = messages()
    assert read(wire.RULES, made.rules("support"))["rules"] == []
    assert [rule["id"] for rule in read(wire.RULES, made.rules("unheard of"))["rules"]] == ["wait"]
    assert made.rules_topic("a/b") == "wallboard/main/rules/a%2Fb"
