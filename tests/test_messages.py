"""The bridge's messages: each is one that boards take, and says what the thresholds say."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from config.yaml_file import parse
from firmware.core import wire
from host_bridge.announce.messages import Messages
from host_bridge.clock import Now
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


GROUPS = (
    FILE
    + """\
groups:
  שירות/x: {queues: [support, sales], rules: {wait: {critical: 9s}}, hours: {fri: 08:00-13:00}}
  all: {label: Centre}
wait_limit: {limit: 6m, offer_at: 3m}
"""
)


def with_groups() -> Messages:
    return Messages("main", 1_000, "1.2", build(parse(GROUPS.encode(), "t.yaml")))


def test_groups_follow_the_queues() -> None:
    site = read(wire.SITE, with_groups().site(("@all", "sales", "support")))
    assert [queue["id"] for queue in site["queues"]] == ["support", "sales", "%40all", "@שירות%2Fx", "@all"]
    assert [queue["label"] for queue in site["queues"][3:]] == ["שירות/x", "Centre"]
    assert [queue["rtl"] for queue in site["queues"][3:]] == [True, False]
    assert (site["wait_limit_ms"], site["offer_at_ms"]) == (360_000, 180_000)


def test_the_whole_centre_is_on_boards_only_when_the_file_names_it() -> None:
    made = messages()
    site = read(wire.SITE, made.site(("sales",)))
    assert [queue["id"] for queue in site["queues"]] == ["sales"]
    assert site["wait_limit_ms"] is None
    assert read(wire.RULES, made.group_rules("all"))["rules"] == []
    assert made.group_topic("all") == "wallboard/main/queue/@all"


def test_a_groups_topics_are_no_queues() -> None:
    made = with_groups()
    assert made.group_topic("שירות/x") == "wallboard/main/queue/@שירות%2Fx"
    assert made.group_rules_topic("all") == "wallboard/main/rules/@all"
    assert made.queue_topic("@all") == "wallboard/main/queue/%40all"
    assert made.group_topic("support") != made.queue_topic("support")


def test_the_snapshot_of_a_group() -> None:
    made = with_groups()
    figures = {"waiting": 2, "next_breach_ms": 40_000, "over_limit": 12, "approx": 1}
    friday, sunday = moment("2026-09-11T12:00", 9_000), moment("2026-09-13T12:00")
    snapshot = read(wire.QUEUE, made.group("שירות/x", figures, ("support",), friday))
    assert {name: snapshot[name] for name in (*figures, "ts", "label", "rtl", "open")} == {
        **figures,
        "ts": 9_000,
        "label": "שירות/x",
        "rtl": True,
        "open": True,
    }
    assert not read(wire.QUEUE, made.group("שירות/x", figures, ("support",), sunday))["open"]
    assert read(wire.QUEUE, made.group("all", figures, ("support",), sunday))["open"]
    assert not read(wire.QUEUE, made.group("all", figures, ("support",), friday))["open"]


def test_the_rules_of_a_group() -> None:
    made = with_groups()
    (rule,) = read(wire.RULES, made.group_rules("שירות/x"))["rules"]
    assert (rule["id"], [level["severity"] for level in rule["levels"]]) == ("wait", ["critical"])
    assert [rule["id"] for rule in read(wire.RULES, made.group_rules("all"))["rules"]] == ["wait"]
