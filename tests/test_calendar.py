"""The site's calendar in Asia/Jerusalem, through both changes of summer time, and around midnight."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from host_bridge.calendar.calendar import DAY_MIN, DAYS, Calendar, day_range, every_day, spans, time_of_day, week, zone

JERUSALEM = ZoneInfo("Asia/Jerusalem")
MINUTE_MS = 60_000


def at(text: str, fold: int = 0) -> int:
    """UTC ms of a local time in Jerusalem."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=JERUSALEM, fold=fold).timestamp() * 1000)


def test_local_time_and_date() -> None:
    calendar = Calendar(JERUSALEM)
    assert calendar.local_ms(at("2026-09-12T00:00")) == 0
    assert calendar.local_ms(at("2026-09-12T13:05") + 7) == (13 * 60 + 5) * MINUTE_MS + 7
    assert calendar.local_ms(at("2026-09-13T00:00") - 1) == DAY_MIN * MINUTE_MS - 1
    assert calendar.date(at("2026-09-12T00:00")) == "2026-09-12"
    assert calendar.date(at("2026-09-12T00:00") - 1) == "2026-09-11"


def test_summer_time_begins_the_clock_jumps_from_two_to_three() -> None:
    calendar = Calendar(JERUSALEM)  # Friday, 27 March 2026
    midnight = at("2026-03-27T00:00")
    assert calendar.local_ms(midnight + 119 * MINUTE_MS) == 119 * MINUTE_MS
    assert calendar.local_ms(midnight + 120 * MINUTE_MS) == 180 * MINUTE_MS
    assert at("2026-03-28T00:00") - midnight == 23 * 60 * MINUTE_MS


@pytest.mark.parametrize(
    ("start", "first_of_the_day"),
    [("00:00", "2026-09-12T00:00"), ("03:00", "2026-09-12T03:00"), ("23:59", "2026-09-12T23:59")],
)
def test_the_day_begins_at_day_start(start: str, first_of_the_day: str) -> None:
    calendar = Calendar(JERUSALEM, time_of_day(start))
    instant = at(first_of_the_day)
    assert calendar.day_id(instant) == calendar.day_id(instant - 1) + 1
    assert calendar.day_id(instant + 86_399_999) == calendar.day_id(instant)


@pytest.mark.parametrize("start", ["00:00", "01:00", "01:30", "02:00", "02:30", "03:00", "23:30"])
@pytest.mark.parametrize("day", ["2026-03-26", "2026-10-24"])
def test_a_day_begins_once_through_each_change_of_summer_time(start: str, day: str) -> None:
    calendar = Calendar(JERUSALEM, time_of_day(start))
    first = at(f"{day}T00:00")
    after = at((dt.date.fromisoformat(day) + dt.timedelta(days=3)).isoformat())
    ids = [calendar.day_id(ms) for ms in range(first, after, MINUTE_MS)]
    steps = [later - earlier for earlier, later in itertools.pairwise(ids)]
    assert set(steps) == {0, 1}  # it never falls back
    assert sum(steps) == (2 if start == "00:00" else 3)


def test_day_start_that_the_spring_night_skips_begins_after_the_gap() -> None:
    calendar = Calendar(JERUSALEM, time_of_day("02:30"))
    after_the_gap = at("2026-03-27T03:00")
    assert calendar.day_id(after_the_gap) == calendar.day_id(after_the_gap - 1) + 1


def test_day_start_that_the_autumn_night_shows_twice_counts_the_first() -> None:
    calendar = Calendar(JERUSALEM, time_of_day("01:30"))
    first, second = at("2026-10-25T01:30"), at("2026-10-25T01:30", fold=1)
    assert second - first == 60 * MINUTE_MS
    assert calendar.day_id(first) == calendar.day_id(first - 1) + 1
    assert calendar.day_id(second - 1) == calendar.day_id(first)  # the wall says 01:29 again


@pytest.mark.parametrize("start", ["00:00", "01:30", "02:30", "03:00"])
@pytest.mark.parametrize("day", ["2026-03-26", "2026-03-27", "2026-09-12", "2026-10-24", "2026-10-25"])
def test_the_next_day_is_found_to_the_millisecond(start: str, day: str) -> None:
    calendar = Calendar(JERUSALEM, time_of_day(start))
    for now in range(at(f"{day}T00:00"), at(f"{day}T00:00") + 24 * 60 * MINUTE_MS, 47 * MINUTE_MS):
        following = calendar.next_day_ms(now)
        assert calendar.day_id(following) == calendar.day_id(now) + 1
        assert calendar.day_id(following - 1) == calendar.day_id(now)


@pytest.mark.parametrize("start", ["00:00", "01:30", "02:30", "03:00"])
@pytest.mark.parametrize("day", ["2026-03-26", "2026-03-27", "2026-09-12", "2026-10-24", "2026-10-25"])
def test_the_days_start_is_found_to_the_millisecond(start: str, day: str) -> None:
    calendar = Calendar(JERUSALEM, time_of_day(start))
    for now in range(at(f"{day}T00:00"), at(f"{day}T00:00") + 24 * 60 * MINUTE_MS, 47 * MINUTE_MS):
        first = calendar.day_start_ms(now)
        assert calendar.day_id(first) == calendar.day_id(now)
        assert calendar.day_id(first - 1) == calendar.day_id(now) - 1
        assert calendar.day_start_ms(first) == first
        assert calendar.next_day_ms(first - 1) == first
        assert calendar.day_start_ms(calendar.next_day_ms(now)) == calendar.next_day_ms(now)


@pytest.mark.parametrize(
    ("start", "hours", "day", "closes"),
    [
        ("00:00", "08:00-18:00", "2026-09-13", "2026-09-13T18:00"),
        ("00:00", "08:00-12:00, 13:00-17:30", "2026-09-13", "2026-09-13T17:30"),
        ("00:00", "09:00-24:00", "2026-09-13", "2026-09-14T00:00"),
        ("00:00", "22:00-06:00", "2026-09-13", "2026-09-14T00:00"),  # this day's part of the night
        ("03:00", "22:00-02:00", "2026-09-13", "2026-09-14T02:00"),  # a day of three to three ends after it
        ("03:00", "08:00-18:00", "2026-09-13", "2026-09-13T18:00"),
        ("00:00", "01:00-02:30", "2026-03-27", "2026-03-27T03:00"),  # the clock jumps from two to three
    ],
)
def test_when_the_last_hours_of_a_day_end(start: str, hours: str, day: str, closes: str) -> None:
    calendar = Calendar(JERUSALEM, time_of_day(start))
    every = every_day(spans(hours))
    for time in ("03:00", "12:00", "23:59"):
        assert calendar.closes_ms(every, at(f"{day}T{time}")) == at(closes)


def test_hours_that_summer_times_end_shows_twice_end_the_second_time() -> None:
    calendar = Calendar(JERUSALEM)
    assert calendar.closes_ms(every_day(spans("00:00-01:30")), at("2026-10-25T12:00")) == at("2026-10-25T01:30", fold=1)


def test_a_day_without_hours_does_not_close() -> None:
    calendar = Calendar(JERUSALEM)
    assert calendar.closes_ms(week({"sun": spans("08:00-18:00")}), at("2026-09-14T12:00")) is None
    night = week({"sun": spans("22:00-06:00")})
    assert calendar.closes_ms(night, at("2026-09-14T12:00")) == at("2026-09-14T06:00")  # what Sunday left over


def test_israeli_week() -> None:
    calendar = Calendar(JERUSALEM)
    hours = week({"sun-thu": spans("08:00-18:00"), "fri": spans("08:00-13:00")})
    assert calendar.within(hours, at("2026-09-06T08:00"))  # Sunday
    assert not calendar.within(hours, at("2026-09-06T08:00") - 1)
    assert calendar.within(hours, at("2026-09-10T17:59"))  # Thursday
    assert not calendar.within(hours, at("2026-09-10T18:00"))
    assert calendar.within(hours, at("2026-09-11T12:59"))  # Friday
    assert not calendar.within(hours, at("2026-09-11T13:00"))
    assert not calendar.within(hours, at("2026-09-12T10:00"))  # Saturday


def test_hours_follow_the_wall_through_summer_time() -> None:
    calendar = Calendar(JERUSALEM)
    hours = every_day(spans("08:00-18:00"))
    for day in ("2026-03-26", "2026-03-27", "2026-10-24", "2026-10-25"):
        assert calendar.within(hours, at(f"{day}T08:00"))
        assert not calendar.within(hours, at(f"{day}T08:00") - 1)


def test_spans_until_and_past_midnight() -> None:
    calendar = Calendar(JERUSALEM)
    late = week({"sun": spans("09:00-24:00")})
    assert calendar.within(late, at("2026-09-06T23:59"))
    assert not calendar.within(late, at("2026-09-07T00:00"))
    night = week({"sun": spans("22:00-06:00")})
    assert not calendar.within(night, at("2026-09-06T05:00"))  # this is Saturday's night, which is not given
    assert calendar.within(night, at("2026-09-06T22:00"))
    assert calendar.within(night, at("2026-09-07T05:59"))
    assert not calendar.within(night, at("2026-09-07T06:00"))


def test_quiet_hours() -> None:
    calendar = Calendar(JERUSALEM)
    quiet = every_day(spans("12:30-13:00, 22:00-07:00"))
    inside = [
        time
        for time in ("06:59", "07:00", "12:29", "12:30", "13:00", "22:00")
        if calendar.within(quiet, at(f"2026-09-08T{time}"))
    ]
    assert inside == ["06:59", "12:30", "22:00"]


def test_days() -> None:
    assert day_range("sun-thu") == (6, 0, 1, 2, 3)
    assert day_range("Fri") == (4,)
    assert day_range("mon-sun") == (0, 1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: time_of_day("24:01"), "'24:01' is no time of day, expected HH:MM from 00:00 to 24:00"),
        (lambda: time_of_day("8"), "'8' is no time of day, expected HH:MM from 00:00 to 24:00"),
        (lambda: spans("08:00"), "'08:00' is no span of time, expected one like 08:00-18:00"),
        (lambda: spans("08:00-8h"), "'8h' is no time of day, expected HH:MM from 00:00 to 24:00"),
        (lambda: spans("08:00-08:00"), "'08:00-08:00' is an empty span"),
        (lambda: day_range("sunday"), "unknown day 'sunday', .*; did you mean 'sun'"),
        (lambda: day_range("sun-thr"), "unknown day 'thr', .*; did you mean 'sun-thu'"),
        (lambda: week({"sun-thu": (), "mon": ()}), "the day mon is in 'sun-thu' already"),
        (lambda: zone("Asia/Jeruslem"), "'Asia/Jeruslem' is no time zone, .*; did you mean 'Asia/Jerusalem'"),
        (lambda: zone("GMT+2"), "'GMT\\+2' is no time zone, expected a name like Asia/Jerusalem$"),
        (lambda: zone("IST"), "'IST' is no time zone, expected a name like Asia/Jerusalem$"),
        (lambda: zone("../etc/passwd"), "'../etc/passwd' is no time zone"),
        (lambda: zone(""), "'' is no time zone"),
    ],
)
def test_mistakes_are_told(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()


# The days before changes of the clock: by an hour, by half of one, at midnight, by a whole date, and back within a day.
CLOCKS = {
    "Asia/Jerusalem": ("2026-03-26", "2026-10-24", "2026-09-11"),
    "Australia/Lord_Howe": ("2026-04-04", "2026-10-03"),
    "America/Santiago": ("2026-04-03", "2026-09-04"),
    "America/St_Johns": ("2011-03-12", "2010-11-06"),  # at 00:01: the date goes back too
    "Pacific/Apia": ("2011-12-28",),  # 30 December was left out
    "Antarctica/Troll": ("2026-03-28", "2026-10-24"),  # by two hours
}
MINUTES = st.integers(0, 1439) | st.integers(0, 16).map(lambda quarters: quarters * 15)  # where clocks are put on
SOME_SPANS = st.lists(
    st.builds(lambda start, end: (start, end if end > start else end + 1440), MINUTES, MINUTES), max_size=3
).map(tuple)


@given(
    st.sampled_from([(name, day) for name, days in CLOCKS.items() for day in days]),
    st.fixed_dictionaries(dict.fromkeys(DAYS, SOME_SPANS)),
    st.integers(0, 2 * 1440 * MINUTE_MS),
)
@example(("Asia/Jerusalem", "2026-03-26"), dict.fromkeys(DAYS, ((600, 1440 + 150),)), 1400 * MINUTE_MS)  # skipped
@example(("Asia/Jerusalem", "2026-10-24"), dict.fromkeys(DAYS, ((90, 100),)), (1440 + 101) * MINUTE_MS)  # repeated
def test_nothing_changes_before_the_next_change_and_then_it_does(
    place: tuple[str, str], hours: dict[str, tuple[tuple[int, int], ...]], later_ms: int
) -> None:
    calendar, schedule = Calendar(ZoneInfo(place[0])), week(hours)
    midnight = dt.datetime.fromisoformat(place[1]).replace(tzinfo=calendar.zone)
    now_ms = int(midnight.timestamp() * 1000) + later_ms
    is_within = calendar.within(schedule, now_ms)
    first_ms = (now_ms // MINUTE_MS + 1) * MINUTE_MS  # it changes with a minute of the wall's clock, and never within
    minutes = range(first_ms, now_ms + 1440 * MINUTE_MS, MINUTE_MS)
    changed_ms = next((at_ms for at_ms in minutes if calendar.within(schedule, at_ms) != is_within), None)
    told_ms = calendar.next_change_ms(schedule, now_ms)
    if changed_ms is not None:
        assert told_ms == changed_ms
    else:
        assert told_ms >= minutes.stop
        assert calendar.within(schedule, told_ms - 1) == is_within


def test_the_next_change_is_seen_over_a_weekend_and_no_change_is_none_for_eight_days() -> None:
    calendar = Calendar(JERUSALEM)
    hours = week({"sun-thu": spans("08:00-18:00")})
    assert calendar.next_change_ms(hours, at("2026-09-10T18:00")) == at("2026-09-13T08:00")
    assert calendar.next_change_ms(hours, at("2026-09-13T08:00") - 1) == at("2026-09-13T08:00")
    assert calendar.next_change_ms(hours, at("2026-09-13T08:00")) == at("2026-09-13T18:00")
    always = every_day(spans("00:00-24:00"))
    assert calendar.next_change_ms(always, at("2026-09-10T18:00")) == at("2026-09-18T18:00")
