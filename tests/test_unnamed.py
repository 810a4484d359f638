"""Frames of a member whose name is not UTF-8: answered, talked and counted none the less."""

from __future__ import annotations

from host_bridge.pbx import events as ev
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth
from host_bridge.truth.unnamed import MOST_TALKS, Unnamed

CALL = "1795385228.5"


def joined(truth: Truth, call: str, at_ms: int) -> None:
    truth.apply(ev.Joined("support", call, call, 1, 1, at_ms), at_ms)


def answered(truth: Truth, call: str, at_ms: int) -> None:
    """As Asterisk 16.28 and 22 say it: no queue, no interface, no seconds."""
    truth.apply(ev.Rang("", call, "", at_ms), at_ms)
    truth.apply(ev.Left("support", call, 1, 0, at_ms), at_ms)
    truth.apply(ev.Connected("", call, "", 0, 0, at_ms), at_ms)


def test_answered_and_talked() -> None:
    truth = Truth(lambda queue: ServiceLevel(answer_within_s=5, min_calls=1))
    joined(truth, CALL, 10_000)
    answered(truth, CALL, 15_400)
    truth.apply(ev.Completed("", CALL, "", 0, 0, "", 25_100), 25_100)
    truth.apply(ev.HungUp(CALL, 25_101), 25_101)
    figures = truth.figures("support", 30_000)
    assert (figures["answered"], figures["offered"], figures["exited"]) == (1, 1, 0)
    assert (figures["avg_wait_ms"], figures["sla"], figures["aht_ms"]) == (5_400, 1000, 10_000)


def test_the_same_said_twice_counts_once() -> None:
    truth = Truth(lambda queue: ServiceLevel(min_calls=1))
    joined(truth, CALL, 10_000)
    for _ in range(2):
        answered(truth, CALL, 12_000)
    for _ in range(2):
        truth.apply(ev.Completed("", CALL, "", 0, 0, "", 20_000), 20_000)
    figures = truth.figures("support", 30_000)
    assert (figures["offered"], figures["answered"], figures["aht_ms"]) == (1, 1, 8_000)


def test_a_caller_who_is_gone_first_takes_his_id_along() -> None:
    """Then nothing at all is left in AgentComplete: it is of the first of these callers who hung up."""
    truth = Truth(lambda queue: ServiceLevel(min_calls=1))
    for call, at_ms in (("a", 10_000), ("b", 11_000), ("c", 12_000)):
        joined(truth, call, at_ms)
        answered(truth, call, at_ms)
    truth.apply(ev.HungUp("b", 21_000), 21_000)
    truth.apply(ev.Completed("", "", "", 0, 0, "", 21_001), 21_001)
    assert truth.figures("support", 22_000)["aht_ms"] == 10_000
    truth.apply(ev.Completed("", "", "", 0, 0, "", 22_000), 22_000)  # of nobody who hung up
    truth.apply(ev.Completed("", "c", "", 0, 0, "", 32_000), 32_000)
    truth.apply(ev.HungUp("c", 32_000), 32_000)
    truth.apply(ev.HungUp("a", 40_000), 40_000)
    truth.apply(ev.Completed("", "", "", 0, 0, "", 40_000), 40_000)
    assert truth.figures("support", 41_000)["aht_ms"] == 20_000
    assert truth.figures("support", 41_000)["answered"] == 3
    assert not truth._intake._unnamed._hung_up


def test_one_of_whom_nothing_is_known_is_nobodys() -> None:
    truth = Truth(lambda queue: ServiceLevel())
    truth.apply(ev.Connected("", CALL, "", 0, 0, 1_000), 1_000)
    truth.apply(ev.Completed("", CALL, "", 0, 0, "", 2_000), 2_000)
    truth.apply(ev.Completed("", "", "", 0, 0, "", 2_000), 2_000)
    assert truth.queues == ()


def test_after_a_gap_an_end_is_not_taken_for_the_end_of_an_older_talk() -> None:
    truth = Truth(lambda queue: ServiceLevel())
    joined(truth, CALL, 10_000)
    answered(truth, CALL, 12_000)
    truth.apply(ev.LinkDown("gone", 13_000), 13_000)
    truth.apply(ev.Completed("", CALL, "", 0, 0, "", 900_000), 900_000)
    assert "aht_ms" not in truth.figures("support", 900_000)


def test_talks_without_end_are_bounded() -> None:
    truth = Truth(lambda queue: ServiceLevel())
    unnamed = Unnamed()
    joined(truth, CALL, 10_000)
    stay = truth._intake.stays.book.waiting[CALL]
    for number in range(MOST_TALKS + 5):
        unnamed.connected(ev.Connected("", str(number), "", 0, 0, 11_000), stay)
    assert len(unnamed._talks) == MOST_TALKS
    newest = unnamed.completed(ev.Completed("", str(MOST_TALKS + 4), "", 0, 0, "", 13_000))
    assert (newest.queue, newest.talk_s) == ("support", 2)
    assert unnamed.completed(ev.Completed("", "0", "", 0, 0, "", 13_000)).queue == ""
