"""How thresholds are chosen from what all candidates gave."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from config.yaml_file import parse
from host_bridge import thresholds
from host_bridge.backtest import suggest_candidates as tries
from host_bridge.backtest.suggest import Suggestion, Tried, critical_alarms, suggest
from host_bridge.backtest.suggest_candidates import Candidate
from host_bridge.backtest.suggest_yaml import applied, snippet, switched_off
from host_bridge.backtest.summary import Alarm, tally
from host_bridge.backtest.summary_curve import Curve, passings
from tests.backtests import HOUR_MS, alarm, at

DAYS = 10
OPEN_MS = DAYS * 8 * HOUR_MS
FILE = """\
timezone: Asia/Jerusalem
defaults: {rules: {wait: {warn: 30s, critical: 60s}, sla: {warn: 80%}}}
queues:
  "600": {label: מכירות, rules: {sla: off, pressed: {all: {waiting: 5, wait: 3m}, severity: critical}}}
groups: {all: {rules: {waiting: {warn: 9}}}, two: {queues: ["600", "no"]}}
wait_limit: {limit: 6m}
"""
CURRENT = thresholds.build(parse(FILE.encode(), "t.yaml"))


def tried(metric: str, value: int, a_day: int, seconds: int = 60, *, hold_ms: int = 5_000, minute: int = 0) -> Tried:
    """A candidate that fired so often each day, a quarter of an hour apart."""
    alarms = tuple(
        alarm("", at(day, 9, minute) + place * 900_000, seconds) for day in range(DAYS) for place in range(a_day)
    )
    return made(metric, value, alarms, hold_ms)


def made(metric: str, value: int, alarms: Sequence[Alarm], hold_ms: int = 5_000) -> Tried:
    return Tried(Candidate(metric, value, hold_ms), tuple(alarms), tally(alarms, DAYS, OPEN_MS))


def choose(*each: Tried, wanted: float = 6, calls: int = 1000, days: int = DAYS) -> Suggestion:
    by_metric: dict[str, list[Tried]] = {}
    for one in each:
        by_metric.setdefault(one.candidate.metric, []).append(one)
    return suggest(by_metric, wanted, calls, days, OPEN_MS)


def chosen(suggestion: Suggestion) -> dict[str, tuple[int, int | None]]:
    return {
        metric: (choice.warn.candidate.value, None if choice.critical is None else choice.critical.value)
        for metric, choice in suggestion.choices.items()
    }


def test_the_value_nearest_to_the_wanted_number() -> None:
    values = [tried("wait", 1000, 20), tried("wait", 2000, 10), tried("wait", 3000, 7), tried("wait", 4000, 2)]
    found = choose(*values)
    assert chosen(found) == {"wait": (3000, 4000)}  # 2 of 7 is about a third
    assert found.choices["wait"].critical_alarms == 2 * DAYS
    assert found.tile.per_day == 7


def test_between_values_that_lie_far_apart_round_ones_are_tried_near_the_wanted_number() -> None:
    """Of calls of up to 4m, 5 s apart: what gives far more, or hardly anything, is not worth more tries."""
    waits = [5_000 * place for place in range(1, 49)]

    def passed(values: Sequence[int]) -> list[int]:
        return [sum(wait >= value for wait in waits) for value in values]

    given = [60_000, 120_000, 180_000, 240_000, 300_000]
    assert tries.with_between("wait", given, passed, 6) == [
        60_000,
        120_000,
        150_000,
        180_000,
        195_000,
        210_000,
        225_000,
        240_000,
        300_000,
    ]
    assert tries.with_between("wait", given, lambda values: [5 for _ in values], 6) == given
    counted = tries.with_between("waiting", [8, 10, 12], lambda values: [40 - 3 * value for value in values], 9)
    assert counted == [8, 9, 10, 11, 12]
    assert tries.with_between("abandoned", [20, 30], lambda values: None, 3) == [20, 30]


def test_what_is_shorter_than_a_glance_is_no_choice() -> None:
    noisy = [tried("wait", 1000, 6, seconds=9), tried("wait", 1000, 4, hold_ms=30_000), tried("wait", 2000, 1)]
    assert choose(*noisy).choices["wait"].warn.candidate == Candidate("wait", 1000, 30_000)


def test_what_is_in_alarm_for_most_of_the_day_is_no_choice() -> None:
    found = choose(tried("wait", 1000, 6, seconds=900), tried("wait", 2000, 2))
    assert chosen(found) == {"wait": (2000, None)}


def test_a_metric_without_a_choice_says_why() -> None:
    found = choose(
        tried("wait", 1000, 6), tried("sla", 800, 20, 900), tried("sla", 750, 12, 900), tried("waiting", 2, 0)
    )
    assert found.reasons == {
        "sla": "even 75% would have been in alarm for 37 % of the opening hours",
        "waiting": "never reached even 2",
    }


def test_a_figure_that_creeps_aims_at_one_a_day() -> None:
    found = choose(tried("sla", 800, 6), tried("sla", 750, 1))
    assert chosen(found)["sla"] == (750, None)


def test_all_rules_of_a_queue_together_come_to_the_wanted_number() -> None:
    """Six of one and six of another, at other times, would be twelve."""
    values = [tried("wait", value, count) for value, count in ((1000, 6), (2000, 4), (3000, 3))]
    values += [tried("waiting", value, count, minute=5) for value, count in ((2, 6), (3, 4), (4, 3))]
    found = choose(*values)
    assert (chosen(found)["wait"][0], chosen(found)["waiting"][0], found.tile.per_day) == (3000, 4, 6)
    at_once = [*values[:3], *(tried("waiting", value, count) for value, count in ((2, 6), (3, 4), (4, 3)))]
    assert choose(*at_once).tile.per_day == 6
    assert chosen(choose(*at_once))["wait"][0] == 1000  # what overlaps is one


def test_critical_counts_the_alarms_in_which_the_harder_value_begins() -> None:
    warn = [alarm("", at(0, 9), 600), alarm("", at(0, 10), 600), alarm("", at(0, 11), 600)]
    harder = [alarm("", at(0, 9), 5), alarm("", at(0, 9, 5), 5), alarm("", at(0, 11, 9, 59), 1)]
    assert critical_alarms(warn, harder) == 2


@pytest.mark.parametrize(
    ("days", "calls", "reason"),
    [
        (2, 1000, "too few days: open on 2 of them, at least 3 are needed"),
        (10, 49, "too few calls: 49 in all, at least 50 are needed"),
    ],
)
def test_too_little_to_go_by(days: int, calls: int, reason: str) -> None:
    found = choose(tried("wait", 1000, 6), calls=calls, days=days)
    assert (found.reason, dict(found.choices)) == (reason, {})


def test_candidates_begin_where_an_answer_is_no_good_one_any_more() -> None:
    queue = CURRENT.queue("600")
    waits = tries.values("wait", queue, None)
    assert (waits[0], waits == sorted(waits)) == (20_000, True)
    assert tries.values("sla", queue, None)[0] == 800  # the target
    assert tries.values("next_breach", queue, 90_000) == [60_000, 45_000, 30_000, 15_000, 0]


def test_only_values_that_the_figure_passed_are_worth_a_replay() -> None:
    assert tries.worth_trying([2, 3, 4, 5], [900, 60, 1, 0], 100) == [3, 4]
    assert tries.worth_trying([2, 3], [0, 0], 100) == [2]  # so that it can be said that even that was never reached
    assert tries.worth_trying([2, 3], None, 100) == [2, 3]


def test_how_often_a_curve_passes_a_value() -> None:
    """Waits of 30 and 50 s with 10 s between; of the first the second caller was there before it ended."""
    curve = Curve(
        [0, 10_000, 30_000, 60_000, 70_000, 120_000],
        [1, 2, 1, 0, 1, 0],
        [0, 0, 10_000, -1, 70_000, -1],
        [-1, 900, 790, 800, 780, 850],
    )
    assert passings(curve, "waiting", [1, 2, 3]) == [2, 1, 0]
    assert passings(curve, "wait", [10_000, 25_000, 40_000, 50_000, 51_000]) == [2, 3, 2, 2, 0]
    assert passings(curve, "sla", [1000, 900, 800, 790, 780]) == [1, 1, 2, 1, 0]
    assert passings(curve, "avg_wait", [1]) is None


def test_what_is_suggested_for_which_queue() -> None:
    off = switched_off(parse(FILE.encode(), "t.yaml"))
    assert off == {"600": frozenset(("sla",)), "@all": frozenset(), "@two": frozenset()}
    assert tries.metrics(CURRENT.queue("600"), off["600"]) == ["wait", "waiting"]
    assert tries.metrics(CURRENT.queue("x"), ()) == ["wait", "waiting", "sla"]
    used = thresholds.build(parse(FILE.replace("sla: {", "next_breach: {warn: 1m}, sla: {").encode(), "t.yaml"))
    assert tries.metrics(used.queue("x"), ()) == ["wait", "waiting", "sla", "next_breach"]


def test_the_snippet_is_a_file_that_passes_and_changes_only_what_it_names() -> None:
    waits = [tried("wait", 60_000, 7), tried("wait", 90_000, 2)]
    loud, breach = tried("sla", 800, 20, 900), tried("next_breach", 60_000, 7)
    found = {
        "600": choose(*waits),
        "no": choose(*waits, loud),
        "@all": choose(*waits, loud, tried("waiting", 2, 0)),  # never reached: its rule stays as it is
        "@two": choose(breach, loud),
        "few": choose(*waits, days=1),
    }
    text = snippet(found, CURRENT, "two\nlines")
    wait = "wait: {warn: 1m, critical: 1m30s} # 7.0 a day, 2.0 of them critical"
    off = "off # even 80% would have been in alarm for 62 % of the opening hours"
    assert [" ".join(line.split()) for line in text.splitlines()] == [
        *("# two", "# lines", "timezone: Asia/Jerusalem", "wait_limit: {limit: 6m}"),
        *("queues:", '"600":', "rules:", wait, '"no":', "rules:", wait, f"sla: {off}"),
        *("groups:", "all:", "rules:", wait, f"sla: {off}"),
        *("two:", 'queues: ["600", "no"]', "rules:", "next_breach: {warn: 1m} # 7.0 a day", f"sla: {off}"),
    ]
    new = applied(text, CURRENT)
    assert [rule["id"] for rule in new.queue("600").rules] == ["wait", "pressed"]
    assert [level["all"][0]["value"] for level in new.queue("600").rules[0]["levels"]] == [60_000, 90_000]
    assert [rule["id"] for rule in new.queue("no").rules] == ["wait"]
    assert [rule["id"] for rule in new.group("all").rules] == ["wait", "waiting"]
    assert (new.queue("600").label, new.others) == ("מכירות", CURRENT.others)
