"""Which of a call's waits a list after a gap has named, by queue_log."""

from __future__ import annotations

import pytest

from host_bridge.truth.listed_waits import ListedWaits
from host_bridge.truth.outcomes import End, Outcome
from host_bridge.truth.stay import Stay


def wait(joined_s: int, until_s: int) -> End:
    held_s = until_s - joined_s
    return End("q1", Outcome.OVERFLOWED, held_s * 1000, held_s, until_s * 1000, "a", "a", joined_s * 1000)


def listed(joined_ms: int, listed_join_ms: int | None) -> Stay:
    """Known since before the gap as one who joined at `joined_ms`; the list has the second."""
    stay = Stay("q1", "a", joined_ms, joined_ms, announced=True)
    if listed_join_ms is not None:
        stay.note_listed(listed_join_ms, 20_000)
    return stay


WAITS = [wait(4, 7), wait(7, 10)]
WAITING = [("q1", "a", 10_000)]


@pytest.mark.parametrize(
    ("joined_ms", "listed_join_ms", "corrected_ms", "told"),
    [
        (4_100, 4_000, 4_100, [True, True]),  # the log is ahead: all of it comes as events
        (4_100, 7_000, 7_000, [False, True]),  # he left and came back in the gap
        (4_100, 10_000, 10_000, [False, False]),  # and again
        (7_100, 7_000, 7_100, [False, True]),  # the first wait is known, or was missed long before
        (6_950, 7_000, 6_950, [False, True]),  # his Join was read a little before that second, by another clock
        (10_100, 9_000, 10_100, [False, False]),  # a list may take a second for the one before
        (7_000, 13_000, 7_000, [None, None]),  # the log has not got that wait
        (7_000, None, 7_000, [None, None]),  # his Join was seen since: of him nothing was missed
    ],
)
def test_the_wait_that_was_listed(
    joined_ms: int, listed_join_ms: int | None, corrected_ms: int, told: list[bool | None]
) -> None:
    stay = listed(joined_ms, listed_join_ms)
    waits = ListedWaits([stay], WAITS, WAITING)
    assert stay.joined_ms == corrected_ms
    assert [waits.is_told_by_events(stay, end) for end in WAITS] == told


def test_a_log_that_begins_later_knows_no_earlier_wait() -> None:
    stay = listed(4_100, 7_000)
    ListedWaits([stay], [wait(7, 10)], ())
    assert stay.joined_ms == 7_000
    stay = listed(6_000, 7_000)  # may be the same wait, a second off
    ListedWaits([stay], [wait(7, 10)], ())
    assert stay.joined_ms == 6_000


def test_another_call_and_another_queue_are_others() -> None:
    stay = listed(4_100, 7_000)
    others = [wait(7, 10)._replace(call="b"), wait(7, 10)._replace(queue="q2")]
    waits = ListedWaits([stay], others, [("q1", "b", 7_000)])
    assert (stay.joined_ms, waits.is_told_by_events(stay, WAITS[0])) == (4_100, None)
