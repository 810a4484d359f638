"""Every way in which a stay can end, and what may happen on the way: one row each, with what Asterisk must say to it.

Each row has a queue of its own, named after the row, with an agent of its own: so all rows are played at once, and a
queue's counters and its lines in queue_log are that row's alone. `python -m tests.pbx.record` keeps them as captures.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from tests.pbx.calls import Call, Calls

Play = Callable[[Calls, str], None]


class Row(NamedTuple):
    """One outcome. `counts` are the queue's figures at the end, those not named being 0.

    `log` are the events of the queue in queue_log and `ami` those of its callers on the manager line, both in order;
    AgentComplete is not among them, as its place is left to chance. `settings` and `members` go into queues.conf, AGENT
    in a member being the row's own.
    """

    play: Play
    counts: dict[str, int]
    log: str
    ami: str
    settings: tuple[str, ...] = ()
    members: tuple[str, ...] = ("Local/AGENT@agents/n,0,Agent AGENT,Custom:AGENT",)


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
    call = calls.call(queue, patience=2, THEN=queue)
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


NOT_UTF8 = "Local/AGENT@agents/n,0,Ren\udce9,Custom:AGENT"  # René in Latin-1, as an older configuration has it
ANSWERED = {"answered": 1}
ABANDONED = {"abandoned": 1}
ABANDON = "HangupRequest Abandon Leave Hangup"
CONNECT = "Leave Connect Hangup"
SLOW = ("memberdelay = 3",)
POPUP = ("membergosub = popup",)
IMPATIENT = ("timeout = 1", "autopause = yes")
NOBODY: tuple[str, ...] = ()

ROWS = {
    "agent_ends": Row(agent_ends, ANSWERED, "ENTERQUEUE CONNECT COMPLETEAGENT", f"Join Called {CONNECT}"),
    "caller_ends": Row(
        caller_ends, ANSWERED, "ENTERQUEUE CONNECT COMPLETECALLER", "Join Called Leave Connect HangupRequest Hangup"
    ),
    "gives_up": Row(gives_up, ABANDONED, "ENTERQUEUE RINGCANCELED ABANDON", f"Join Called {ABANDON}"),
    "rings_in_vain": Row(
        rings_in_vain,
        ABANDONED,
        "ENTERQUEUE RINGNOANSWER PAUSE ABANDON",
        f"Join Called RingNoAnswer {ABANDON}",
        IMPATIENT,
    ),
    "times_out": Row(
        times_out,
        {"overflowed": 1},
        "ENTERQUEUE RINGNOANSWER EXITWITHTIMEOUT",
        "Join Called RingNoAnswer Abandon Leave TIMEOUT Hangup",
    ),
    "presses_a_key": Row(
        presses_a_key, {"exited": 1}, "ENTERQUEUE RINGCANCELED EXITWITHKEY", "Join Called Leave Hangup"
    ),
    "queue_empties": Row(
        queue_empties,
        {"overflowed": 1},
        "ENTERQUEUE PAUSE RINGNOANSWER EXITEMPTY",
        "Join Called RingNoAnswer Abandon Leave LEAVEEMPTY Hangup",
        ("timeout = 1", "leavewhenempty = paused"),
    ),
    "is_withdrawn": Row(
        is_withdrawn, {"removed": 1}, "ENTERQUEUE WITHDRAW", "Join Abandon Leave WITHDRAW Hangup", members=NOBODY
    ),
    "is_redirected": Row(
        is_redirected,
        {"removed": 1},
        "ENTERQUEUE RINGCANCELED ABANDON",
        "Join Called Abandon Leave HangupRequest Hangup",
    ),
    "is_redirected_back": Row(
        is_redirected_back,
        {"removed": 1, "abandoned": 1},
        "ENTERQUEUE RINGCANCELED ABANDON ENTERQUEUE RINGCANCELED ABANDON",
        f"Join Called Abandon Leave Join Called {ABANDON}",
    ),
    "finds_it_full": Row(
        finds_it_full,
        {"rejected": 1, "abandoned": 1},
        "ENTERQUEUE RINGCANCELED ABANDON",
        f"Join Called FULL Hangup {ABANDON}",
        ("maxlen = 1",),
    ),
    "finds_it_empty": Row(finds_it_empty, {"rejected": 1}, "", "JOINEMPTY Hangup", ("joinempty = no",), NOBODY),
    "is_connected_late": Row(
        is_connected_late, ANSWERED, "ENTERQUEUE CONNECT COMPLETEAGENT", f"Join Called {CONNECT}", SLOW
    ),
    "agent_drops_first": Row(
        agent_drops_first, ABANDONED, "ENTERQUEUE AGENTDUMP ABANDON", f"Join Called Dump {ABANDON}", SLOW
    ),
    "caller_drops_first": Row(caller_drops_first, ABANDONED, "ENTERQUEUE ABANDON", f"Join Called {ABANDON}", SLOW),
    "runs_a_popup": Row(
        is_connected_late, ANSWERED, "ENTERQUEUE CONNECT COMPLETEAGENT", f"Join Called {CONNECT}", POPUP
    ),
    "caller_drops_in_the_popup": Row(
        caller_drops_in_the_popup,
        ANSWERED,
        "ENTERQUEUE CONNECT COMPLETECALLER",
        "Join Called Leave HangupRequest Connect Hangup",
        POPUP,
    ),
    "transferred_blindly": Row(
        transferred_blindly,
        {"answered": 1, "transferred": 1},
        "ENTERQUEUE CONNECT BLINDTRANSFER",
        "Join Called Leave Connect HangupRequest Hangup",
    ),
    "transferred_after_asking": Row(
        transferred_after_asking,
        {"answered": 1, "transferred": 1},
        "ENTERQUEUE CONNECT ATTENDEDTRANSFER",
        "Join Called Leave Connect HangupRequest Hangup",
    ),
    "is_masqueraded": Row(
        is_masqueraded,
        {"unresolved": 1, "abandoned": 1},
        "ENTERQUEUE ENTERQUEUE ABANDON ABANDON",
        f"Join Join {ABANDON}",
        members=NOBODY,
    ),
    "comes_again": Row(
        comes_again,
        {"overflowed": 2, "abandoned": 1},
        "ENTERQUEUE EXITWITHTIMEOUT ENTERQUEUE EXITWITHTIMEOUT ENTERQUEUE ABANDON",
        f"Join Abandon Leave TIMEOUT Join Abandon Leave TIMEOUT Join {ABANDON}",
        members=NOBODY,
    ),
    "two_anonymous": Row(
        two_anonymous,
        {"abandoned": 3},
        "ENTERQUEUE ENTERQUEUE ENTERQUEUE ABANDON ABANDON ABANDON",
        f"Join Join Join {ABANDON} {ABANDON} {ABANDON}",
        members=NOBODY,
    ),
    "in_order_of_priority": Row(
        in_order_of_priority,
        {"answered": 3},
        "ENTERQUEUE ENTERQUEUE ENTERQUEUE" + 3 * " CONNECT COMPLETEAGENT",
        f"Join Called Join Join {CONNECT} Called {CONNECT} Called {CONNECT}",
    ),
    "agent_of_other_letters": Row(
        agent_ends, ANSWERED, "ENTERQUEUE CONNECT COMPLETEAGENT", f"Join Called {CONNECT}", members=(NOT_UTF8,)
    ),
    "no_agent_of_other_letters": Row(
        rings_in_vain,
        ABANDONED,
        "ENTERQUEUE RINGNOANSWER PAUSE ABANDON",
        f"Join Called RingNoAnswer {ABANDON}",
        IMPATIENT,
        (NOT_UTF8,),
    ),
}


def _hang_up(calls: Calls, call: Call) -> None:
    calls.hang_up(call)
    calls.settle(call)


def settings(first_agent: int = 110) -> str:
    """The rows' queues, for etc/queues.d, each with its own agent from `first_agent` on."""
    lines = []
    for agent, (queue, row) in enumerate(ROWS.items(), first_agent):
        members = [f"member => {member.replace('AGENT', str(agent))}" for member in row.members]
        lines += [f"[{queue}](centre)", *row.settings, *members]
    return "\n".join(lines) + "\n"
