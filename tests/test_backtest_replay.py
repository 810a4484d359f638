"""A back-test of small logs: what fires when, what the log cannot tell, and what is said of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.yaml_file import parse
from host_bridge import thresholds
from host_bridge.backtest import Firing, Result, SourceError, backtest
from host_bridge.backtest.result import NO_FIGURE, NOBODY

NOON_S = int(dt.datetime(2026, 3, 16, 12, tzinfo=ZoneInfo("Asia/Jerusalem")).timestamp())  # a Monday
DAY_S = 86_400
WAIT = "queues: {support: {rules: {wait: {warn: 30s, critical: 60s, hold: 5s}}}}"


def replay(folder: Path, lines: str, limits: str = WAIT, **more: object) -> Result:
    """`lines`: second after noon, call, queue and the rest, with spaces for bars."""
    text = ""
    for each in lines.strip().splitlines():
        at_s, call, queue, rest = each.split(maxsplit=3)
        agent = "Ann" if rest.startswith("CO") else "NONE"
        text += f"{NOON_S + int(at_s)}|{call}|{queue}|{agent}|{rest.replace(' ', '|')}\n"
    path = folder / "queue_log"
    path.write_text(text)
    built = thresholds.build(parse(f"timezone: Asia/Jerusalem\n{limits}\n".encode(), "t.yaml"))
    return backtest([path], built, **more)  # type: ignore[arg-type]


def fired(result: Result) -> list[tuple[str, str, list[tuple[float, int]], float | None]]:
    """Queue, rule, steps and end, in seconds after noon."""

    def after(at_ms: int) -> float:
        return at_ms / 1000 - NOON_S

    return [
        (
            each.queue,
            each.rule,
            [(after(at_ms), severity) for at_ms, severity in each.steps],
            None if each.until_ms is None else after(each.until_ms),
        )
        for each in result.firings
    ]


def test_a_wait_rises_by_time_alone_and_lets_go_after_its_hold(tmp_path: Path) -> None:
    result = replay(
        tmp_path, "0 a support ENTERQUEUE - - 1\n70 a support CONNECT 70 1.1 3\n200 a support COMPLETECALLER 70 130 1"
    )
    assert fired(result) == [("support", "wait", [(30, 1), (60, 2), (70, 1), (75, 0)], 75)]
    assert result.firings[0] == Firing(
        "support", "wait", 2, (NOON_S + 30) * 1000, (NOON_S + 75) * 1000, result.firings[0].steps
    )
    assert (result.lines, result.calls, result.dropped, result.notes) == (3, 1, 0, ())
    (day,) = result.days
    assert (day.date, day.from_ms, day.until_ms) == ("2026-03-16", NOON_S * 1000, (NOON_S + 201) * 1000)
    assert day.opened["support"] == ((NOON_S * 1000, (NOON_S + 201) * 1000),)


def test_what_the_second_that_ends_it_would_still_raise_does_not_fire(tmp_path: Path) -> None:
    result = replay(
        tmp_path, "0 a support ENTERQUEUE - - 1\n30 a support CONNECT 30 1.1 3\n99 b support ENTERQUEUE - - 1"
    )
    assert fired(result) == []
    assert result.notes == ("1 caller waited still when the log ended",)


def test_what_fires_when_the_log_ends_has_no_end(tmp_path: Path) -> None:
    result = replay(tmp_path, "0 a support ENTERQUEUE - - 1\n40 b support ENTERQUEUE - - 2")
    assert fired(result) == [("support", "wait", [(30, 1)], None)]


def test_rules_that_look_at_agents_are_not_tested_and_the_others_of_the_queue_are(tmp_path: Path) -> None:
    limits = """\
queues:
  support:
    rules:
      agents_free: {warn: 1, critical: 0}
      alone: {all: {waiting: 1, agents_free: 0}, severity: warn}
      waiting: {warn: 1}
"""
    result = replay(tmp_path, "0 a support ENTERQUEUE - - 1\n9 a support ABANDON 1 1 9", limits)
    rules = {rule.id: (rule.tested, rule.untested, rule.levels) for rule in result.queue("support").rules}
    why = "looks at agents_free, and a queue_log does not tell who is logged in"
    assert rules == {
        "agents_free": (False, why, ("warn", "critical")),
        "alone": (False, why, ("warn",)),
        "waiting": (True, "", ("warn",)),
    }
    assert [rule for _, rule, *_ in fired(result)] == ["waiting"]


def test_outside_the_hours_nothing_fires_and_closing_ends_what_did(tmp_path: Path) -> None:
    limits = 'hours: {sun-thu: "08:00-12:01"}\n' + WAIT
    result = replay(
        tmp_path, "0 a support ENTERQUEUE - - 1\n130 b support ENTERQUEUE - - 2\n400 b support ABANDON 2 2 270", limits
    )
    assert fired(result) == [("support", "wait", [(30, 1), (60, 0)], 60)]
    assert result.days[0].opened["support"] == ((NOON_S * 1000, (NOON_S + 60) * 1000),)


def test_a_queue_that_opens_while_somebody_waits(tmp_path: Path) -> None:
    limits = 'hours: {sun-thu: "12:02-18:00"}\n' + WAIT
    result = replay(tmp_path, "0 a support ENTERQUEUE - - 1\n300 a support ABANDON 1 1 300", limits)
    assert fired(result) == [("support", "wait", [(120, 2), (300, 1)], None)]  # hold has not passed when the log ends


def test_a_queue_is_open_in_one_span_whatever_others_do(tmp_path: Path) -> None:
    limits = 'queues: {support: {hours: {mon: "08:00-18:00"}}, sales: {hours: {mon: "12:01-12:02"}}}'
    lines = "0 a support ENTERQUEUE - - 1\n9 b sales ENTERQUEUE - - 1\n300 a support ABANDON 1 1 300"
    result = replay(tmp_path, lines, limits)
    opened = result.days[0].opened
    assert opened["support"] == ((NOON_S * 1000, (NOON_S + 301) * 1000),)
    assert opened["sales"] == (((NOON_S + 60) * 1000, (NOON_S + 120) * 1000),)


def test_the_longest_wait_of_a_group_is_that_of_its_queues(tmp_path: Path) -> None:
    limits = "groups: {service: {queues: [support, sales], rules: {wait: {warn: 30s, hold: 0s}}}}"
    lines = (
        "0 a sales ENTERQUEUE - - 1\n"
        "9 b support ENTERQUEUE - - 1\n"
        "35 a sales ABANDON 1 1 35\n"
        "50 b support ABANDON 1 1 41"
    )
    assert fired(replay(tmp_path, lines, limits)) == [
        ("@service", "wait", [(30, 1), (35, 0)], 35),
        ("@service", "wait", [(39, 1), (50, 0)], 50),
    ]


def test_groups_and_the_whole_centre(tmp_path: Path) -> None:
    limits = """\
groups:
  service: {label: Service, queues: [support, sales], rules: {waiting: {warn: 2, hold: 0s}}}
  all: {rules: {waiting: {critical: 3, hold: 0s}}}
"""
    lines = (
        "0 a support ENTERQUEUE - - 1\n5 b sales ENTERQUEUE - - 1\n8 c vip ENTERQUEUE - - 1\n9 a support ABANDON 1 1 9"
    )
    result = replay(tmp_path, lines, limits)
    assert fired(result) == [("@service", "waiting", [(5, 1), (9, 0)], 9), ("@all", "waiting", [(8, 2), (9, 0)], 9)]
    assert [(each.id, each.label, each.is_group, each.calls) for each in result.queues[-2:]] == [
        ("@service", "Service", True, 2),
        ("@all", "all", True, 3),
    ]
    assert [each.id for each in result.queues[:3]] == ["sales", "support", "vip"]


def test_a_rolling_window_lets_go_without_any_line(tmp_path: Path) -> None:
    level = "service_level: {window: 10m, min_calls: 1, short_abandon: 0s}"
    limits = f"queues: {{support: {{{level}, rules: {{sla: {{warn: 80%, hold: 0s}}}}}}}}"
    lines = "0 a support ENTERQUEUE - - 1\n9 a support ABANDON 1 1 9\n2000 b support ENTERQUEUE - - 1"
    assert fired(replay(tmp_path, lines, limits)) == [("support", "sla", [(9, 1), (609, 0)], 609)]


def test_today_begins_anew_at_midnight(tmp_path: Path) -> None:
    limits = (
        "queues: {support: {service_level: {min_calls: 1, short_abandon: 0s}, rules: {sla: {warn: 80%, hold: 0s}}}}"
    )
    lines = f"0 a support ENTERQUEUE - - 1\n9 a support ABANDON 1 1 9\n{DAY_S} b support ENTERQUEUE - - 1"
    result = replay(tmp_path, lines, limits)
    assert fired(result) == [("support", "sla", [(9, 1), (12 * 3_600, 0)], 12 * 3_600)]
    assert [day.date for day in result.days] == ["2026-03-16", "2026-03-17"]


def test_a_restart_of_the_pbx_ends_all_waits(tmp_path: Path) -> None:
    lines = "0 a support ENTERQUEUE - - 1\n45 NONE NONE QUEUESTART \n500 b support ENTERQUEUE - - 1"
    result = replay(tmp_path, lines.replace("QUEUESTART ", "QUEUESTART -"))
    assert fired(result) == [("support", "wait", [(30, 1), (50, 0)], 50)]
    assert result.notes == (
        "1 caller waited still when the log ended",
        "the PBX was started anew once, and whoever waited was gone",
    )


def test_callers_of_before_the_log_and_those_whose_end_is_missing_are_told(tmp_path: Path) -> None:
    lines = (
        "0 x support CONNECT 50 1.1 3\n"
        "5 a support ENTERQUEUE - - 1\n"
        f"{5 * 3_600} b support ENTERQUEUE - - 1\n"
        f"{5 * 3_600 + 9} b support ABANDON 1 1 9"
    )
    result = replay(tmp_path, lines)
    assert result.notes == (
        "1 caller waited already when the log began, or a part is missing: not seen waiting",
        "the log does not tell how the wait of 1 caller ended: a part of it may be missing",
    )
    assert fired(result)[0][2][0] == (35, 1)  # as on a live board, until nobody waits so long any more


def test_what_the_lead_in_cannot_tell_is_no_matter_of_the_chosen_days(tmp_path: Path) -> None:
    lines = "28800 x support CONNECT 50 1.1 3\n28805 a support ENTERQUEUE - - 1\n28814 a support ABANDON 1 1 9\n"
    lines += f"{DAY_S} b support ENTERQUEUE - - 1\n{DAY_S + 9} b support ABANDON 1 1 9\n"
    assert replay(tmp_path, lines, from_day="2026-03-17").notes == ()
    lines += f"{DAY_S + 70} y support CONNECT 50 1.1 3\n"
    assert replay(tmp_path, lines, from_day="2026-03-17").notes == (
        "the log does not tell when 1 caller came: not seen waiting, a part of it may be missing",
    )
    assert "2 callers waited already" in replay(tmp_path, lines).notes[0]


def test_queues_that_the_file_does_not_list_come_by_name_and_numbers_by_value(tmp_path: Path) -> None:
    names = ("q107", "q9", "zoo", "Q10", "600", "support")
    lines = "\n".join(f"{at_s} c{at_s} {name} ENTERQUEUE - - 1" for at_s, name in enumerate(names))
    result = replay(tmp_path, lines, "queues: {zoo: {}}\ngroups: {both: {queues: [q9, zoo]}}")
    assert [queue.id for queue in result.queues] == ["zoo", "600", "q9", "Q10", "q107", "support", "@both"]


def test_a_clock_that_was_set_back_is_told_and_time_does_not_run_backwards(tmp_path: Path) -> None:
    lines = (
        "0 a support ENTERQUEUE - - 1\n"
        "100 a support ABANDON 1 1 100\n"
        "70 b support ENTERQUEUE - - 1\n"
        "140 b support ABANDON 1 1 70"
    )
    result = replay(tmp_path, lines)
    assert result.notes == (
        "the log goes back in time, by 30s at most: 1 lines are taken for as late as the one before",
    )
    assert [step for *_, steps, _ in fired(result) for step in steps] == [
        (30, 1),
        (60, 2),
        (100, 1),
        (130, 2),
        (140, 1),
    ]


def test_only_the_chosen_days_and_what_goes_on_in_them(tmp_path: Path) -> None:
    midnight = 12 * 3_600
    lines = f"""
0 a support ENTERQUEUE - - 1
99 a support ABANDON 1 1 99
{midnight - 60} b support ENTERQUEUE - - 1
{midnight + 99} b support ABANDON 1 1 159
{midnight + 3_000} c support ENTERQUEUE - - 1
{midnight + 3_050} c support ABANDON 1 1 50
{midnight + DAY_S} d support ENTERQUEUE - - 1
{midnight + DAY_S + 99} d support ABANDON 1 1 99
"""
    result = replay(tmp_path, lines, from_day="2026-03-17", until_day="2026-03-17", series=True)
    assert [(steps[0][0] - midnight, until) for *_, steps, until in fired(result)] == [
        (-30, midnight + 104),
        (3_030, midnight + 3_055),
    ]
    assert (result.calls, result.lines, [day.date for day in result.days]) == (1, 3, ["2026-03-17"])
    (series,) = result.series
    assert [at_ms // 1000 - NOON_S - midnight for at_ms in series.at_ms] == [0, 99, 3_000, 3_050]
    assert list(series.waiting) == [1, 0, 1, 0]
    assert series.since_ms[0] == (NOON_S + midnight - 60) * 1000
    with pytest.raises(ValueError, match="2026-03-16 is before 2026-03-17"):
        replay(tmp_path, lines, from_day="2026-03-17", until_day="2026-03-16")
    with pytest.raises(SourceError, match="none of these days is in it: its days are 2026-03-16 to 2026-03-18"):
        replay(tmp_path, lines, from_day="2026-05-01")


def test_the_rows_of_a_timeline(tmp_path: Path) -> None:
    limits = "queues: {support: {service_level: {min_calls: 1}}}"
    lines = (
        "0 a support ENTERQUEUE - - 1\n"
        "4 b support ENTERQUEUE - - 2\n"
        "9 a support CONNECT 9 1.1 3\n"
        "20 b support ABANDON 1 2 16\n"
        "30 a support COMPLETECALLER 9 21 1"  # no column of the timeline
    )
    (series,) = replay(tmp_path, lines, limits, series=True).series
    rows = zip(series.at_ms, series.waiting, series.since_ms, series.sla, strict=True)
    assert [(at // 1000 - NOON_S, n, s if s < 0 else s // 1000 - NOON_S, sla) for at, n, s, sla in rows] == [
        (0, 1, 0, NO_FIGURE),
        (4, 2, 0, NO_FIGURE),
        (9, 1, 4, 1000),
        (20, 0, NOBODY, 500),
    ]


def test_progress_rises_to_the_whole(tmp_path: Path) -> None:
    told: list[float] = []
    lines = "\n".join(f"{n} a{n} support ENTERQUEUE - - 1\n{n} a{n} support CONNECT 0 1.1 0" for n in range(9_000))
    replay(tmp_path, lines, progress=told.append)
    assert told == sorted(told)
    assert (told[0] < 0.5, told[-1], len(told) > 5) == (True, 1.0, True)


def test_a_name_that_must_be_encoded_and_one_in_hebrew(tmp_path: Path) -> None:
    limits = "queues: {'vip+1': {label: חשובים, rules: {waiting: {warn: 1, hold: 0s}}}}"
    result = replay(
        tmp_path, "0 a vip+1 ENTERQUEUE - - 1\n5 a vip+1 ABANDON 1 1 5\n6 b מכירות ENTERQUEUE - - 1", limits
    )
    assert [(each.id, each.name, each.label) for each in result.queues] == [
        ("vip%2B1", "vip+1", "חשובים"),
        ("מכירות", "מכירות", "מכירות"),
    ]
    assert fired(result) == [("vip%2B1", "waiting", [(0, 1), (5, 0)], 5)]


def test_the_day_that_summer_time_ends_on_has_25_hours_and_opens_by_the_clock_on_the_wall(tmp_path: Path) -> None:
    ends_s = (
        int(dt.datetime(2026, 10, 25, tzinfo=ZoneInfo("Asia/Jerusalem")).timestamp()) - NOON_S
    )  # at 02:00 it is 01:00
    limits = 'hours: {sat-mon: "08:00-18:00"}\n' + WAIT
    lines = f"""
{ends_s - 3_600} a support ENTERQUEUE - - 1
{ends_s + 9 * 3_600 + 20} a support ABANDON 1 1 36020
{ends_s + 30 * 3_600} b support ENTERQUEUE - - 1
"""
    result = replay(tmp_path, lines, limits)
    day = result.days[1]
    assert (day.date, day.until_ms - day.from_ms) == ("2026-10-25", 25 * 3_600_000)
    assert [span.until_ms - span.from_ms for span in day.opened["support"]] == [10 * 3_600_000]
    # 08:00 on the wall is nine hours after midnight
    assert [steps[0] for *_, steps, _ in fired(result)] == [(ends_s + 9 * 3_600, 2)]
