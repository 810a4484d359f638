"""Groups and the whole centre through the facade: callers, agents and clocks of several queues put together."""

from __future__ import annotations

import time

from host_bridge.pbx import events as ev
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth
from host_bridge.truth.windows import ALL, Group

T0 = 1_789_000_000_000
S = 1_000
DAY = ServiceLevel(min_calls=1)
MINUTE = ServiceLevel(min_calls=1, window_s=60)


def truth(wait_limit_ms: int | None = 360_000) -> Truth:
    groups = {"service": Group(("support", "sales"), DAY), "recent": Group(("sales",), MINUTE)}
    return Truth(lambda queue: DAY, groups=groups, all_level=DAY, wait_limit_ms=wait_limit_ms)


def apply(room: Truth, *events: ev.Event) -> None:
    for event in events:
        room.apply(event, event.at_ms)


def member(queue: str, interface: str, status: int, *, paused: bool = False) -> ev.MemberChanged:
    return ev.MemberChanged(queue, interface, "Name", status, paused, False, T0)


def call(queue: str, name: str, at_ms: int, journey: str = "") -> ev.Joined:
    return ev.Joined(queue, name, journey or name, 1, 1, at_ms)


def test_a_group_has_the_callers_and_the_agents_of_its_queues() -> None:
    room = truth()
    apply(
        room,
        member("support", "SIP/1", 1),
        member("sales", "SIP/1", 1),
        member("sales", "SIP/2", 2),
        member("other", "SIP/3", 1, paused=True),
        call("support", "a", T0 + 5 * S),
        call("sales", "b", T0 + 2 * S),
        call("other", "c", T0 + 9 * S),
    )
    now_ms = T0 + 10 * S
    service, whole = room.group_figures("service", now_ms), room.group_figures(ALL, now_ms)
    names = ("waiting", "oldest_ms", "next_breach_ms", "agents_in", "agents_free", "agents_busy", "agents_paused")
    assert [service[name] for name in names] == [2, 8_000, 352_000, 2, 1, 1, 0]
    assert [whole[name] for name in names] == [3, 8_000, 352_000, 3, 1, 1, 1]
    assert room.figures("support", now_ms)["next_breach_ms"] == 355_000


def test_nobody_waits() -> None:
    room = truth()
    apply(room, member("support", "SIP/1", 1))
    figures = room.group_figures("service", T0)
    assert figures["waiting"] == 0
    assert {"oldest_ms", "next_breach_ms", "over_limit"}.isdisjoint(figures)


def test_the_next_breach_is_told_from_the_calls_start_and_never_below_zero() -> None:
    room = truth()
    apply(room, call("sales", "a", T0 + 100 * S, f"{T0 // 1000}.5"))
    assert room.figures("sales", T0 + 130 * S)["oldest_ms"] == 30_000
    assert room.figures("sales", T0 + 130 * S)["next_breach_ms"] == 230_000
    assert room.figures("sales", T0 + 400 * S)["next_breach_ms"] == 0
    without = truth(wait_limit_ms=None)
    apply(without, call("sales", "a", T0 + 100 * S))
    assert "next_breach_ms" not in without.figures("sales", T0 + 130 * S)


def test_the_clock_goes_with_the_caller_from_queue_to_queue() -> None:
    room = truth()
    apply(
        room,
        call("support", "a", T0),
        ev.GaveUp("support", "a", 1, 200, T0 + 200 * S),
        ev.Left("support", "a", 1, 0, T0 + 200 * S),
        ev.QueueStatusSet("a", "TIMEOUT", T0 + 200 * S),
        call("sales", "a", T0 + 201 * S),
    )
    assert room.figures("sales", T0 + 300 * S)["next_breach_ms"] == 60_000
    apply(
        room,
        ev.Left("sales", "a", 1, 0, T0 + 400 * S),
        ev.Connected("sales", "a", "SIP/1", 199, 3, T0 + 400 * S),
    )
    figures = room.figures("sales", T0 + 400 * S)
    assert (figures["answered"], figures["over_limit"]) == (1, 1000)
    assert "over_limit" not in room.figures("support", T0 + 400 * S)
    assert room.group_figures("service", T0 + 400 * S)["over_limit"] == 1000


def test_a_queue_that_is_gone_takes_its_agents_and_callers_out_of_its_groups() -> None:
    room = truth()
    apply(room, member("support", "SIP/1", 1), member("sales", "SIP/2", 1), call("sales", "b", T0))
    kept = ev.QueueSnapshot("support", 0, 0, 0, (), (member("support", "SIP/1", 1),))
    apply(room, ev.Snapshot((kept,), T0 + S, whole=True))
    figures = room.group_figures("service", T0 + S)
    assert (figures["waiting"], figures["agents_in"]) == (0, 1)
    assert room.group_figures(ALL, T0 + S)["agents_in"] == 1


def test_a_group_that_changes_by_time_alone_is_told() -> None:
    room = truth()
    apply(
        room,
        call("sales", "a", T0),
        ev.Left("sales", "a", 1, 0, T0 + S),
        ev.Connected("sales", "a", "SIP/1", 1, 1, T0 + S),
        ev.HungUp("a", T0 + 2 * S),
    )
    assert room.group_figures("recent", T0 + 2 * S)["answered"] == 1
    room.take_dirty()
    assert room.next_ms() == T0 + S + 60 * S
    room.settle(T0 + 61 * S)
    assert "sales" in room.take_dirty()
    assert room.group_figures("recent", T0 + 61 * S)["answered"] == 0
    assert room.figures("sales", T0 + 61 * S)["answered"] == 1


def test_a_thousand_queues_and_ten_thousand_agents_cost_an_event_no_more() -> None:
    room = truth()
    for queue in range(1_000):
        for agent in range(10):
            room.apply(member(f"q{queue}", f"SIP/{queue * 10 + agent}", 1), T0)
            room.apply(member(f"q{(queue + 1) % 1_000}", f"SIP/{queue * 10 + agent}", 1), T0)
    assert room.group_figures(ALL, T0)["agents_free"] == 10_000
    best_s = 9.0
    for status in (2, 1, 2, 1, 2):
        began_s = time.perf_counter()
        for agent in range(500):
            room.apply(member("q7", f"SIP/{70 + agent % 10}", status if agent % 2 else 3 - status), T0)
            room.group_figures(ALL, T0)
        best_s = min(best_s, time.perf_counter() - began_s)
    assert best_s / 500 < 0.001  # to count all of them takes 3 ms
