"""thresholds.yaml: what it means for queues, groups and the whole centre."""

from __future__ import annotations

import pytest

from config.yaml_file import parse
from firmware.core import pattern, rules, wire
from host_bridge.thresholds import build, load
from host_bridge.truth.service_level import ServiceLevel
from tests.thresholds_text import EXAMPLE, mistakes, read, utc_ms


def test_the_example_is_right_and_comes_to_what_it_says() -> None:
    thresholds = load(EXAMPLE)
    support, sales = thresholds.queue("support"), thresholds.queue("sales")
    assert list(thresholds.queues) == ["support", "sales"]
    assert (support.label, sales.label) == ("תמיכה טכנית", "מכירות")
    assert [rule["id"] for rule in support.rules] == ["wait", "waiting", "pressed", "agents_free"]
    assert [rule["id"] for rule in sales.rules] == ["wait", "waiting", "sla"]
    assert sales.service_level == ServiceLevel(answer_within_s=30)
    assert support.service_level == ServiceLevel()
    assert thresholds.queue("0600").label is None
    assert thresholds.queue("0600").rules == sales.rules
    assert thresholds.site == {
        "blink": {"warn": 500, "critical": 1000},
        "repeat_ms": 60_000,
        "longest_ms": 5_000,
        "wait_limit_ms": 360_000,
        "offer_at_ms": 180_000,
    }
    assert thresholds.group("service").label == "שירות"
    assert thresholds.group("service").rules == sales.rules


def test_a_rule_in_the_form_of_the_wire() -> None:
    wait = load(EXAMPLE).queue("support").rules[0]
    assert wait == {
        "id": "wait",
        "for_ms": 0,
        "hold_ms": 10_000,
        "sound": {"warn": "none", "critical": "double"},
        "levels": [
            {
                "severity": "warn",
                "all": [{"metric": "oldest_ms", "op": ">=", "value": 45_000}],
                "clear": [{"metric": "oldest_ms", "op": ">=", "value": 40_000}],
            },
            {
                "severity": "critical",
                "all": [{"metric": "oldest_ms", "op": ">=", "value": 60_000}],
                "clear": [{"metric": "oldest_ms", "op": ">=", "value": 60_000}],
            },
        ],
    }


def test_every_rule_of_the_example_is_a_message_that_boards_take() -> None:
    for queue in ("support", "sales", "other"):
        rules = list(load(EXAMPLE).queue(queue).rules)
        message = {"v": wire.VERSION, "started": 1, "rules": rules}
        assert wire.read(wire.RULES, wire.dumps(message))["rules"] == rules


def test_when_holds_besides_and_lower_is_worse_for_some_metrics() -> None:
    (rule,) = read(
        "defaults: {rules: {agents_free: {warn: 1, critical: 0, clear: 2, when: {waiting: 1}}}}"
    ).others.rules
    someone_waits = {"metric": "waiting", "op": ">=", "value": 1}
    assert [level["all"] for level in rule["levels"]] == [
        [{"metric": "agents_free", "op": "<=", "value": 1}, someone_waits],
        [{"metric": "agents_free", "op": "<=", "value": 0}, someone_waits],
    ]
    assert rule["levels"][0]["clear"] == [{"metric": "agents_free", "op": "<=", "value": 2}, someone_waits]


def test_a_rule_of_ones_own() -> None:
    text = (
        "defaults: {rules: {pressed: {all: {waiting: 5, wait: 3m}, severity: critical, clear: {waiting: 3}, for: 2s}}}"
    )
    (rule,) = read(text).others.rules
    assert (rule["for_ms"], rule["hold_ms"]) == (2_000, 5_000)
    (level,) = rule["levels"]
    assert level["severity"] == "critical"
    assert {(each["metric"], each["value"]) for each in level["all"]} == {("waiting", 5), ("oldest_ms", 180_000)}
    assert {(each["metric"], each["value"]) for each in level["clear"]} == {("waiting", 3), ("oldest_ms", 180_000)}


def test_a_queue_replaces_a_rule_whole_and_may_switch_it_off() -> None:
    thresholds = read(
        "defaults: {rules: {wait: {warn: 30s, hold: 9s}, sla: {warn: 85%}}}\n"
        "queues: {a: {rules: {wait: {critical: 50s}, sla: off}}}\n"
    )
    (wait,) = thresholds.queue("a").rules
    assert (wait["hold_ms"], [level["severity"] for level in wait["levels"]]) == (5_000, ["critical"])
    assert len(thresholds.others.rules) == 2


def test_service_level_of_a_queue_replaces_key_by_key() -> None:
    thresholds = read(
        "defaults: {service_level: {window: 30m, target: 92.5%, count_exits: yes}}\n"
        "queues: {a: {service_level: {window: today, formula: abandoned_negative}}}\n"
    )
    assert thresholds.others.service_level == ServiceLevel(target_permille=925, window_s=1800, count_exits=True)
    assert thresholds.queue("a").service_level == ServiceLevel(
        target_permille=925, formula="abandoned_negative", count_exits=True
    )


def test_queue_names_that_yaml_would_change_stay_as_they_are() -> None:
    assert list(read("queues: {0600: {label: x}, on: {}, 1:30: {}}").queues) == ["0600", "on", "1:30"]


def test_the_files_marks_and_line_ends_do_no_harm() -> None:
    data = EXAMPLE.read_text("utf-8").replace("\n", "\r\n").replace("מכירות", "\u200fמכירות\u200e")
    assert build(parse(data.encode("utf-8-sig"), "t.yaml")) == load(EXAMPLE)


def test_a_queue_may_switch_off_an_own_rule_of_the_defaults() -> None:
    thresholds = read(
        "defaults: {rules: {pressed: {all: {waiting: 5, wait: 3m}, severity: critical}}}\n"
        "queues: {a: {rules: {pressed: off}}, b: {}}\n"
    )
    assert [len(thresholds.queue(name).rules) for name in "ab"] == [0, 1]


def test_a_group_may_hold_a_queue_of_a_groups_name() -> None:
    read("groups: {a: {queues: [a, x]}, b: {queues: [a, y]}}\n")
    read("queues: {a: {}}\ngroups: {a: {queues: [x]}, b: {queues: [a, y]}}\n")


def test_the_board_knows_every_sound_that_the_file_takes() -> None:
    (line,) = mistakes("buzzer: {critical: dooble}\n")
    assert line.startswith("t.yaml:2:20: buzzer.critical: 'dooble', expected one of: none, ")
    taken = line.partition("one of: ")[2].partition(";")[0].split(", ")
    assert {"none", "double", "continuous"} <= set(taken)
    for name in taken:
        thresholds = read(f"buzzer: {{critical: {name}}}\ndefaults: {{rules: {{waiting: {{warn: 3}}}}}}\n")
        (rule,) = thresholds.queue("a").rules
        heard = wire.read(wire.RULES, wire.dumps({"v": 1, "started": 1, "rules": [rule]}))
        assert heard["rules"][0]["sound"]["critical"] == name
        assert bool(pattern.sound(name, 5_000)) == (name != "none")


def test_groups_are_ruled_like_queues() -> None:
    thresholds = read(
        "defaults: {service_level: {target: 90%}, rules: {wait: {warn: 30s}}}\n"
        "hours: {sun-thu: 08:00-18:00}\n"
        "queues: {sales: {rules: {wait: off}}}\n"
        "groups:\n"
        "  service: {label: S, queues: [support, sales], service_level: {window: 30m}, rules: {waiting: {warn: 3}}}\n"
        "  night: {queues: [guard], hours: {sun-sat: 22:00-06:00}}\n"
    )
    service, night = thresholds.group("service"), thresholds.group("night")
    assert (service.label, service.queues) == ("S", ("support", "sales"))
    assert service.service_level == ServiceLevel(target_permille=900, window_s=1800)
    assert [rule["id"] for rule in service.rules] == ["wait", "waiting"]
    assert thresholds.named_queues == ("sales", "support", "guard")
    assert {name: (group.queues, group.level) for name, group in thresholds.window_groups().items()} == {
        "service": (("support", "sales"), service.service_level),
        "night": (("guard",), night.service_level),
    }
    sunday_noon, sunday_night = utc_ms("2026-09-13T12:00"), utc_ms("2026-09-13T23:00")
    assert [thresholds.is_group_open("service", (), at) for at in (sunday_noon, sunday_night)] == [True, False]
    assert [thresholds.is_group_open("night", (), at) for at in (sunday_noon, sunday_night)] == [False, True]
    with pytest.raises(KeyError):
        thresholds.group("unheard of")


def test_the_whole_centre_is_ruled_only_when_the_file_names_it() -> None:
    bare = read("defaults: {rules: {wait: {warn: 30s}}, service_level: {target: 90%}}\n")
    assert bare.group("all").rules == ()
    assert bare.group("all").service_level.target_permille == 900
    assert bare.groups == {}
    named = read("defaults: {rules: {wait: {warn: 30s}}}\ngroups: {all: {label: Centre}}\n")
    assert (named.group("all").label, len(named.group("all").rules)) == ("Centre", 1)
    assert named.window_groups() == {}
    assert read("groups: {all: }\n").group("all").any_open


def test_the_callers_clock() -> None:
    assert read("").wait_limit_ms is None
    assert "offer_at_ms" not in read("wait_limit: {limit: 6m}\n").site
    thresholds = read(
        "wait_limit: {limit: 6m, offer_at: 6m}\ndefaults: {rules: {next_breach: {warn: 90s, critical: 0s}}}\n"
    )
    assert (thresholds.wait_limit_ms, thresholds.site["offer_at_ms"]) == (360_000, 360_000)
    (rule,) = thresholds.others.rules
    assert [level["all"] for level in rule["levels"]] == [
        [{"metric": "next_breach_ms", "op": "<=", "value": 90_000}],
        [{"metric": "next_breach_ms", "op": "<=", "value": 0}],
    ]
    message = {"v": wire.VERSION, "started": 1, "rules": [rule]}
    assert rules.compile_rules(wire.read(wire.RULES, wire.dumps(message)))[1] == []


def test_the_longest_window_of_all() -> None:
    assert read("").longest_window_ms == 0
    level = "service_level: {window: 30m}"
    assert read(f"queues: {{a: {{{level}}}, b: {{}}}}\n").longest_window_ms == 1_800_000
    assert read(f"groups: {{g: {{queues: [a], {level}}}}}\n").longest_window_ms == 1_800_000
    assert read(f"defaults: {{{level}}}\n").longest_window_ms == 1_800_000
