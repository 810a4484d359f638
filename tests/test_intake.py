"""What is told twice counts once, and a PBX gone mad fills no memory."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from host_bridge.truth import ServiceLevel, Truth
from host_bridge.truth import evidence as evidence_module
from host_bridge.truth import intake as intake_module
from host_bridge.truth import talks as talks_module
from host_bridge.truth.live import Live, OpenStay
from host_bridge.truth.outcomes import End, Outcome
from tests.model_pbx import ModelPbx

START_MS = 1_700_000_000_000


@pytest.fixture
def pbx() -> ModelPbx:
    pbx = ModelPbx("q1", "q2")
    pbx.now_ms = START_MS
    return pbx


@pytest.fixture
def truth(pbx: ModelPbx) -> Truth:
    truth = Truth(lambda queue: ServiceLevel(min_calls=1))
    truth.apply(pbx.snapshot(), pbx.now_ms)
    return truth


def read(truth: Truth, pbx: ModelPbx, times: int = 1) -> None:
    for event in pbx.take():
        for _ in range(times):
            truth.apply(event, pbx.now_ms)


def test_an_answer_and_its_end_told_thrice_count_once(truth: Truth, pbx: ModelPbx) -> None:
    pbx.join("q1", "a")
    pbx.ring("q1", "a")
    pbx.wait(5_000)
    pbx.connect("q1", "a")
    pbx.wait(60_000)
    pbx.complete("q1", "a", 60, hold_s=5)
    pbx.hang_up("a")
    read(truth, pbx, times=3)
    figures = truth.figures("q1", pbx.now_ms)
    assert (figures["answered"], figures["offered"], figures["aht_ms"]) == (1, 1, 60_000)
    assert len(list(truth._ledger.all_talks())) == 1


@pytest.mark.parametrize("anonymous_first", [True, False])
def test_an_end_told_with_and_without_its_call_is_one(truth: Truth, pbx: ModelPbx, anonymous_first: bool) -> None:
    pbx.join("q1", "a")
    pbx.connect("q1", "a")
    for call in ("", "a") if anonymous_first else ("a", ""):
        pbx.complete("q1", call, 60)
    read(truth, pbx)
    assert len(list(truth._ledger.all_talks())) == 1


def test_two_talks_of_one_agent_that_are_alike_are_two(truth: Truth, pbx: ModelPbx) -> None:
    for call in ("a", "b"):
        pbx.join("q1", call)
        pbx.connect("q1", call)
    for _ in range(2):
        pbx.hang_up("a")
        pbx.complete("q1", "", 60)
    pbx.complete("q2", "", 60)
    pbx.complete("q1", "", 60, interface="SIP/2")
    read(truth, pbx)
    assert [talk.call for _, talk in truth._ledger.all_talks()] == ["a", "b", "", ""]


def test_a_repeat_after_three_seconds_is_another(truth: Truth, pbx: ModelPbx) -> None:
    for wait_ms in (0, 3_000, 3_001):
        pbx.wait(wait_ms)
        pbx.complete("q1", "", 60)
    read(truth, pbx)
    assert len(list(truth._ledger.all_talks())) == 2


def test_an_answer_that_an_earlier_run_counted_is_not_counted_again(pbx: ModelPbx) -> None:
    """The restart fell between the batch and the event's repetition in a list of the PBX."""
    end = End("q1", Outcome.ANSWERED, 5_000, 5, START_MS, "a", "a", START_MS - 5_000)
    truth = Truth(lambda queue: ServiceLevel(min_calls=1))
    truth.restore([(1, end)], Live(), START_MS)
    truth.apply(pbx.snapshot(), START_MS)
    for at_ms, answered in ((START_MS + 3_000, 1), (START_MS + 3_001, 2)):
        truth.apply(ev.LinkDown("cut", at_ms), at_ms)
        truth.apply(ev.Connected("q1", "a", "SIP/1", 5, 1, at_ms), at_ms)
        assert truth.figures("q1", at_ms)["answered"] == answered


def test_a_stay_ends_when_its_evidence_says_and_not_when_it_is_understood(truth: Truth, pbx: ModelPbx) -> None:
    truth.roll(START_MS - 86_400_000, START_MS)
    pbx.join("q1", "a")
    pbx.wait(10_000)
    pbx.redirected("q1", "a")
    read(truth, pbx)
    truth.roll(pbx.now_ms + 100, pbx.now_ms + 200)  # midnight, while the outcome is open
    pbx.wait(600)
    truth.settle(pbx.now_ms)
    assert truth.figures("q1", pbx.now_ms)["removed"] == 0
    [(_, end)] = truth._ledger.all_ends()
    assert end == End("q1", Outcome.REMOVED, 10_000, 10, START_MS + 10_000, "a", "a", START_MS)


def test_whole_seconds(pbx: ModelPbx) -> None:
    truth = Truth(lambda queue: ServiceLevel(min_calls=1), whole_seconds=True)
    truth.apply(ev.Joined("q1", "a", "a", 1, 1, START_MS), START_MS)
    at_ms = START_MS + 7_999
    truth.apply(ev.Left("q1", "a", 1, 0, at_ms, hold_s=8), at_ms)
    [(_, end)] = truth._ledger.all_ends()
    assert (end.outcome, end.wait_ms, end.hold_s) == (Outcome.EXITED, 8_000, 8)


def test_what_is_open_is_taken_back_with_its_evidence(truth: Truth, pbx: ModelPbx) -> None:
    pbx.join("q1", "a")
    pbx.join("q1", "b")
    pbx.wait(5_000)
    pbx.ask_hangup("a")
    pbx.abandon("q1", "a")
    read(truth, pbx)
    live = truth.live()
    assert live.stays == (
        OpenStay("q1", "a", "a", START_MS, True, True, 5),
        OpenStay("q1", "b", "b", START_MS, False, False, None),
    )
    other = Truth(lambda queue: ServiceLevel(min_calls=1))
    other.restore([], live, pbx.now_ms)
    assert other.live().stays == live.stays
    pbx.leave("q1", "a")
    pbx.take()
    other.apply(pbx.snapshot(), pbx.now_ms)
    other.estimate(pbx.now_ms)
    assert [end.outcome for _, end in other._ledger.all_ends()] == [Outcome.ABANDONED]
    assert other.live().stays == live.stays[1:]


def test_a_call_in_a_line_and_out_of_another_is_taken_back_as_both() -> None:
    stays = (
        OpenStay("q2", "a", "a", START_MS + 9_000, False, False, None),
        OpenStay("q1", "a", "a", START_MS, True, False, 8),
    )
    truth = Truth(lambda queue: ServiceLevel())
    truth.restore([], Live(stays), START_MS + 10_000)
    assert truth.live().stays == stays


def test_queues_that_are_not_read_are_not_taken_back() -> None:
    live = Live((OpenStay("q2", "a", "a", START_MS, False, False, None),))
    truth = Truth(lambda queue: ServiceLevel(), frozenset({"q1"}))
    truth.restore([], live, START_MS)
    assert truth.live() == Live()


def test_restored_counts_are_shown_once_the_pbx_lists_its_queues(pbx: ModelPbx) -> None:
    end = End("q1", Outcome.ABANDONED, 9_000, 9, START_MS, "a", "a", START_MS - 9_000)
    truth = Truth(lambda queue: ServiceLevel())
    truth.roll(START_MS - 1_000, START_MS)
    truth.restore([(4, end), (5, end._replace(at_ms=START_MS - 1_001))], Live(), START_MS, next_row=9)
    assert truth.queues == ()
    truth.apply(pbx.snapshot(), START_MS)
    assert truth.figures("q1", START_MS)["abandoned"] == 1
    assert truth._ledger.add(end) == 9


def test_a_mad_pbx_fills_no_memory(truth: Truth, pbx: ModelPbx, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_module, "MAX_LINE", 50)
    monkeypatch.setattr(talks_module, "MAX_TALKS", 50)
    monkeypatch.setattr(intake_module, "MAX_QUEUES", 50)
    assert truth.dropped == 0
    for n in range(200):
        truth.apply(ev.Joined("q1", f"c{n}", "", 1, n, START_MS), START_MS)
    assert truth.figures("q1", START_MS)["waiting"] == 50
    assert truth.dropped == 150
    for n in range(200):
        truth.apply(ev.Connected("q2", f"t{n}", f"SIP/{n}", 1, 1, START_MS), START_MS)
    assert len(truth._intake.talks) <= 50
    assert truth.dropped == 300
    for n in range(200):
        truth.apply(ev.Joined(f"x{n}", f"d{n}", "", 1, 1, START_MS), START_MS)
    assert len(truth.queues) == 50
    assert truth.dropped == 452
    for n in range(1_000):
        truth.apply(ev.Rang("q1", "c0", f"SIP/{n}", START_MS), START_MS)
    assert truth._intake.stays.book.waiting["c0"].ringing is None
