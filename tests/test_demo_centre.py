"""The demo's centre: the same seed gives the same day, every call ends once, and the days are like the bank's."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from statistics import mean, median

import pytest

from host_bridge.demo import calibration, queue_log
from host_bridge.demo.calibration import CUSTOMS, HOUR_MS
from host_bridge.demo.centre import Centre
from host_bridge.demo.floor import DAY_MS
from host_bridge.demo.happenings import (
    Completed,
    Connected,
    GaveUp,
    Happening,
    HungUp,
    Joined,
    Left,
    MembersChanged,
    NotAnswered,
    PressedKey,
    QueueRun,
    Rang,
    StatusSet,
)
from host_bridge.demo.manners import MANNERS, SERVICE_LEVEL_S

START_MS = 1_800_000_000_000  # a whole second, and any


@cache
def a_day(seed: int, load: float = 1.0) -> tuple[Centre, tuple[Happening, ...]]:
    """A whole day from 07:00 on, and the centre at its end. Nobody may change it."""
    centre = Centre(seed, START_MS, hour=7.0, load=load)
    return centre, tuple(centre.advance(START_MS + DAY_MS))


def kinds(happenings: Iterable[Happening]) -> list[str]:
    return [type(each).__name__ for each in happenings]


def test_the_same_seed_gives_the_same_day_however_it_is_cut() -> None:
    whole = Centre(7, START_MS, hour=10.0).advance(START_MS + HOUR_MS)
    steps = Centre(7, START_MS, hour=10.0)
    cut: list[Happening] = []
    for now_ms in range(START_MS, START_MS + HOUR_MS + 1, 777):
        cut += steps.advance(now_ms)
    cut += steps.advance(START_MS + HOUR_MS)
    assert cut == whole
    assert len(whole) > 500


def test_another_seed_gives_another_day() -> None:
    assert Centre(1, START_MS).advance(START_MS + HOUR_MS) != Centre(2, START_MS).advance(START_MS + HOUR_MS)


@pytest.mark.parametrize("speed", [0.5, 6.0, 60.0])
def test_speed_divides_every_duration_and_changes_nothing_else(speed: float) -> None:
    slow = Centre(3, START_MS, speed=1.0).advance(START_MS + HOUR_MS)
    fast = Centre(3, START_MS, speed=speed).advance(START_MS + int(HOUR_MS / speed))
    assert kinds(fast) == kinds(slow)
    for one, other in zip(slow, fast, strict=True):
        assert abs((one.at_ms - START_MS) / speed - (other.at_ms - START_MS)) <= 1


def test_next_ms_is_when_something_happens_and_nothing_happens_before() -> None:
    centre = Centre(5, START_MS, speed=6.0)
    centre.advance(START_MS + 60_000)
    told = 0
    for _ in range(500):
        next_ms = centre.next_ms()
        assert next_ms is not None
        assert centre.advance(next_ms - 1) == []
        told += len(centre.advance(next_ms))
    assert told > 500


def test_every_stay_that_begins_ends_once_and_in_one_way() -> None:
    centre, happenings = a_day(1)
    open_stays: dict[tuple[str, str], int] = {}
    ends: Counter[str] = Counter()
    for each in happenings:
        if isinstance(each, Joined):
            key = (each.leg.uniqueid, each.queue)
            assert key not in open_stays
            open_stays[key] = 0
        elif isinstance(each, Connected | GaveUp | PressedKey):
            queue = each.member.queue if isinstance(each, Connected) else each.queue
            key = (each.leg.uniqueid, queue)
            open_stays[key] += 1
            ends[type(each).__name__] += 1
        elif isinstance(each, Left):
            left = open_stays.pop((each.leg.uniqueid, each.queue))
            # An answer is told after the Leave, all else before it (as in tests/captures).
            assert left in (0, 1)
            if left == 0:
                open_stays[(each.leg.uniqueid, each.queue)] = -1
        if isinstance(each, Connected):
            assert open_stays.pop((each.leg.uniqueid, each.member.queue)) == 0
    still_waiting = sum(len(line.callers) for line in centre.lines.values())
    joined = sum(isinstance(each, Joined) for each in happenings)
    assert len(open_stays) == still_waiting
    assert sum(ends.values()) + still_waiting == joined
    assert joined > 1_000
    assert min(ends["Connected"], ends["GaveUp"], ends["PressedKey"]) > 0


def test_lines_move_up_one_by_one_and_nobody_jumps() -> None:
    lines: dict[str, list[str]] = defaultdict(list)
    for each in a_day(1)[1]:
        if isinstance(each, Joined):
            lines[each.queue].append(each.leg.uniqueid)
            assert each.position == each.length == len(lines[each.queue])
        elif isinstance(each, Left):
            assert lines[each.queue].index(each.leg.uniqueid) + 1 == each.position
            lines[each.queue].remove(each.leg.uniqueid)
            assert each.length == len(lines[each.queue])


def test_an_agent_has_one_phone_and_talks_only_while_at_work() -> None:
    busy: dict[str, str] = {}
    present: set[str] = set()
    for each in a_day(2)[1]:
        if isinstance(each, Rang):
            assert each.member.interface in present
            assert not each.member.paused
            assert each.member.interface not in busy
            busy[each.member.interface] = each.phone.uniqueid
        elif isinstance(each, HungUp) and each.leg.uniqueid in busy.values():
            busy = {interface: phone for interface, phone in busy.items() if phone != each.leg.uniqueid}
        elif isinstance(each, MembersChanged) and each.what == "Added":
            present.add(each.members[0].interface)
        elif isinstance(each, MembersChanged) and each.what == "Removed":
            assert each.members[0].interface not in busy
            present.remove(each.members[0].interface)


def test_every_channel_that_was_opened_is_hung_up_once() -> None:
    centre = Centre(4, START_MS, speed=6.0, load=2.0)
    happenings = centre.advance(START_MS + 600_000)
    happenings += centre.close(START_MS + 600_000)
    opened = {each.leg.uniqueid for each in happenings if isinstance(each, QueueRun)}
    opened |= {each.phone.uniqueid for each in happenings if isinstance(each, Rang)}
    hung_up = Counter(each.leg.uniqueid for each in happenings if isinstance(each, HungUp))
    assert set(hung_up.values()) == {1}
    assert opened == set(hung_up)


def test_a_close_leaves_nobody_in_line_and_nothing_happens_after_it() -> None:
    centre = Centre(4, START_MS, speed=6.0, load=2.0)
    now_ms = START_MS + 300_000
    centre.advance(now_ms)
    while not any(caller.seat for line in centre.lines.values() for caller in line.callers):
        now_ms += 100  # until a phone rings
        centre.advance(now_ms)
    waiting = sum(len(line.callers) for line in centre.lines.values())
    talking = sum(seat.talks_since_ms is not None for seat in centre.seats)
    assert min(waiting, talking) > 0
    told = centre.close(now_ms)
    assert sum(isinstance(each, GaveUp) and not each.timed_out for each in told) == waiting
    assert sum(isinstance(each, Completed) for each in told) == talking
    assert not any(line.callers for line in centre.lines.values())
    # Nobody goes home or on a break because the PBX stops.
    assert {each.what for each in told if isinstance(each, MembersChanged)} == {"Status"}
    assert centre.next_ms() is None
    assert centre.advance(now_ms + HOUR_MS) == []


def test_whose_patience_was_for_one_queue_has_a_new_one_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short talks in `service`, which passes callers on to `securities`, where the line is long and all are patient."""
    patience_ms = {"service": 100_000}
    talk_ms = {"service": 20_000, "securities": 900_000}
    monkeypatch.setattr(calibration, "patience_ms", lambda queue, _rng: patience_ms.get(queue, 10**9))
    monkeypatch.setattr(calibration, "talk_ms", lambda queue, _rng: talk_ms.get(queue, 60_000))
    happenings = Centre(1, START_MS, load=1.5).advance(START_MS + 4 * HOUR_MS)
    joined = Counter(each.leg.uniqueid for each in happenings if isinstance(each, Joined))
    timed_out = [each for each in happenings if isinstance(each, GaveUp) and each.queue == "securities"]
    assert any(joined[each.leg.uniqueid] > 1 for each in timed_out)
    assert all(each.timed_out for each in timed_out)


def test_who_finds_the_line_full_is_turned_away() -> None:
    centre = Centre(1, START_MS, load=6.0)
    happenings = centre.advance(START_MS + HOUR_MS)
    turned_away = [each for each in happenings if isinstance(each, StatusSet) and each.status == "FULL"]
    assert turned_away
    assert len(turned_away) == sum(line.outcomes["rejected"] for line in centre.lines.values())
    joined = {(each.leg.uniqueid, each.queue) for each in happenings if isinstance(each, Joined)}
    queues = {manner.extension: queue for queue, manner in MANNERS.items()}
    assert all((each.leg.uniqueid, queues[each.leg.exten]) not in joined for each in turned_away)


def test_waits_and_talks_are_differences_of_whole_clock_seconds() -> None:
    joined: dict[tuple[str, str], int] = {}
    answered: dict[str, int] = {}
    for each in Centre(6, START_MS + 437, speed=6.0).advance(START_MS + 600_000):
        if isinstance(each, Joined):
            joined[(each.leg.uniqueid, each.queue)] = each.at_ms
        elif isinstance(each, Connected):
            assert each.hold_s == each.at_ms // 1000 - joined[(each.leg.uniqueid, each.member.queue)] // 1000
            answered[each.phone.uniqueid] = each.at_ms
        elif isinstance(each, GaveUp):
            assert each.hold_s == each.at_ms // 1000 - joined[(each.leg.uniqueid, each.queue)] // 1000
        elif isinstance(each, Completed):
            assert each.talk_s == each.at_ms // 1000 - answered[each.phone.uniqueid] // 1000
    assert len(answered) > 50


def test_a_passed_on_caller_keeps_their_journey() -> None:
    queues: dict[str, list[str]] = defaultdict(list)
    for each in a_day(1)[1]:
        if isinstance(each, Joined):
            queues[each.leg.linkedid].append(each.queue)
    moved = [chain for chain in queues.values() if len(chain) > 1]
    assert moved
    assert all(one != other for chain in moved for one, other in itertools.pairwise(chain))


def test_an_agent_who_lets_it_ring_is_paused_in_all_queues() -> None:
    happenings = a_day(1)[1]
    found = 0
    for before, after in itertools.pairwise(happenings):
        if isinstance(before, NotAnswered):
            assert isinstance(after, MembersChanged)
            assert after.what == "Pause"
            assert all(member.paused and member.reason == "Auto-Pause" for member in after.members)
            found += 1
    assert found


def test_the_queue_log_tells_the_same_outcomes() -> None:
    centre, happenings = a_day(1)
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    names = {"CONNECT": "answered", "ABANDON": "abandoned", "EXITWITHTIMEOUT": "overflowed", "EXITWITHKEY": "exited"}
    entered: Counter[str] = Counter()
    for happening in happenings:
        for line in queue_log.lines(happening):
            _, _, queue, _, event, *_ = line.split("|")
            if event in names:
                outcomes[queue][names[event]] += 1
            if event == "BLINDTRANSFER":
                outcomes[queue]["transferred"] += 1
            entered[queue] += event == "ENTERQUEUE"
    for name, line in centre.lines.items():
        counted = Counter({key: count for key, count in line.outcomes.items() if key != "rejected"})
        assert outcomes[name] == counted
        ended = sum(count for key, count in counted.items() if key != "transferred")
        assert entered[name] == ended + len(line.callers)


def test_asterisks_own_counters_lag_by_the_talk_and_count_timeouts_as_abandons() -> None:
    centre, happenings = a_day(3)
    for name, line in centre.lines.items():
        completed = [each for each in happenings if isinstance(each, Completed) and each.member.queue == name]
        gave_up = [each for each in happenings if isinstance(each, GaveUp) and each.queue == name]
        assert line.completed == len(completed)
        assert line.abandoned == len(gave_up)
        assert line.completed_in_time == sum(each.hold_s <= SERVICE_LEVEL_S for each in completed)
        assert line.abandoned_in_time == sum(each.hold_s <= SERVICE_LEVEL_S for each in gave_up)


# Like the bank's

BANK_PATIENCE = {"service": 0.854, "sales": 0.688, "securities": 0.920, "support": 0.898}  # longer than 60 s


@pytest.mark.parametrize("queue", CUSTOMS)
def test_draws_have_the_banks_figures(queue: str) -> None:
    rng = Centre(11, START_MS)._rng
    talks = [calibration.talk_ms(queue, rng) / 1000 for _ in range(20_000)]
    assert median(talks) == pytest.approx(CUSTOMS[queue].talk_median_s, rel=0.05)
    assert mean(talks) == pytest.approx(CUSTOMS[queue].talk_mean_s, rel=0.06)
    patience = [calibration.patience_ms(queue, rng) / 1000 for _ in range(20_000)]
    assert mean(each > 60 for each in patience) == pytest.approx(BANK_PATIENCE[queue], abs=0.012)
    for seconds, permille in CUSTOMS[queue].patience[1:]:
        assert 1000 * mean(each > seconds for each in patience) == pytest.approx(permille, abs=15)


def test_arrivals_follow_the_hour() -> None:
    came: Counter[tuple[str, int]] = Counter()
    days = 12
    for seed in range(days):
        transferred = set()
        for each in a_day(seed)[1]:
            if isinstance(each, QueueRun) and each.leg.uniqueid not in transferred:
                came[each.queue, (each.at_ms - START_MS) // HOUR_MS] += 1
                transferred.add(each.leg.uniqueid)  # later runs of the same channel are no arrivals
    for queue in ("service", "sales"):
        for hour, rate in enumerate(CUSTOMS[queue].arrivals):
            expected = rate * days
            assert abs(came[queue, hour] - expected) < 5 * expected**0.5
    everybody = sum(came.values()) / days
    assert everybody == pytest.approx(sum(sum(custom.arrivals) for custom in CUSTOMS.values()), rel=0.03)


def test_waits_and_losses_lie_where_the_banks_do() -> None:
    """Mean wait 37 s and 11.6 in 100 abandoned over the bank's days, of 1,159 to 1,788 calls; in sales 26 in 100."""
    mean_days, busy_days = [[a_day(seed, load) for seed in range(5)] for load in (1.0, calibration.BUSY_DAY)]
    shares, waits = [], []
    for days in (mean_days, busy_days):
        held = [
            each.hold_s
            for _, day in days
            for each in day
            if isinstance(each, Connected | PressedKey) or (isinstance(each, GaveUp) and not each.timed_out)
        ]
        lost = sum(isinstance(each, PressedKey | GaveUp) for _, day in days for each in day)
        waits.append(mean(held))
        shares.append(lost / sum(isinstance(each, Joined) for _, day in days for each in day))
    assert 20 < waits[0] < 37 < waits[1] < 60
    assert 0.06 < shares[0] < 0.116 < shares[1] < 0.18


def test_the_night_is_skipped_and_the_next_day_is_like_the_first() -> None:
    centre = Centre(9, START_MS, hour=23.5)
    happenings = centre.advance(START_MS + DAY_MS)
    morning = [each for each in happenings if isinstance(each, Joined) and each.at_ms > START_MS + 3 * HOUR_MS]
    assert len(morning) > 800
    changes = Counter(each.what for each in happenings if isinstance(each, MembersChanged))
    assert changes["Added"] >= 13
    assert changes["Removed"] >= 13
