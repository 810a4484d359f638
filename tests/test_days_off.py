"""Days off in Asia/Jerusalem: a whole year of holidays and eves, nights into them, and both changes of summer time."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest

from host_bridge.calendar import days_off
from host_bridge.calendar.calendar import Calendar, Schedule, every_day, spans, week
from host_bridge.calendar.days_off import Opening

CALENDAR = Calendar(ZoneInfo("Asia/Jerusalem"))
MINUTE_MS = 60_000
WEEK = week({"sun-thu": spans("08:00-18:00"), "fri": spans("08:00-13:00")})
IL = Opening(WEEK, country="IL", eves=spans("08:00-12:00"))

# 2026: 5786 and 5787
PESACH, PESACH_7, INDEPENDENCE, SHAVUOT = "2026-04-02", "2026-04-08", "2026-04-22", "2026-05-22"
ROSH_HASHANA, ROSH_HASHANA_2, KIPPUR = "2026-09-12", "2026-09-13", "2026-09-21"
SUKKOT, SIMCHAT_TORAH = "2026-09-26", "2026-10-03"
HOLIDAYS = (PESACH, PESACH_7, INDEPENDENCE, SHAVUOT, ROSH_HASHANA, ROSH_HASHANA_2, KIPPUR, SUKKOT, SIMCHAT_TORAH)


def at(text: str) -> int:
    """UTC ms of a local time in Jerusalem."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=CALENDAR.zone).timestamp() * 1000)


def is_open(hours: Schedule, text: str) -> bool:
    return CALENDAR.within(hours, at(text))


def minutes_open(hours: Schedule, day: str) -> int:
    """Real minutes, from local midnight to local midnight."""
    tomorrow = (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()
    return sum(CALENDAR.within(hours, ms) for ms in range(at(day), at(tomorrow), MINUTE_MS))


def test_every_day_of_an_israeli_year() -> None:
    eves = {
        "2026-04-01",  # Pesach: a Wednesday
        "2026-04-07",
        "2026-04-21",
        "2026-05-21",
        "2026-09-11",  # Rosh Hashana: a Friday
        "2026-09-20",  # Yom Kippur: a Sunday
        "2026-09-25",
        "2026-10-02",
    }
    for number in range(365):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=number)
        name = day.isoformat()
        usual = {4: "12:59", 5: None}.get(day.weekday(), "17:59")
        last = None if name in HOLIDAYS else "11:59" if name in eves else usual
        times = [time for time in ("07:59", "08:00", "11:59", "12:59", "17:59") if is_open(IL, f"{name}T{time}")]
        expected = [time for time in ("08:00", "11:59", "12:59", "17:59") if last is not None and time <= last]
        assert times == expected, name


def test_a_holiday_that_is_the_day_before_another_stays_closed() -> None:
    always = Opening(every_day(spans("00:00-24:00")), country="IL", eves=spans("08:00-13:00"))
    assert minutes_open(always, "2026-09-11") == 5 * 60
    assert [minutes_open(always, day) for day in (ROSH_HASHANA, ROSH_HASHANA_2)] == [0, 0]
    assert minutes_open(always, "2026-09-14") == 24 * 60


@pytest.mark.parametrize(
    ("usual", "eves", "opens", "minutes"),
    [
        ("08:00-18:00", "08:00-13:00", "08:00", 300),
        ("10:00-18:00", "08:00-13:00", "08:00", 300),  # they may open earlier than on other days
        ("08:00-12:00", "08:00-13:00", "08:00", 240),  # shorter anyway
        ("09:00-11:00", "08:00-10:00, 10:30-12:30", "09:00", 120),
        ("08:00-12:00, 14:00-18:00", "08:00-12:00, 14:00-15:00", "08:00", 300),
        ("09:00-14:00", "08:00-13:00", "08:00", 300),  # as short: the eve's own
    ],
)
def test_an_eve_takes_the_shorter_of_both(usual: str, eves: str, opens: str, minutes: int) -> None:
    hours = Opening(week({"sun-fri": spans(usual)}), country="IL", eves=spans(eves))
    for day in ("2026-09-11", "2026-09-20"):  # a Friday and a Sunday
        assert minutes_open(hours, day) == minutes
        assert is_open(hours, f"{day}T{opens}")
        assert not CALENDAR.within(hours, at(f"{day}T{opens}") - 1)


def test_what_the_week_or_a_date_closes_is_no_eve() -> None:
    no_fridays = Opening(
        week({"sun-thu": spans("08:00-18:00")}), frozenset({dt.date(2026, 9, 20)}), "IL", spans("08:00-13:00")
    )
    assert minutes_open(no_fridays, "2026-09-11") == 0
    assert minutes_open(no_fridays, "2026-09-20") == 0
    assert minutes_open(no_fridays, "2026-09-19") == 0
    assert minutes_open(no_fridays, "2026-09-17") == 600, "nor has a single date an eve"


def test_without_eves_the_day_before_is_like_any() -> None:
    assert minutes_open(Opening(WEEK, country="IL"), "2026-09-20") == 600


def test_the_last_day_of_a_year_is_the_eve_of_the_first() -> None:
    hours = Opening(every_day(spans("08:00-18:00")), country="US", eves=spans("08:00-12:00"))
    assert [minutes_open(hours, day) for day in ("2026-12-30", "2026-12-31", "2027-01-01")] == [600, 240, 0]


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    corpus_christi = "2026-06-04"
    everywhere, bavaria = (Opening(WEEK, country=days_off.country(code)) for code in ("DE", "DE-BY"))
    assert [minutes_open(hours, corpus_christi) for hours in (everywhere, bavaria)] == [600, 0]


def test_a_night_that_began_on_a_working_day_goes_on_and_none_begins_on_a_day_off() -> None:
    night = Opening(every_day(spans("22:00-06:00")), country="IL")
    assert is_open(night, "2026-09-20T23:00")
    assert is_open(night, f"{KIPPUR}T05:59")  # from the evening before
    assert not is_open(night, f"{KIPPUR}T06:00")
    assert not is_open(night, f"{KIPPUR}T23:00")
    assert not is_open(night, "2026-09-22T05:00")  # of a night that did not begin
    assert is_open(night, "2026-09-22T22:00")
    assert CALENDAR.closes_ms(night, at(f"{KIPPUR}T12:00")) == at(f"{KIPPUR}T06:00")
    assert CALENDAR.closes_ms(night, at("2026-09-22T12:00")) == at("2026-09-23T00:00")


def test_a_single_date_from_midnight_to_midnight_of_the_wall_through_summer_time() -> None:
    spring, autumn = "2026-03-27", "2026-10-25"  # days of 23 and 25 hours
    always = every_day(spans("00:00-24:00"))
    closed = Opening(always, frozenset(map(dt.date.fromisoformat, (spring, autumn))))
    assert [minutes_open(always, day) for day in (spring, autumn)] == [23 * 60, 25 * 60]
    assert [minutes_open(closed, day) for day in (spring, autumn)] == [0, 0]
    for day, after in ((spring, "2026-03-28"), (autumn, "2026-10-26")):
        assert CALENDAR.within(closed, at(day) - 1)
        assert not CALENDAR.within(closed, at(day))
        assert not CALENDAR.within(closed, at(after) - 1)
        assert CALENDAR.within(closed, at(after))


def test_a_night_into_a_day_off_that_summer_time_begins_on_ends_by_the_wall() -> None:
    night = Opening(every_day(spans("22:00-06:00")), frozenset({dt.date(2026, 3, 27)}))
    assert minutes_open(night, "2026-03-27") == 5 * 60  # 00:00 to 06:00, without the hour from two to three
    assert is_open(night, "2026-03-27T05:59")
    assert minutes_open(night, "2026-03-28") == 2 * 60  # the evening's alone


def test_a_holiday_moves_with_its_law() -> None:
    """Independence Day is not kept beside a sabbath: 5 Iyar was one in 5785, and a Monday in 5784."""
    open_on = [day for day in ("2025-05-01", "2025-05-04", "2024-05-13", "2024-05-14") if minutes_open(IL, day)]
    assert open_on == ["2025-05-04", "2024-05-13"]


def test_hours_are_compared_and_hashed_by_what_they_say() -> None:
    again = Opening(WEEK, country="IL", eves=spans("08:00-12:00"))
    assert len({IL, again, Opening(WEEK, country="IL")}) == 2


@pytest.mark.parametrize(
    ("text", "loaded"), [("{sun: 08:00-18:00}", "[]"), ("{sun: 08:00-18:00, holidays: IL}", "['IL']")]
)
def test_only_a_site_with_holidays_loads_the_package(text: str, loaded: str) -> None:
    code = (
        "import sys\n"
        "from config.yaml_file import parse\n"
        "from host_bridge import program, thresholds\n"
        f"thresholds.build(parse(b'timezone: UTC\\nhours: {text}', 't.yaml')).is_open('a', 0)\n"
        "print(['IL' for name in sys.modules if name == 'holidays'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded


def test_a_machine_without_the_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(ValueError, match="'IL' needs the package holidays: pip install holidays"):
        days_off.country("IL")
