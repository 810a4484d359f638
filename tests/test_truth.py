"""The facade: the recorded capture against its queue_log, queues that come and go, windows and days."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from host_bridge.pbx import events as ev
from host_bridge.pbx.ami_events import TRANSLATIONS
from host_bridge.pbx.ami_list import LIST_EVENTS, QueueList
from host_bridge.pbx.ami_wire import AmiParser
from host_bridge.truth import ServiceLevel, Truth
from tests.model_pbx import ModelPbx

CAPTURES = Path(__file__).parent / "captures"
ENDED_BY = {  # queue_log's word → ours
    "CONNECT": "answered",
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "overflowed",
    "EXITEMPTY": "overflowed",
    "EXITWITHKEY": "exited",
    "WITHDRAW": "removed",
}
WAIT_AT = {"CONNECT": 0, "EXITWITHKEY": 3}  # the data field that holds the wait, else the third
TALK_S_FROM_RIGHT = {"COMPLETECALLER": -2, "COMPLETEAGENT": -2, "BLINDTRANSFER": -2, "ATTENDEDTRANSFER": -2}


def level_of(queue: str) -> ServiceLevel:
    return ServiceLevel(min_calls=1)


def read_capture(name: str) -> list[ev.Event]:
    """The events of the recorded session, at the PBX's own times in ms."""
    data = (CAPTURES / f"{name}.ami").read_bytes()
    events: list[ev.Event] = []
    at_ms = 0
    lists: dict[str, QueueList] = {}
    for frame in AmiParser(frozenset(TRANSLATIONS) | LIST_EVENTS).feed(data):
        at_ms = int(float(frame.get("Timestamp", "0")) * 1000) or at_ms
        if frame.event in TRANSLATIONS:
            event = TRANSLATIONS[frame.event](frame, at_ms)
            if event is not None:
                events.append(event)
        elif frame.event in LIST_EVENTS:
            queue_list = lists.setdefault(frame.get("ActionID"), QueueList(frame.get("ActionID"), None))
            if frame.event == "QueueStatusComplete":
                events.append(queue_list.snapshot(at_ms, None))
            else:
                queue_list.add(frame, at_ms, 0)
    return events


class Folded:
    """One queue of a queue_log, folded: an independent count of the same calls."""

    def __init__(self) -> None:
        self.ends: Counter[str] = Counter()
        self.holds: dict[str, list[int]] = defaultdict(list)
        self.talks_s: list[int] = []
        self.transferred = 0


def fold_queue_log(text: str, redirected: set[str]) -> dict[str, Folded]:
    """A caller whose end stands under another id than his ENTERQUEUE was masqueraded: unresolved.

    To queue_log one who was `redirected` abandoned, so these must be named.
    """
    queues: dict[str, Folded] = defaultdict(Folded)
    entered: dict[str, str] = {}
    for line in text.splitlines():
        _, call, queue, _, word, *data = line.split("|")
        if word == "ENTERQUEUE":
            entered[call] = queue
        elif word in ENDED_BY and entered.pop(call, None):
            outcome = "removed" if call in redirected else ENDED_BY[word]
            queues[queue].ends[outcome] += 1
            queues[queue].holds[outcome].append(int(data[WAIT_AT.get(word, 2)]))
        elif word in TALK_S_FROM_RIGHT:
            queues[queue].talks_s.append(int(data[TALK_S_FROM_RIGHT[word]]))
            queues[queue].transferred += word.endswith("TRANSFER")
    for queue in entered.values():
        queues[queue].ends["unresolved"] += 1
    return queues


class Recorded(NamedTuple):
    """What a capture holds, told by whoever recorded it (tests/captures/README.md)."""

    name: str
    offered: int
    rejected: dict[str, int]
    unplaced: int = 0  # rejections, where the recording user had no class dialplan
    redirected: str = ""  # CallerIDName of callers who were redirected


RECORDED = [
    Recorded("asterisk22_all_outcomes", offered=13, rejected={}, unplaced=1),
    Recorded("asterisk22_refused_and_moved", offered=7, rejected={"full": 1, "joinempty": 1}, redirected="Redirect"),
    Recorded("asterisk22_two_queues", offered=21, rejected={}),
]


def calls_named(capture: str, name: str) -> set[str]:
    """Ids of the callers who came under a name."""
    frames = (CAPTURES / f"{capture}.ami").read_bytes().decode(errors="replace").split("\r\n\r\n")
    return {
        frame.partition("\r\nUniqueid: ")[2].partition("\r\n")[0]
        for frame in frames
        if "QueueCallerJoin" in frame and name and f"\r\nCallerIDName: {name}\r\n" in frame
    }


@pytest.mark.parametrize("times", [1, 2], ids=["as recorded", "every list and join twice"])
@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: recorded.name)
def test_a_capture_counts_as_its_queue_log(recorded: Recorded, times: int) -> None:
    truth = Truth(level_of)
    now_ms = 0
    for event in read_capture(recorded.name):
        now_ms = max(now_ms, event.at_ms)
        for _ in range(times if isinstance(event, ev.Joined | ev.Snapshot) else 1):
            truth.apply(event, now_ms)
    truth.settle(now_ms + 1_000)
    folded = fold_queue_log(
        (CAPTURES / f"{recorded.name}.queue_log").read_text(), calls_named(recorded.name, recorded.redirected)
    )
    assert sum(sum(queue.ends.values()) for queue in folded.values()) == recorded.offered
    assert set(folded) <= set(truth.queues)
    for queue in truth.queues:
        figures = truth.figures(queue, now_ms)
        expected = folded[queue]
        assert figures["waiting"] == 0
        assert figures["offered"] == sum(expected.ends.values())
        assert figures["transferred"] == expected.transferred
        assert figures["rejected"] == recorded.rejected.get(queue, 0)
        for outcome in ("answered", "abandoned", "overflowed", "exited", "removed", "unresolved"):
            assert figures[outcome] == expected.ends[outcome], (queue, outcome)
        if expected.talks_s:
            assert figures["aht_ms"] == sum(expected.talks_s) * 1000 // len(expected.talks_s)
        for limit_s in range(30):
            counts = truth._windows._queues[queue].counts(
                ServiceLevel(answer_within_s=limit_s, short_abandon_s=limit_s)
            )
            assert counts.answered_in == sum(hold_s <= limit_s for hold_s in expected.holds["answered"])
            assert counts.abandoned_in == sum(hold_s <= limit_s for hold_s in expected.holds["abandoned"])
            assert counts.abandoned_short == sum(hold_s < limit_s for hold_s in expected.holds["abandoned"])
            assert counts.overflowed_in == sum(hold_s <= limit_s for hold_s in expected.holds["overflowed"])
    assert truth.unplaced == recorded.unplaced


@pytest.mark.parametrize(
    ("name", "ghosts_in"),
    [
        ("asterisk22_all_outcomes", {"qrna"}),
        ("asterisk22_refused_and_moved", {"support"}),
        ("asterisk22_two_queues", set()),
    ],
)
def test_waiting_of_a_capture_at_every_moment(name: str, ghosts_in: set[str]) -> None:
    """Count, the PBX's own length of the line, is right after each Join and Leave, but where a caller is a ghost."""
    truth = Truth(level_of)
    checked = 0
    for event in read_capture(name):
        truth.apply(event, event.at_ms)
        if isinstance(event, ev.Joined | ev.Left) and event.queue not in ghosts_in:
            assert truth.figures(event.queue, event.at_ms)["waiting"] == event.count
            checked += 1
    assert checked > 3
    assert truth.take_asks() <= ghosts_in  # a second look at them


@pytest.fixture
def pbx() -> ModelPbx:
    return ModelPbx("b", "a")


def read(truth: Truth, pbx: ModelPbx) -> None:
    for event in pbx.take():
        truth.apply(event, pbx.now_ms)


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
