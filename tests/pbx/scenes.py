"""What people do in each row of the table of outcomes: one function a row, (the hand that acts, the row's queue)."""

from __future__ import annotations

import time

from tests.pbx.calls import Call, Calls


def agent_ends(calls: Calls, queue: str) -> None:
    calls.settle(calls.call(queue, ring=1, talk=1))


def caller_ends(calls: Calls, queue: str) -> None:
    call = calls.call(queue, ring=0)
    calls.hear(call, "AgentConnect")
    _hang_up(calls, call)


def gives_up(calls: Calls, queue: str) -> None:
    call = calls.call(queue)
    calls.hear(call, "AgentCalled")
    time.sleep(1.2)
    _hang_up(calls, call)


def rings_in_vain(calls: Calls, queue: str) -> None:
    call = calls.call(queue)
    calls.hear(call, "AgentRingNoAnswer")
    _hang_up(calls, call)


def times_out(calls: Calls, queue: str) -> None:
    calls.settle(calls.call(queue, patience=2))


def presses_a_key(calls: Calls, queue: str) -> None:
    call = calls.call(queue)
    calls.hear(call, "AgentCalled")
    calls.press(call, "5")
    calls.settle(call)


def queue_empties(calls: Calls, queue: str) -> None:
    call = calls.call(queue)
    agent = calls.hear(call, "AgentCalled")["Interface"].partition("@")[0].removeprefix("Local/")
    calls.pause(agent, reason="coffee")
    calls.settle(call)


def is_withdrawn(calls: Calls, queue: str) -> None:
    call = calls.call(queue)
    time.sleep(1.2)
    calls.withdraw(call)
    calls.settle(call)


def is_redirected(calls: Calls, queue: str) -> None:
    call = calls.call(queue)
    time.sleep(1.2)
    calls.redirect(call)
    time.sleep(1)
    _hang_up(calls, call)


def is_redirected_back(calls: Calls, queue: str) -> None:
    """Into the very queue he was taken out of."""
    call = calls.call(queue)
    time.sleep(1.2)
    calls.redirect(call, "callers", queue)
    time.sleep(1.2)
    _hang_up(calls, call)


def finds_it_full(calls: Calls, queue: str) -> None:
    first = calls.call(queue)
    calls.settle(calls.call(queue))
    _hang_up(calls, first)


def finds_it_empty(calls: Calls, queue: str) -> None:
    calls.settle(calls.call(queue))


def is_connected_late(calls: Calls, queue: str) -> None:
    calls.settle(calls.call(queue, ring=0, talk=4))


def agent_drops_first(calls: Calls, queue: str) -> None:
    """The agent answers and hangs up before the two are put through; so does the caller, while he waits again."""
    call = calls.call(queue, ring=0, talk=1)
    calls.hear(call, "AgentDump")
    _hang_up(calls, call)


def caller_drops_first(calls: Calls, queue: str) -> None:
    """The agent has answered, and the caller hangs up before the two are put through."""
    call = calls.call(queue, ring=0)
    calls.hear(call, "AgentCalled")
    time.sleep(0.7)
    _hang_up(calls, call)


def caller_drops_in_the_popup(calls: Calls, queue: str) -> None:
    """The caller has left the line, a sub runs on the agent's channel, and then the caller hangs up."""
    call = calls.call(queue, ring=1)
    calls.hear(call, "QueueCallerLeave")
    _hang_up(calls, call)


def transferred_blindly(calls: Calls, queue: str) -> None:
    call = calls.call(queue, ring=0)
    calls.hear(call, "AgentConnect")
    calls.blind_transfer(call)
    calls.hear(call, "AgentComplete")
    _hang_up(calls, call)


def transferred_after_asking(calls: Calls, queue: str) -> None:
    call = calls.call(queue, ring=0, OPTIONS="rt")
    calls.hear(call, "AgentConnect")
    calls.attended_transfer(call)
    calls.hear(call, "AgentComplete")
    _hang_up(calls, call)


def is_masqueraded(calls: Calls, queue: str) -> None:
    """Beside one who waits on, and hangs up in the end."""
    stays = calls.call(queue)
    replaced = calls.call(queue)
    time.sleep(1.2)
    calls.masquerade(replaced)
    time.sleep(1)
    _hang_up(calls, stays)


def comes_again(calls: Calls, queue: str) -> None:
    """One call waits in one queue three times, under one Uniqueid."""
    call = calls.call(queue, patience=3, THEN=queue)
    second = calls.hear(call, "QueueCallerJoin", after=calls.hear(call, "QueueCallerJoin"))
    calls.hear(call, "QueueCallerJoin", after=second)
    _hang_up(calls, call)


def two_anonymous(calls: Calls, queue: str) -> None:
    """Two callers without a number, and a third one; the middle one hangs up, then the last."""
    first, second, third = (calls.call(queue, name="") for _ in range(3))
    time.sleep(1)
    _hang_up(calls, second)
    _hang_up(calls, third)
    _hang_up(calls, first)


def in_order_of_priority(calls: Calls, queue: str) -> None:
    """The later a caller comes here the sooner he is served; the agent takes one after the other."""
    slow = calls.call(queue, ring=2, talk=0)  # the agent's telephone rings for him already
    low, high = (calls.call(queue, ring=0, talk=0, QUEUE_PRIO=priority) for priority in (1, 9))
    for call in (slow, high, low):
        calls.settle(call)


def _hang_up(calls: Calls, call: Call) -> None:
    calls.hang_up(call)
    calls.settle(call)
