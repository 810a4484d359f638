"""The facade: figures, windows and days, outages, and that nothing is kept of calls that are over."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from host_bridge.truth import ServiceLevel, Truth
from tests.model_pbx import ModelPbx
from tests.truth_reader import level_of, pbx, read

__all__ = ["pbx"]


def test_figures_are_integers_under_the_names_of_the_contract(pbx: ModelPbx) -> None:
    pbx.members["a"] = [
        ev.MemberChanged("a", f"SIP/{n}", "N", status, paused, False, 0)
        for n, (status, paused) in enumerate([(1, False), (2, False), (1, True), (5, False), (0, False)])
    ]
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    pbx.join("a", "x")
    pbx.wait(2_345)
    pbx.join("a", "y")
    pbx.answered("a", "x")
    read(truth, pbx)
    pbx.wait(1_234)
    figures = truth.figures("a", pbx.now_ms)
    assert figures == {
        "waiting": 1,
        "oldest_ms": 1_234,
        "avg_wait_ms": 2_345,
        "longest_ms": 2_345,
        "sla": 1000,
        "sla_target": 800,
        "sla_of": 1,
        "offered": 1,
        "answered": 1,
        "abandoned": 0,
        "short_abandoned": 0,
        "overflowed": 0,
        "exited": 0,
        "removed": 0,
        "unresolved": 0,
        "rejected": 0,
        "aht_ms": 60_000,
        "transferred": 0,
        "agents_in": 4,
        "agents_free": 2,
        "agents_busy": 1,
        "agents_paused": 1,
    }
    assert {type(value) for value in figures.values()} == {int}


def test_complete_without_a_call_id_counts_its_talk(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    pbx.join("a", "x")
    pbx.ring("a", "x")
    pbx.connect("a", "x")
    pbx.hang_up("x")
    pbx.complete("a", "", 42)
    read(truth, pbx)
    assert truth.figures("a", pbx.now_ms)["aht_ms"] == 42_000
    assert len(truth._intake.talks) == 0


def test_a_day_roll_starts_today_anew_and_keeps_who_waits(pbx: ModelPbx) -> None:
    truth = Truth(lambda queue: ServiceLevel(min_calls=1, window_s=None if queue == "a" else 1_800))
    truth.apply(pbx.snapshot(), pbx.now_ms)
    truth.roll(pbx.now_ms, pbx.now_ms)
    for queue in ("a", "b"):
        pbx.join(queue, f"{queue}1")
        pbx.answered(queue, f"{queue}1")
        pbx.join(queue, f"{queue}2")
    read(truth, pbx)
    truth.take_dirty()
    truth.roll(pbx.now_ms - 2_000, pbx.now_ms)  # the wall clock was corrected: the same day
    assert truth.take_dirty() == set()
    assert truth.figures("a", pbx.now_ms)["answered"] == 1
    pbx.wait(60_000)
    truth.roll(pbx.now_ms + 2 * 3_600_000, pbx.now_ms)
    assert truth.take_dirty() == {"a", "b"}
    today, rolling = truth.figures("a", pbx.now_ms), truth.figures("b", pbx.now_ms)
    assert (today["answered"], today["waiting"]) == (0, 1)
    assert "avg_wait_ms" not in today
    assert rolling["answered"] == 1


def test_an_outcome_due_before_midnight_counts_before_midnight(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    truth.roll(pbx.now_ms - 86_400_000, pbx.now_ms)
    pbx.join("a", "x")
    pbx.redirected("a", "x")
    read(truth, pbx)
    pbx.wait(400)
    truth.roll(pbx.now_ms - 300, pbx.now_ms)
    pbx.wait(600)
    truth.settle(pbx.now_ms)
    assert truth.figures("a", pbx.now_ms)["removed"] == 0


def test_rolling_windows_empty_by_themselves(pbx: ModelPbx) -> None:
    truth = Truth(lambda queue: ServiceLevel(min_calls=1, window_s=1_800))
    truth.apply(pbx.snapshot(), pbx.now_ms)
    assert truth.next_ms() is None
    pbx.join("a", "x")
    pbx.answered("a", "x")
    read(truth, pbx)
    pbx.wait(60_000)  # his clock is forgotten
    truth.settle(pbx.now_ms)
    truth.take_dirty()
    assert truth.next_ms() == pbx.now_ms + 1_740_000
    pbx.wait(1_739_999)
    truth.settle(pbx.now_ms)
    assert truth.take_dirty() == set()
    pbx.wait(1)
    truth.settle(pbx.now_ms)
    assert truth.take_dirty() == {"a"}
    assert truth.figures("a", pbx.now_ms)["answered"] == 0
    assert truth.next_ms() is None


def test_silence_decides_nothing_while_the_pbx_is_not_heard(pbx: ModelPbx) -> None:
    """A wire that stalls for seconds, between a Leave and the evidence that followed at once."""
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    pbx.join("a", "x")
    pbx.hangs_up("a", "x")
    *before, hang_up = pbx.take()
    for event in before:
        if not isinstance(event, ev.HangupAsked):  # Local channels tell it late, or never
            truth.apply(event, pbx.now_ms)
    heard_ms = pbx.now_ms
    for _ in range(4):
        pbx.wait(1_000)
        truth.settle(pbx.now_ms, heard_ms)
        assert truth.figures("a", pbx.now_ms)["removed"] == 0
    truth.apply(hang_up, pbx.now_ms)  # with the PBX's own time of four seconds ago
    truth.settle(pbx.now_ms)
    assert [truth.figures("a", pbx.now_ms)[name] for name in ("abandoned", "removed")] == [1, 0]


def test_a_restart_ends_the_talks_too(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    pbx.join("a", "x")
    pbx.ring("a", "x")
    pbx.connect("a", "x")
    read(truth, pbx)
    truth.apply(ev.Restarted(pbx.now_ms), pbx.now_ms)
    assert len(truth._intake.talks) == 0


def test_link_events_keep_the_state(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    pbx.join("a", "x")
    truth.apply(pbx.snapshot(), pbx.now_ms)
    truth.apply(ev.LinkUp(pbx.now_ms), pbx.now_ms)
    truth.apply(ev.LinkDown("cut", pbx.now_ms), pbx.now_ms)
    assert truth.figures("a", pbx.now_ms)["waiting"] == 1


def test_a_busy_hour_leaves_nothing_behind(pbx: ModelPbx) -> None:
    """No map may grow with the calls of a day. Agents' channels hang up too, and some callers never join."""
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    for n in range(500):
        pbx.join("a", f"c{n}")
        ending = (pbx.answered, pbx.hangs_up, pbx.times_out, pbx.presses_key, pbx.redirected)[n % 5]
        ending("a", f"c{n}")
        pbx.rejected("b", f"r{n}")
        for call in (f"c{n}", f"r{n}", f"agent{n}"):
            pbx.ask_hangup(call)
            pbx.hang_up(call)
        pbx.wait(1_100)
        read(truth, pbx)
    assert kept_of_calls(truth) == 0
    figures = truth.figures("a", pbx.now_ms)
    assert figures["offered"] == 500


def kept_of_calls(truth: Truth) -> int:
    """How much the truth remembers of single calls."""
    stays = truth._intake.stays
    kept = (
        stays.book.waiting,
        stays.book.open,
        stays.book.deadlines,
        stays._strangers,
        truth._intake.talks,
    )
    return sum(len(each) for each in kept)


@pytest.mark.parametrize("end", [ev.HungUp("x", 0), ev.LinkDown("cut", 0), ev.Restarted(0)])
def test_nothing_is_kept_of_calls_that_never_joined(pbx: ModelPbx, end: ev.Event) -> None:
    truth = Truth(level_of)
    pbx.enter("a", "x")
    pbx.ask_hangup("x")
    read(truth, pbx)
    assert kept_of_calls(truth) == 2
    truth.apply(end, pbx.now_ms)
    assert kept_of_calls(truth) == 0


def test_figures_of_a_rolling_window_are_right_though_nobody_settled(pbx: ModelPbx) -> None:
    truth = Truth(lambda queue: ServiceLevel(window_s=1_800))
    truth.apply(pbx.snapshot(), pbx.now_ms)
    pbx.join("a", "x")
    pbx.answered("a", "x")
    read(truth, pbx)
    assert truth.figures("a", pbx.now_ms + 1_800_000)["answered"] == 0


def test_the_call_whose_id_is_missing_is_the_one_that_hung_up(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    for call in ("x", "y"):
        pbx.join("a", call)
        pbx.ring("a", call)
        pbx.connect("a", call)
    pbx.hang_up("y")
    pbx.complete("a", "", 30)
    read(truth, pbx)
    assert "x" in truth._intake.talks
    assert "y" not in truth._intake.talks
    truth.apply(ev.LinkDown("cut", pbx.now_ms), pbx.now_ms)
    assert "x" not in truth._intake.talks
