"""A back-test as people read it on a terminal: aligned, within 100 columns, and a sentence to act on."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from host_bridge.backtest.summary import tally
from host_bridge.backtest.summary_words import width
from host_bridge.ctl.progress import bar
from host_bridge.ctl.trial import against as against_text
from host_bridge.ctl.trial import text
from host_bridge.ctl.trial.verdict import times_a_day, verdict
from tests.backtests import HOUR_MS, alarm, at, queue, report

RULES: dict[str, Any] = {
    "wait": {"warn": "30s", "critical": "60s"},
    "waiting": {"warn": "3", "critical": "6", "for": "5s"},
    "sla": {"warn": "85%", "critical": "80%"},
    "pressed": {"all": {"waiting": "5", "wait": "3m"}, "severity": "critical"},
    "agents_free": {"warn": "1", "when": {"waiting": "1"}},
}
UNTESTED = {"agents_free": "queue_log does not tell who is logged in"}
# 41 alarms a day, each fifth minute; one in three is long enough to be seen, and critical
WAITS = [
    alarm("wait", at(day, 9) + place * 300_000, 8 if place % 3 else 100, None if place % 3 else (10, 40))
    for day in range(3)
    for place in range(41)
]
LEVELS = [alarm("sla", at(day, 9, 10), 6 * 3600) for day in range(3)]
ONE = alarm("waiting", at(1, 12), 65)


def sales(rules: dict[str, Any] = RULES, every: int = 1) -> Any:
    return queue("sales", rules, [*WAITS[::every], *LEVELS, ONE], label="מכירות", untested=UNTESTED)


def test_of_many_queues_the_worst_are_told_first() -> None:
    def centre(each: int) -> Any:
        wait = {"wait": {"warn": "5m"}}
        queues = [
            queue(f"q{n}", wait, [alarm("wait", at(0, 10 + k), 600) for k in range(n // each)]) for n in range(14)
        ]
        return report(*queues, queue("@all", wait, WAITS))

    few = report(*centre(2).queues[:12], centre(2).queues[-1])
    assert not any("worst" in line for line in text.lines(few))
    told = list(text.lines(centre(2)))
    assert told[2:8] == [
        "",
        "the worst 10 of 14 queues, by how often the tile would have begun to blink:",
        "       alarms a day   share",
        "  q12           2.0     4 %",
        "  q13           2.0     4 %",
        "  q10           1.7     3 %",
    ]
    told = list(against_text.lines(centre(2), centre(4)))
    assert told[3:6] == [
        "the worst 10 of 14 queues, by how often the tile would have begun to blink:",
        "       A alarms a day  A share  B alarms a day  B share",
        "  q12             2.0      4 %             1.0      2 %",
    ]
    calm = report(*(queue(f"q{number}", {"wait": {"warn": "5m"}}, []) for number in range(13)))
    assert list(text.lines(calm))[3] == "no tile of 13 queues would have blinked"


def test_a_queue_as_a_table() -> None:
    assert list(text.lines(report(sales(), notes=("something to know",)))) == [
        "thresholds.yaml on 3 days, Mon 16 March to Wed 18 March 2026",
        "queue_log.gz: 1,800 lines, 600 calls in 1 queue",
        "note: something to know",
        "",
        "sales: 600 calls, open 24 h 00 m on 3 days  \u200eמכירות\u200e",
        "                warn  critical  <10 s  an hour   in alarm   share  longest",
        "  wait 30s/1m     81        42     81      5.1   1 h 20 m     5 %  1:40 on 16 Mar 09:00",
        "  waiting 3/6      1         0      0    < 0.1       1:05   < 1 %  1:05 on 17 Mar 12:00",
        "  sla 85%/80%      3         0      0      0.1  18 h 00 m    75 %  6 h 00 m on 16 Mar 09:10",
        "  pressed          0         0      0        0        0 s     0 %  –",
        "  pressed is wait 3m and waiting 5, critical",
        "  agents_free: not tested: queue_log does not tell who is logged in",
        "  → wait would have called 41 times a day, two in three shorter than a glance (10 s): try a longer",
        "    hold (or for) or a higher value",
        "  → sla would have called once a day and been in alarm for 75 % of the opening hours: try a lower",
        "    value",
        "  → never fired: pressed",
    ]


def test_one_day_needs_no_dates_beside_its_times() -> None:
    lines = list(text.lines(report(queue("sales", RULES, [ONE._replace(from_ms=at(0, 12))], days=1), days=1)))
    assert lines[0] == "thresholds.yaml on Mon 16 March 2026"
    assert any(line.endswith(" at 12:00") for line in lines)


def test_a_tile_that_begins_seldom_as_it_never_stops_is_no_better() -> None:
    wallpaper = tally([alarm("sla", at(0, 9), 6 * 3600)], 1, 8 * HOUR_MS)
    calls = tally([alarm("wait", at(0, hour), 60) for hour in range(9, 17)], 1, 8 * HOUR_MS)
    why = ": with %s it begins less often because each alarm lasts longer"
    assert against_text.verdict(wallpaper, calls).endswith("with B" + why % "A")
    assert against_text.verdict(calls, wallpaper).endswith("with B" + why % "B")
    assert against_text.verdict(calls, tally([], 1, 8 * HOUR_MS)).endswith(", never with B")


def test_two_files_side_by_side() -> None:
    other = {**RULES, "wait": {"warn": "2m", "critical": "5m", "hold": "30s"}}
    del other["pressed"]
    ours = report(sales(), queue("night", {}, []))
    lines = list(against_text.lines(ours, report(sales(other, every=4), name="new.yaml")))
    assert lines[0] == "A thresholds.yaml and B new.yaml on 3 days, Mon 16 March to Wed 18 March 2026"
    assert lines[4:] == [
        "                  warn  critical  <10 s  an hour   in alarm   share  longest",
        "  A wait 30s/1m     81        42     81      5.1   1 h 20 m     5 %  1:40 on 16 Mar 09:00",
        "  B wait 2m/5m      20        11     20      1.3      21:00     1 %  1:40 on 16 Mar 09:00",
        "    difference     −61       −31    −61     −3.8     −59:48   −4 pt",
        "  A pressed          0         0      0        0        0 s     0 %  –",
        "  wait: A 30s/1m, hold 5s; B 2m/5m, hold 30s",
        "  pressed: only in A",
        "  no difference: waiting 3/6, sla 85%/80%",
        "  agents_free: not tested: queue_log does not tell who is logged in",
        "  → the tile would have begun to blink 3.0 times a day (75 % of the hours, 3 glances in all) with A,",
        "    1.3 times a day (75 % of the hours) with B",
        "",
        "night: 600 calls, open 24 h 00 m on 3 days",
        "  only A has it",
    ]


def test_what_a_file_does_not_change_is_one_line() -> None:
    ours = report(sales(), queue("night", {}, []))
    lines = list(against_text.lines(ours, report(sales(), queue("night", {}, []), name="new.yaml")))
    assert lines[-2:] == ["", "no difference: sales, night"]
    assert not any("difference" in line for line in lines[:-1])


@pytest.mark.parametrize("name", ["sales", "מכירות", "客服中心", "x" * 80, "a\x1b[31mb", "מ\u05b0כ\u05b4ירות-2"])
def test_whatever_the_names_the_columns_stand(name: str) -> None:
    rules = {"wait": RULES["wait"], name[:40]: RULES["pressed"]}
    lines = list(text.lines(report(queue(name, rules, [*WAITS, *LEVELS], label=name[::-1]))))
    head = next(place for place, line in enumerate(lines) if line.endswith("  longest"))
    column = width(lines[head]) - len("longest")
    for line in lines[head + 1 : head + 3]:
        before = line[: line.rindex("%") + 1]
        assert width(before) + 2 == column, line
    assert max(map(width, lines)) <= text.COLUMNS
    assert not any(unicodedata.category(char) == "Cc" for line in lines for char in line)


def test_what_looks_right_is_told_too() -> None:
    calm = queue("sales", {"wait": RULES["wait"]}, [alarm("wait", at(day, 10), 90) for day in range(3)])
    assert list(verdict(calm)) == ["looks right: the tile would have begun to blink once a day"]
    assert list(verdict(queue("sales", RULES, [], untested=UNTESTED))) == ["nothing would have fired"]
    assert list(verdict(queue("sales", RULES, [], days=0))) == ["closed on all of these days, so nothing could fire"]
    few = queue("sales", {"wait": RULES["wait"]}, [], calls=6)
    assert list(verdict(few))[-1] == "few calls (2.0 a day): do not read much into these numbers"


def test_how_often() -> None:
    assert [times_a_day(each) for each in (41.2, 1.5, 1.0, 0.2)] == [
        "41 times a day",
        "1.5 times a day",
        "once a day",
        "once in 5.0 days",
    ]


def test_a_bar() -> None:
    assert bar("replaying", 0.5) == f"replaying {'━' * 20}{'─' * 20}  50 %"
    assert bar("replaying", 7).endswith("100 %")
