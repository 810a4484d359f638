"""Recorded sessions of two Asterisks through the bridge's own session and truth: every outcome, and queues that go."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from host_bridge.truth import ServiceLevel, Truth
from tests.pbx.outcomes import ROWS
from tests.replay import replay

RELEASES = ("asterisk22", "asterisk16")
ENDS = ("answered", "abandoned", "overflowed", "exited", "removed", "unresolved")


def counted(capture: str, twice: tuple[type[ev.Event], ...] = ()) -> Truth:
    """The truth after a capture, played with each event of the kinds `twice` said twice."""
    truth = Truth(lambda queue: ServiceLevel(min_calls=1))
    now_ms = 0
    for event, now_ms in replay(capture):
        for _ in range(2 if isinstance(event, twice) else 1):
            truth.apply(event, now_ms)
        if truth.next_ms() is not None:
            truth.settle(now_ms)
    truth.settle(now_ms + 1_000)
    return truth


def ends(truth: Truth, queue: str) -> dict[str, int]:
    figures = truth.figures(queue, 0)
    assert figures["waiting"] == 0
    assert figures["offered"] == sum(figures[end] for end in ENDS)
    return {name: figures[name] for name in (*ENDS, "rejected", "transferred") if figures[name]}


@pytest.mark.parametrize(
    "twice", [(), (ev.Joined, ev.Left, ev.Connected, ev.Completed, ev.Snapshot)], ids=["once", "twice"]
)
@pytest.mark.parametrize("release", RELEASES)
def test_every_outcome(release: str, twice: tuple[type[ev.Event], ...]) -> None:
    truth = counted(f"outcomes/{release}", twice)
    assert {queue: ends(truth, queue) for queue in ROWS} == {queue: row.counts for queue, row in ROWS.items()}


@pytest.mark.parametrize("release", RELEASES)
def test_a_member_whose_name_is_not_utf8_is_in_the_list_alone(release: str) -> None:
    """No QueueMember event of such a member passes, and his calls come without queue: he is counted all the same."""
    for queue in ("agent_of_other_letters", "no_agent_of_other_letters"):
        assert not [e for e, _ in replay(f"outcomes/{release}") if isinstance(e, ev.MemberChanged) and e.queue == queue]
        assert counted(f"outcomes/{release}").figures(queue, 0)["agents_in"] == 1
    truth = counted(f"outcomes/{release}")
    assert truth.figures("agent_of_other_letters", 0)["aht_ms"] in (1_000, 2_000)
    assert truth.figures("no_agent_of_other_letters", 0)["agents_paused"] == 1


@pytest.mark.parametrize("release", RELEASES)
def test_queues_that_come_and_go(release: str) -> None:
    truth = counted(f"come_and_go/{release}")
    seen = [event.queues for event, _ in replay(f"come_and_go/{release}") if isinstance(event, ev.Snapshot)]
    listed = [{queue.queue for queue in queues} & {"night", "popular"} for queues in seen]
    assert listed[0] == set() == listed[-1]
    assert {"night"} in listed
    assert not {"night", "popular"} & set(truth.queues)
    assert ends(truth, "support") == {"abandoned": 5}
    assert truth.group_figures("all", 0)["answered"] == 2
