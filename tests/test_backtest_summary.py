"""What a back-test comes to: alarms counted, and the words for it."""

from __future__ import annotations

import pytest

from host_bridge.backtest import summary_words as words
from host_bridge.backtest.summary import Tally, tally, together
from tests.backtests import HOUR_MS, alarm, at, rules

OPEN_MS = 24 * HOUR_MS


def counted(*alarms: tuple[int, tuple[int, int] | None]) -> Tally:
    made = [alarm("wait", at(0, 9 + place), seconds, critical) for place, (seconds, critical) in enumerate(alarms)]
    return tally(made, 3, OPEN_MS)


def test_an_alarm_is_critical_or_a_warning_and_they_add_up() -> None:
    figures = counted((60, None), (100, (10, 40)), (9, None))
    assert (figures.warn, figures.critical, figures.alarms) == (2, 1, 3)
    assert (figures.alarm_ms, figures.critical_ms) == (169_000, 30_000)
    assert figures.glances == 1  # of 9 s; a glance itself is none
    assert counted((10, None)).glances == 0
    assert figures.longest == alarm("wait", at(0, 10), 100, (10, 40))


def test_rates_are_of_days_and_hours_that_were_open() -> None:
    figures = counted(*[(3600, None)] * 6)
    assert (figures.per_day, figures.per_hour, figures.share_permille) == (2.0, 0.25, 250)
    closed = tally((), 0, 0)
    assert (closed.per_day, closed.per_hour, closed.share_permille, closed.glance_permille) == (0, 0, 0, 0)


def test_critical_from_the_first_instant_and_until_the_last() -> None:
    assert alarm("wait", at(0, 9), 60, (0, 60)).critical_ms == 60_000
    assert alarm("wait", at(0, 9), 60, (0, 20)).critical_ms == 20_000


def test_a_tile_blinks_once_for_alarms_that_overlap_or_touch() -> None:
    merged = together(
        [
            alarm("waiting", at(0, 9, 0, 30), 60, (10, 20)),
            alarm("wait", at(0, 9), 60),
            alarm("sla", at(0, 9, 1, 30), 30),
            alarm("wait", at(0, 10), 5),
        ]
    )
    assert [(each.from_ms, each.length_ms, each.severity) for each in merged] == [
        (at(0, 9), 120_000, 2),
        (at(0, 10), 5_000, 1),
    ]
    assert merged[0].critical_ms == 10_000
    assert merged[0].steps == ((at(0, 9), 1), (at(0, 9, 0, 40), 2), (at(0, 9, 0, 50), 1))


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 s"),
        (59_999, "59 s"),
        (102_000, "1:42"),
        (3_599_000, "59:59"),
        (11_100_000, "3 h 05 m"),
        (3_700_000_000, "1,027 h 46 m"),
    ],
)
def test_how_long(ms: int, text: str) -> None:
    assert words.length(ms) == text


def test_what_is_not_nothing_never_reads_as_nothing() -> None:
    assert [words.percent(each) for each in (0, 9, 10, 999)] == ["0 %", "< 1 %", "1 %", "99 %"]
    assert [words.rate(each) for each in (0, 0.01, 0.26, 5.6, 41.4)] == ["0", "< 0.1", "0.3", "5.6", "41"]


def test_shares_in_words() -> None:
    assert [words.part(each) for each in (990, 500, 333, 250, 200, 100, 1)] == [
        "nearly all",
        "half",
        "one in three",
        "one in four",
        "one in five",
        "one in ten",
        "a few",
    ]


def test_a_rule_as_the_file_says_it() -> None:
    section = {
        "wait": {"warn": "45s", "critical": "1m", "clear": "40s", "hold": "10s"},
        "sla": {"critical": "80.5%", "for": "5s"},
        "waiting": {"warn": "3", "when": {"wait": "30s"}},
        "pressed": {"all": {"waiting": "5", "wait": "3m"}, "severity": "critical", "clear": {"waiting": "4"}},
    }
    found = {name: (words.levels(rule), words.extras(rule)) for name, rule in rules(section).items()}
    assert found == {
        "wait": ("45s/1m", "hold 10s, clear 40s"),
        "sla": ("–/80.5%", "for 5s, hold 5s"),
        "waiting": ("3/–", "hold 5s, when wait 30s"),
        "pressed": ("wait 3m and waiting 5", "hold 5s, clear waiting 4"),
    }


def test_columns_are_those_of_a_terminal() -> None:
    assert words.width("שלום") == 4
    assert words.width("ש\u05c1") == 1  # a point takes no room
    assert words.width("客服") == 4
    assert words.width(words.shown("מכירות")) == 6
    assert words.left("abcdef", 4) == "abc…"
    assert words.left(words.shown("מכירות"), 4) == "\u200eמכי…\u200e"
    assert words.right("7", 3) == "  7"


def test_a_hebrew_name_is_fenced_off_and_a_hostile_one_harmless() -> None:
    assert words.shown("sales") == "sales"
    assert words.shown("מכירות") == "\u200eמכירות\u200e"
    assert words.shown("a\x1b[2J\u202eb") == "a?[2J?b"
