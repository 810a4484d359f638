"""thresholds.yaml: what it comes to, and every mistake with its line and column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import config
from config.yaml_file import ConfigError, parse
from firmware.core import pattern, rules, wire
from host_bridge.thresholds import Thresholds, build, load
from host_bridge.truth.service_level import ServiceLevel

ZONE = "timezone: Asia/Jerusalem\n"
EXAMPLE = Path(config.__file__).parent / "thresholds.example.yaml"


def read(text: str) -> Thresholds:
    return build(parse((ZONE + text).encode(), "t.yaml"))


def mistakes(text: str, zone: str = ZONE) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        build(parse((zone + text).encode(), "t.yaml"))
    return caught.value.errors


def utc_ms(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Jerusalem")).timestamp() * 1000)


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


def test_hours_and_quiet() -> None:
    thresholds = load(EXAMPLE)
    friday, sunday = "2026-09-11", "2026-09-13"
    assert thresholds.is_open("support", utc_ms(f"{friday}T12:59"))
    assert not thresholds.is_open("support", utc_ms(f"{friday}T13:00"))
    assert not thresholds.is_open("sales", utc_ms(f"{friday}T10:00"))
    assert thresholds.is_open("sales", utc_ms(f"{sunday}T23:59"))
    assert thresholds.is_quiet(utc_ms(f"{sunday}T12:30"))
    assert not thresholds.is_quiet(utc_ms(f"{sunday}T13:00"))
    bare = read("")
    assert bare.is_open("any", utc_ms(f"{friday}T03:00"))
    assert not bare.is_quiet(utc_ms(f"{friday}T03:00"))
    assert bare.others.rules == ()


def test_days_off_are_silent_and_the_examples_comment_is_right() -> None:
    text = EXAMPLE.read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("# hours:"))
    thresholds = build(parse(text.replace("\nhours:", "\n# hours:").replace(line, line[2:]).encode(), "t.yaml"))
    days = ("2026-09-10", "2026-09-11", "2026-09-13", "2026-09-14", "2026-09-15", "2026-09-20", "2026-09-21")
    at_noon = {day: thresholds.is_open("support", utc_ms(f"{day}T12:00")) for day in days}
    at_two = {day: thresholds.is_open("support", utc_ms(f"{day}T14:00")) for day in days}
    assert [day for day in days if not at_noon[day]] == ["2026-09-13", "2026-09-14", "2026-09-21"]
    assert [day for day in days if at_two[day]] == ["2026-09-10", "2026-09-15"]
    assert thresholds.is_open("sales", utc_ms("2026-09-21T12:00")), "its own hours replace the site's whole"
    closing = [thresholds.has_closed("support", utc_ms(f"2026-09-20T{time}")) for time in ("12:59", "13:00")]
    assert closing == [False, True]
    assert not thresholds.has_closed("support", utc_ms("2026-09-21T23:59")), "a day off has no closing time"


def test_groups_and_the_whole_centre_keep_days_off_like_queues() -> None:
    days = "{sun-sat: 08:00-18:00, holidays: IL}"
    thresholds = read(
        f"hours: {days}\nqueues: {{late: {{hours: {{sun-sat: 12:00-22:00, closed: [2026-09-20]}}}}}}\n"
        f"groups: {{g: {{queues: [a], hours: {days}}}}}\n"
    )
    holiday, single = utc_ms("2026-09-21T13:00"), utc_ms("2026-09-20T13:00")
    assert [thresholds.is_group_open("g", (), at) for at in (holiday, single)] == [False, True]
    assert [thresholds.is_group_open("all", ("a", "late"), at) for at in (holiday, single)] == [True, True]
    assert [thresholds.is_group_open("all", ("a",), at) for at in (holiday, single)] == [False, True]
    assert [thresholds.is_group_open("all", ("late",), at) for at in (holiday, single)] == [True, False]


def test_norway_is_a_country() -> None:
    thresholds = read("hours: {mon-sun: 08:00-18:00, holidays: NO}\n")
    assert not thresholds.is_open("a", utc_ms("2026-05-17T12:00"))


def test_queue_names_that_yaml_would_change_stay_as_they_are() -> None:
    assert list(read("queues: {0600: {label: x}, on: {}, 1:30: {}}").queues) == ["0600", "on", "1:30"]


def test_the_files_marks_and_line_ends_do_no_harm() -> None:
    data = EXAMPLE.read_text("utf-8").replace("\n", "\r\n").replace("מכירות", "\u200fמכירות\u200e")
    assert build(parse(data.encode("utf-8-sig"), "t.yaml")) == load(EXAMPLE)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("targets: 3\n", "t.yaml:2:1: targets: unknown key, expected one of: timezone, "),
        ("quiets: {}\n", "did you mean 'quiet'?"),
        ("day_start: 24:00\n", "t.yaml:2:12: day_start: '24:00' is the day's end, expected HH:MM from 00:00 to 23:59"),
        ("day_start: 3\n", "t.yaml:2:12: day_start: '3' is no time of day, expected HH:MM from 00:00 to 24:00"),
        ("hours: {sun: 8-18}\n", "t.yaml:2:14: hours.sun: '8' is no time of day"),
        ("hours: {sun-thr: 08:00-18:00}\n", "t.yaml:2:9: hours.sun-thr: unknown day 'thr', expected mon"),
        (
            "hours: {sun-thu: 08:00-18:00, mon: 08:00-09:00}\n",
            "t.yaml:2:31: hours.mon: the day mon is in 'sun-thu' already",
        ),
        ("hours: {holiday: IL, sun: 08:00-18:00}\n", "hours.holiday: unknown day 'holiday', expected mon, "),
        ("hours: {eve: 08:00-13:00, sun: 08:00-18:00}\n", "; did you mean 'eves'?"),
        ("hours: {holidays: IL}\n", "t.yaml:2:8: hours: days off alone, expected a section of days and spans, like {"),
        ("hours: {sun: 08:00-18:00, holidays: }\n", "hours.holidays: nothing, expected a country's code like IL"),
        (
            "hours: {sun: 08:00-18:00, holidays: Israel}\n",
            "t.yaml:2:37: hours.holidays: 'Israel' is no country with known holidays, expected a code like IL; "
            "did you mean 'IL'?",
        ),
        ("hours: {sun: 08:00-18:00, holidays: UK}\n", "; did you mean 'GB'?"),
        (
            "hours: {mon: 08:00-18:00, holidays: DE-by}\n",
            "'DE-by': DE has no such part with holidays of its own, expected one like DE-BY; did you mean 'DE-BY'?",
        ),
        (
            "hours: {sun: 08:00-18:00, eves: 08:00-13:00}\n",
            "t.yaml:2:33: hours.eves: are the days before holidays, expected holidays too, like",
        ),
        ("hours: {sun: 08:00-18:00, holidays: IL, eves: 8-13}\n", "t.yaml:2:47: hours.eves: '8' is no time of day"),
        (
            "hours:\n  sun: 08:00-18:00\n  closed: [2026-09-12, 12.9.2026]\n",
            "t.yaml:4:24: hours.closed[1]: '12.9.2026' is no date, expected one like 2026-09-12 (year, month, day)",
        ),
        ("hours: {sun: 08:00-18:00, closed: [20260912]}\n", "hours.closed[0]: '20260912' is no date"),
        (
            "hours: {sun: 08:00-18:00, closed: 2026-09-12}\n",
            "t.yaml:2:35: hours.closed: '2026-09-12', expected a list of a date like 2026-09-12",
        ),
        (
            "queues: {a: {hours: {sun: 08:00-18:00, holidays: XX}}}\n",
            "t.yaml:2:50: queues.a.hours.holidays: 'XX' is no",
        ),
        ("hours:\n", "t.yaml:2:7: hours: nothing, expected a section of days and spans"),
        (
            "groups: {a: {queues: [b, c, b]}}\n",
            "t.yaml:2:29: groups.a.queues[2]: 'b' is given twice, expected each queue",
        ),
        ("groups: {a: {queues: []}}\n", "t.yaml:2:22: groups.a.queues: 0 items, expected 1 to "),
        (
            "groups: {a: {queues: b}}\n",
            "t.yaml:2:22: groups.a.queues: 'b', expected a list of the PBX's queues; did you mean '[b]'?",
        ),
        ("groups: {a: {queues: ['']}}\n", "t.yaml:2:23: groups.a.queues[0]: nothing, expected text"),
        ("groups: {a: {label: b}}\n", "t.yaml:2:13: groups.a: no queues, expected queues: a list of those"),
        ("groups:\n  a:\n", "t.yaml:3:5: groups.a: no queues, expected queues: a list of those"),
        (
            "groups: {a: {queues: [b], lable: c}}\n",
            "t.yaml:2:27: groups.a.lable: unknown key; did you mean 'label'? Others here: ",
        ),
        ("groups: {a: {queues: [b], lable: c}}\n", "; did you mean 'label'?"),
        ("groups: {all: {queues: [b]}}\n", "t.yaml:2:16: groups.all.queues: unknown key: the group 'all' has every"),
        ("groups: [a]\n", "t.yaml:2:9: groups: a list, expected a section; did you mean"),
        ("wait_limit: {offer_at: 3m}\n", "t.yaml:2:13: wait_limit.limit: missing, expected a duration"),
        (
            "wait_limit: 6m\n",
            "t.yaml:2:13: wait_limit: '6m', expected a section; did you mean '{limit: 6m}'?",
        ),
        (
            "wait_limit: {limit: 6m, offerat: 3m}\n",
            "wait_limit.offerat: unknown key; did you mean 'offer_at'? Others here: limit",
        ),
        ("wait_limit: {limit: 1500ms}\n", "t.yaml:2:21: wait_limit.limit: '1500ms', expected whole seconds"),
        (
            "wait_limit: {limit: 3m, offer_at: 181s}\n",
            "t.yaml:2:35: wait_limit.offer_at: offer_at 181s comes after limit 3m: expected 3m or less",
        ),
        ("quiet: {every: 12:30-13:00}\n", "t.yaml:2:16: quiet.every: '12:30-13:00', expected a list of a span"),
        ("quiet: {every: [12:30-13]}\n", "t.yaml:2:17: quiet.every[0]: '13' is no time of day"),
        ("blink: {critical: 4hz}\n", "t.yaml:2:19: blink.critical: '4hz', expected a frequency like 0.5hz, from "),
        ("buzzer: {critical: doubel}\n", "t.yaml:2:20: buzzer.critical: 'doubel', expected one of: none, "),
        (
            "defaults:\n  service_level: {target: 80}\n",
            "t.yaml:3:27: defaults.service_level.target: '80', expected a share",
        ),
        (
            "defaults: {service_level: {answer_within: 1500ms}}\n",
            "t.yaml:2:43: defaults.service_level.answer_within: '15",
        ),
        (
            "defaults: {service_level: {formula: answered}}\n",
            "t.yaml:2:37: defaults.service_level.formula: 'answered', ",
        ),
        (
            "defaults: {service_level: {window: yesterday}}\n",
            "t.yaml:2:36: defaults.service_level.window: 'yesterday', ",
        ),
        (
            "queues: {a: {rules: {wiat: {warn: 3s}}}}\n",
            "t.yaml:2:22: queues.a.rules.wiat: unknown key; did you mean 'wait'? Others here: waiting, ",
        ),
        (
            "queues: {a: {rules: {wait: {wran: 3s}}}}\n",
            "t.yaml:2:29: queues.a.rules.wait.wran: unknown key; did you mean 'warn'? ",
        ),
        (
            "queues: {a: {rules: {wait: {warn: 45}}}}\n",
            "t.yaml:2:35: queues.a.rules.wait.warn: '45', expected a duration",
        ),
        ("queues: {a: {rules: {wait: {}}}}\n", "t.yaml:2:28: queues.a.rules.wait: no level, expected warn, critical"),
        (
            "queues: {a: {rules: {wait: 30s}}}\n",
            "t.yaml:2:28: queues.a.rules.wait: '30s', expected a section with warn",
        ),
        (
            "queues: {a: {rules: {wait: }}}\n",
            "queues.a.rules.wait: no levels, expected a section with warn and critical",
        ),
        (
            "queues: {a: {rules: {wait: {warn: 60s, critical: 30s}}}}\n",
            "t.yaml:2:50: queues.a.rules.wait.critical: critical 30s is easier to reach than warn 60s: expected",
        ),
        (
            "queues: {a: {rules: {waiting: {warn: 3, critical: 3}}}}\n",
            "rules.waiting.critical: critical 3 is the same as warn 3: expected more than 3",
        ),
        (
            "queues: {a: {rules: {sla: {warn: 80%, critical: 85%}}}}\n",
            "t.yaml:2:49: queues.a.rules.sla.critical: critical 85% is easier to reach than warn 80%: expected",
        ),
        (
            "queues: {a: {rules: {wait: {warn: 30s, clear: 31s}}}}\n",
            "t.yaml:2:47: queues.a.rules.wait.clear: clear 31s is above warn 30s, where the alarm begins",
        ),
        (
            "queues: {a: {rules: {next_breach: {warn: 40s}}}}\n",
            "t.yaml:2:42: queues.a.rules.next_breach.warn: next_breach counts down to wait_limit, expected a",
        ),
        (
            "groups: {a: {queues: [b], rules: {x: {all: {waiting: 2, next_breach: 40s}, severity: warn}}}}\n",
            "t.yaml:2:70: groups.a.rules.x.all.next_breach: next_breach counts down to wait_limit, ",
        ),
        (
            "wait_limit: {limit: 6m}\ndefaults: {rules: {wait: {warn: 9s, when: {next_breach: 6m}}}}\n",
            "t.yaml:3:57: defaults.rules.wait.when.next_breach: next_breach is never above wait_limit 6m, so",
        ),
        (
            "wait_limit: {limit: 6m}\nqueues: {a: {rules: {next_breach: {warn: 40s, critical: 50s}}}}\n",
            "queues.a.rules.next_breach.critical: critical 50s is easier to reach than warn 40s: ",
        ),
        (
            "queues: {a: {rules: {x: {all: {wait: 3m}}}}}\n",
            "t.yaml:2:25: queues.a.rules.x.severity: missing, expected one",
        ),
        (
            "queues: {a: {rules: {x: {all: {}, severity: warn}}}}\n",
            "queues.a.rules.x.all: a section, expected a section of",
        ),
        (
            "queues: {a: {rules: {x: {all: {wait: 3m}, severity: warn, clear: {waiting: 1}}}}}\n",
            "t.yaml:2:76: queues.a.rules.x.clear.waiting: waiting is not in all, so it ends nothing: expected wait",
        ),
        (
            "queues: {a: {rules: {x: {all: {wait: 3m}, severity: warn, clear: {wait: 4m}}}}}\n",
            "t.yaml:2:73: queues.a.rules.x.clear.wait: clear 4m is above 3m, where the alarm begins",
        ),
        (
            "queues: {a: {rules: {sla: {warn: 85%, clear: 80%}}}}\n",
            "clear 80% is below warn 85%, where the alarm begins: expected 85% or more",
        ),
        (
            "queues: {a: {rules: {wait: {warn: 30s, when: {wait: 60s}}}}}\n",
            "a.rules.wait.when.wait: when 60s is harder to reach than warn 30s, which then means nothing",
        ),
        (
            "queues: {a: {rules: {wait: {warn: 30s, severity: warn}}}}\n",
            "wait.severity: unknown key: the levels tell the severity here, write warn or critical",
        ),
        (
            "queues: {a: {rules: {x: {all: {wait: 3m}, severity: warn, critical: 4m}}}}\n",
            "x.critical: unknown key: a rule with all has one level, the one that severity names",
        ),
        (
            "queues: {a: {rules: {x: {waiting: 5, wait: 3m, severity: warn}}}}\n",
            "a.rules.x: no all around its metrics, expected {all: {waiting: 5, wait: 3m}, severity: warn}",
        ),
        ("defaults: {rules: {x: off}}\n", "t.yaml:2:20: defaults.rules.x: unknown key, expected one of: wait, "),
        (
            "defaults: {rules: {busy: {all: {wait: 3m}, severity: warn}}}\nqueues: {a: {rules: {bussy: off}}}\n",
            "t.yaml:3:22: queues.a.rules.bussy: unknown key; did you mean 'busy'? Others here: wait, ",
        ),
        (
            "groups: {a: {queues: [b]}, b: {queues: [c]}}\n",
            "t.yaml:2:23: groups.a.queues[0]: 'b' is a group, expected the PBX's queues; if the PBX",
        ),
        ("groups: {a: {queues: [all]}}\n", "t.yaml:2:23: groups.a.queues[0]: 'all' is no queue, expected the PBX's"),
        ("queues: {a: {label: ''}}\n", "t.yaml:2:21: queues.a.label: nothing, expected text of 1 to 60 characters"),
        ("queues: [a, b]\n", "t.yaml:2:9: queues: a list, expected a section; did you mean"),
    ],
)
def test_every_mistake_has_its_place(text: str, line: str) -> None:
    (told,) = mistakes(text)
    assert line in told
    assert told.startswith("t.yaml:")
    assert "\n" not in told


def test_time_zone_is_needed_and_checked() -> None:
    assert mistakes("day_start: 03:00\n", zone="") == [
        "t.yaml:1:1: timezone: missing, expected a name like Asia/Jerusalem (the site's time zone)"
    ]
    (line,) = mistakes("", zone="timezone: Asia/Jeruslaem\n")
    assert line.startswith("t.yaml:1:11: timezone: 'Asia/Jeruslaem' is no time zone")
    assert line.endswith("did you mean 'Asia/Jerusalem'?")


def test_what_contradicts_itself_is_told_beside_all_else() -> None:
    told = mistakes(
        "day_start: x\n"
        "wait_limit: {limit: 6m, offer_at: 7m, often: 3}\n"
        "queues: {a: {rules: {wait: {warn: 60s, critical: 30s, clear: 70s, hld: 5s}, next_breach: {warn: 6m}}}}\n"
    )
    assert [line.split(": ")[1] for line in told] == [
        "day_start",
        "wait_limit.offer_at",
        "wait_limit.often",
        "queues.a.rules.wait.critical",
        "queues.a.rules.wait.clear",
        "queues.a.rules.wait.hld",
        "queues.a.rules.next_breach.warn",
    ]


def test_a_queue_may_switch_off_an_own_rule_of_the_defaults() -> None:
    thresholds = read(
        "defaults: {rules: {pressed: {all: {waiting: 5, wait: 3m}, severity: critical}}}\n"
        "queues: {a: {rules: {pressed: off}}, b: {}}\n"
    )
    assert [len(thresholds.queue(name).rules) for name in "ab"] == [0, 1]


def test_a_group_may_hold_a_queue_of_a_groups_name() -> None:
    read("groups: {a: {queues: [a, x]}, b: {queues: [a, y]}}\n")
    read("queues: {a: {}}\ngroups: {a: {queues: [x]}, b: {queues: [a, y]}}\n")


def test_all_mistakes_come_at_once() -> None:
    lines = mistakes("day_start: x\nqueues:\n  a:\n    lable: b\n    rules: {wait: {warn: 5}}\nblink: {warn: 9hz}\n")
    assert [line.split(": ")[1] for line in lines] == [
        "day_start",
        "queues.a.lable",
        "queues.a.rules.wait.warn",
        "blink.warn",
    ]


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


def test_the_whole_centre_is_open_while_any_queue_is() -> None:
    text = "hours: {sun-thu: 08:00-18:00}\nqueues: {late: {hours: {sun-thu: 12:00-22:00}}}\n"
    thresholds = read(text)
    evening, night = utc_ms("2026-09-13T21:00"), utc_ms("2026-09-13T23:00")
    assert thresholds.is_group_open("all", ("support", "late"), evening)
    assert not thresholds.is_group_open("all", ("support",), evening)
    assert not thresholds.is_group_open("all", ("support", "late"), night)
    assert not thresholds.is_group_open("all", (), evening)

    def one_that_is_open() -> Iterator[str]:
        yield "late"
        pytest.fail("of a thousand queues no more are asked than it takes")

    assert thresholds.is_group_open("all", one_that_is_open(), evening)
    own = read(text + "groups: {all: {hours: {sun-thu: 08:00-20:00}}}\n")
    assert not own.is_group_open("all", ("support", "late"), evening)


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


def test_a_wrong_limit_is_told_once() -> None:
    (line,) = mistakes("wait_limit: {limit: 6}\ndefaults: {rules: {next_breach: {warn: 40s}}}\n")
    assert "wait_limit.limit: '6', expected a duration" in line


def test_closing_time() -> None:
    thresholds = read(
        "hours: {sun-thu: '08:00-12:00, 13:00-18:00', fri: 08:00-13:00}\n"
        "queues: {night: {hours: {sun-sat: 22:00-06:00}}, late: {hours: {sun: 09:00-24:00}}}\n"
    )
    day = "2026-09-13"  # a Sunday
    assert [
        time
        for time in ("00:00", "07:59", "12:30", "17:59", "18:00", "23:59")
        if thresholds.has_closed("support", utc_ms(f"{day}T{time}"))
    ] == ["18:00", "23:59"]
    assert thresholds.has_closed("support", utc_ms("2026-09-11T13:00"))  # Friday
    assert not thresholds.has_closed("support", utc_ms("2026-09-12T18:00"))  # Saturday has no hours
    assert not thresholds.has_closed("support", utc_ms(f"{day}T07:00"))  # and asking of one day does not stick
    for queue in ("night", "late"):  # these close when the day ends, and then it is another day
        assert not any(thresholds.has_closed(queue, utc_ms(f"{day}T{hour:02}:59")) for hour in range(24))
    assert not read("").has_closed("any", utc_ms(f"{day}T18:00"))


def test_the_longest_window_of_all() -> None:
    assert read("").longest_window_ms == 0
    level = "service_level: {window: 30m}"
    assert read(f"queues: {{a: {{{level}}}, b: {{}}}}\n").longest_window_ms == 1_800_000
    assert read(f"groups: {{g: {{queues: [a], {level}}}}}\n").longest_window_ms == 1_800_000
    assert read(f"defaults: {{{level}}}\n").longest_window_ms == 1_800_000


def test_the_next_change_is_that_of_any_queue_or_group_and_of_quiet() -> None:
    thresholds = read(
        "hours: {sun-thu: 08:00-18:00}\nquiet: {every: [12:30-13:00]}\n"
        "queues: {sales: {hours: {sun-thu: 09:00-24:00}}}\n"
        "groups: {night: {queues: [sales], hours: {wed: 22:00-03:00}}}\n"
    )
    at_ms, seen = utc_ms("2026-09-09T07:59"), []  # a Wednesday
    while (change_ms := thresholds.next_change_ms(at_ms)) is not None and len(seen) < 9:
        at_ms = change_ms
        seen.append(at_ms)
    times = ("09T08:00", "09T09:00", "09T12:30", "09T13:00", "09T18:00", "09T22:00", "10T00:00", "10T03:00", "10T08:00")
    assert seen == [utc_ms(f"2026-09-{time}") for time in times]
    assert thresholds.next_change_ms(utc_ms("2026-09-09T07:59")) == seen[0], "the wall clock was put back"
    assert read("").next_change_ms(at_ms) is None
