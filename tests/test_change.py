"""Other thresholds while the bridge runs: every figure is then what a bridge that began with them would show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import example, given
from hypothesis import strategies as st

from host_bridge.pbx import events as ev
from host_bridge.truth.outcomes import End, Estimate, JourneyEnd, Outcome, Record, Talk
from host_bridge.truth.service_level import FORMULAS, ServiceLevel
from host_bridge.truth.truth import Truth
from host_bridge.truth.windows import ALL, Group

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
T0 = 1_789_000_000_000
NOW_MS = T0 + 25 * HOUR_MS
QUEUES = {"support", "sales", "guard", "other"}
NAMES = st.sampled_from(sorted(QUEUES))


@dataclass(frozen=True)
class Limits:
    """What of a file of thresholds the truth rests on."""

    levels: Mapping[str, ServiceLevel]
    groups: Mapping[str, Group]
    all_level: ServiceLevel
    wait_limit_ms: int | None
    day_start_ms: int

    def truth(self) -> Truth:
        """One that began with these."""
        made = Truth(
            self.levels.__getitem__, groups=self.groups, all_level=self.all_level, wait_limit_ms=self.wait_limit_ms
        )
        made.roll(self.day_start_ms, T0)
        return made


class Levels(dict[str, ServiceLevel]):
    """The levels that hold at present."""


LEVEL = st.builds(
    ServiceLevel,
    answer_within_s=st.integers(0, 60),
    formula=st.sampled_from(sorted(FORMULAS)),
    short_abandon_s=st.integers(0, 20),
    window_s=st.sampled_from([None, 60, 1800, 86_400]),
    min_calls=st.integers(1, 3),
    count_overflow=st.booleans(),
    count_exits=st.booleans(),
)
GROUPS = st.dictionaries(
    st.sampled_from(["service", "recent", ALL]),
    st.builds(Group, st.lists(NAMES, unique=True, min_size=1).map(tuple), LEVEL),
    max_size=3,
)
LIMITS = st.builds(
    Limits,
    st.fixed_dictionaries(dict.fromkeys(QUEUES, LEVEL)),
    GROUPS,
    LEVEL,
    st.sampled_from([None, 30_000, 360_000]),
    st.sampled_from([T0, T0 + HOUR_MS, T0 + HOUR_MS + 30 * MINUTE_MS, T0 + 24 * HOUR_MS]),
)
# More of them lie near the edges of windows than anywhere else.
TIMES = st.one_of(
    st.integers(T0, NOW_MS),
    st.sampled_from([T0 + HOUR_MS, T0 + 24 * HOUR_MS, NOW_MS - MINUTE_MS, NOW_MS - 30 * MINUTE_MS]).flatmap(
        lambda at_ms: st.integers(at_ms - 2, at_ms + 2)
    ),
)
RECORDS = st.lists(
    st.one_of(
        st.builds(
            lambda queue, outcome, wait_s, at_ms: End(queue, outcome, wait_s * 1000, wait_s, at_ms),
            NAMES,
            st.sampled_from(list(Outcome)),
            st.integers(0, 120),
            TIMES,
        ),
        st.builds(Talk, NAMES, st.integers(0, 99), st.booleans(), TIMES),
        st.builds(Estimate, NAMES, st.integers(0, 9), st.integers(0, 9), TIMES),
        st.builds(JourneyEnd, NAMES, st.just("j"), st.integers(0, 99_999), st.booleans(), TIMES),
    ),
    max_size=30,
)
MEMBERS = st.lists(
    st.builds(
        lambda queue, agent, status, paused: ev.MemberChanged(queue, f"SIP/{agent}", "Name", status, paused, False, T0),
        NAMES,
        st.integers(1, 3),
        st.sampled_from([1, 2, 5]),
        st.booleans(),
    ),
    max_size=8,
)


def count(room: Truth, records: list[Record]) -> None:
    """As they come in, and time passes."""
    for record in sorted(records, key=lambda each: each.at_ms):
        room.settle(record.at_ms)
        room._ledger.add(record)


def all_figures(room: Truth, now_ms: int) -> dict[str, dict[str, int]]:
    found = {queue: room.figures(queue, now_ms) for queue in room.queues}
    return found | {f"@{name}": room.group_figures(name, now_ms) for name in room._windows.groups}


@given(LIMITS, LIMITS, RECORDS, RECORDS, MEMBERS, MEMBERS, st.sets(NAMES))
@example(
    Limits(dict.fromkeys(QUEUES, ServiceLevel()), {}, ServiceLevel(), None, T0 + HOUR_MS),
    Limits(dict.fromkeys(QUEUES, ServiceLevel()), {}, ServiceLevel(), None, T0 + HOUR_MS + 30 * MINUTE_MS),
    [End("sales", Outcome.ANSWERED, 1_000, 1, T0 + HOUR_MS + MINUTE_MS)],
    [], [], [], set(),
)  # fmt: skip
def test_after_a_change_all_is_as_if_it_had_always_been_so(  # noqa: PLR0917 - as hypothesis gives them
    before: Limits,
    after: Limits,
    records: list[Record],
    later: list[Record],
    members: list[ev.MemberChanged],
    later_members: list[ev.MemberChanged],
    quiet: set[str],
) -> None:
    levels = Levels(before.levels)
    changed, fresh = before.truth(), after.truth()
    changed._windows._level_of = levels.__getitem__
    for room in (changed, fresh):
        for event in members:
            room.apply(event, T0)
        count(room, [record for record in records if record.at_ms <= NOW_MS])
        for queue in sorted(QUEUES - quiet):
            room.apply(ev.Joined(queue, f"c-{queue}", "j", 1, 1, NOW_MS - 5_000), NOW_MS)
    levels.clear()
    levels.update(after.levels)
    today = None if after.day_start_ms == before.day_start_ms else after.day_start_ms
    changed.take_dirty()
    changed.change(after.groups, after.all_level, after.wait_limit_ms, today=today)
    assert changed.take_dirty() == set(changed.queues)
    assert all_figures(changed, NOW_MS) == all_figures(fresh, NOW_MS)
    for room in (changed, fresh):
        for event in later_members:
            room.apply(event, NOW_MS)
        count(room, [record for record in later if record.at_ms > NOW_MS - HOUR_MS])
        room.settle(NOW_MS)
    assert all_figures(changed, NOW_MS) == all_figures(fresh, NOW_MS)
    much_later_ms = NOW_MS + 2 * HOUR_MS
    while (due_ms := fresh.next_ms()) is not None and due_ms <= much_later_ms:  # windows empty at the same moments
        assert changed.next_ms() == due_ms
        for room in (changed, fresh):
            room.settle(due_ms)
    assert all_figures(changed, much_later_ms) == all_figures(fresh, much_later_ms)


def test_what_has_the_window_and_the_queues_that_it_had_is_not_counted_anew() -> None:
    """A change of a limit in a centre of 100,000 calls must not hold the loop up."""
    level = ServiceLevel()
    limits = Limits(dict.fromkeys(QUEUES, level), {"service": Group(("sales", "support"), level)}, level, None, T0)
    room = limits.truth()
    count(room, [End(queue, Outcome.ANSWERED, 1_000, 1, T0 + HOUR_MS) for queue in QUEUES])
    asked: list[set[str]] = []

    def records(queues: set[str]) -> list[Record]:
        asked.append(set(queues))
        return []

    room._ledger.records = records  # type: ignore[assignment, method-assign]
    room.change(limits.groups, ServiceLevel(answer_within_s=5), 60_000, today=None)
    assert asked == []
    half = Group(("sales", "support"), ServiceLevel(window_s=1800))
    room.change({"service": half, "new": Group(("guard",), level)}, level, None, today=None)
    assert asked == [{"sales", "support", "guard"}]
