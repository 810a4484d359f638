"""`--at`: the site's wall clock, and what summer time does to it."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from host_bridge.calendar import Calendar
from host_bridge.ctl.pictures.when import WhenError, moment_ms, wall_text

SITE = Calendar(ZoneInfo("Asia/Jerusalem"))
TODAY = dt.date(2026, 11, 26)


def at(text: str) -> str:
    utc_ms = moment_ms(text, SITE, TODAY)
    return dt.datetime.fromtimestamp(utc_ms / 1000, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-22 10:15", "2026-11-22 08:15:00"),
        ("2026-07-22 10:15:30", "2026-07-22 07:15:30"),
        ("2026-11-22T10:15", "2026-11-22 08:15:00"),
        (" 2026-11-22 9:15 ", "2026-11-22 07:15:00"),
        ("10:15", "2026-11-26 08:15:00"),
        ("9:05:07", "2026-11-26 07:05:07"),
        ("2026-11-22 10:15+00:00", "2026-11-22 10:15:00"),
        ("2026-10-25 00:59:59", "2026-10-24 21:59:59"),
        ("2026-10-25 01:30+03:00", "2026-10-24 22:30:00"),
        ("2026-10-25 01:30+02:00", "2026-10-24 23:30:00"),
        ("2026-03-27 01:59:59", "2026-03-26 23:59:59"),
        ("2026-03-27 03:00", "2026-03-27 00:00:00"),
    ],
)
def test_a_moment_is_one_of_the_sites_clock(text: str, utc: str) -> None:
    assert at(text) == utc


@pytest.mark.parametrize("text", ["", "noon", "2026-11-22", "20261122", "2026-13-01 10:00", "10:75", "25:00", "10"])
def test_what_is_no_moment_is_told_with_one_that_is(text: str) -> None:
    with pytest.raises(WhenError, match="is no moment, expected a date and a time of day like '2026-11-22 10:15'"):
        at(text)


def test_a_time_that_the_clock_showed_twice_is_asked_for_by_its_offset() -> None:
    with pytest.raises(WhenError) as caught:
        at("2026-10-25 01:30")
    assert str(caught.value) == (
        "clocks in Asia/Jerusalem showed 2026-10-25 01:30 twice, as summer time ended; expected "
        "'2026-10-25 01:30:00+03:00' for the first time, or '2026-10-25 01:30:00+02:00' for the second"
    )
    for text in str(caught.value).split("'")[1::2]:
        assert at(text).startswith("2026-10-24 2")


def test_a_time_that_no_clock_showed_names_the_one_that_was_meant() -> None:
    with pytest.raises(WhenError) as caught:
        at("2026-03-27 02:30")
    assert str(caught.value) == (
        "no clock in Asia/Jerusalem showed 2026-03-27 02:30: summer time began and skipped it; "
        "did you mean '2026-03-27 03:30'?"
    )


def test_it_is_said_as_the_wall_shows_it() -> None:
    assert wall_text(moment_ms("2026-11-22 10:15:30", SITE, TODAY), SITE) == "Sun 2026-11-22 10:15:30"
