"""The caller's clock: one a caller, over all queues, from the call's start to the first answer."""

from __future__ import annotations

import pytest

from host_bridge.truth import journeys as journeys_module
from host_bridge.truth.journeys import GONE_MS, LONGEST_CALL_MS, Journeys
from host_bridge.truth.live import OpenJourney
from host_bridge.truth.outcomes import End, JourneyEnd, Outcome

EPOCH_S = 1_789_000_000
T0 = EPOCH_S * 1000  # of the bridge's clock; the PBX's is the same but where a test says otherwise
L = f"{EPOCH_S}.7"
S = 1000
ANSWERED, ABANDONED, OVERFLOWED = Outcome.ANSWERED, Outcome.ABANDONED, Outcome.OVERFLOWED


class Room:
    """Clocks, and what they told."""

    def __init__(self, shift_ms: int = 0) -> None:
        self.told: list[JourneyEnd] = []
        self.clocks = Journeys(self.told.append)
        self.clocks.shift_ms = shift_ms
        self.joins: dict[tuple[str, str], int] = {}

    def join(self, call: str, queue: str, at_ms: int, journey: str = L) -> None:
        self.joins[queue, call] = at_ms
        self.clocks.joined(journey, call, queue, at_ms)

    def end(self, call: str, queue: str, outcome: Outcome, at_ms: int, journey: str = L) -> None:
        joined_ms = self.joins.get((queue, call), at_ms)
        wait_ms = at_ms - joined_ms
        self.clocks.ended(End(queue, outcome, wait_ms, wait_ms // 1000, at_ms, call, journey, joined_ms))

    def is_empty(self) -> bool:
        return not self.clocks.open() and self.clocks.started_ms("c") is None and self.clocks.next_ms() is None


def test_the_clock_runs_from_the_calls_start() -> None:
    room = Room()
    room.join("c", "sales", T0 + 40 * S)
    assert room.clocks.started_ms("c") == T0
    room.end("c", "sales", ANSWERED, T0 + 60 * S)
    assert room.told == [JourneyEnd("sales", L, 60 * S, True, T0 + 60 * S)]
    assert room.clocks.started_ms("c") is None  # it has stopped


@pytest.mark.parametrize(
    ("journey", "started"),
    [
        (L, 0),
        (f"pbx1-{L}", 0),
        (f"my-pbx.example-{L}", 0),
        (f"{EPOCH_S + 41}.7", 40 * S),  # the PBX rounds and its clock drifts: not after the join
        (f"{EPOCH_S + 42}.7", 40 * S),  # no start of this call
        (f"{EPOCH_S + 40 - 4 * 3600}.7", 40 * S - LONGEST_CALL_MS),
        (f"{EPOCH_S + 39 - 4 * 3600}.7", 40 * S),
        ("whatever", 40 * S),
        (f"{EPOCH_S}", 40 * S),
        (f"x{EPOCH_S}.7", 40 * S),
        ("９９９９９９９９９９.7", 40 * S),
        ("", 40 * S),
    ],
)
def test_a_start_that_the_id_does_not_tell_is_the_first_join(journey: str, started: int) -> None:
    room = Room()
    room.join("c", "sales", T0 + 40 * S, journey)
    assert room.clocks.started_ms("c") == T0 + started


def test_ids_are_of_the_pbxs_clock() -> None:
    room = Room(shift_ms=3_600_000)
    room.join("c", "sales", T0 - 3_590_000)
    assert room.clocks.started_ms("c") == T0 - 3_600_000


def test_moving_between_queues_does_not_reset_it() -> None:
    room = Room()
    room.join("c", "support", T0 + 10 * S)
    room.end("c", "support", OVERFLOWED, T0 + 130 * S)
    assert room.clocks.open() == (OpenJourney(L, "c", "support", T0, False, T0 + 130 * S),)
    room.clocks.settle(T0 + 189 * S)
    room.join("c", "sales", T0 + 189 * S)
    assert room.clocks.started_ms("c") == T0
    room.clocks.settle(T0 + 250 * S)
    room.end("c", "sales", ANSWERED, T0 + 400 * S)
    assert room.told == [JourneyEnd("sales", L, 400 * S, True, T0 + 400 * S)]


def test_a_move_whose_end_is_known_only_after_the_next_join() -> None:
    room = Room()
    room.join("c", "support", T0)
    room.clocks.joined(L, "c", "sales", T0 + 60 * S)
    room.end("c", "support", Outcome.REMOVED, T0 + 60 * S)
    assert room.clocks.open() == (OpenJourney(L, "c", "sales", T0, False, None),)
    room.clocks.joined(L, "c", "sales", T0 + 60 * S)  # a Join that a list was ahead of
    room.end("c", "sales", ANSWERED, T0 + 90 * S)
    assert [told.wait_ms for told in room.told] == [90 * S]


def test_a_ghost_of_the_queue_before_is_told_later_still() -> None:
    room = Room()
    room.join("c", "support", T0)
    room.join("c", "sales", T0 + 60 * S)
    room.end("c", "support", Outcome.UNRESOLVED, T0 + 61 * S)
    assert room.clocks.open() == (OpenJourney(L, "c", "sales", T0, False, None),)


def test_who_hangs_up_at_the_moment_of_a_timeout_is_gone_at_once() -> None:
    room = Room()
    room.join("c", "sales", T0)
    room.clocks.hung_up("c", T0 + 30 * S)
    room.end("c", "sales", OVERFLOWED, T0 + 30 * S)
    assert room.told == [JourneyEnd("sales", L, 30 * S, False, T0 + 30 * S)]


def test_transferred_back_and_answered_while_nobody_looked() -> None:
    room = Room()
    room.join("c", "sales", T0)
    room.end("c", "sales", ANSWERED, T0 + 30 * S)
    room.clocks.ended(End("support", ANSWERED, 20 * S, 20, T0 + 320 * S, "c", L, T0 + 300 * S))
    assert [(told.queue, told.wait_ms) for told in room.told] == [("sales", 30 * S), ("support", 20 * S)]


def test_the_same_queue_again() -> None:
    room = Room()
    room.join("c", "sales", T0 + 5 * S)
    room.end("c", "sales", OVERFLOWED, T0 + 20 * S)
    room.join("c", "sales", T0 + 21 * S)
    room.clocks.ended(End("sales", OVERFLOWED, 15 * S, 15, T0 + 20 * S, "c", L, T0 + 5 * S))  # told once more
    assert room.clocks.open() == (OpenJourney(L, "c", "sales", T0, False, None),)


def test_who_hangs_up_is_gone_at_once() -> None:
    room = Room()
    room.join("c", "sales", T0 + S)
    room.clocks.hung_up("c", T0 + 30 * S)
    room.end("c", "sales", ABANDONED, T0 + 30 * S)
    assert room.told == [JourneyEnd("sales", L, 30 * S, False, T0 + 30 * S)]
    assert room.is_empty()


def test_who_leaves_and_hangs_up_waited_until_he_left() -> None:
    room = Room()
    room.join("c", "sales", T0 + S)
    room.end("c", "sales", Outcome.EXITED, T0 + 30 * S)
    room.clocks.hung_up("another", T0 + 50 * S)
    assert room.told == []
    room.clocks.hung_up("c", T0 + 50 * S)
    assert room.told == [JourneyEnd("sales", L, 30 * S, False, T0 + 30 * S)]
    assert room.is_empty()


def test_who_waits_nowhere_for_a_minute_is_gone() -> None:
    room = Room()
    room.join("c", "sales", T0 + S)
    room.end("c", "sales", OVERFLOWED, T0 + 30 * S)
    assert room.clocks.next_ms() == T0 + 30 * S + GONE_MS
    room.clocks.settle(T0 + 30 * S + GONE_MS - 1)
    assert room.told == []
    room.clocks.settle(T0 + 30 * S + GONE_MS)
    assert room.told == [JourneyEnd("sales", L, 30 * S, False, T0 + 30 * S)]
    assert room.is_empty()
    room.join("c", "sales", T0 + 200 * S)  # out of a long menu: still the same call
    assert room.clocks.started_ms("c") == T0


def test_transferred_back_is_a_new_wait() -> None:
    room = Room()
    room.join("c", "sales", T0 + S)
    room.end("c", "sales", ANSWERED, T0 + 30 * S)
    room.join("c", "support", T0 + 300 * S)
    assert room.clocks.started_ms("c") == T0 + 300 * S
    room.end("c", "support", ANSWERED, T0 + 310 * S)
    assert [(told.queue, told.wait_ms) for told in room.told] == [("sales", 30 * S), ("support", 10 * S)]


def test_an_attended_transfer_is_a_new_wait_too() -> None:
    room = Room()
    room.join("c", "sales", T0)
    room.end("c", "sales", ANSWERED, T0 + 30 * S)
    room.clocks.hung_up("c", T0 + 100 * S)
    room.clocks.settle(T0 + 100 * S)
    room.join("consult", "support", T0 + 101 * S)
    assert room.clocks.started_ms("consult") == T0 + 101 * S


def test_an_answered_call_is_forgotten_in_time() -> None:
    room = Room()
    room.join("c", "sales", T0)
    room.end("c", "sales", ANSWERED, T0 + 30 * S)
    assert room.clocks.open() == (OpenJourney(L, "c", "sales", T0, True, T0 + 30 * S),)
    room.clocks.hung_up("c", T0 + 100 * S)
    room.clocks.settle(T0 + 100 * S + GONE_MS)
    assert room.is_empty()
    room.join("d", "sales", T0, "other")
    room.end("d", "sales", ANSWERED, T0, "other")
    room.clocks.settle(T0 + LONGEST_CALL_MS)  # no Hangup ever came
    assert room.is_empty()
    assert len(room.told) == 2


def test_the_first_answer_of_two_legs_stops_it() -> None:
    room = Room()
    room.join("c", "sales", T0)
    room.join("d", "support", T0 + 10 * S)
    assert {each.call for each in room.clocks.open()} == {"c", "d"}
    room.end("d", "support", ANSWERED, T0 + 30 * S)
    assert room.clocks.started_ms("c") is None
    room.end("c", "sales", ANSWERED, T0 + 50 * S)
    assert room.told == [JourneyEnd("support", L, 30 * S, True, T0 + 30 * S)]


def test_one_leg_of_two_that_gives_up_is_not_the_caller() -> None:
    room = Room()
    room.join("c", "sales", T0)
    room.join("d", "support", T0 + 10 * S)
    room.end("d", "support", ABANDONED, T0 + 30 * S)
    assert room.told == []
    room.end("c", "sales", ABANDONED, T0 + 50 * S)
    assert room.told == [JourneyEnd("sales", L, 50 * S, False, T0 + 50 * S)]


def test_an_answer_of_a_stay_that_nobody_saw() -> None:
    room = Room()
    room.clocks.ended(End("sales", ANSWERED, 20 * S, 20, T0 + 30 * S, "c", "", 0))
    assert room.told == [JourneyEnd("sales", "c", 20 * S, True, T0 + 30 * S)]


def test_how_long_a_ghost_waited_nobody_knows() -> None:
    room = Room()
    room.join("c", "sales", T0)
    room.end("c", "sales", Outcome.UNRESOLVED, T0 + 30 * S)
    room.clocks.settle(T0 + 200 * S)
    assert room.told == []
    assert room.is_empty()


def test_a_ghost_that_waits_elsewhere_keeps_its_clock() -> None:
    room = Room()
    room.join("c", "sales", T0)
    room.end("c", "sales", Outcome.UNRESOLVED, T0 + 30 * S)
    room.join("d", "support", T0 + 31 * S)
    room.end("d", "support", ABANDONED, T0 + 60 * S)
    assert room.told == [JourneyEnd("support", L, 60 * S, False, T0 + 60 * S)]


def test_who_was_turned_away_had_no_clock() -> None:
    room = Room()
    room.end("c", "sales", Outcome.REJECTED, T0)
    assert room.told == []
    assert room.is_empty()


def test_a_caller_of_a_list_is_the_one_of_the_next_join() -> None:
    room = Room()
    room.join("c", "sales", T0 + S, "")
    room.join("c", "support", T0 + 20 * S)
    assert room.clocks.started_ms("c") == T0  # its Linkedid tells more
    assert room.clocks.open() == (OpenJourney(L, "c", "support", T0, False, None),)
    room.end("c", "sales", OVERFLOWED, T0 + 20 * S, "")
    room.end("c", "support", ANSWERED, T0 + 30 * S)
    assert room.told == [JourneyEnd("support", L, 30 * S, True, T0 + 30 * S)]
    assert len(room.clocks.open()) == 1


def test_two_known_clocks_that_turn_out_to_be_one() -> None:
    room = Room()
    room.join("c", "sales", T0 + 9 * S, "x")
    room.join("d", "sales", T0 + S, "y")
    room.join("d", "support", T0 + 20 * S, "x")
    room.end("c", "sales", ABANDONED, T0 + 25 * S, "x")
    room.end("d", "support", ANSWERED, T0 + 30 * S, "x")
    assert room.told == [JourneyEnd("support", "x", 29 * S, True, T0 + 30 * S)]
    assert [each.journey for each in room.clocks.open()] == ["x"]


def test_it_survives_a_restart() -> None:
    before = Room()
    before.join("c", "support", T0 + S)
    before.end("c", "support", OVERFLOWED, T0 + 30 * S)
    before.join("c", "sales", T0 + 31 * S)
    before.join("left", "sales", T0, "2.2")
    before.end("left", "sales", OVERFLOWED, T0 + 30 * S, "2.2")
    before.join("talks", "sales", T0, "3.3")
    before.end("talks", "sales", ANSWERED, T0 + 30 * S, "3.3")

    after = Room()
    after.clocks.restore(before.clocks.open(), T0 + 600 * S)
    assert set(after.clocks.open()) == set(before.clocks.open())
    assert after.clocks.started_ms("c") == T0
    after.clocks.settle(T0 + 600 * S)
    assert after.told == []  # who left may wait elsewhere: the first list tells
    after.join("talks", "support", T0 + 610 * S, "3.3")
    assert after.clocks.started_ms("talks") == T0 + 610 * S
    after.end("c", "sales", ANSWERED, T0 + 620 * S)
    after.clocks.settle(T0 + 660 * S)
    assert after.told == [
        JourneyEnd("sales", L, 620 * S, True, T0 + 620 * S),
        JourneyEnd("sales", "2.2", 30 * S, False, T0 + 30 * S),
    ]


def test_the_oldest_of_a_line() -> None:
    room = Room()
    room.join("c", "sales", T0 + 30 * S)
    room.join("d", "sales", T0 + 5 * S, "x")
    assert room.clocks.oldest_ms(["c", "d", "unknown"]) == T0
    assert room.clocks.oldest_ms(["d"]) == T0 + 5 * S
    assert room.clocks.oldest_ms([]) is None


def test_a_pbx_gone_mad_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journeys_module, "MAX_JOURNEYS", 10)
    room = Room()
    for number in range(25):
        room.join(f"c{number}", "sales", T0, f"j{number}")
        room.end(f"c{number}", "sales", ANSWERED, T0, f"j{number}")
    assert len(room.clocks.open()) == 10
    assert room.clocks.dropped == 30  # the join and the answer of each
    many = Room()
    for number in range(25):
        many.join(f"c{number}", "sales", T0)
    assert len(many.clocks.open()) == 20
    assert many.clocks.dropped == 5
