"""thresholds.yaml: every mistake has its place, and all are told at once."""

from __future__ import annotations

import pytest

from tests.thresholds_text import mistakes


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


def test_all_mistakes_come_at_once() -> None:
    lines = mistakes("day_start: x\nqueues:\n  a:\n    lable: b\n    rules: {wait: {warn: 5}}\nblink: {warn: 9hz}\n")
    assert [line.split(": ")[1] for line in lines] == [
        "day_start",
        "queues.a.lable",
        "queues.a.rules.wait.warn",
        "blink.warn",
    ]


def test_a_wrong_limit_is_told_once() -> None:
    (line,) = mistakes("wait_limit: {limit: 6}\ndefaults: {rules: {next_breach: {warn: 40s}}}\n")
    assert "wait_limit.limit: '6', expected a duration" in line
