"""thresholds.yaml: when queues and groups are open, days off, quiet hours, and the next change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.yaml_file import parse
from host_bridge.thresholds import build, load
from tests.thresholds_text import EXAMPLE, read, utc_ms


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
