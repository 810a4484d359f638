"""The facade's queues: which there are, who serves them, and of which something has changed."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from host_bridge.truth import Truth
from tests.model_pbx import ModelPbx
from tests.truth_reader import level_of, pbx, read

__all__ = ["pbx"]


def test_queues_stand_in_the_order_of_the_pbx(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    truth.apply(ev.Joined("a", "x", "x", 1, 1, pbx.now_ms), pbx.now_ms)
    assert truth.queues == ("a",)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    assert truth.queues == ("b", "a")
    assert truth.take_dirty() == {"a", "b"}
    assert truth.take_dirty() == set()


def test_only_the_queues_asked_for(pbx: ModelPbx) -> None:
    truth = Truth(level_of, frozenset({"a"}))
    truth.apply(pbx.snapshot(), pbx.now_ms)
    pbx.join("b", "x")
    pbx.ring("b", "x")
    pbx.answered("b", "x")
    pbx.rejected("b", "y")
    pbx.join("a", "z")
    read(truth, pbx)
    assert truth.queues == ("a",)
    assert truth.take_dirty() == {"a"}
    assert truth.take_asks() == set()
    assert truth.unplaced == 0
    with pytest.raises(KeyError):
        truth.figures("b", pbx.now_ms)


def test_leaving_by_key_into_a_queue_that_is_not_read(pbx: ModelPbx) -> None:
    truth = Truth(level_of, frozenset({"a"}))
    truth.apply(pbx.snapshot(), pbx.now_ms)
    pbx.join("a", "x")
    pbx.ring("a", "x")
    pbx.presses_key("a", "x")
    pbx.join("b", "x")
    pbx.sent = [event for event in pbx.sent if not isinstance(event, ev.QueueEntered)]  # no class dialplan
    read(truth, pbx)
    assert truth.figures("a", pbx.now_ms)["exited"] == 1


def test_members_come_change_and_go(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    truth.take_dirty()
    added = ev.MemberChanged("a", "SIP/1", "N", 1, False, False, 0)
    truth.apply(added, pbx.now_ms)
    assert truth.take_dirty() == {"a"}
    truth.apply(added, pbx.now_ms)
    truth.apply(added._replace(in_call=True), pbx.now_ms)
    assert truth.take_dirty() == set()
    assert truth.figures("a", pbx.now_ms)["agents_in"] == 1
    truth.apply(ev.MemberRemoved("a", "SIP/1", 0), pbx.now_ms)
    assert truth.take_dirty() == {"a"}
    assert truth.figures("a", pbx.now_ms)["agents_in"] == 0


def test_nothing_changed_is_not_dirty(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    pbx.join("a", "x")
    truth.apply(pbx.snapshot(), pbx.now_ms)
    truth.take_dirty()
    read(truth, pbx)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    truth.apply(pbx.snapshot("a"), pbx.now_ms)
    truth.apply(ev.HungUp("somebody", pbx.now_ms), pbx.now_ms)
    assert truth.take_dirty() == set()


def test_a_queue_that_is_gone_and_comes_back_keeps_its_counts(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    pbx.join("a", "x")
    pbx.hangs_up("a", "x")
    pbx.join("a", "y")
    pbx.join("a", "z")
    read(truth, pbx)
    pbx.lines["a"].remove("z")
    truth.apply(pbx.snapshot("a"), pbx.now_ms)  # z is missing, and will never be looked for again
    truth.apply(pbx.snapshot("b"), pbx.now_ms)
    assert truth.queues == ("b", "a")  # a list of b alone says nothing about a
    without = pbx.snapshot("b")._replace(whole=True)
    truth.apply(without, pbx.now_ms)
    assert truth.queues == ("b",)
    assert truth.gone() == {"a"}
    assert truth.gone() == set()
    assert "a" not in truth._intake.stays.book.lines
    pbx.lines["a"].clear()
    truth.apply(pbx.snapshot(), pbx.now_ms)
    assert truth.gone() == set()
    figures = truth.figures("a", pbx.now_ms)
    assert (figures["abandoned"], figures["unresolved"], figures["waiting"]) == (1, 2, 0)


def test_an_outcome_decided_by_silence_makes_its_queue_dirty(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    pbx.join("a", "x")
    pbx.redirected("a", "x")
    read(truth, pbx)
    truth.take_dirty()
    assert truth.next_ms() == pbx.now_ms + 500
    truth.settle(pbx.now_ms + 500)
    assert truth.take_dirty() == {"a"}


def test_a_queue_that_came_back_before_anybody_asked_is_not_gone(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    truth.apply(pbx.snapshot("b")._replace(whole=True), pbx.now_ms)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    assert truth.gone() == set()


def test_a_stay_that_ends_after_its_queue_is_gone_does_not_bring_it_back(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    pbx.join("a", "x")
    pbx.redirected("a", "x")
    pbx.join("a", "y")
    read(truth, pbx)
    truth.apply(pbx.snapshot("b")._replace(whole=True), pbx.now_ms)
    truth.take_dirty()
    truth.settle(pbx.now_ms + 500)
    assert truth.queues == ("b",)
    assert truth.take_dirty() == set()
    truth.apply(pbx.snapshot(), pbx.now_ms + 500)
    assert truth.figures("a", pbx.now_ms + 500)["removed"] == 1


def test_a_queue_that_is_gone_is_not_dirty(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    pbx.join("a", "x")
    truth.apply(pbx.snapshot(), pbx.now_ms)
    truth.apply(pbx.snapshot("b")._replace(whole=True), pbx.now_ms)
    assert truth.take_dirty() == {"b"}


def test_every_figure_that_changes_makes_its_queue_dirty(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    truth.take_dirty()
    for step in (
        lambda: pbx.join("a", "x"),
        lambda: pbx.connect("a", "x"),
        lambda: pbx.complete("a", "x", 30),
        lambda: pbx.rejected("a", "y"),
    ):
        step()
        read(truth, pbx)
        assert truth.take_dirty() == {"a"}


def test_a_snapshot_of_other_members_makes_its_queue_dirty(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    truth.apply(pbx.snapshot(), pbx.now_ms)
    truth.take_dirty()
    pbx.members["a"] = [ev.MemberChanged("a", "SIP/1", "N", 1, False, False, 0)]
    truth.apply(pbx.snapshot("a"), pbx.now_ms)
    assert truth.take_dirty() == {"a"}
    assert truth.figures("a", pbx.now_ms)["agents_free"] == 1


def test_agents_of_a_queue_that_is_gone_are_not_of_the_centre(pbx: ModelPbx) -> None:
    truth = Truth(level_of)
    for queue in ("a", "b"):
        pbx.members[queue] = [
            ev.MemberChanged(queue, f"SIP/{n}", "N", 1, False, False, 0) for n in range(1 + (queue == "a"))
        ]
    truth.apply(pbx.snapshot(), pbx.now_ms)
    assert truth.group_figures("all", pbx.now_ms)["agents_in"] == 2
    truth.apply(pbx.snapshot("b")._replace(whole=True), pbx.now_ms)
    assert truth.group_figures("all", pbx.now_ms)["agents_in"] == 1
