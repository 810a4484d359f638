"""The recorded captures, counted by the truth, against their queue_log and at every moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

import pytest

from host_bridge.pbx import events as ev
from host_bridge.truth import ServiceLevel, Truth
from tests.capture_events import CAPTURES, calls_named, read_capture
from tests.truth_reader import level_of

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
