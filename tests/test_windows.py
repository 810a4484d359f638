"""Windows of queues, groups and the whole centre: today, and the last so many minutes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_bridge.calendar.calendar import Calendar, time_of_day
from host_bridge.truth.figures import Tally
from host_bridge.truth.outcomes import End, Estimate, JourneyEnd, Outcome, Record, Talk
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.windows import ALL, Group, Windows

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
LEVEL = ServiceLevel(min_calls=1)
HALF_HOUR = ServiceLevel(min_calls=1, window_s=1800)
GROUPS = {"service": Group(("support", "sales"), LEVEL), "recent": Group(("sales", "guard"), HALF_HOUR)}
LEVELS = {"sales": HALF_HOUR}


def windows(all_level: ServiceLevel = LEVEL, wait_limit_ms: int | None = None) -> Windows:
    return Windows(lambda queue: LEVELS.get(queue, LEVEL), GROUPS, all_level, wait_limit_ms)


def end(queue: str, outcome: Outcome = Outcome.ANSWERED, wait_s: int = 10, at_ms: int = 0) -> End:
    return End(queue, outcome, wait_s * 1000, wait_s, at_ms)


def answered(room: Windows, now_ms: int = 0) -> dict[str, int]:
    return {name: room.group_figures(name, now_ms)["answered"] for name in room.groups}


def test_a_record_counts_in_its_queue_its_groups_and_the_whole_centre() -> None:
    room = windows()
    assert room.groups == ("service", "recent", ALL)
    assert room.groups_of("sales") == ("service", "recent", ALL)
    assert room.groups_of("unheard of") == (ALL,)
    for queue, wait_s in (("support", 10), ("sales", 30), ("sales", 50), ("guard", 20), ("other", 5)):
        room.add(end(queue, wait_s=wait_s))
    assert {queue: room.figures(queue, 0)["answered"] for queue in room.queues} == {
        "support": 1,
        "sales": 2,
        "guard": 1,
        "other": 1,
    }
    assert answered(room) == {"service": 3, "recent": 3, ALL: 5}
    service = room.group_figures("service", 0)
    assert (service["avg_wait_ms"], service["longest_ms"], service["sla"]) == (30_000, 50_000, 333)
    with pytest.raises(KeyError):
        room.figures("never seen", 0)
    with pytest.raises(KeyError):
        room.group_figures("never seen", 0)


def test_each_has_its_own_service_level() -> None:
    room = Windows(
        lambda queue: ServiceLevel(answer_within_s=60, min_calls=1),
        {"g": Group(("a",), ServiceLevel(min_calls=2))},
        ServiceLevel(answer_within_s=5, min_calls=1, target_permille=900),
        None,
    )
    room.add(end("a"))
    assert room.figures("a", 0)["sla"] == 1000
    assert "sla" not in room.group_figures("g", 0)
    assert (room.group_figures(ALL, 0)["sla"], room.group_figures(ALL, 0)["sla_target"]) == (0, 900)


def test_a_queue_may_open_before_its_first_end() -> None:
    room = windows()
    room.open("support")
    room.open("support")
    assert room.figures("support", 0)["offered"] == 0


def test_rolling_windows_empty_themselves_and_say_whose_figures_changed() -> None:
    room = windows()
    room.add(end("guard"))  # rolls in the group recent only
    room.add(end("sales", at_ms=MINUTE_MS))
    assert room.next_ms() == 30 * MINUTE_MS
    assert room.expire(30 * MINUTE_MS - 1) == set()
    assert room.take_expired() == set()
    assert room.expire(30 * MINUTE_MS) == set()  # guard's own window is today
    assert (room.take_expired(), room.take_expired()) == ({"recent"}, set())
    assert answered(room, 30 * MINUTE_MS) == {"service": 1, "recent": 1, ALL: 2}
    assert room.next_ms() == 31 * MINUTE_MS
    assert room.expire(31 * MINUTE_MS) == {"sales"}
    assert room.take_expired() == {"recent"}
    assert answered(room) == {"service": 1, "recent": 0, ALL: 2}
    assert room.next_ms() is None


def test_an_end_that_is_told_late_takes_its_place() -> None:
    room = windows()
    room.add(end("sales", at_ms=5 * MINUTE_MS, wait_s=5))
    room.add(end("sales", at_ms=MINUTE_MS, wait_s=9))  # a membergosub held its Connect back
    assert room.next_ms() == 31 * MINUTE_MS
    assert room.figures("sales", 0)["longest_ms"] == 9_000
    room.expire(31 * MINUTE_MS)
    figures = room.figures("sales", 31 * MINUTE_MS)
    assert (figures["answered"], figures["longest_ms"]) == (1, 5_000)


def test_today_begins_anew_with_what_is_its_own() -> None:
    room = windows()
    records: list[Record] = [end("support", at_ms=DAY_MS - 1), end("support", at_ms=DAY_MS), end("sales", at_ms=DAY_MS)]
    assert room.roll(0)
    for record in records:
        room.add(record)
    assert answered(room, DAY_MS) == {"service": 3, "recent": 1, ALL: 3}
    assert room.roll(DAY_MS)
    assert answered(room, DAY_MS) == {"service": 0, "recent": 1, ALL: 0}
    room.rebuild(room.queues, of(records))
    assert answered(room, DAY_MS) == {"service": 2, "recent": 1, ALL: 2}
    assert room.figures("support", DAY_MS)["answered"] == 1
    room.add(end("support", at_ms=DAY_MS - 1))  # its outcome was open at midnight: it is yesterday's
    assert room.figures("support", DAY_MS)["answered"] == 1
    room.open("late")
    room.add(end("late", at_ms=DAY_MS - 1))
    assert room.figures("late", DAY_MS)["answered"] == 0


def test_a_corrected_clock_is_no_new_day() -> None:
    room = windows()
    room.roll(1_000)
    room.add(end("support", at_ms=2_000))
    assert not room.roll(1_500)
    room.add(end("support", at_ms=1_400))
    assert room.figures("support", 2_000)["answered"] == 1
    assert not room.roll(500)
    room.add(end("support", at_ms=600))
    assert room.figures("support", 2_000)["answered"] == 2
    assert room.roll(500 - DAY_MS)  # the clock was wrong by a day
    assert room.figures("support", 2_000)["answered"] == 0


def of(records: Iterable[Record]) -> Callable[[Collection[str]], Iterable[Record]]:
    kept = list(records)

    def records_of(queues: Collection[str]) -> Iterable[Record]:
        return sorted((record for record in kept if record.queue in queues), key=lambda record: record.at_ms)

    return records_of


def test_what_is_known_better_takes_the_place_of_what_was_not() -> None:
    room = windows()
    ghost = end("sales", Outcome.UNRESOLVED, at_ms=5)
    room.add(ghost)
    room.add(end("sales", wait_s=7, at_ms=9))
    assert room.revise(ghost, end("sales", Outcome.ABANDONED, wait_s=90, at_ms=3))
    for figures in (room.figures("sales", 9), *(room.group_figures(name, 9) for name in room.groups)):
        assert [figures[name] for name in ("offered", "unresolved", "abandoned", "answered")] == [2, 0, 1, 1]
        assert figures["longest_ms"] == 90_000
    assert room.expire(3 + 30 * MINUTE_MS) == {"sales"}
    assert room.figures("sales", 3 + 30 * MINUTE_MS)["abandoned"] == 0


def test_a_longest_wait_that_was_wrong_needs_a_new_count() -> None:
    room = windows()
    records: list[Record] = [end("support", wait_s=50), end("support", wait_s=70)]
    for record in records:
        room.add(record)
    better = end("support", wait_s=20)
    assert not room.revise(records[1], better)
    room.rebuild(("support",), of([records[0], better]))
    assert room.figures("support", 0)["longest_ms"] == 50_000
    assert room.group_figures(ALL, 0)["longest_ms"] == 50_000
    assert room.group_figures(ALL, 0)["answered"] == 2


def test_the_longest_of_a_queue_need_not_be_its_groups() -> None:
    room = windows()
    records: list[Record] = [end("support", wait_s=70), end("sales", wait_s=90)]
    for record in records:
        room.add(record)
    assert not room.revise(records[0], end("support", wait_s=20))


def test_the_whole_centre_counts_each_queue_once_whatever_the_file_says() -> None:
    room = Windows(lambda queue: LEVEL, {ALL: Group(("a",), HALF_HOUR)}, LEVEL, None)
    room.add(end("a"))
    room.add(end("b"))
    assert room.groups == (ALL,)
    assert room.group_figures(ALL, DAY_MS)["answered"] == 2


def test_what_fell_out_of_the_window_is_not_brought_back() -> None:
    room = windows()
    room.roll(DAY_MS)
    ghost = end("sales", Outcome.UNRESOLVED, at_ms=DAY_MS - 1)
    room.add(ghost)
    room.expire(DAY_MS + HOUR_MS)
    assert room.revise(ghost, end("sales", at_ms=DAY_MS - 1))
    assert room.figures("sales", DAY_MS)["offered"] == 0
    assert answered(room, DAY_MS) == {"service": 0, "recent": 0, ALL: 0}


def test_estimates_are_counted_and_marked() -> None:
    room = windows()
    room.add(end("sales", wait_s=10))
    room.add(Estimate("sales", 3, 2, at_ms=MINUTE_MS))
    for figures in (room.figures("sales", 0), room.group_figures("service", 0), room.group_figures(ALL, 0)):
        assert [figures[name] for name in ("offered", "answered", "abandoned", "approx")] == [6, 4, 2, 1]
        assert (figures["sla"], figures["sla_of"]) == (1000, 1)  # their waits are not known
        assert figures["avg_wait_ms"] == 10_000
    room.add(Estimate("guard", 0, 0, at_ms=0))
    assert room.figures("guard", 0)["approx"] == 1  # nothing ended, as far as is known
    room.expire(31 * MINUTE_MS)
    assert "approx" not in room.figures("sales", 31 * MINUTE_MS)
    assert room.figures("sales", 31 * MINUTE_MS)["offered"] == 0


def test_over_limit_is_the_share_of_journeys_that_ended() -> None:
    room = windows(wait_limit_ms=360_000)
    room.open("support")
    assert "over_limit" not in room.figures("support", 0)
    for wait_ms in (1, 360_000, 360_001):
        room.add(JourneyEnd("support", "j", wait_ms, True, 0))
    room.add(JourneyEnd("sales", "j", 400_000, False, 0))
    assert room.figures("support", 0)["over_limit"] == 333
    assert room.figures("sales", 0)["over_limit"] == 1000
    assert room.group_figures("service", 0)["over_limit"] == 500
    assert room.figures("support", 0)["offered"] == 0  # a journey is no stay
    room.expire(30 * MINUTE_MS)
    assert "over_limit" not in room.figures("sales", 30 * MINUTE_MS)
    assert "over_limit" not in windows().group_figures(ALL, 0)
    room.wait_limit_ms = None
    assert "over_limit" not in room.figures("support", 0)


@pytest.mark.parametrize("start", ["00:00", "01:30", "02:30", "03:00"])
@pytest.mark.parametrize("night", ["2026-03-27", "2026-10-25", "2026-09-12"])
def test_todays_figures_through_changes_of_summer_time(night: str, start: str) -> None:
    zone = ZoneInfo("Asia/Jerusalem")
    calendar = Calendar(zone, time_of_day(start))
    first = int((dt.datetime.fromisoformat(night).replace(tzinfo=zone) - dt.timedelta(hours=30)).timestamp() * 1000)
    room = windows()
    ends: list[Record] = []
    days: Counter[int] = Counter()
    ends_ms = 0
    for at_ms in range(first, first + 60 * HOUR_MS, 10 * MINUTE_MS):
        if at_ms >= ends_ms:
            if room.roll(calendar.day_start_ms(at_ms)):
                room.rebuild(room.queues, of(ends))
            ends_ms = calendar.next_day_ms(at_ms)
        ends.append(end("support", at_ms=at_ms))
        room.add(ends[-1])
        days[calendar.day_id(at_ms)] += 1
        today = days[calendar.day_id(at_ms)]
        assert room.figures("support", at_ms)["answered"] == today
        assert room.group_figures("service", at_ms)["answered"] == today


RECORDS = st.lists(
    st.one_of(
        st.builds(
            end,
            st.sampled_from(["support", "sales", "guard", "other"]),
            st.sampled_from(list(Outcome)),
            st.integers(0, 120),
            st.integers(0, 4 * HOUR_MS),
        ),
        st.builds(Talk, st.sampled_from(["sales", "guard"]), st.integers(0, 99), st.booleans(), st.integers(0, 9999)),
        st.builds(Estimate, st.just("sales"), st.integers(0, 9), st.integers(0, 9), st.integers(0, 4 * HOUR_MS)),
        st.builds(
            JourneyEnd,
            st.just("guard"),
            st.just("j"),
            st.integers(0, 99_999),
            st.booleans(),
            st.integers(0, 4 * HOUR_MS),
        ),
    ),
    max_size=40,
)


@given(RECORDS, st.integers(0, 4 * HOUR_MS), st.booleans())
def test_however_records_come_the_figures_are_those_of_a_new_count(
    records: list[Record], day_start_ms: int, by_order: bool
) -> None:
    room, fresh = windows(wait_limit_ms=50_000), windows(wait_limit_ms=50_000)
    now_ms = 4 * HOUR_MS
    room.roll(day_start_ms)
    fresh.roll(day_start_ms)
    for record in sorted(records, key=lambda record: record.at_ms) if by_order else records:
        if by_order:
            room.expire(record.at_ms)
        room.add(record)
    room.expire(now_ms)
    queues = {record.queue for record in records}
    fresh.rebuild(queues, of(records))
    for queue in queues:
        assert room.figures(queue, now_ms) == fresh.figures(queue, now_ms)
    for name in room.groups:
        assert room.group_figures(name, now_ms) == fresh.group_figures(name, now_ms)
    whole = Tally(None, day_start_ms)
    for record in records:
        whole.add(record)
    assert room.group_figures(ALL, now_ms) == whole.figures(LEVEL, 50_000)
    room.rebuild(queues, of(records))
    for queue in queues:
        assert room.figures(queue, now_ms) == fresh.figures(queue, now_ms)
