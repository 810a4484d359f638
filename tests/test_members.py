"""Agents as QueueSummary counts them: LoggedIn and Available."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_bridge.pbx.events import MemberChanged
from host_bridge.truth.members import Agents, Crowd, Members


def member(interface: str, status: int, *, paused: bool = False) -> MemberChanged:
    return MemberChanged("q1", interface, "Name", status, paused, False, 0)


@pytest.mark.parametrize(
    ("status", "paused", "agents"),
    [
        (0, False, Agents(logged_in=1, free=1, busy=0, paused=0)),  # unknown: rings all the same
        (1, False, Agents(logged_in=1, free=1, busy=0, paused=0)),  # idle
        (2, False, Agents(logged_in=1, free=0, busy=1, paused=0)),  # in use
        (3, False, Agents(logged_in=1, free=0, busy=1, paused=0)),  # busy
        (4, False, Agents(logged_in=0, free=0, busy=0, paused=0)),  # invalid
        (5, False, Agents(logged_in=0, free=0, busy=0, paused=0)),  # unavailable
        (6, False, Agents(logged_in=1, free=0, busy=1, paused=0)),  # ringing
        (7, False, Agents(logged_in=1, free=0, busy=1, paused=0)),  # ringing while in use
        (8, False, Agents(logged_in=1, free=0, busy=1, paused=0)),  # on hold
        (1, True, Agents(logged_in=1, free=0, busy=0, paused=1)),
        (2, True, Agents(logged_in=1, free=0, busy=0, paused=1)),
        (5, True, Agents(logged_in=0, free=0, busy=0, paused=0)),
    ],
)
def test_one_member(status: int, paused: bool, agents: Agents) -> None:
    members = Members()
    members.change(member("SIP/1", status, paused=paused))
    assert members.agents == agents


def test_nobody() -> None:
    assert Members().agents == Agents(0, 0, 0, 0)


def test_changes_are_told_and_repetitions_are_not() -> None:
    members = Members()
    assert members.change(member("SIP/1", 1))
    assert members.agents.free == 1
    assert not members.change(member("SIP/1", 1))
    assert members.change(member("SIP/1", 1, paused=True))
    assert members.agents == Agents(1, 0, 0, 1)
    assert members.remove("SIP/1")
    assert not members.remove("SIP/1")
    assert members.agents == Agents(0, 0, 0, 0)


def test_a_snapshot_replaces_all() -> None:
    members = Members()
    members.change(member("SIP/1", 1))
    members.change(member("SIP/2", 1))
    snapshot = (member("SIP/2", 2), member("SIP/3", 1))
    assert members.replace(snapshot)
    assert members.agents == Agents(logged_in=2, free=1, busy=1, paused=0)
    assert not members.replace(snapshot)


def test_an_agent_of_several_queues_is_one_agent() -> None:
    crowd = Crowd()
    sales, support = Members((crowd,)), Members((crowd,))
    sales.change(member("SIP/1", 1))
    support.change(member("SIP/1", 1))
    support.change(member("SIP/2", 2))
    assert crowd.agents == Agents(logged_in=2, free=1, busy=1, paused=0)
    sales.change(member("SIP/1", 1, paused=True))
    assert crowd.agents == Agents(logged_in=2, free=1, busy=1, paused=0)  # support may still ring him
    support.change(member("SIP/1", 1, paused=True))
    assert crowd.agents == Agents(logged_in=2, free=0, busy=1, paused=1)
    support.change(member("SIP/1", 2))
    assert crowd.agents == Agents(logged_in=2, free=0, busy=2, paused=0)
    sales.remove("SIP/1")
    support.replace(())
    assert crowd.agents == Agents(0, 0, 0, 0)


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 2),  # queue
        st.sampled_from(["SIP/1", "SIP/2", "SIP/3"]),
        st.one_of(st.none(), st.tuples(st.integers(0, 8), st.booleans())),  # None: removed
    ),
    max_size=60,
)


@given(CHANGES)
def test_a_crowd_equals_a_count_of_all_its_members(changes: list[tuple[int, str, tuple[int, bool] | None]]) -> None:
    crowd = Crowd()
    queues = [Members((crowd,)) for _ in range(3)]
    state: dict[tuple[int, str], tuple[int, bool]] = {}
    for queue, interface, change in changes:
        if change is None:
            queues[queue].remove(interface)
            state.pop((queue, interface), None)
        else:
            queues[queue].change(member(interface, change[0], paused=change[1]))
            state[queue, interface] = change
    counts = [0, 0, 0]
    for interface in ("SIP/1", "SIP/2", "SIP/3"):
        kept = [
            "paused" if paused else "free" if status in (0, 1) else "busy"
            for (_, name), (status, paused) in state.items()
            if name == interface and status not in (4, 5)
        ]
        for place, kind in enumerate(("free", "busy", "paused")):
            if kind in kept:
                counts[place] += 1
                break
    assert crowd.agents == Agents(sum(counts), *counts)
